"""What the dashboard says about requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from .models import Case, Status
from .waiting import LONG, age_in_words, backlog, waiting_cases

SHOWN = 5


class RequestsPanel(Component):
    """How many wait, how long, and the five that waited longest."""

    name = "requests"
    order = 10
    template_name = "bookings/desk/panel.html"

    class Media:
        css = {"all": ["bookings/desk.css"]}

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        waiting = backlog(now)
        list_url = reverse("case:index")
        oldest = waiting_cases().prefetch_related("treatments").only("name", "contact_by", "created_at")[:SHOWN]
        return {
            "backlog": waiting,
            "age": age_in_words(waiting.oldest, now) if waiting.oldest else "",
            "is_late": waiting.oldest and now - waiting.oldest >= LONG,
            "oldest": [row(case, now) for case in oldest],
            "list_url": list_url,
            "waiting_url": f"{list_url}?status={Status.NEW}",
            "unsent_url": f"{list_url}?mails=unsent",
        }


def row(case: Case, now: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "age": age_in_words(case.created_at, now),
        "is_late": now - case.created_at >= LONG,
        "url": reverse("case:inspect", args=[case.pk]),
    }


def may_see_requests(user: AbstractBaseUser) -> bool:
    """The dashboard asks nobody: each of our panels has to."""
    return policy_registry.get_by_type(Case).user_has_permission(user, "view")
