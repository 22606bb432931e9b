"""The patient's own page behind the link in her mails. Opening it changes nothing; every act is a POST."""

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from clinic.models import ClinicProfile

from . import services
from .emails import calendar_file, first_name, moment_words
from .models import LIVE, AppointmentState, Case, ConsultationSettings
from .transitions import BookingError
from .views import SeeOther, calendar_for, private
from .visit_link import case_of, path_for


def with_case(view):
    """Give the view the case of its link, or answer that the link is no longer valid."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        case = case_of(token)
        if case is None:
            context = {"head_title": _("This link is no longer valid"), "noindex": True}
            return private(render(request, "bookings/visit_unknown.html", context, status=404))
        return private(view(request, case))

    return wrapped


@sensitive_post_parameters()
@require_safe
@with_case
def visit(request: HttpRequest, case: Case) -> HttpResponse:
    return show(request, case)


@require_safe
@with_case
def visit_ics(request: HttpRequest, case: Case) -> HttpResponse:
    """The booked visit for her calendar; there is none before it is booked."""
    appointment = case.appointments.filter(state=AppointmentState.BOOKED).first()
    if appointment is None:
        return show(request, case, status=404)
    content = calendar_file(appointment, ClinicProfile.for_request(request), is_cancelled=False)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@require_POST
@with_case
def cancel(request: HttpRequest, case: Case) -> HttpResponse:
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    calendar = calendar_for(request, settings, profile)
    try:
        if calendar is None:
            raise BookingError(_("Please call us to cancel."))
        services.cancel(case.pk, calendar=calendar)
    except BookingError as refusal:
        return show(request, case, error=str(refusal))
    return SeeOther(path_for(case))


@sensitive_post_parameters()
@require_POST
@with_case
def complain(request: HttpRequest, case: Case) -> HttpResponse:
    text = request.POST.get("text", "").replace("\x00", "")[:4000]
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    try:
        services.complain(case.pk, text, settings=settings, profile=profile)
    except BookingError as refusal:
        return show(request, case, error=str(refusal), text=text)
    return SeeOther(path_for(case) + "?told=1#wrong")


def show(request: HttpRequest, case: Case, *, status: int = 200, **extra) -> HttpResponse:
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    appointment, now = case.appointments.newest(), timezone.now()
    state = appointment.state_at(now) if appointment else ""
    context = {
        "case": case,
        "first_name": first_name(case.name),
        "steps": steps(state),
        "state": state,
        "moment": moment_words(appointment.starts_at, profile) if appointment else "",
        "kept_until": moment_words(appointment.held_until, profile) if appointment and appointment.held_until else "",
        "is_live": state in LIVE,
        "can_change": bool(appointment and appointment.may_be_changed(settings.change_until, now)),
        "change_hours": settings.change_until_hours,
        "was_told": "told" in request.GET,
        "base": path_for(case),
        "head_title": _("Your visit"),
        "noindex": True,
        **extra,
    }
    return render(request, "bookings/visit.html", context, status=status)


def steps(state: str) -> list[dict]:
    """Four plain steps; those that are done come first. ``state`` is that of her newest time, or empty."""
    done = {AppointmentState.HELD: 2, AppointmentState.BOOKED: 3, AppointmentState.ATTENDED: 4}.get(state, 1)
    words = [
        _("Your request has reached us"),
        _("A time is kept for you"),
        _("Your time is booked"),
        _("You were here"),
    ]
    return [{"words": text, "is_done": number <= done} for number, text in enumerate(words, start=1)]
