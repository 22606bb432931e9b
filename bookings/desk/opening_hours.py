"""Find the visits that a change of the opening hours affects."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from clinic.hours.admin.visits import VisitInHours
from clinic.hours.schedule import Interval

from .access import may_see_cases
from .queries import current_visits


def find_visits(intervals: Sequence[Interval], user: User) -> list[VisitInHours]:
    """Return visits that overlap the intervals and have not ended.

    Users who may see cases get a link to each.
    """
    if not intervals:
        return []
    first, last = min(one.opens for one in intervals), max(one.closes for one in intervals)
    visits = current_visits(timezone.now()).filter(starts_at__lt=last, ends_at__gt=first).select_related("case")
    may_see = may_see_cases(user)
    return [
        VisitInHours(
            visit.starts_at,
            visit.case.reference,
            reverse("case:inspect", args=[visit.case_id]) if may_see else "",
        )
        for visit in visits
        if any(visit.starts_at < one.closes and one.opens < visit.ends_at for one in intervals)
    ]
