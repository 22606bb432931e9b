"""Show the waiting cases on the dashboard."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component

from bookings import services
from bookings.models import CaseKind, Status
from bookings.scheduling.formatting import format_age, format_short

from .access import get_desk_policy
from .filters import UNCONFIRMED
from .queries import find_answer, get_backlog, waiting_cases

MAX_SHOWN = 5


class CasesPanel(Component):
    """Show how many cases wait, for how long, and the oldest five."""

    name = "cases"
    order = 10
    template_name = "bookings/desk/panel.html"

    class Media:
        css = {"all": ["bookings/desk.css"]}

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        now, list_url = timezone.now(), reverse("case:index")
        policy, backlog = get_desk_policy(parent_context["request"]), get_backlog(now)
        oldest = waiting_cases().prefetch_related("treatments", services.prefetch_open_tasks())
        rows = []
        columns = ("kind", "name", "contact_by", "created_at", "status")
        for case in oldest.only(*columns)[:MAX_SHOWN]:
            task = find_answer(case)
            rows.append(
                {
                    "case": case,
                    "age": format_age(task.counts_from, now),
                    "answer_by": format_short(task.due_at, policy.schedule.time_zone),
                    "is_late": now >= task.due_at,
                    "url": reverse("case:inspect", args=[case.pk]),
                }
            )
        return {
            "backlog": backlog,
            "age": format_age(backlog.oldest, now) if backlog.oldest else "",
            "is_late": any(row["is_late"] for row in rows),
            "oldest": rows,
            "list_url": list_url,
            "waiting_url": f"{list_url}?status={Status.NEW}&status={Status.CONTACTING}",
            "unsent_url": f"{list_url}?messages=unsent",
            "complaints_url": f"{list_url}?kind={CaseKind.COMPLAINT}",
            "unseen_url": f"{list_url}?changed=unseen",
            "unconfirmed_url": f"{list_url}?time={UNCONFIRMED}",
            "quarantine_url": f"{list_url}?status={Status.QUARANTINED}",
        }
