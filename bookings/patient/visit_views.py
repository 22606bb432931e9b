"""Serve the patient's own page behind the link in their emails.

Every action is a POST. Opening the page records only that somebody reads the emails.
"""

import logging
from datetime import datetime, timedelta
from functools import wraps

from django.core import signing
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import services
from bookings.contact_details import is_blank, plain_text
from bookings.messaging.links import find_case_by_visit_token, is_mailed_token, read_visit_token
from bookings.messaging.rendering import format_check_day, get_first_name, render_ics
from bookings.models import (
    LIVE,
    OPEN_STATUSES,
    VISITS,
    Appointment,
    AppointmentState,
    Case,
    ConsultationSettings,
    Status,
)
from bookings.scheduling.formatting import format_answer_by, format_day, format_start
from bookings.scheduling.policy import BookingPolicy
from bookings.services import BookingError
from bookings.services.transitions import GONE
from clinic.models import ClinicProfile

from .fields import TextField, get_first_day, parse_value, to_value
from .request_views import SeeOther, form_kwargs, get_request_policy, limit_referrer
from .status import get_steps, is_coming
from .visit_forms import ChangeTimeForm
from .without_database import render_reference, render_unsaved

THANKS = timedelta(minutes=5)
MAX_COMPLAINT = Case._meta.get_field("message").max_length

logger = logging.getLogger(__name__)


def with_case(view):
    """Give the view the case of its link, or show that the link is invalid.

    If the database fails, the patient gets back what they sent. A page that cannot be shown says that all is saved.
    """

    # The secret link is the authority, and no session or cookie is read: another site that knows the link needs no
    # forged request, and one that does not can forge none. A check would only stop patients who block cookies.
    @csrf_exempt
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        try:
            case = find_case_by_visit_token(token)
            if case is None:
                context = {"head_title": _("This link is no longer valid"), "noindex": True}
                return limit_referrer(render(request, "bookings/visit_unknown.html", context, status=404))
            return limit_referrer(view(request, case))
        except Exception as error:
            signed, is_post = read_visit_token(token), request.method == "POST"
            if not signed or (is_post and not isinstance(error, Error)):
                raise
            logger.exception("A patient's own page failed")
            if not is_post:
                return limit_referrer(render_reference(request, signed[0]))
            return limit_referrer(render_unsaved(request, {"text": TextField(label=_("What feels wrong?"))}))

    return wrapped


def get_own_path(request: HttpRequest) -> str:
    """Return the page's address by the link it was opened with.

    A new link would be valid for longer.
    """
    return reverse("bookings:visit", args=[request.resolver_match.kwargs["token"]])


@sensitive_post_parameters()
@require_safe
@with_case
def visit(request: HttpRequest, case: Case) -> HttpResponse:
    if request.method == "GET" and is_mailed_token(request.resolver_match.kwargs["token"]):
        try:
            services.confirm_contact(case, timezone.now())
        except Error:  # The page can be read, also while nothing can be written.
            logger.exception("An opened link could not be recorded")
    return show(request, case)


@require_safe
@with_case
def visit_ics(request: HttpRequest, case: Case) -> HttpResponse:
    """Return the calendar file of the visit, or 404 if none is booked."""
    appointment = get_visit_of_file(case)
    if appointment is None:
        return show(request, case, status=404)
    content = render_ics(appointment, ClinicProfile.for_request(request))
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def change(request: HttpRequest, case: Case) -> HttpResponse:
    """Move the visit, or choose a time where there is none.

    Where no time can be chosen any more, the patient's own page says why.
    """
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    policy, now = get_request_policy(request, settings, profile), timezone.now()
    appointment = case.appointments.live().first()
    may_change = appointment and appointment.can_be_changed(settings.change_until, now)
    if not policy or not (may_change or can_choose(case, now)):
        if request.method == "POST":
            return show(request, case, error=_("This time can no longer be changed here. Please call us."))
        return SeeOther(get_own_path(request))
    if not may_change:
        appointment = None  # What is left is a hold that has expired.
    policy = services.policy_for_case(policy, case)
    not_before = services.find_not_before(case, policy.visit_type_id)
    about = {"city": profile.time_zone_city, "not_before": not_before}
    form = ChangeTimeForm(**form_kwargs(request), visit=appointment, policy=policy, **about)
    if form.is_bound and form.is_valid():
        try:
            start, seen = form.cleaned_data["start"], request.POST.get("seen")
            if appointment and seen != "":
                services.move(case.pk, start, policy=policy, seen=parse_value(seen))
            else:  # The page showed no visit, so none is moved.
                services.choose_time(case.pk, start, policy=policy)
            return SeeOther(get_own_path(request))
        except services.TimeTakenError as taken:
            form.refuse(taken)
        except BookingError as refusal:  # The cut-off has just passed, or the desk was faster.
            return show(request, case, error=str(refusal))
    form.initial.setdefault("days_from", get_first_day(request.GET))
    form.prepare()
    title = _("Choose another time") if appointment else _("Choose a time")
    context = {
        "form": form,
        "seen": to_value(appointment.starts_at) if appointment else "",
        "moment": format_start(appointment.starts_at, profile.zone) if appointment else "",
        "is_booked": bool(appointment) and appointment.state == AppointmentState.BOOKED,
        "base": get_own_path(request),
        "head_title": f"{_('Error:')} {title}" if form.errors else title,
        "noindex": True,
    }
    return render(request, "bookings/visit_change.html", context)


