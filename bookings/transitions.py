"""Which status may follow which: data, so that the desk's buttons and the rule are one thing."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from .models import Case, Outcome, Status

STEPS = tuple(Status)  # in the order of a visit

# What usually comes next stands first. Besides the way forward: steps that a front desk skips (she phones before
# we do, she walks in), one step back for a wrong click, and opening a closed request again at any step.
TRANSITIONS: Mapping[Status, tuple[Status, ...]] = {
    # Let out by ``services.let_out``, which also sends the mails and keeps the time that had to wait.
    Status.QUARANTINED: (Status.CLOSED,),
    Status.NEW: (Status.CONTACTING, Status.SCHEDULED, Status.ATTENDED, Status.CLOSED),
    Status.CONTACTING: (Status.SCHEDULED, Status.ATTENDED, Status.CLOSED, Status.NEW),
    Status.SCHEDULED: (Status.ATTENDED, Status.CLOSED, Status.CONTACTING),
    Status.ATTENDED: (Status.TREATED, Status.CLOSED, Status.SCHEDULED),
    Status.TREATED: (Status.CLOSED, Status.ATTENDED),
    Status.CLOSED: (Status.CONTACTING, Status.SCHEDULED, Status.ATTENDED, Status.TREATED, Status.NEW),
}


# Where the desk and the patient may still agree on a time. A file that is further on is taken back first.
OPEN_FOR_A_TIME = (Status.NEW, Status.CONTACTING, Status.SCHEDULED)


class BookingError(Exception):
    """Something a person asked for cannot be done. The text is for her eyes, and names no patient."""


class TransitionRefused(BookingError):
    """The case cannot go there from where it is."""


def next_statuses(case: Case) -> tuple[Status, ...]:
    """Where the case may go from here, the usual way first."""
    return TRANSITIONS[Status(case.status)]


def refuse_wrong_move(case: Case, to_status: str, outcome: str) -> None:
    """TransitionRefused unless the case may go there; closing needs an outcome, and nothing else has one."""
    if to_status not in next_statuses(case):
        names = dict(Status.choices)
        words = {"from": case.get_status_display(), "to": names.get(to_status, to_status)}
        raise TransitionRefused(_("A request cannot go from “%(from)s” to “%(to)s”.") % words)
    if to_status == Status.CLOSED and outcome not in Outcome.values:
        raise TransitionRefused(_("Say how it ended before you close the request."))
    if to_status != Status.CLOSED and outcome:
        raise TransitionRefused(_("Only a request that you close has an outcome."))


def refuse_a_time(case: Case) -> None:
    """TransitionRefused when the case is too far on to get a time, or not let in yet."""
    if case.status not in OPEN_FOR_A_TIME:
        raise TransitionRefused(_("Take the request back to “Contacting” first, then choose a time."))


def remark(case: Case, to_status: str, outcome: str) -> str:
    """What the event of this move says beyond its two statuses."""
    if to_status == Status.CLOSED:
        return str(Outcome(outcome).label)
    if case.status == Status.CLOSED:
        return _("Opened again; it had been closed as “%(outcome)s”.") % {"outcome": case.get_outcome_display()}
    is_step_back = STEPS.index(Status(to_status)) < STEPS.index(Status(case.status))
    return _("One step back.") if is_step_back else ""
