from collections.abc import Collection
from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from bookings.scheduling.policy import Clock, Span
from clinic.models import ClinicProfile, OpeningHours

from .cases import Case
from .events import Event
from .scheduling import Appointment, AppointmentState
from .settings import ConsultationSettings


class TaskKind(models.TextChoices):
    """List what the desk can owe somebody."""

    COMPLAINT = "complaint", _("Answer a complaint")
    SIGN_OFF = "sign_off", _("Sign off a complaint")
    REVIEW = "review", _("Review a request in quarantine")
    ANSWER = "answer", _("Answer a request")
    RECORD_VISIT = "record_visit", _("Record what became of a visit")
    CALL = "call", _("Call the patient")
    DAY_AFTER = "day_after", _("Ask how the patient is")
    NO_SHOW = "no_show", _("Ask why the patient did not come")
    CHANGE_SEEN = "change_seen", _("See what the patient changed")
    REPEAT = "repeat", _("Offer the repeat visit")
    NEXT_STEP = "next_step", _("Decide what comes next")


# Each of these is about one visit. A visit has at most one of each, ever.
VISIT_TASKS = (TaskKind.RECORD_VISIT, TaskKind.NO_SHOW, TaskKind.DAY_AFTER, TaskKind.REPEAT)


# These cannot be put off past the moment when they are due: somebody was promised it.
DUE_IN_TIME = (
    TaskKind.ANSWER,
    TaskKind.COMPLAINT,
    TaskKind.DAY_AFTER,
    TaskKind.RECORD_VISIT,
    TaskKind.REVIEW,
    TaskKind.SIGN_OFF,
)


class TaskResult(models.TextChoices):
    DONE = "done", _("Done")
    NO_ANSWER = "no_answer", _("Not reached")
    DECLINED = "declined", _("Declined")
    MOOT = "moot", _("No longer needed")


class TaskQuerySet(models.QuerySet):
    def open(self) -> "TaskQuerySet":
        # A literal NULL: SQLite uses a partial index only for the condition that the index names.
        return self.filter(closing_event__isnull=True)

    def owe(
        self,
        case: Case,
        kind: TaskKind,
        event: Event,
        counts_from: datetime | None = None,
        *,
        appointment: Appointment | None = None,
        attempts: int = 0,
        not_before: date | None = None,
        clock: Clock | None = None,
    ) -> "Task":
        """Owe something about a case, or return what is owed already.

        ``counts_from`` (aware; now if None) is where its age and its moments begin. ``appointment`` is the visit
        that it is about.
        """
        is_owed = Q(appointment=appointment) if appointment else Q(appointment=None, closing_event__isnull=True)
        if known := case.tasks.filter(is_owed, kind=kind).first():
            return known
        task = self.model(
            case=case,
            kind=kind,
            appointment=appointment,
            opening_event=event,
            attempts=attempts,
            not_before=not_before,
            counts_from=counts_from or timezone.now(),
        )
        holds = find_holds({case.pk}) if kind == TaskKind.ANSWER else {}
        task.set_moments(clock or get_clock(), holds.get(case.pk))
        task.save(force_insert=True)
        return task


class Task(models.Model):
    """Store one thing that the desk owes somebody about a case.

    It stands on Today from ``opens_at``, and is late after ``due_at``. It is open until it has a closing event.
    The service that makes something owed adds the row; the service that settles it closes the row. Both happen in the
    transaction of the change. The owner is the case's. Instants are UTC.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=TaskKind)
    # The age counts from here, and so do the two moments below when the opening hours change.
    counts_from = models.DateTimeField(_("counts from"))
    opens_at = models.DateTimeField(_("opens"))
    due_at = models.DateTimeField(_("due"))
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    # Calls that the patient did not answer.
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # A repeat is not given before this local date.
    not_before = models.DateField(_("not before"), null=True, blank=True)
    # Set when managers and the physician have been told of a complaint that nobody answered.
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    opening_event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="opened_tasks")
    closing_event = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.CASCADE, related_name="closed_tasks"
    )
    result = models.CharField(_("result"), max_length=12, choices=TaskResult, blank=True, default="")

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        default_permissions = ()
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(closing_event__isnull=True, appointment__isnull=True),
                name="bookings_one_open_task_of_a_kind",
            ),
            models.UniqueConstraint(fields=["appointment", "kind"], name="bookings_one_task_a_visit"),
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, kind__in=VISIT_TASKS)
                | Q(appointment__isnull=True) & ~Q(kind__in=VISIT_TASKS),
                name="bookings_task_names_its_visit",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("opens_at")), name="bookings_task_due_after_opening"),
            models.CheckConstraint(
                condition=Q(closing_event__isnull=True, result="") | Q(closing_event__isnull=False) & ~Q(result=""),
                name="bookings_closed_task_has_a_result",
            ),
            models.CheckConstraint(
                condition=Q(kind="repeat", not_before__isnull=False) | ~Q(kind="repeat") & Q(not_before__isnull=True),
                name="bookings_repeat_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["opens_at"], condition=Q(closing_event__isnull=True), name="bookings_open_task"),
        ]

    def __str__(self):
        return f"{self.kind} ({self.case_id})"

    @property
    def is_open(self) -> bool:
        return self.closing_event_id is None

    def reopen(self) -> None:
        """Save that it is owed again, with the moments that it had."""
        self.closing_event, self.result = None, ""
        self.save(update_fields=["closing_event", "result"])

    def set_moments(self, clock: Clock, held_until: datetime | None = None) -> None:
        """Set from when a task stands on Today, and when it is due.

        ``held_until`` is when the held time of the case has to be answered, if it has one. The caller saves the task.
        """
        opens_at, due_at = self._get_span(clock, held_until)
        # What has become due earlier since it was put off cannot wait any more.
        if self.snoozed_until and (self.kind not in DUE_IN_TIME or self.snoozed_until <= due_at):
            opens_at = max(opens_at, self.snoozed_until)
        self.opens_at, self.due_at = opens_at, max(due_at, opens_at)

    def _get_span(self, clock: Clock, held_until: datetime | None) -> Span:
        since, visit = self.counts_from, self.appointment
        if self.kind == TaskKind.ANSWER:
            return Span(since, clock.answer_by(since, held_until))
        if self.kind == TaskKind.COMPLAINT:
            return Span(since, clock.complaint_by(since, self.case.severity))
        if self.kind == TaskKind.SIGN_OFF:
            return Span(since, clock.next_business_day(since).due_at)
        if self.kind == TaskKind.NEXT_STEP:
            return clock.next_business_day(since)
        if visit and self.kind == TaskKind.RECORD_VISIT:
            return clock.of_visit(visit.starts_at, visit.ends_at)
        if (
            visit
            and self.kind == TaskKind.DAY_AFTER
            and since <= (span := clock.next_business_day(visit.starts_at)).opens_at
        ):
            return span
        if self.not_before:
            return clock.repeat(self.not_before)
        return Span(since, clock.answer_by(since))


def get_clock() -> Clock:
    """Return the clock of the default site's clinic."""
    site = Site.objects.get(is_default_site=True)
    profile = ClinicProfile.for_site(site)
    return Clock.build(ConsultationSettings.for_site(site), OpeningHours.schedule_for(profile), profile.zone)


def find_holds(case_ids: Collection[int]) -> dict[int, datetime]:
    """Return until when the held time of each of these cases has to be answered."""
    held = Appointment.objects.filter(state=AppointmentState.HELD, case__in=case_ids) if case_ids else ()
    return {visit.case_id: visit.answer_by for visit in held if visit.answer_by}
