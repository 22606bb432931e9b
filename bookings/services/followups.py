"""Record how a patient is on the day after a treatment."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from bookings.models import Case, Event, EventKind, Task, TaskKind

from .cases import lock_case, save_change
from .complaints import open_for_desk
from .tasks import keep_track, settle
from .transitions import BookingError


@transaction.atomic
def check_on(
    case_id: int,
    *,
    is_well: bool,
    actor: User,
    expected_version: int,
    visit_id: int | None = None,
    note: str = "",
) -> tuple[Case, Case | None]:
    """Record that the patient was asked how they are, and return the case with the complaint that follows, if any.

    A patient who is not well has a complaint, which the note describes. ``visit_id`` is the visit that they were asked
    about, else the one that is due first. Raise BookingError if nothing is owed.
    """
    case = lock_case(case_id, expected_version)
    owed = case.tasks.open().filter(kind=TaskKind.DAY_AFTER)
    task: Task | None = (owed.filter(appointment=visit_id) if visit_id else owed).first()
    if task is None:
        raise BookingError(_("Nobody has to ask this patient how they are."))
    complaint = None if is_well else open_for_desk(case, task.appointment, note, actor)
    save_change(case)
    data = {"is_well": is_well, "reference": complaint.reference if complaint else ""}
    event = Event.objects.record(case, EventKind.CHECKED_ON, actor, note, **data)
    settle(case, [TaskKind.DAY_AFTER], event, appointment=task.appointment)
    keep_track(case, event)
    return case, complaint
