from collections.abc import Mapping
from datetime import date
from typing import cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import dates, timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import RevisionMixin, Site

from clinic.hours import holidays
from clinic.hours.formatting import check_week
from clinic.hours.schedule import DatedException, Holiday, Schedule, Season, Span
from clinic.site.models import ClinicProfile

from .fields import SpansField

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WeeklyHours(models.Model):
    """Store seven days of opening times in the clinic's wall time."""

    monday = SpansField(_("Monday"))
    tuesday = SpansField(_("Tuesday"))
    wednesday = SpansField(_("Wednesday"))
    thursday = SpansField(_("Thursday"))
    friday = SpansField(_("Friday"))
    saturday = SpansField(_("Saturday"))
    sunday = SpansField(_("Sunday"))

    class Meta:
        abstract = True

    @property
    def weekly(self) -> dict[int, tuple[Span, ...]]:
        """Return the spans by weekday (0 is Monday)."""
        return {number: tuple(getattr(self, day)) for number, day in enumerate(WEEKDAYS)}

    def clean(self) -> None:
        super().clean()
        if problems := check_week(self.weekly):
            raise ValidationError({WEEKDAYS[day]: message for day, message in problems.items()})


ENDS_BEFORE_START = _("The last day is before the first.")


class DateRange(models.Model):
    """Hold a range of dates, both ends included.

    Each subclass says what an empty last day means.
    """

    first_day = models.DateField(_("first day"))
    last_day: "models.DateField[date | None, date | None]"

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": ENDS_BEFORE_START})


def ends_after_start(name: str) -> models.CheckConstraint:
    condition = models.Q(last_day__isnull=True) | models.Q(last_day__gte=models.F("first_day"))
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=ENDS_BEFORE_START)


class OpeningHours(RevisionMixin, WeeklyHours, ClusterableModel):
    """Store the base week of a site, and as children what beats it.

    Every change is a revision.

    Read the hours through ``schedule()``: only ``clinic.hours.schedule`` decides when the clinic is open.
    """

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="opening_hours", editable=False)

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        default_permissions = ("add", "change")

    def __str__(self) -> str:
        return str(_("Opening hours"))

    @classmethod
    def for_site(cls, site: Site) -> "OpeningHours":
        """Return the stored hours of the site, or unsaved ones."""
        return cls.objects.filter(site=site).first() or cls(site=site)

    @classmethod
    def schedule_for(cls, profile: ClinicProfile) -> Schedule | None:
        """Return the stored hours, or None until somebody has entered them."""
        stored = cls.for_site(profile.site)
        return stored.schedule(profile) if stored.was_given else None

    @property
    def was_given(self) -> bool:
        """Return whether hours are stored: until then no page shows any."""
        return self.pk is not None

    def schedule(self, profile: ClinicProfile) -> Schedule:
        """Build the schedule in the time zone and place of the profile."""
        return Schedule(
            time_zone=profile.zone,
            weekly=self.weekly,
            exceptions=tuple(row.as_exception() for row in self.special_hours.all()),
            seasons=tuple(row.as_season() for row in self.seasons.all()),
            holidays=tuple(self._holidays(profile)),
        )

    def _holidays(self, profile: ClinicProfile) -> list[Holiday]:
        """Return public holidays, then the clinic's own, which beat them."""
        decided = [row for row in self.public_holidays.all() if row.decision != PublicHoliday.Decision.AS_USUAL]
        dates: Mapping[str, tuple[date, ...]] = {}
        if decided:
            years = holidays.years_around(profile.today(timezone.now()))
            dates = holidays.public_holidays(profile.country, profile.region, years)
        public = [
            Holiday(holidays.ListedDays(frozenset(dates.get(row.name, ()))), tuple(row.spans), row.name)
            for row in decided
        ]
        return public + [Holiday(row.rule, tuple(row.spans), row.name) for row in self.yearly_holidays.all()]


class SeasonalHours(DateRange, WeeklyHours):
    """Replace the base week for a time, such as summer hours."""

    opening_hours = ParentalKey(OpeningHours, on_delete=models.CASCADE, related_name="seasons")
    name = models.CharField(_("name"), max_length=60, help_text=_("Visitors read it: “Summer hours”."))
    last_day = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Leave it blank when the new hours are there to stay.")
    )

    class Meta:
        verbose_name = _("seasonal hours")
        verbose_name_plural = _("seasonal hours")
        default_permissions = ()
        ordering = ["first_day", "pk"]
        constraints = [ends_after_start("clinic_season_ends_after_it_starts")]

    def __str__(self) -> str:
        return self.name

    def as_season(self) -> Season:
        return Season(self.first_day, self.last_day or date.max, self.weekly, self.name)


