"""Show the time that was clicked on the calendar, until the form of a request at the desk is here."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.models import Resource
from bookings.scheduling.formatting import format_short

from ..forms import StartField
from .views import CalendarPage


class NewCaseView(CalendarPage):
    template_name = "bookings/desk/calendar/new_case.html"
    permission_required = "change"
    page_title = _("New request at the desk")
    url_name = "desk_new_case"

    def get_context_data(self, **kwargs):
        pk = self.request.GET.get("resource", "")
        known = Resource.objects.filter(pk=pk) if pk.isdecimal() and len(pk) < 19 else Resource.objects.none()
        try:
            moment = format_short(StartField().clean(self.request.GET.get("start", "")), self.zone)
        except ValidationError:
            moment = ""
        return {
            **super().get_context_data(**kwargs),
            "moment": moment,
            "resource": known.first(),
        }
