"""Put off what is owed about a case."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Case, Event, EventKind, Task, TaskKind

from .cases import lock_case, save_change
from .tasks import find_holds, get_clock, set_moments
from .transitions import BookingError

# These are promises to patients: they may wait until they are due, and no longer.
PROMISES = (
    TaskKind.ANSWER,
    TaskKind.COMPLAINT,
    TaskKind.SIGN_OFF,
    TaskKind.REVIEW,
    TaskKind.RECORD_VISIT,
    TaskKind.DAY_AFTER,
)


@transaction.atomic
def snooze(case_id: int, until: datetime, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Put off until an instant (aware) what is owed about a case by then.

    Raise BookingError if nothing can wait so long.
    """
    case = lock_case(case_id, expected_version)
    if until <= timezone.now():
        raise BookingError(_("Choose a time that is still ahead."))
    tasks = case.tasks.open().filter(opens_at__lt=until).select_related("case", "appointment")
    put_off = [task for task in tasks if task.kind not in PROMISES or until <= task.due_at]
    if not put_off:
        raise BookingError(_("Nothing here can wait that long."))
    save_change(case)
    Event.objects.record(case, EventKind.SNOOZED, actor, note, until=until)
    clock, holds = get_clock(), find_holds({case.pk})
    for task in put_off:
        task.snoozed_until = until
        set_moments(task, clock, holds.get(case.pk))
    Task.objects.bulk_update(put_off, ["snoozed_until", "opens_at", "due_at"])
    return case
