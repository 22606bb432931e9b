"""Protect a patient's data."""

from django.contrib.auth.models import User
from django.db import transaction

from bookings.models import Case, Event, EventKind

from .cases import lock_case, save_change


@transaction.atomic
def revoke_links(case_id: int, *, actor: User) -> Case:
    """Revoke every link that was emailed for this case.

    It is for an email that went to the wrong address.
    """
    case = lock_case(case_id)
    case.link_version += 1
    save_change(case)
    Event.objects.record(case, EventKind.LINKS_REVOKED, actor)
    return case
