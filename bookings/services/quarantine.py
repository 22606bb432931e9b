"""Requests that came too many at once: kept, but nobody is mailed and no time is held before the desk says so."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Case, ConsultationSettings, EventKind, MessageKind, Status
from bookings.transitions import BookingError
from clinic.models import ClinicProfile

from .appointments import Calendar, TimeTaken, lock_lanes
from .common import add_event, locked, save_change, set_status
from .requests import keep_time, queue_mails


@transaction.atomic
def let_out(
    case_id: int,
    *,
    actor: AbstractBaseUser,
    expected_version: int,
    settings: ConsultationSettings,
    profile: ClinicProfile,
    calendar: Calendar | None,
) -> Case:
    """A request that is real after all: from now on like any other. The patient gets her receipt, and the time she
    picked if it can still be had."""
    lock_lanes()
    case = locked(case_id, expected_version)
    if case.status != Status.QUARANTINED:
        raise BookingError(_("This request is not in quarantine."))
    set_status(case, Status.NEW)
    save_change(case)
    add_event(case, EventKind.STATUS, actor=actor, from_status=Status.QUARANTINED, to_status=Status.NEW)
    queue_mails(case, [MessageKind.RECEIPT], settings, profile)
    if case.wanted_start:
        _keep_if_free(case, calendar)
    return case


def _keep_if_free(case: Case, calendar: Calendar | None) -> None:
    try:
        with transaction.atomic():
            keep_time(case, case.wanted_start, calendar, timezone.now())
    except TimeTaken:
        text = _("She had picked %(time)s, which is no longer free.")
        add_event(case, EventKind.TIME_REFUSED, text=text % {"time": calendar.words(case.wanted_start)})
