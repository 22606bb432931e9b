from datetime import date, datetime, time

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from clinic.hours.schedule import DAY, MIDNIGHT, instant_of

SENSIBLE_DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]


class AnnouncementForm(WagtailAdminModelForm):
    """Ask for days, with times for who wants them. The times are the clinic's."""

    first_day = forms.DateField(label=gettext_lazy("First day"), widget=AdminDateInput, validators=SENSIBLE_DAYS)
    from_time = forms.TimeField(
        label=gettext_lazy("From"),
        required=False,
        widget=AdminTimeInput,
        help_text=gettext_lazy("Leave it blank for the start of the day."),
    )
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=AdminDateInput, validators=SENSIBLE_DAYS)
    until_time = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=AdminTimeInput,
        help_text=gettext_lazy("Leave it blank for the end of the day."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.starts_at and self.instance.ends_at:
            starts, ends = timezone.localtime(self.instance.starts_at), timezone.localtime(self.instance.ends_at)
            is_whole_day = ends.time() == MIDNIGHT
            self.initial |= {
                "first_day": starts.date(),
                "from_time": None if starts.time() == MIDNIGHT else starts.time(),
                "last_day": ends.date() - DAY if is_whole_day else ends.date(),
                "until_time": None if is_whole_day else ends.time(),
            }

    def clean(self):
        cleaned = super().clean()
        first, last, until = (cleaned.get(name) for name in ("first_day", "last_day", "until_time"))
        if not first or not last:
            return cleaned
        starts = at(first, cleaned.get("from_time") or MIDNIGHT)
        ends = at(last, until) if until else at(last + DAY, MIDNIGHT)
        if ends <= starts:
            self.add_error("until_time" if first == last else "last_day", _("The end must be after the start."))
        else:
            self.instance.starts_at, self.instance.ends_at = starts, ends
        return cleaned


def at(day: date, wall: time) -> datetime:
    return instant_of(day, wall, timezone.get_current_timezone())
