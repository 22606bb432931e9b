import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.hours.holidays import NthWeekday
from clinic.hours.models import DateRange, WeeklyHours, YearlyHoliday, ends_after_start
from clinic.hours.schedule import MIDNIGHT, Schedule

from .cases import Case


class ResourceKind(models.TextChoices):
    ROOM = "room", _("Room")
    PRACTITIONER = "practitioner", _("Practitioner")


class ResourceQuerySet(models.QuerySet):
    def for_visits(self, visit_type_id: int | None, kinds: Collection[str]) -> "ResourceQuerySet":
        """Return the resources of these kinds that take visits of this type.

        A practitioner takes only visits of the types that they perform.
        """
        performs = Q(kind=ResourceKind.ROOM) | Q(performs__isnull=False, performs=visit_type_id)
        return self.filter(performs, is_active=True, kind__in=kinds).distinct()


class Resource(WeeklyHours):
    """Store a room or a practitioner. It takes one visit at a time.

    The days of the week hold a practitioner's own hours, in the clinic's wall time. They count while
    ``has_own_hours`` is on, and only while the clinic is open. Writers of slots lock all resources, in the order of
    keys.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ResourceKind, default=ResourceKind.ROOM)
    name = models.CharField(_("name"), max_length=60, unique=True)
    is_active = models.BooleanField(
        _("takes visits"), default=True, help_text=_("When it is off, no new times are offered in it.")
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    has_own_hours = models.BooleanField(
        _("has their own hours"),
        default=False,
        help_text=_("For a practitioner who is not there whenever the clinic is open. Write the hours below."),
    )

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("room or practitioner")
        verbose_name_plural = _("rooms and practitioners")
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return self.name

    def get_own_schedule(self, time_zone: ZoneInfo) -> Schedule | None:
        """Return when a practitioner with their own hours is there, else None."""
        if self.kind != ResourceKind.PRACTITIONER or not self.has_own_hours:
            return None
        return Schedule(time_zone, self.weekly)


class VisitType(models.Model):
    """Store the length and the needs of a type of visit.

    Patients book the first active one.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    minutes = models.PositiveSmallIntegerField(
        _("length"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
        help_text=_("In minutes."),
    )
    pause_minutes = models.PositiveSmallIntegerField(
        _("break after it"), default=0, validators=[MaxValueValidator(240)], help_text=_("In minutes.")
    )
    needs_room = models.BooleanField(_("needs a room"), default=True)
    needs_practitioner = models.BooleanField(_("needs a practitioner"), default=False)
    performed_by = models.ManyToManyField(
        Resource,
        verbose_name=_("performed by"),
        blank=True,
        limit_choices_to={"kind": ResourceKind.PRACTITIONER},
        related_name="performs",
        help_text=_("Only these practitioners are booked for it."),
    )
    is_treatment = models.BooleanField(
        _("is a treatment"),
        default=False,
        help_text=_("The desk asks every patient on the next business day after a treatment how they are."),
    )
    repeat_after_days = models.PositiveSmallIntegerField(
        _("repeat after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(14), MaxValueValidator(1100)],
        help_text=_("In days. The desk offers the repeat two weeks before. Leave it blank if there is none."),
    )
    is_active = models.BooleanField(_("can be booked"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("type of visit")
        verbose_name_plural = _("types of visit")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_room=True) | Q(needs_practitioner=True),
                name="bookings_visit_type_needs_something",
                violation_error_message=_("A visit needs a room, a practitioner, or both."),
            ),
            models.CheckConstraint(
                condition=Q(is_treatment=True) | Q(repeat_after_days__isnull=True),
                name="bookings_only_treatments_repeat",
                violation_error_message=_("Only a treatment is repeated."),
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def get_default(cls) -> "VisitType | None":
        """Return the type that patients book, or None when none can be booked."""
        return cls.objects.filter(is_active=True).first()

    @property
    def needs(self) -> tuple[ResourceKind, ...]:
        """Return the kinds of resource that the visit needs, one resource of each."""
        needed = {ResourceKind.ROOM: self.needs_room, ResourceKind.PRACTITIONER: self.needs_practitioner}
        return tuple(kind for kind, is_needed in needed.items() if is_needed)


class AppointmentState(models.TextChoices):
    HELD = "held", _("Held")
    BOOKED = "booked", _("Booked")
    CHECKED_IN = "checked_in", _("Checked in")
    CONSULTED = "consulted", _("Consulted")
    TREATED = "treated", _("Treated")
    NO_SHOW = "no_show", _("Did not come")
    CANCELED = "canceled", _("Canceled")
    EXPIRED = "expired", _("Expired")


LIVE = (AppointmentState.HELD, AppointmentState.BOOKED)
# In one of these states an appointment is a visit that took place or will, or that the patient missed.
VISITS = (
    AppointmentState.BOOKED,
    AppointmentState.CHECKED_IN,
    AppointmentState.CONSULTED,
    AppointmentState.TREATED,
    AppointmentState.NO_SHOW,
)
# The patient came to a visit in one of these states.
ATTENDED = (AppointmentState.CHECKED_IN, AppointmentState.CONSULTED, AppointmentState.TREATED)
# What the desk can book with one click: a time that is held, or was held and may still be free.
CONFIRMABLE = (AppointmentState.HELD, AppointmentState.EXPIRED)


class AppointmentQuerySet(models.QuerySet):
    def live(self) -> "AppointmentQuerySet":
        return self.filter(state__in=LIVE)

    def live_at(self, now: datetime) -> "AppointmentQuerySet":
        """Return the live ones without the holds that have run out at ``now`` (aware), also before that is saved."""
        return self.live().exclude(held_until__lte=now)

    def newest(self) -> "Appointment | None":
        """Return the appointment created last, or None."""
        return self.order_by("pk").last()

    def live_or_newest(self) -> "Appointment | None":
        """Return the live one, which need not be the newest, else the newest."""
        return self.live().first() or self.newest()


class Appointment(models.Model):
    """Store one visit of a case, from the first hold to its last state.

    Instants are UTC. Only ``bookings.services`` writes it. Its ``Slot`` rows take the time and name the resources.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appointments")
    visit_type = models.ForeignKey(
        VisitType, verbose_name=_("type of visit"), on_delete=models.PROTECT, related_name="appointments"
    )
    # The treatment that was done, if the visit was booked as something else.
    treatment = models.ForeignKey(
        VisitType, verbose_name=_("treatment"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=10, choices=AppointmentState, default=AppointmentState.HELD)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    # Calendars identify the visit by its UID. The sequence counts the changes since it was booked (RFC 5545).
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="bookings_appointment_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["held", "booked"]), name="bookings_one_live_appointment"
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_until__isnull=False) | ~Q(state="held") & Q(held_until__isnull=True),
                name="bookings_held_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="bookings_appointment_day")]

    def __str__(self):
        return f"{self.get_state_display()} ({self.case_id})"

    def get_state_at(self, now: datetime) -> AppointmentState:
        """Return the state at ``now`` (aware).

        A hold past its end counts as expired, also before that is saved.
        """
        has_run_out = self.state == AppointmentState.HELD and self.held_until <= now
        return AppointmentState.EXPIRED if has_run_out else AppointmentState(self.state)

    @property
    def answer_by(self) -> datetime | None:
        """Return when the desk has to answer a held time; None for others."""
        return min(self.held_until, self.starts_at) if self.held_until else None

    @property
    def done(self) -> VisitType:
        """Return what was done at the visit: what it was booked as, unless the desk has said otherwise."""
        return self.treatment or self.visit_type

    def can_be_changed(self, change_until: timedelta, now: datetime) -> bool:
        """Return whether the patient may still move or cancel the visit.

        They may until ``change_until`` before its start.
        """
        return self.get_state_at(now) in LIVE and now <= self.starts_at - change_until


class BlockedTimeRule(DateRange):
    """Store a time that is blocked again and again, such as lunch.

    It is blocked on some weekdays: on all of them, or with ``nth`` only on that one of each month. Times are the
    clinic's wall times on quarter hours; an end at midnight is the end of the day. Without a last day the rule goes on
    until somebody ends it. The times up to ``made_until`` are rows of ``BlockedTime``.
    """

    Nth = YearlyHoliday.Nth

    resources = models.ManyToManyField(Resource, verbose_name=_("where"), related_name="blocked_time_rules")
    weekdays = models.JSONField(_("on"), default=list)
    nth = models.SmallIntegerField(_("which of them"), null=True, blank=True, choices=Nth)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    last_day = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Leave it blank if it goes on until further notice.")
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True, help_text=_("Only staff can see it."))
    made_until = models.DateField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("repeated blocked time")
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            ends_after_start("bookings_rule_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")) | Q(ends=MIDNIGHT),
                name="bookings_rule_blocks_some_time",
                violation_error_message=_("It ends before it starts."),
            ),
        ]

    def __str__(self):
        return self.reason or str(self._meta.verbose_name)

    def is_on(self, day: date) -> bool:
        """Return whether the time is blocked on this date."""
        if day < self.first_day or (self.last_day and day > self.last_day) or day.weekday() not in self.weekdays:
            return False
        return self.nth is None or day in NthWeekday(self.nth, day.weekday(), day.month).dates_in(day.year)


class BlockedTime(models.Model):
    """Store a time in which a resource takes no visit. Instants are UTC.

    For example a training, a repair or a lunch. A rule makes it, or somebody at the desk. One that a rule made may
    overlap with others: a quarter hour then belongs to one of them.
    """

    resource = models.ForeignKey(
        Resource, verbose_name=_("where"), on_delete=models.CASCADE, related_name="blocked_times"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=120, blank=True, help_text=_("Only staff can see it."))
    rule = models.ForeignKey(
        BlockedTimeRule, null=True, blank=True, on_delete=models.CASCADE, related_name="blocked_times"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("blocked time")
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="bookings_blocked_time_ends_after_start"
            ),
            models.UniqueConstraint(fields=["rule", "resource", "starts_at"], name="bookings_rule_blocks_a_time_once"),
        ]

    def __str__(self):
        return self.reason or str(self._meta.verbose_name)


class Slot(models.Model):
    """Store one quarter hour of one resource that is taken.

    ``unique(resource, at)`` prevents overlapping visits.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="slots", db_index=False)
    at = models.DateTimeField()
    appointment = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="slots")
    blocked_time = models.ForeignKey(BlockedTime, null=True, blank=True, on_delete=models.CASCADE, related_name="slots")
    # Set while the time is held. After this instant the slot is free, and the next writer expires the hold.
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["resource", "at"], name="bookings_one_slot_a_quarter_hour"),
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, blocked_time__isnull=True)
                | Q(appointment__isnull=True, blocked_time__isnull=False),
                name="bookings_slot_has_one_owner",
            ),
        ]

    def __str__(self):
        return f"{self.resource_id} {self.at:%Y-%m-%d %H:%M}"
