"""What the dashboard says about requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from . import services
from .desk_times import answer_by, desk_calendar, live_appointments
from .models import Case, Status
from .waiting import age_in_words, backlog, waiting_cases

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
        calendar = desk_calendar(parent_context["request"])
        oldest = waiting_cases().prefetch_related("treatments", live_appointments())
        rows = [row(case, calendar, now) for case in oldest.only("name", "contact_by", "created_at")[:SHOWN]]
        return {
            "backlog": waiting,
            "age": age_in_words(waiting.oldest, now) if waiting.oldest else "",
            "is_late": any(shown["is_late"] for shown in rows),
            "oldest": rows,
            "list_url": list_url,
            "waiting_url": f"{list_url}?status={Status.NEW}",
            "unsent_url": f"{list_url}?mails=unsent",
            "quarantine_url": f"{list_url}?status={Status.QUARANTINED}",
        }


def row(case: Case, calendar: services.Calendar, now: datetime) -> dict[str, Any]:
    due = answer_by(case, calendar)
    return {
        "case": case,
        "age": age_in_words(case.created_at, now),
        "answer_by": calendar.words(due),
        "is_late": now >= due,
        "url": reverse("case:inspect", args=[case.pk]),
    }


def may_see_requests(user: AbstractBaseUser) -> bool:
    """The dashboard asks nobody: each of our panels has to."""
    return policy_registry.get_by_type(Case).user_has_permission(user, "view")
