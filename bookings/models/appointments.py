import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Case


class Lane(models.Model):
    """A room or a person: what can be busy with one visit at a time. Writers lock the lanes, all of them, in order."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    is_active = models.BooleanField(
        _("takes visits"), default=True, help_text=_("Switched off, no new time is offered in it.")
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("room or person")
        verbose_name_plural = _("rooms and people")
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return self.name


class VisitKind(models.TextChoices):
    CONSULTATION = "consultation", _("Free consultation")


class AppointmentState(models.TextChoices):
    HELD = "held", _("Kept until answered")
    BOOKED = "booked", _("Booked")
    ATTENDED = "attended", _("Patient came")
    NO_SHOW = "no_show", _("Did not come")
    CANCELLED = "cancelled", _("Cancelled")
    LAPSED = "lapsed", _("Lapsed")


LIVE = (AppointmentState.HELD, AppointmentState.BOOKED)
# What the desk can book with one click: a time that is kept, or was kept and may still be free.
CONFIRMABLE = (AppointmentState.HELD, AppointmentState.LAPSED)


class AppointmentQuerySet(models.QuerySet):
    def live(self) -> "AppointmentQuerySet":
        return self.filter(state__in=LIVE)

    def newest(self) -> "Appointment | None":
        """Of a case: what it has now, or had last. Not the latest in the calendar."""
        return self.order_by("pk").last()


class Appointment(models.Model):
    """A time in a lane for one case: held from the request on, booked once the desk says so. Instants are UTC.

    Written by ``bookings.services`` only. While it is live its cells are in ``Hold``; that is what keeps the time.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appointments")
    visit_kind = models.CharField(_("kind of visit"), max_length=16, choices=VisitKind, default=VisitKind.CONSULTATION)
    lane = models.ForeignKey(Lane, verbose_name=_("where"), on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=10, choices=AppointmentState, default=AppointmentState.HELD)
    held_until = models.DateTimeField(_("kept until"), null=True, blank=True)
    # What calendars know the visit by, and how often it has changed since they were told (RFC 5545).
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

    def state_at(self, now: datetime) -> AppointmentState:
        """A kept time that has run out has lapsed, also before anybody has written that down."""
        has_run_out = self.state == AppointmentState.HELD and self.held_until <= now
        return AppointmentState.LAPSED if has_run_out else AppointmentState(self.state)

    def may_be_changed(self, change_until: timedelta, now: datetime) -> bool:
        """By the patient herself: until so long before it starts."""
        return self.state_at(now) in LIVE and now <= self.starts_at - change_until


class Closure(models.Model):
    """A time in which a lane takes no visit: a training, a repair, a lunch. Instants are UTC."""

    lane = models.ForeignKey(Lane, verbose_name=_("where"), on_delete=models.CASCADE, related_name="closures")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=120, blank=True, help_text=_("Only the staff reads it."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("closed time")
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="bookings_closure_ends_after_start"),
        ]

    def __str__(self):
        return self.reason or str(self._meta.verbose_name)


class Hold(models.Model):
    """One quarter hour of one lane that is taken. ``unique(lane, at)`` is why two visits can never clash."""

    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="holds", db_index=False)
    at = models.DateTimeField()
    appointment = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="holds")
    closure = models.ForeignKey(Closure, null=True, blank=True, on_delete=models.CASCADE, related_name="holds")
    # While provisional: from then on the cell is free again, and the next writer clears it away with its whole visit.
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["lane", "at"], name="bookings_one_hold_a_quarter_hour"),
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, closure__isnull=True)
                | Q(appointment__isnull=True, closure__isnull=False),
                name="bookings_hold_has_one_owner",
            ),
        ]

    def __str__(self):
        return f"{self.lane_id} {self.at:%Y-%m-%d %H:%M}"
