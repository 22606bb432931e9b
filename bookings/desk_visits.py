"""The visits that a change of the opening hours would hit."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils import timezone
from wagtail.permissions import policy_registry

from clinic.hours.admin.visits import VisitInHours
from clinic.hours.schedule import Interval

from .desk_times import live_visits
from .models import Appointment, Case


def visits_in_hours(intervals: Sequence[Interval], user: AbstractBaseUser) -> list[VisitInHours]:
    """Kept and booked visits that overlap the intervals: by reference, with a link for those who may read requests."""
    if not intervals:
        return []
    first, last = min(one.opens for one in intervals), max(one.closes for one in intervals)
    visits = live_visits(timezone.now()).filter(starts_at__lt=last, ends_at__gt=first).select_related("case")
    may_view = policy_registry.get_by_type(Case).user_has_permission(user, "view")
    return [
        VisitInHours(visit.starts_at, visit.case.reference, page_of(visit) if may_view else "")
        for visit in visits
        if any(visit.starts_at < one.closes and one.opens < visit.ends_at for one in intervals)
    ]


def page_of(visit: Appointment) -> str:
    return reverse("case:inspect", args=[visit.case_id])
