from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import RevisionMixin

from clinic.models import ClinicProfile

GRIDS = [(15, _("quarter of an hour")), (30, _("half hour")), (60, _("hour"))]


@register_setting(icon="calendar-check", order=110)
class ConsultationSettings(RevisionMixin, BaseSiteSetting):
    """Store the form's texts, the booking rules, and the desk's email."""

    heading = models.CharField(_("heading"), max_length=120, default="Ask for a free consultation")
    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        default=(
            "Tell us what you have in mind and how to reach you. We listen, explain every option with its "
            "benefits and drawbacks, and you decide."
        ),
    )
    reply_promise = models.CharField(
        _("when you answer"),
        max_length=160,
        default="We answer within one business day.",
        help_text=_("Shown next to the form, on the receipt and in the email. Promise only what the desk can keep."),
    )
    next_steps = RichTextField(
        _("what happens next"),
        features=["ol", "ul", "bold", "link"],
        default=(
            "<ol><li>Someone on our team reads your request.</li>"
            "<li>We will contact you the way you chose, to confirm your time or to find one together.</li>"
            "<li>At the clinic we take as much time as your questions need. It costs nothing.</li></ol>"
        ),
    )
    consent_wording = models.TextField(
        _("consent wording"),
        max_length=1000,
        default=(
            "I agree that the clinic may use what I have written here to contact me about my request. "
            "It is kept in my chart at the clinic and not passed on to anyone else. I can withdraw my consent at any "
            "time."
        ),
        help_text=_("Each request keeps the exact words the patient agreed to. A change affects new requests only."),
    )
    spoken_wording = models.TextField(
        _("spoken consent"),
        max_length=1000,
        default=(
            "May we write down what you tell us, and use it to contact you about your visit? It is kept in your chart "
            "at the clinic and not passed on to anyone else. You can withdraw your consent at any time."
        ),
        help_text=_("The desk reads it to patients who call or come in. Each request keeps the exact words."),
    )
    desk_email = models.EmailField(
        _("desk's email"),
        blank=True,
        help_text=_("Where a message about each new request goes. Leave it blank to use the clinic's email."),
    )

    grid_minutes = models.PositiveSmallIntegerField(
        _("times start every"), choices=GRIDS, default=15, help_text=_("Counted from the hour.")
    )
    notice_minutes = models.PositiveSmallIntegerField(
        _("shortest notice"),
        default=240,
        validators=[MaxValueValidator(10_000)],
        help_text=_("In minutes while the clinic is open. Patients cannot book a time sooner than that."),
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("how far ahead"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("In days."),
    )
    hold_minutes = models.PositiveSmallIntegerField(
        _("a request holds its time for"),
        default=240,
        validators=[MinValueValidator(15), MaxValueValidator(10_000)],
        help_text=_("In minutes while the clinic is open. If the desk does not answer by then, the time is freed."),
    )
    call_now_minutes = models.PositiveSmallIntegerField(
        _("a patient who may be in danger"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(10_000)],
        help_text=_("In minutes, day and night. Words like “breathe” or “cannot see” make a complaint one of these."),
    )
    clinical_minutes = models.PositiveSmallIntegerField(
        _("any other medical complaint"),
        default=240,
        validators=[MinValueValidator(15), MaxValueValidator(10_000)],
        help_text=_("In minutes, day and night."),
    )
    service_minutes = models.PositiveSmallIntegerField(
        _("a complaint about the service"),
        default=1440,
        validators=[MinValueValidator(15), MaxValueValidator(10_000)],
        help_text=_("In minutes, day and night."),
    )
    physician_email = models.EmailField(
        _("physician's email"),
        blank=True,
        help_text=_("A complaint that nobody answers in time is reported here and to the managers."),
    )
    closed_day_email = models.BooleanField(
        _("email patients on a closed day after their treatment"),
        default=False,
        help_text=_("The desk asks every patient on the next business day. With this, the site writes the day before."),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("requests are kept for"),
        default=36,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("In months after a case is closed. Nothing is deleted automatically."),
    )
    change_until_hours = models.PositiveSmallIntegerField(
        _("patients may change until"),
        default=24,
        validators=[MaxValueValidator(720)],
        help_text=_("In hours before the visit. After that, they have to call."),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("heading"),
                FieldPanel("introduction"),
                FieldPanel("reply_promise"),
                FieldPanel("next_steps"),
            ],
            heading=_("What patients read"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("grid_minutes"), FieldPanel("notice_minutes"), FieldPanel("horizon_days")]),
                FieldRowPanel([FieldPanel("hold_minutes"), FieldPanel("change_until_hours")]),
            ],
            heading=_("Times that can be booked"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("call_now_minutes"), FieldPanel("clinical_minutes"), FieldPanel("service_minutes")]
                ),
                FieldPanel("physician_email"),
            ],
            heading=_("Answer a complaint within"),
        ),
        MultiFieldPanel([FieldPanel("closed_day_email")], heading=_("The day after a treatment")),
        MultiFieldPanel(
            [FieldPanel("consent_wording"), FieldPanel("spoken_wording"), FieldPanel("retention_months")],
            heading=_("Patients' data"),
        ),
        FieldPanel("desk_email"),
    ]

    class Meta:
        verbose_name = _("consultation form")

    def __str__(self):
        return self.heading

    def get_desk_email(self, profile: ClinicProfile) -> str:
        """Return where messages to the desk go, or ""."""
        return self.desk_email or profile.email

    @property
    def change_until(self) -> timedelta:
        return timedelta(hours=self.change_until_hours)
