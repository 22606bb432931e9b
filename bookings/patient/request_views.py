"""Serve the consultation form and its receipt."""

import logging
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Site

from bookings.messaging.links import (
    find_case_by_receipt_token,
    get_receipt_path,
    get_visit_path,
    read_receipt_token,
)
from bookings.messaging.outbox import is_held_back
from bookings.models import Case, ConsultationSettings, MessageKind, MessageState, Status, VisitType
from bookings.scheduling.formatting import format_start
from bookings.scheduling.policy import BookingPolicy
from bookings.services import SAME_REQUEST_WITHIN, HasTimeError, TimeTakenError, TooManyChangesError, submit
from clinic.caching.version import once_a_version
from clinic.models import ClinicProfile, OpeningHours
from clinic.site.context import get_root_url, site_context
from clinic.site.offers import get_offered_treatments

from .fields import OTHER_DAYS, get_first_day
from .form_token import CORRECTS, FOR_ANOTHER
from .request_form import RequestForm
from .status import get_receipt_status
from .without_database import render_reference, render_unsaved

OWN_CASE = "consultation_request"
NOT_SENT = (MessageState.DROPPED, MessageState.FAILED)
# What a patient has typed, and gets back to read and to correct when it cannot be saved.
TYPED_FIELDS = ("name", "phone", "email", "message")

logger = logging.getLogger(__name__)


class SeeOther(HttpResponseRedirect):
    status_code = 303


def limit_referrer(response: HttpResponse) -> HttpResponse:
    """Hide the page's address from other sites: it may name a treatment."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


class ForgeryCheck(CsrfViewMiddleware):
    """Return the reason of a refusal, where the middleware answers 403."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def may_be_forged(request: HttpRequest) -> bool:
    def view(request: HttpRequest) -> HttpResponse:  # The check asks whether its view is exempt. This one is not.
        return HttpResponse()

    return ForgeryCheck(view).process_view(request, view, (), {}) is not None


@csrf_exempt  # The form makes the same check and loses nothing that was typed: decision 20.
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest) -> HttpResponse:
    """Show the form, save it when it is submitted, or give back what was typed."""
    try:
        return limit_referrer(show_or_save_form(request))
    except Error:
        if request.method != "POST":
            raise
        logger.exception("A consultation request could not be saved")
        fields = {name: RequestForm.base_fields[name] for name in TYPED_FIELDS}
        return limit_referrer(render_unsaved(request, fields))


def show_or_save_form(request: HttpRequest) -> HttpResponse:
    """Show the form, and save it when it is submitted.

    A form with errors has status 200: some proxies replace a 4xx response by a page of their own, and all that the
    patient typed would be lost.
    """
    known = get_known(request)
    settings, profile = known["settings"], known["profile"]
    own = find_own_case(request)
    purpose = next((purpose for purpose in (FOR_ANOTHER, CORRECTS) if purpose in request.GET), "")
    asked = {"treatment_slug": request.GET.get("treatment", ""), "purpose": purpose}
    form = RequestForm(**form_kwargs(request), **known, **asked, own=own, may_be_forged=may_be_forged(request))
    if form.is_bound and form.is_valid():
        try:
            return submit_form(request, form, known)
        except TimeTakenError as taken:
            form.refuse(taken)
        except HasTimeError as question:
            form.ask(question.current)
        except TooManyChangesError as refusal:
            form.add_error(None, str(refusal))
    form.initial.setdefault("days_from", get_first_day(request.GET))
    form.prepare(once_a_version(request, "offered-treatments", get_offered_treatments))
    context = {
        "form": form,
        "consultation": settings,
        "own": own if not form.is_bound and form.purpose != FOR_ANOTHER else None,
        "is_correction": form.purpose == CORRECTS,
        "own_time": format_start(form.own_visit.starts_at, profile.zone) if form.own_visit else "",
        "head_title": f"{_('Error:')} {settings.heading}" if form.errors else settings.heading,
        "head_description": settings.introduction,
        "head_heading": settings.heading,
        "head_lead": settings.introduction,
        "canonical": get_root_url(request) + reverse("bookings:consultation"),
    }
    return render(request, "bookings/consultation.html", context)


