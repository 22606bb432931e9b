"""Carry out a button of a visit on the calendar, then show the calendar again."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse

from ..case_page import CaseView


class CalendarActionView(CaseView):
    """Carry out the buttons of a case's page from the calendar.

    A refused one shows the page of the case, as there. The calendar comes back once the button was accepted.
    """

    index_url_name = "case:index"
    inspect_url_name = "case:inspect"

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        if response.status_code != HTTPStatus.FOUND:
            return response
        query = {name: request.GET[name] for name in ("day", "by") if name in request.GET}
        return redirect(f"{reverse('desk_calendar')}?{urlencode(query)}#case-{self.kwargs['pk']}")
