"""Ask on the dashboard about public holidays that nobody has decided yet."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.models import Site

from clinic.models import ClinicProfile, OpeningHours

from .holidays import find_urgent


class HolidayPanel(Component):
    """List the undecided public holidays of the next thirty days."""

    name = "holidays"
    order = 5
    template_name = "clinic/admin/hours/holiday_panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        site = Site.find_for_request(parent_context["request"])
        if site is None:
            return {"holidays": []}
        profile = ClinicProfile.for_site(site)
        hours, today = OpeningHours.for_site(site), profile.today(timezone.now())
        return {
            "holidays": find_urgent(hours, profile, today) if hours.was_given else [],
            "url": reverse("opening_hours:list") + "#holidays",
        }