def submit_form(request: HttpRequest, form: RequestForm, known: dict[str, Any]) -> HttpResponse:
    """Save the submission and redirect to its receipt.

    It is quarantined if its sender is over a limit.
    """
    submission = form.to_submission(request.network)
    case, created = submit(submission, **known)
    try:
        # Who types what a patient has typed may be somebody else: they get no link to the patient's page.
        is_own = created or submission.has_made(case)
        response = SeeOther(get_receipt_path(case, with_link=is_own))
        if is_own:
            remember_case(response, case, is_secure=request.is_secure())
    except Exception:  # The request is saved, so the patient sees their reference whatever follows.
        logger.exception("The receipt of a saved request could not be shown")
        return render_reference(request, case.reference)
    return response


def remember_case(response: HttpResponse, case: Case, *, is_secure: bool) -> None:
    """Let this browser correct its request for a day.

    After the Back button, a reload or in a second window the form then changes the same case. The cookie holds the
    signed reference only.
    """
    response.set_signed_cookie(
        OWN_CASE,
        case.reference,
        salt=OWN_CASE,
        max_age=SAME_REQUEST_WITHIN,
        path=reverse("bookings:consultation"),
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )


def find_own_case(request: HttpRequest) -> Case | None:
    """Return the case that this browser sent within a day and the desk has not closed, or None."""
    reference = request.get_signed_cookie(OWN_CASE, default="", salt=OWN_CASE, max_age=SAME_REQUEST_WITHIN)
    return Case.objects.exclude(status=Status.CLOSED).filter(reference=reference).first() if reference else None


def form_kwargs(request: HttpRequest) -> dict[str, QueryDict]:
    """Return ``data``, or ``typed`` when the patient asks for other days."""
    if request.method != "POST":
        return {}
    return {"data" if request.POST.keys().isdisjoint(OTHER_DAYS) else "typed": request.POST}


def get_known(request: HttpRequest) -> dict[str, Any]:
    """Return settings, profile and policy. A POST may hold a time, so it reads them as they are stored."""
    site = Site.find_for_request(request)

    def read() -> dict[str, Any]:
        settings, profile = ConsultationSettings.for_site(site), ClinicProfile.for_site(site)
        return {
            "settings": settings,
            "profile": profile,
            "policy": get_request_policy(request, settings, profile),
        }

    return read() if request.method == "POST" else once_a_version(request, f"form:{site.pk}", read)


def get_request_policy(
    request: HttpRequest, settings: ConsultationSettings, profile: ClinicProfile
) -> BookingPolicy | None:
    """Return the booking policy, or None.

    A GET uses the cached opening hours. A POST may hold a time, so it reads the stored ones.
    """
    schedule = OpeningHours.schedule_for(profile) if request.method == "POST" else site_context(request).schedule
    return BookingPolicy.build(settings, schedule, VisitType.get_default())


@never_cache
@require_safe
def received(request: HttpRequest, token: str) -> HttpResponse:
    """Show the receipt, or at least the reference if that fails.

    Its link holds a signed reference. Of all that was typed, the page shows only the time.
    """
    try:
        return limit_referrer(show_receipt(request, token))
    except Exception:
        if not (signed := read_receipt_token(token)):
            raise
        logger.exception("A receipt could not be shown")
        return limit_referrer(render_reference(request, signed[0]))


def show_receipt(request: HttpRequest, token: str) -> HttpResponse:
    case, may_link = find_case_by_receipt_token(token)
    if case is None:
        context = {"head_title": _("This page cannot be shown"), "noindex": True}
        return render(request, "bookings/receipt_unknown.html", context, status=404)
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    receipt = case.messages.filter(kind=MessageKind.RECEIPT).exclude(state__in=NOT_SENT).last()
    is_limited = receipt is not None and is_held_back(receipt)
    context = {
        "reference": case.reference,
        "has_email": bool(case.email),
        "is_limited": is_limited,
        "is_mailed": receipt is not None and not is_limited,
        "visit_path": get_visit_path(case) if may_link else "",
        "consultation": settings,
        "status": get_receipt_status(case, get_request_policy(request, settings, profile), profile.zone),
        "head_title": _("We have your request"),
        "noindex": True,
    }
    return render(request, "bookings/received.html", context)