@require_POST
@with_case
def waitlist(request: HttpRequest, case: Case) -> HttpResponse:
    """Join or leave the waitlist.

    The button states which, so sending it twice changes nothing.
    """
    try:
        services.set_waitlist(case.pk, request.POST.get("wanted") == "yes")
    except BookingError as refusal:
        return show(request, case, error=str(refusal))
    return SeeOther(get_own_path(request) + "#earlier")


@require_POST
@with_case
def cancel(request: HttpRequest, case: Case) -> HttpResponse:
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    policy = get_request_policy(request, settings, profile)
    try:
        if policy is None:
            raise BookingError(_("Please call us to cancel."))
        services.cancel(case.pk, policy=policy, seen=parse_value(request.POST.get("seen")))
    except BookingError as refusal:
        return show(request, case, error=str(refusal))
    return SeeOther(get_own_path(request))


@sensitive_post_parameters()
@require_POST
@with_case
def complain(request: HttpRequest, case: Case) -> HttpResponse:
    text = plain_text(request.POST.get("text", "")).strip()
    text = "" if is_blank(text) else text
    if len(text) > MAX_COMPLAINT:
        words = {"most": MAX_COMPLAINT, "written": len(text)}
        error = _("Please write at most %(most)d characters. You have written %(written)d.") % words
        return show(request, case, error=error, error_at="wrong-text", text=text)
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    try:
        services.file_complaint(case.pk, text, settings=settings, profile=profile, network=request.network)
    except BookingError as refusal:
        return show(request, case, error=str(refusal), error_at="wrong-text", text=text)
    return SeeOther(f"{get_own_path(request)}?told={get_signer(case).sign('')}#wrong")


def get_signer(case: Case) -> signing.TimestampSigner:
    """Return the signer of the mark in the address that follows a complaint."""
    return signing.TimestampSigner(salt=f"bookings.told.{case.reference}")


def has_just_told(request: HttpRequest, case: Case) -> bool:
    """Return whether the patient has sent a complaint within ``THANKS``.

    No session is read, so a signed mark in the address says so.
    """
    try:
        get_signer(case).unsign(request.GET.get("told", ""), max_age=THANKS)
    except signing.BadSignature:
        return False
    return True


def get_visit_of_file(case: Case) -> Appointment | None:
    """Return the visit for the patient's calendar, or None.

    Of two visits it is the booked one: the patient has come to the other.
    """
    visits = services.find_current_visits(case.appointments.order_by("pk"), timezone.now())
    booked = [visit for visit in visits if visit.state == AppointmentState.BOOKED]
    return next((visit for visit in booked + visits if visit.state in VISITS), None)


def can_choose(case: Case, now: datetime) -> bool:
    """Return whether the patient may choose a time, since they have none.

    About a complaint the clinic gives the first time.
    """
    if case.status not in OPEN_STATUSES:
        return False
    visit = case.appointments.live_or_newest()
    if visit is None:
        return not case.is_complaint
    return visit.get_state_at(now) in (*GONE, AppointmentState.NO_SHOW)


def describe_visit(visit: Appointment, policy: BookingPolicy | None, profile: ClinicProfile, now: datetime) -> dict:
    """Return what the page says about a visit."""
    state = visit.get_state_at(now)
    return {
        "state": state,
        "starts_at": visit.starts_at,
        "moment": format_start(visit.starts_at, profile.zone, now),
        "answer_by": format_answer_by(visit, policy, now, profile.zone),
        "is_live": state in LIVE and visit.starts_at > now,
        "is_coming": is_coming(visit, now),
        "is_begun": visit.starts_at <= now,
        "check_day": format_check_day(visit, profile.zone) if state == AppointmentState.TREATED else "",
    }


def show(request: HttpRequest, case: Case, *, status: int = 200, **extra) -> HttpResponse:
    """Show the patient's page, with an error where an action was refused."""
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    now, policy = timezone.now(), get_request_policy(request, settings, profile)
    visits = services.find_current_visits(case.appointments.order_by("pk"), now)
    live = next((visit for visit in visits if visit.get_state_at(now) in LIVE), None)
    may_change = live is not None and live.can_be_changed(settings.change_until, now)
    described = [describe_visit(visit, policy, profile, now) for visit in visits]
    context = {
        "case": case,
        "first_name": get_first_name(case.name),
        "steps": get_steps(described[0]["state"] if described else ""),
        "visits": described,
        "seen": to_value(live.starts_at) if live else "",
        "live_moment": format_start(live.starts_at, profile.zone, now) if live else "",
        "is_live": any(visit["is_live"] for visit in described),
        "is_coming": any(visit["is_coming"] for visit in described),
        "may_change": may_change,
        "can_change": may_change and policy is not None,
        "can_choose": policy is not None and can_choose(case, now),
        "not_before": case.not_before and format_day(case.not_before, now.astimezone(profile.zone).date()),
        "had_time": bool(visits) and visits[-1].get_state_at(now) in GONE,
        "change_hours": settings.change_until_hours,
        "is_quarantined": case.status == Status.QUARANTINED,
        "was_told": has_just_told(request, case),
        "base": get_own_path(request),
        "head_title": f"{_('Error:')} {_('Your visit')}" if "error" in extra else _("Your visit"),
        "noindex": True,
        **extra,
    }
    return render(request, "bookings/visit.html", context, status=status)