class SpecialHours(DateRange):
    """Replace the week on some dates. No times means closed."""

    opening_hours = ParentalKey(OpeningHours, on_delete=models.CASCADE, related_name="special_hours")
    last_day = models.DateField(_("last day"), null=True, blank=True, help_text=_("Leave it blank for a single day."))
    spans = SpansField(_("hours"))
    reason = models.CharField(_("reason"), max_length=120, blank=True, help_text=_("Visitors read it."))

    class Meta:
        verbose_name = _("special hours")
        verbose_name_plural = _("special hours")
        default_permissions = ()
        ordering = ["first_day", "pk"]
        constraints = [ends_after_start("clinic_special_hours_end_after_start")]

    def __str__(self) -> str:
        return f"{self.first_day}: {self.reason}"

    def as_exception(self) -> DatedException:
        return DatedException(self.first_day, self.last_day or self.first_day, tuple(self.spans), self.reason)


class PublicHoliday(models.Model):
    """Decide what happens on a public holiday of this name every year.

    A holiday without a row is undecided and becomes a task on the dashboard, so "open as usual" is a row, too.
    """

    class Decision(models.TextChoices):
        CLOSED = "closed", _("Closed")
        AS_USUAL = "usual", _("Open as usual")
        OTHER_HOURS = "hours", _("Other hours")

    opening_hours = ParentalKey(OpeningHours, on_delete=models.CASCADE, related_name="public_holidays")
    name = models.CharField(_("name"), max_length=120)
    decision = models.CharField(_("what happens"), max_length=6, choices=Decision)
    spans = SpansField(_("hours"))

    class Meta:
        verbose_name = _("public holiday")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=("opening_hours", "name"),
                name="clinic_public_holiday_decided_once",
                violation_error_message=_("This holiday already has a decision."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.decision != self.Decision.OTHER_HOURS:
            self.spans = ()
        elif not self.spans:
            raise ValidationError({"spans": _("Write the hours of that day, like 9 am – 12 pm.")})


class YearlyHoliday(models.Model):
    """Define a yearly day of the clinic's own. No times means closed.

    It is a day of the month, or the nth weekday of the month.
    """

    class Nth(models.IntegerChoices):
        FIRST = 1, _("1st")
        SECOND = 2, _("2nd")
        THIRD = 3, _("3rd")
        FOURTH = 4, _("4th")
        FIFTH = 5, _("5th")
        LAST = holidays.LAST, _("last")

    class Shift(models.IntegerChoices):
        BEFORE = -1, _("The day before")
        NONE = 0, _("On that day")
        AFTER = 1, _("The day after")

    opening_hours = ParentalKey(OpeningHours, on_delete=models.CASCADE, related_name="yearly_holidays")
    name = models.CharField(_("name"), max_length=120, help_text=_("Visitors read it."))
    month = models.PositiveSmallIntegerField(_("month"), choices=list(dates.MONTHS.items()))
    day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, choices=[(day, str(day)) for day in range(1, 32)]
    )
    nth = models.SmallIntegerField(_("or: which one"), null=True, blank=True, choices=Nth)
    weekday = models.PositiveSmallIntegerField(
        _("of these weekdays"), null=True, blank=True, choices=list(dates.WEEKDAYS.items())
    )
    shift = models.SmallIntegerField(_("when"), choices=Shift, default=Shift.NONE)
    spans = SpansField(_("hours"), help_text=_("On days that are open anyway; a closed day stays closed."))

    class Meta:
        verbose_name = _("yearly day")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(day__isnull=False, nth__isnull=True, weekday__isnull=True)
                | models.Q(day__isnull=True, nth__isnull=False, weekday__isnull=False),
                name="clinic_yearly_day_is_one_day",
                violation_error_message=_(
                    "Choose a day of the month, or which weekday of the month, like the 4th Thursday: not both."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.month and self.day and self.day > holidays.DAYS_IN_MONTH[self.month - 1]:
            days = {"month": dates.MONTHS[self.month], "count": holidays.DAYS_IN_MONTH[self.month - 1]}
            raise ValidationError({"day": _("%(month)s has at most %(count)s days.") % days})

    @property
    def rule(self) -> holidays.Rule:
        day: holidays.Rule
        if self.day:
            day = holidays.DayOfYear(self.month, self.day)
        else:
            day = holidays.NthWeekday(cast(int, self.nth), cast(int, self.weekday), self.month)
        return holidays.DaysFrom(day, self.shift) if self.shift else day
