"""Let the desk work off its list, hour by hour, with some neglect.

It reads open tasks that have come, and nothing else: what does not stand there is forgotten.
"""

from datetime import timedelta

from bookings import services
from bookings.models import (
    Appointment,
    AppointmentState,
    CallOutcome,
    Case,
    CaseKind,
    Outcome,
    Severity,
    Status,
    Task,
    TaskKind,
)

from .clinic import CLOSES, DAY, FIRST_DAY, HOUR, OPENS, Clinic, instant, is_business_day, local

# So many lines of an hour are left for the next one, and so many for days.
LEFT, FORGOTTEN = 0.15, 0.08
WELL = 0.85


class Desk:
    """Settle what stands on Today."""

    def __init__(self, clinic: Clinic, patients: dict):
        self.clinic, self.patients = clinic, patients
        self.forgotten: dict[int, object] = {}
        self.actions = {
            TaskKind.REVIEW: self.review,
            TaskKind.ANSWER: self.answer,
            TaskKind.CALL: self.call,
            TaskKind.CHANGE_SEEN: self.see,
            TaskKind.RECORD_VISIT: self.record_visit,
            TaskKind.NO_SHOW: self.call,
            TaskKind.DAY_AFTER: self.check_on,
            TaskKind.COMPLAINT: self.answer_complaint,
            TaskKind.SIGN_OFF: self.sign_off,
            TaskKind.REPEAT: self.offer_repeat,
            TaskKind.NEXT_STEP: self.decide,
        }

    def plan_days(self) -> None:
        day = FIRST_DAY
        while day < self.clinic.last_day:
            if is_business_day(day):
                for hour in range(OPENS, CLOSES):
                    self.clinic.plan(instant(day, hour, 5), self.work)
                self.clinic.plan(instant(day, CLOSES, 1), self.work)
            day += DAY

    def work(self) -> None:
        for task in self.clinic.open_tasks():
            if not self.is_left(task):
                self.settle(task)

    def is_left(self, task: Task) -> bool:
        """Return whether nobody gets to this line now."""
        clinic = self.clinic
        if task.pk not in self.forgotten:
            is_forgotten = clinic.chance(FORGOTTEN)
            self.forgotten[task.pk] = clinic.now + clinic.random.uniform(8, 80) * HOUR if is_forgotten else clinic.now
        return clinic.now < self.forgotten[task.pk] or clinic.chance(LEFT)

    def settle(self, task: Task) -> None:
        if task.case_id in self.clinic.touched:
            task = Task.objects.select_related("case", "appointment__visit_type").get(pk=task.pk)
        if task.is_open:
            self.actions[TaskKind(task.kind)](task, task.case)

    def patient_of(self, case: Case):
        return self.patients[case.phone_e164]

    def change(self, path: str, case: Case, to: str, role: str = "frontdesk", **kwargs):
        common = self.clinic.by_desk(case, role)
        return self.clinic.do(path, services.change_stage, case.pk, to, policy=self.clinic.policy, **common, **kwargs)

    # Requests

    def review(self, task: Task, case: Case) -> None:
        clinic = self.clinic
        if clinic.chance(0.4):
            common = clinic.by_desk(case)
            clinic.do(
                "released from quarantine", services.release_from_quarantine, case.pk, policy=clinic.policy, **common
            )
        else:
            self.change("closed in quarantine", case, Status.CLOSED, outcome=Outcome.NOT_A_REQUEST)

    def answer(self, task: Task, case: Case) -> None:
        held = case.appointments.filter(state=AppointmentState.HELD).first()
        if held and held.starts_at > self.clinic.now and self.clinic.chance(0.85):
            policy = self.clinic.policies[held.visit_type_id]
            self.clinic.do("confirmed", services.confirm, case.pk, policy=policy, **self.clinic.by_desk(case))
        else:
            self.call(task, case)

    def call(self, task: Task, case: Case) -> None:
        """Call the patient, and agree on a time if they answer."""
        if services.should_give_up(case) and not self.has_blocking(case):
            self.change("gave up after three calls", case, Status.CLOSED, outcome=Outcome.UNREACHABLE)
            return
        outcome = self.dial(case)
        if outcome != CallOutcome.REACHED:
            return
        case.refresh_from_db()
        if case.appointments.live().exists():
            return
        if self.clinic.chance(0.65):
            self.book(case, "booked by the desk")
        elif self.clinic.chance(0.5) and not self.has_blocking(case):
            self.change("declined", case, Status.CLOSED, outcome=Outcome.DECLINED)

    def dial(self, case: Case) -> CallOutcome:
        clinic, patient = self.clinic, self.patient_of(case)
        outcome, at = CallOutcome.NO_ANSWER, None
        if clinic.chance(patient.answers):
            outcome = CallOutcome.REACHED
        elif clinic.chance(0.2):
            outcome, at = CallOutcome.LATER, clinic.now + timedelta(days=clinic.random.choice((1, 2, 9)))
        elif clinic.chance(0.08):
            outcome = CallOutcome.WRONG_NUMBER
        elif clinic.chance(0.1):
            outcome = CallOutcome.MESSAGE
        clinic.do(f"called: {outcome}", services.record_call, case.pk, outcome, at=at, **clinic.by_desk(case))
        return outcome

    def has_blocking(self, case: Case) -> bool:
        """Return whether something keeps the case open. Sometimes the clerk does not look, and is refused."""
        return not self.clinic.chance(0.3) and any(
            task.kind in (TaskKind.DAY_AFTER, TaskKind.REPEAT, TaskKind.RECORD_VISIT) for task in case.get_open_tasks()
        )

    def book(self, case: Case, path: str, visit_type=None, role: str = "frontdesk", **kwargs):
        """Book one of the next free times, a repeat not before its date."""
        clinic = self.clinic
        visit_type = visit_type or (clinic.toxin if case.kind == CaseKind.REPEAT else clinic.consultation)
        policy, after = clinic.policies[visit_type.pk], case.not_before
        if after and local(clinic.now).date() < after and clinic.chance(0.3):
            # The patient wants it at once. The clerk is refused, and asks the manager.
            start = clinic.find_free(policy)
            common = clinic.by_desk(case)
            if done := clinic.do("repeat booked early", services.book, case.pk, start, policy=policy, **common):
                return done  # The next free time came after the date.
            kwargs, role, after = {"note": "A wedding."}, "manager", None
            path = "repeat booked early by a manager"
        if start := clinic.find_free(policy, after=after):
            return clinic.do(path, services.book, case.pk, start, policy=policy, **clinic.by_desk(case, role), **kwargs)
        return None

    def see(self, task: Task, case: Case) -> None:
        self.clinic.do("change seen", services.mark_seen, case.pk, **self.clinic.by_desk(case))

    def decide(self, task: Task, case: Case) -> None:
        """Decide what comes next where nothing else is owed."""
        clinic, outcomes = self.clinic, services.get_outcomes(case, self.clinic.now)
        clinic.taken["decided what comes next"] += 1
        if case.is_complaint:
            role = "manager" if case.severity != Severity.SERVICE else "frontdesk"
            self.change("complaint resolved", case, Status.CLOSED, role=role, outcome=Outcome.RESOLVED)
        elif Outcome.COMPLETED in outcomes and clinic.chance(0.6):
            self.change("closed as completed", case, Status.CLOSED, outcome=Outcome.COMPLETED)
        elif clinic.chance(0.4):
            self.change("closed as declined", case, Status.CLOSED, outcome=Outcome.DECLINED)
        else:
            self.call(task, case)
        case.refresh_from_db()
        if case.status == Status.CLOSED and not case.is_complaint and clinic.chance(0.15):
            self.change("opened again", case, Status.CONTACTING, note="The patient called again.")

    # Visits

    def record_visit(self, task: Task, case: Case) -> None:
        visit, now = task.appointment, self.clinic.now
        if visit.state == AppointmentState.CHECKED_IN:
            if now >= visit.ends_at:
                self.end_visit(case, visit)
        elif visit.state == AppointmentState.BOOKED:
            comes = self.patient_of(case).comes_to(visit)
            is_its_day = local(now).date() == local(visit.starts_at).date()
            if not comes and now >= visit.ends_at:
                self.change("did not come", case, AppointmentState.NO_SHOW, visit_id=visit.pk)
            elif comes and is_its_day and now >= visit.starts_at - HOUR:
                self.change("checked in", case, AppointmentState.CHECKED_IN, visit_id=visit.pk)
            elif comes and now >= visit.ends_at:
                self.clinic.taken["recorded on a later day"] += 1
                self.end_visit(case, visit)

    def end_visit(self, case: Case, visit: Appointment) -> None:
        """Record a consultation or a treatment. Sometimes the wrong button is pressed first."""
        clinic = self.clinic
        kind = visit.visit_type
        if not kind.is_treatment and clinic.chance(0.5):
            if self.change("consulted", case, AppointmentState.CONSULTED, visit_id=visit.pk) and clinic.chance(0.6):
                case.refresh_from_db()
                treatment = clinic.random.choice((clinic.toxin, clinic.toxin, clinic.filler))
                self.book(case, "treatment booked from the consultation", treatment)
            return
        treatment = None if kind.is_treatment else clinic.random.choice((clinic.toxin, clinic.filler))
        role = clinic.random.choice(("frontdesk", "clinician"))
        done = self.change("treated", case, AppointmentState.TREATED, role=role, visit_id=visit.pk, treatment=treatment)
        if done and clinic.chance(0.12):
            case.refresh_from_db()
            back = self.change("taken back", case, AppointmentState.CHECKED_IN, visit_id=visit.pk)
            if back:
                self.change("treated", back, AppointmentState.TREATED, visit_id=visit.pk, treatment=treatment)

    # Promises

    def check_on(self, task: Task, case: Case) -> None:
        clinic = self.clinic
        if not clinic.chance(self.patient_of(case).answers):
            common = clinic.by_desk(case)
            clinic.do("day after: no answer", services.record_call, case.pk, CallOutcome.NO_ANSWER, **common)
            return
        is_well = clinic.chance(WELL)
        note = "" if is_well else clinic.random.choice(("My lip is numb.", "I can hardly swallow."))
        clinic.do(
            "day after: well" if is_well else "day after: not well",
            services.check_on,
            case.pk,
            is_well=is_well,
            visit_id=task.appointment_id,
            note=note,
            **clinic.by_desk(case),
        )

    def answer_complaint(self, task: Task, case: Case) -> None:
        if not self.clinic.chance(0.3):
            self.dial(case)

    def sign_off(self, task: Task, case: Case) -> None:
        """Close a medical complaint. The front desk tries sometimes, and is refused."""
        role = self.clinic.random.choice(("frontdesk", "clinician", "manager"))
        self.change("signed off", case, Status.CLOSED, role=role, outcome=Outcome.RESOLVED)

    def offer_repeat(self, task: Task, case: Case) -> None:
        clinic = self.clinic
        common = clinic.by_desk(case) | {"visit_id": task.appointment_id}
        if clinic.chance(0.75):
            clinic.do("repeat opened", services.open_repeat, case.pk, **common)
        else:
            clinic.do("repeat declined", services.decline_repeat, case.pk, note="Moved away.", **common)
