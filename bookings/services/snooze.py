"""Put off what is owed about a case."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Case, Event, EventKind, Task

from .cases import lock_case, save_change
from .tasks import find_holds, get_clock, may_snooze
from .transitions import BookingError


@transaction.atomic
def snooze(
    case_id: int,
    until: datetime,
    *,
    actor: User,
    expected_version: int,
    task_id: int | None = None,
    note: str = "",
) -> Case:
    """Put off until an instant (aware) what is owed about a case by then, or only one task.

    Raise BookingError if the moment is over, or if nothing can wait so long.
    """
    case = lock_case(case_id, expected_version)
    if until <= timezone.now():
        raise BookingError(_("Choose a time that is still ahead."))
    tasks = case.tasks.open().select_related("case", "appointment")
    tasks = tasks.filter(pk=task_id) if task_id else tasks.filter(opens_at__lt=until)
    if task_id and not tasks:
        raise BookingError(_("This is done already, so it was not put off."))
    put_off = [task for task in tasks if may_snooze(task, until)]
    if not put_off:
        raise BookingError(_("This cannot wait so long. Choose an earlier time."))
    save_change(case)
    kind = put_off[0].kind if task_id else ""
    Event.objects.record(case, EventKind.SNOOZED, actor, note, task=kind, until=until)
    clock, holds = get_clock(), find_holds({case.pk})
    for task in put_off:
        task.snoozed_until = until
        task.set_moments(clock, holds.get(case.pk))
    Task.objects.bulk_update(put_off, ["snoozed_until", "opens_at", "due_at"])
    return case
