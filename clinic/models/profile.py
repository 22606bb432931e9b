from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from clinic import hours

EXCEPTIONS_SHOWN_AHEAD = timedelta(days=14)


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is no time zone. Write it like America/Los_Angeles."), params={"name": name}
        )


@register_setting(icon="home", order=100)
class ClinicProfile(BaseSiteSetting, ClusterableModel):
    """Who and where the clinic is and when it is open: the one source for every page, mail and search engine."""

    name = models.CharField(_("name"), max_length=100, default="OC Beauty Medspa")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    street = models.CharField(_("street"), max_length=160, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("state"), max_length=40, blank=True)
    postal_code = models.CharField(_("ZIP code"), max_length=20, blank=True)
    country = models.CharField(_("country code"), max_length=2, default="US")
    directions_url = models.URLField(
        _("link to directions"), blank=True, help_text=_("Opened only when a visitor follows it.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    physician = models.CharField(_("supervising physician"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True, help_text=_("Number and issuing board."))
    emergency_note = models.CharField(
        _("emergency note"), max_length=200, blank=True, help_text=_("Shown with the contact details.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="America/Los_Angeles", validators=[validate_time_zone]
    )

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    MultiFieldPanel([FieldPanel("name"), FieldPanel("tagline")], heading=_("Name")),
                    MultiFieldPanel(
                        [
                            FieldPanel("street"),
                            FieldRowPanel([FieldPanel("city"), FieldPanel("region")]),
                            FieldRowPanel([FieldPanel("postal_code"), FieldPanel("country")]),
                            FieldPanel("directions_url"),
                        ],
                        heading=_("Address"),
                    ),
                    MultiFieldPanel(
                        [FieldPanel("phone"), FieldPanel("email"), FieldPanel("emergency_note")],
                        heading=_("Contact"),
                    ),
                    MultiFieldPanel([FieldPanel("physician"), FieldPanel("licence")], heading=_("Medical supervision")),
                ],
                heading=_("Clinic"),
            ),
            ObjectList(
                [
                    FieldPanel("time_zone"),
                    InlinePanel("opening_spans", heading=_("Weekly hours"), label=_("Opening time")),
                    InlinePanel("hours_exceptions", heading=_("Exceptions"), label=_("Exception")),
                ],
                heading=_("Opening hours"),
            ),
            ObjectList([InlinePanel("social_links", label=_("Link"))], heading=_("Social media")),
        ]
    )

    class Meta:
        verbose_name = _("clinic profile and hours")

    def __str__(self):
        return self.name

    @cached_property
    def schedule(self) -> hours.Schedule:
        """The opening hours as plain values. Two queries, once an instance."""
        weekly: dict[int, tuple[hours.Span, ...]] = {}
        for span in self.opening_spans.all():
            weekly[span.weekday] = (*weekly.get(span.weekday, ()), hours.Span(span.opens, span.closes))
        return hours.Schedule(
            time_zone=ZoneInfo(self.time_zone),
            weekly=weekly,
            exceptions=tuple(row.as_exception() for row in self.hours_exceptions.all()),
        )

    @cached_property
    def links(self) -> list["SocialLink"]:
        return list(self.social_links.all())

    @property
    def time_zone_city(self) -> str:
        """The city that names the time zone, as people say it: "Los Angeles"."""
        return self.time_zone.rpartition("/")[2].replace("_", " ")

    def today(self, now: datetime) -> date:
        """The clinic's own date at the instant ``now`` (aware)."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def coming_exceptions(self, today: date) -> list[hours.DatedException]:
        """The exceptions that touch the two weeks from ``today`` on, in their order."""
        return [
            exception
            for exception in self.schedule.exceptions
            if exception.last >= today and exception.first <= today + EXCEPTIONS_SHOWN_AHEAD
        ]


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningSpan(models.Model):
    """One unbroken time a weekday is open; a day may have several, a day with none is closed. Clinic's wall time."""

    profile = ParentalKey(ClinicProfile, on_delete=models.CASCADE, related_name="opening_spans")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("The first minute it is shut again."))

    panels = [FieldRowPanel([FieldPanel("weekday"), FieldPanel("opens"), FieldPanel("closes")])]

    class Meta:
        verbose_name = _("opening time")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=("profile", "weekday", "opens"), name="clinic_span_once_a_day"),
            models.CheckConstraint(
                condition=~models.Q(opens=models.F("closes")),
                name="clinic_span_not_empty",
                violation_error_message=_("It closes at the minute it opens. Change one of the two."),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class HoursException(models.Model):
    """A day or a run of days that differs from the week: closed when it has no times. Clinic's wall time."""

    profile = ParentalKey(ClinicProfile, on_delete=models.CASCADE, related_name="hours_exceptions")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty for a single day."))
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Leave both times empty when closed."))
    closes = models.TimeField(_("closes"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True, help_text=_("Visitors read this."))

    panels = [
        FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
        FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
        FieldPanel("reason"),
    ]

    class Meta:
        verbose_name = _("exception")
        ordering = ["first_day", "pk"]

    def __str__(self):
        return f"{self.first_day}: {self.reason}"

    def clean(self):
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": _("The last day lies before the first.")})
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": _("Give both times, or none when the clinic is closed.")})
        if self.opens is not None and self.opens == self.closes:
            raise ValidationError({"closes": _("It closes at the minute it opens. Change one of the two.")})

    def as_exception(self) -> hours.DatedException:
        spans = (hours.Span(self.opens, self.closes),) if self.opens is not None and self.closes is not None else ()
        return hours.DatedException(self.first_day, self.last_day or self.first_day, spans, self.reason)


class SocialLink(Orderable):
    profile = ParentalKey(ClinicProfile, on_delete=models.CASCADE, related_name="social_links")
    name = models.CharField(_("name"), max_length=40, help_text=_("For example Instagram."))
    url = models.URLField(_("address"))

    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("url")])]

    class Meta(Orderable.Meta):
        verbose_name = _("social media link")

    def __str__(self):
        return self.name
