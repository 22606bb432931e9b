import logging
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import PreviewableMixin, RevisionMixin

from clinic.media.logos import MAX_RATIO, MIN_SIDE, Logo, make_logo
from clinic.pages.fields import optional_key
from clinic.phones import is_one_number
from clinic.rows import OrderedRow

from .announcement_form import AnnouncementForm

logger = logging.getLogger(__name__)


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Use a name like America/Los_Angeles."), params={"name": name}
        )


def find_fault(logo) -> str:
    """Return why a picture cannot be the logo, or an empty text. The pictures made from it are ready then."""
    short, long = sorted((logo.width, logo.height))
    if long < MIN_SIDE:
        return _("This picture is too small for a logo. Choose one that is at least 200 pixels wide.")
    if long > MAX_RATIO * short:
        return _("This picture is more than 8 times as long as it is wide. Choose one that is nearer to a square.")
    return "" if make_logo(logo) else _("The file of this picture cannot be read. Upload it again, then choose it.")


@register_setting(icon="home", order=100)
class ClinicProfile(RevisionMixin, BaseSiteSetting, ClusterableModel):
    """Store the name, logo, address and contact details of the clinic."""

    name = models.CharField(_("name"), max_length=100, default="OC Beauty Medspa")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    logo = models.ForeignKey(
        "clinic.ClinicImage",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_(
            "Takes the place of the name and the mark at the top of every page, and becomes the icon of the site in "
            "browser tabs and on phones. A PNG with a transparent background looks best."
        ),
    )
    street = models.CharField(_("street"), max_length=160, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("state"), max_length=40, blank=True)
    postal_code = models.CharField(_("ZIP code"), max_length=20, blank=True)
    country = models.CharField(_("country code"), max_length=2, default="US")
    directions_url = models.URLField(
        _("link to directions"), blank=True, help_text=_("Opens only when a visitor clicks it.")
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("For example 33.618910. Most online maps show both numbers when you right-click a place."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("For example -117.928950. West of London it begins with a minus."),
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("email"), blank=True)
    physician = models.CharField(_("supervising physician"), max_length=120, blank=True)
    license = models.CharField(_("license"), max_length=120, blank=True, help_text=_("Number and issuing board."))
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
                    MultiFieldPanel(["name", "tagline", "logo"], heading=_("Name")),
                    MultiFieldPanel(
                        [
                            "street",
                            FieldRowPanel(["city", "region"]),
                            FieldRowPanel(["postal_code", "country"]),
                            "directions_url",
                            FieldRowPanel(["latitude", "longitude"]),
                            "time_zone",
                        ],
                        heading=_("Address"),
                    ),
                    MultiFieldPanel(["phone", "email", "emergency_note"], heading=_("Contact")),
                    MultiFieldPanel(["physician", "license"], heading=_("Medical supervision")),
                ],
                heading=_("Clinic"),
            ),
            ObjectList([InlinePanel("social_links", label=_("Link"))], heading=_("Social media")),
        ]
    )

    class Meta:
        verbose_name = _("clinic profile")

    def __str__(self):
        return self.name

    @cached_property
    def links(self) -> list["SocialLink"]:
        return list(self.social_links.all())

    @cached_property
    def shown_logo(self) -> Logo | None:
        return make_logo(self.logo) if self.logo else None

    def clean(self):
        super().clean()
        faults = {}
        if self.logo and (message := find_fault(self.logo)):
            faults["logo"] = message
        if self.phone and not is_one_number(self.phone):
            faults["phone"] = _("Type one number in digits, like (949) 555-0142 or (949) 555-0142 ext. 4.")
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            faults[missing] = _("Type both numbers, latitude and longitude, or none.")
        if faults:
            raise ValidationError(faults)

    def with_content_json(self, content):
        """Return an earlier version, without a logo that was deleted since."""
        if not self._meta.get_field("logo").related_model.objects.filter(pk=content.get("logo")).exists():
            content = {**content, "logo": None}
        return super().with_content_json(content)

    @property
    def has_contact_details(self) -> bool:
        return any((self.street, self.city, self.phone, self.email, self.map_url))

    @property
    def place(self) -> tuple[float, float] | None:
        """Return latitude and longitude in degrees, or None if they are not known."""
        if self.latitude is None or self.longitude is None:
            return None
        return float(self.latitude), float(self.longitude)

    @property
    def map_url(self) -> str:
        """Return the link to directions, or else to a map with a mark where the clinic is."""
        if self.directions_url or not self.place:
            return self.directions_url
        latitude, longitude = self.place
        return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone. One that this machine does not know counts as the default, everywhere alike."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            logger.error("The clinic's time zone is unknown. Set it in the profile.")
            return ZoneInfo(self._meta.get_field("time_zone").default)

    @property
    def time_zone_city(self) -> str:
        """Return the city of the time zone as people write it: "Los Angeles"."""
        return self.zone.key.rpartition("/")[2].replace("_", " ")

    def today(self, now: datetime) -> date:
        """Return the clinic's date at the instant ``now`` (aware)."""
        return now.astimezone(self.zone).date()


class SocialLink(OrderedRow):
    profile = ParentalKey(ClinicProfile, on_delete=models.CASCADE, related_name="social_links")
    name = models.CharField(_("name"), max_length=40, help_text=_("For example Instagram."))
    url = models.URLField(_("address"))

    panels = [FieldRowPanel(["name", "url"])]

    class Meta(OrderedRow.Meta):
        verbose_name = _("social media link")

    def __str__(self):
        return self.name


class Announcement(RevisionMixin, PreviewableMixin, models.Model):
    """Store a line shown above every page from one moment to another."""

    text = models.CharField(_("text"), max_length=160, help_text=_("One sentence. Write the date, not “tomorrow”."))
    link_page = optional_key("wagtailcore.Page", _("page with details"))
    # A midnight of the clinic means the whole day before it: "through Friday".
    starts_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("shown until"))

    base_form_class = AnnouncementForm
    panels = [
        "text",
        "link_page",
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("first_day"), FieldPanel("from_time")]),
                FieldRowPanel([FieldPanel("last_day"), FieldPanel("until_time")]),
            ],
            heading=_("When it is shown"),
        ),
    ]

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="clinic_announcement_ends_after_it_starts",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def is_running(self) -> bool:
        return self.starts_at <= timezone.now() < self.ends_at

    def describe_state(self) -> str:
        if self.is_running:
            return _("running now")
        return _("over") if self.ends_at <= timezone.now() else _("scheduled")

    def get_preview_template(self, request, mode_name):
        return "clinic/previews/announcement.html"

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must be after the start.")})
