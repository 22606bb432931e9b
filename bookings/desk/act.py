"""Carry out a button of a case from another page of the desk, and go back there."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from .case_page import CaseView


class ActView(CaseView):
    """Do what the page of the case does, then go to ``next``.

    What is refused shows the page of the case with the reason and with what was typed.
    """

    http_method_names = ["get", "post"]

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return redirect(self.inspect_url_name, self.kwargs["pk"])

    def post(self, request, *args, **kwargs) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        back = request.POST.get("next", "")
        is_safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        is_done = response.status_code == 302
        return HttpResponseRedirect(back) if is_done and back and is_safe else response
