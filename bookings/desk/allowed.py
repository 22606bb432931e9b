"""List what a member of staff may do with a case now.

The buttons of a case come from here, and from nowhere else. What is possible is in the tables of the services, and who
may do it in ``services.permissions``.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import services
from bookings.models import (
    CONFIRMABLE,
    LIVE,
    OPEN_STATUSES,
    Appointment,
    AppointmentState,
    CallOutcome,
    Case,
    MessageKind,
    MessageState,
    Severity,
    Status,
    Task,
    TaskKind,
)
from bookings.scheduling.formatting import format_deadline
from bookings.scheduling.policy import Clock
from bookings.services.permissions import NEEDS
from bookings.services.tasks import MAX_ATTEMPTS
from bookings.services.transitions import GONE, UNFINISHED, get_visit_of_step, is_step_back, is_unclear
from clinic.hours.schedule import DAY, MINUTE

# The label of the button that takes a case, or a visit, to this stage.
STEPS = {
    Status.NEW: gettext_lazy("Back to new"),
    Status.CONTACTING: gettext_lazy("Start contacting"),
    AppointmentState.CHECKED_IN: gettext_lazy("Patient came"),
    AppointmentState.CONSULTED: gettext_lazy("Consultation done"),
    AppointmentState.TREATED: gettext_lazy("Treatment done"),
    AppointmentState.NO_SHOW: gettext_lazy("Did not come"),
}
# The keys that record a visit.
STEP_KEYS = {
    AppointmentState.CHECKED_IN: "check-in",
    AppointmentState.CONSULTED: "done",
    AppointmentState.TREATED: "done",
    AppointmentState.NO_SHOW: "missed",
}
# The label of the button that takes back the step to this state.
UNDO = {
    AppointmentState.NO_SHOW: gettext_lazy("Undo “Did not come”"),
    AppointmentState.CHECKED_IN: gettext_lazy("Undo “Patient came”"),
    AppointmentState.CONSULTED: gettext_lazy("Undo “Consultation done”"),
    AppointmentState.TREATED: gettext_lazy("Undo “Treatment done”"),
}
CALLS = {
    CallOutcome.REACHED: (gettext_lazy("Reached"), "reached"),
    CallOutcome.NO_ANSWER: (gettext_lazy("No answer"), "no-answer"),
    CallOutcome.MESSAGE: (gettext_lazy("Message sent"), ""),
    CallOutcome.WRONG_NUMBER: (gettext_lazy("Wrong number"), "wrong-number"),
}
# What there is for a patient whom nobody can call.
WAYS_IN_WRITING = (CallOutcome.MESSAGE, CallOutcome.REACHED)


class Button(NamedTuple):
    """Hold what a button sends, its label, and the key that presses it."""

    name: str
    value: str
    label: str
    key: str = ""


# The buttons by what they are about: "call", "close", "visit-12", "task-7" …
Buttons = dict[str, list[Button]]


def allowed_actions(case: Case, user: User, now: datetime, clock: Clock | None = None) -> Buttons:
    """Return what the user may do with the case now (aware), by what it is about.

    The page of a case has read all that belongs to it. Without ``clock`` it is that of the default site.
    """
    may = {action for action in NEEDS if services.may(user, action)}
    buttons: Buttons = defaultdict(list)
    clock = clock or services.get_clock()
    if "note" in may:
        buttons["note"] = [Button("action", "note", _("Save only the note"))]
    _add_steps(buttons, case, may, now, clock)
    if case.is_open_complaint and (severities := get_severities(case, may)):
        buttons["severity"] = severities
    if "change" in may:
        _add_tasks(buttons, case, may, now, clock)
        _add_times(buttons, case, may, now, clock)
        _add_rights(buttons, case, user, now)
    return dict(buttons)


def _add_steps(buttons: Buttons, case: Case, may: Collection[str], now: datetime, clock: Clock) -> None:
    """Add the steps of the visits, and those of the case."""
    deciding = get_visit_of_step(case)
    others = [visit for visit in case.appointments.all() if visit.state in UNFINISHED and visit != deciding]
    for visit in (deciding, *others):
        for to in services.next_stages(case, now, clock.zone, visit.pk if visit else None):
            # The visit that decides needs no key.
            value = to if visit == deciding else f"{to}:{visit.pk}"
            if isinstance(to, AppointmentState) and "treat" in may:
                _add_visit_step(buttons, case, visit, to, value)
            elif visit == deciding and to == Status.CLOSED:
                _add_closing(buttons, case, may, now)
            elif visit == deciding and isinstance(to, Status) and "change" in may:
                label = _("Reopen") if case.status == Status.CLOSED else str(STEPS[to])
                buttons["case"].append(Button("to_status", to, label))


def _add_visit_step(buttons: Buttons, case: Case, visit: Appointment | None, to: AppointmentState, value: str) -> None:
    if is_step_back(case, visit, to):
        if to == AppointmentState.BOOKED and not _can_be_booked_again(case, visit):
            return
        buttons["undo"].append(Button("to_status", value, str(UNDO[AppointmentState(visit.state)])))
    elif visit is None or visit.state not in (*LIVE, *UNFINISHED):
        buttons["walk_in"].append(Button("to_status", value, _("Patient is here")))
    else:
        buttons[f"visit-{visit.pk}"].append(Button("to_status", value, str(STEPS[to]), STEP_KEYS.get(to, "")))


def _can_be_booked_again(case: Case, visit: Appointment) -> bool:
    """Return whether a visit can go back to what it was: a case has one held or booked time.

    A patient who walked in had none, so undoing that leaves no visit.
    """
    has_another = any(other.state in LIVE for other in case.appointments.all())
    return not has_another or visit.created_at >= visit.starts_at


def _add_closing(buttons: Buttons, case: Case, may: Collection[str], now: datetime) -> None:
    """Add what closes the case. A medical complaint is closed by those who may sign it off."""
    is_medical = case.is_medical_complaint
    if "sign_off" not in may if is_medical else "change" not in may:
        return
    if services.get_closing_outcomes(case, now):
        buttons["close"] = [Button("to_status", Status.CLOSED, _("Close"))]
    if is_medical and any(task.kind == TaskKind.SIGN_OFF for task in case.get_open_tasks()):
        buttons["sign_off"] = [Button("action", "sign_off", _("Sign off and close"))]


def _add_tasks(buttons: Buttons, case: Case, may: Collection[str], now: datetime, clock: Clock) -> None:
    """Add what settles a task, or puts it off."""
    tasks, again = case.get_open_tasks(), get_moments(now, clock)
    if case.status in OPEN_STATUSES:
        outcomes = WAYS_IN_WRITING if case.is_written_to else CALLS
        buttons["call"] = [
            Button("answered", outcome, str(CALLS[outcome][0]), CALLS[outcome][1]) for outcome in outcomes
        ]
        buttons["call_at"] = [Button("call_at", at.isoformat(), label) for at, label in again]
    if services.should_give_up(case):
        label = _("Email the patient, and close the case") if case.email else _("Close: could not be reached")
        buttons["give_up"] = [Button("action", "give_up", label)]
    for task in tasks:
        if task.kind == TaskKind.CHANGE_SEEN:
            buttons["seen"] = [Button("action", "seen", _("Seen"), "seen")]
        if task.kind == TaskKind.REVIEW:
            buttons["release"] = [Button("action", "release", _("Release from quarantine"))]
        if task.kind == TaskKind.DAY_AFTER:
            buttons[f"task-{task.pk}"] = [
                Button("well", f"yes:{task.appointment_id}", _("Fine"), "well"),
                Button("answered", CallOutcome.NO_ANSWER, _("No answer"), "no-answer"),
                Button("well", f"no:{task.appointment_id}", _("Not well"), "not-well"),
            ]
            if task.attempts >= MAX_ATTEMPTS:
                buttons[f"task-{task.pk}"].append(Button("well", f"unknown:{task.appointment_id}", _("Stop asking")))
        if task.kind == TaskKind.REPEAT:
            _add_repeat(buttons, task, may, now)
        if task.opens_at <= now:
            buttons[f"snooze-{task.pk}"] = [
                Button("snooze", f"{task.pk} {at.isoformat()}", label)
                for at, label in again
                if services.may_snooze(task, at)
            ]


def _add_repeat(buttons: Buttons, task: Task, may: Collection[str], now: datetime) -> None:
    """Add what becomes of a repeat. Before the desk offers it, only a manager opens it, with a reason."""
    visit = str(task.appointment_id)
    own = buttons[f"task-{task.pk}"] = []
    if task.opens_at <= now or "override" in may:
        own.append(Button("open_repeat", visit, _("Open the repeat"), "open-repeat"))
    own.append(Button("decline_repeat", visit, _("The patient declines")))


def get_severities(case: Case, may: Collection[str]) -> list[Button]:
    """Return how urgent the user may make a complaint.

    Whoever writes notes may make it more urgent, and only those who may sign it off less urgent.
    """
    every = [*Severity]
    now = every.index(Severity(case.severity))
    return [
        Button("severity", severity, str(severity.label))
        for number, severity in enumerate(every)
        if number != now and ("note" if number < now else "sign_off") in may
    ]


def get_moments(now: datetime, clock: Clock) -> list[tuple[datetime, str]]:
    """Return moments to which a call or a task can be put off, each with its label."""
    soon = clock.add_open(now, 60)
    label = _("in 1 hour") if soon == now + 60 * MINUTE else format_deadline(soon, now, clock.zone)
    tomorrow = clock.next_business_day(now).opens_at
    later = clock.next_business_day(tomorrow).opens_at
    next_week = clock.business_day_from(clock.local_date(now) + 7 * DAY).opens_at
    moments = {soon: label}
    for at in (tomorrow, later, next_week):
        moments.setdefault(at, format_deadline(at, now, clock.zone))
    return list(moments.items())


def _add_times(buttons: Buttons, case: Case, may: Collection[str], now: datetime, clock: Clock) -> None:
    """Add what books, moves and cancels. Only a manager confirms a repeat before its date."""
    visits = sorted(case.appointments.all(), key=lambda visit: (visit.state in LIVE, visit.pk))
    newest = visits[-1] if visits else None
    live = newest if newest and newest.get_state_at(now) in LIVE else None
    if live and (live.state == AppointmentState.HELD or live.starts_at > now):
        buttons["cancel"] = [Button("action", "cancel", _("Cancel this visit"))]
    if case.status not in OPEN_STATUSES:
        return
    can_confirm = newest and newest.state in CONFIRMABLE and newest.starts_at > now
    if newest and can_confirm and ("override" in may or not case.is_early(newest.starts_at, clock.zone)):
        buttons["confirm"] = [Button("action", "confirm", _("Book this visit"), "confirm")]
    if live is None or not is_unclear(live, now):
        buttons["book"] = [Button("action", "book", _("Book the typed time"))]


def _add_rights(buttons: Buttons, case: Case, user: User, now: datetime) -> None:
    """Add what changes the owner, the contact details, and what a patient may demand."""
    buttons["owner"] = [Button("action", "owner", _("Assign"))]
    if case.owner_id != user.pk:
        buttons["take"] = [Button("action", "take", _("Assign to me"), "take")]
    buttons["correct"] = [Button("action", "correct", _("Save the correction"))]
    if case.email:
        buttons["revoke"] = [Button("action", "revoke", _("Revoke the links in earlier emails"))]
    if any(consent.withdrawn_at is None for consent in case.consents.all()):
        buttons["withdraw"] = [Button("action", "withdraw", _("Patient withdraws consent"))]
    is_ahead = any(visit.state not in GONE and visit.ends_at > now for visit in case.appointments.all())
    on_its_way = (MessageState.QUEUED, MessageState.SENDING)
    messages = [one for one in case.messages.all() if one.kind == MessageKind.CANCELED and one.state in on_its_way]
    if not is_ahead and not messages:
        buttons["erase"] = [Button("action", "erase", _("Delete this request"))]
    # The page names the message, or the other case.
    buttons["retry"] = buttons["link"] = buttons["unlink"] = []


def get_task_buttons(task: Task, buttons: Buttons) -> list[Button]:
    """Return the buttons that settle a task, what usually comes first at the front."""
    visit = [*buttons.get(f"visit-{task.appointment_id}", ())] if task.appointment_id else []
    groups = {
        TaskKind.COMPLAINT: ["call"],
        TaskKind.SIGN_OFF: ["sign_off"],
        TaskKind.REVIEW: ["release"],
        TaskKind.ANSWER: ["confirm", "call"],
        TaskKind.CALL: ["call", "give_up"],
        TaskKind.NO_SHOW: ["call", "give_up"],
        TaskKind.CHANGE_SEEN: ["seen"],
        TaskKind.NEXT_STEP: [],
    }
    own = [*buttons.get(f"task-{task.pk}", ())]
    named = [button for group in groups.get(TaskKind(task.kind), ()) for button in buttons.get(group, ())]
    return [*(visit if task.kind == TaskKind.RECORD_VISIT else ()), *own, *named]
