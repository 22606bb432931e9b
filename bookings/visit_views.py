"""The patient's own page behind the link in her mails. Opening it changes nothing; every act is a POST."""

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.models import ClinicProfile

from . import services
from .emails import calendar_file, first_name, moment_words
from .models import LIVE, Appointment, AppointmentState, Case, ConsultationSettings
from .transitions import BookingError
from .views import SeeOther, calendar_for, posted, private
from .visit_forms import ChangeTimeForm
from .visit_link import case_of


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


def own_path(request: HttpRequest) -> str:
    """Of her page, by the link she came with: what she does there gives that link no longer life."""
    return reverse("bookings:visit", args=[request.resolver_match.kwargs["token"]])


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


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def change(request: HttpRequest, case: Case) -> HttpResponse:
    """Another time. Where none can be chosen any more, her own page says why."""
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    calendar, appointment = calendar_for(request, settings, profile), case.appointments.newest()
    if not calendar or not appointment or not appointment.may_be_changed(settings.change_until, timezone.now()):
        if request.method == "POST":
            return show(request, case, error=_("This time can no longer be changed here. Please call us."))
        return SeeOther(own_path(request))
    form = ChangeTimeForm(**posted(request), visit=appointment, calendar=calendar, city=profile.time_zone_city)
    try:
        if form.is_bound and is_moved(case, form, calendar):
            return SeeOther(own_path(request))
    except BookingError as refusal:  # the cut-off has just passed, or the desk was faster
        return show(request, case, error=str(refusal))
    return show_times(request, case, appointment, form)


def is_moved(case: Case, form: ChangeTimeForm, calendar: services.Calendar) -> bool:
    """Move the visit to the time that was sent. False when the form has to be shown again, with what is wrong."""
    if not form.is_valid():
        form.offer(form.free())
        return False
    try:
        services.change_time(case.pk, form.cleaned_data["start"], calendar=calendar)
    except services.TimeTaken:
        form.refuse()
        return False
    return True


def show_times(request: HttpRequest, case: Case, appointment: Appointment, form: ChangeTimeForm) -> HttpResponse:
    title = _("Choose another time")
    context = {
        "form": form,
        "moment": moment_words(appointment.starts_at, ClinicProfile.for_request(request)),
        "is_booked": appointment.state == AppointmentState.BOOKED,
        "base": own_path(request),
        "head_title": f"{_('Error:')} {title}" if form.errors else title,
        "noindex": True,
    }
    return render(request, "bookings/visit_change.html", context)


@require_POST
@with_case
def earlier(request: HttpRequest, case: Case) -> HttpResponse:
    """Switch the mails about earlier times on or off. The button says which, so sent twice it does the same."""
    try:
        services.want_earlier(case.pk, request.POST.get("wanted") == "yes")
    except BookingError as refusal:
        return show(request, case, error=str(refusal))
    return SeeOther(own_path(request) + "#earlier")


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
    return SeeOther(own_path(request))


@sensitive_post_parameters()
@require_POST
@with_case
def complain(request: HttpRequest, case: Case) -> HttpResponse:
    text = request.POST.get("text", "").replace("\x00", "")[:4000]
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    try:
        services.complain(case.pk, text, settings=settings, profile=profile)
    except BookingError as refusal:
        return show(request, case, error=str(refusal), error_at="wrong-text", text=text)
    return SeeOther(own_path(request) + "?told=1#wrong")


def show(request: HttpRequest, case: Case, *, status: int = 200, **extra) -> HttpResponse:
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    appointment, now = case.appointments.newest(), timezone.now()
    state = appointment.state_at(now) if appointment else ""
    may_change = bool(appointment and appointment.may_be_changed(settings.change_until, now))
    context = {
        "case": case,
        "first_name": first_name(case.name),
        "steps": steps(state),
        "state": state,
        "moment": moment_words(appointment.starts_at, profile) if appointment else "",
        "kept_until": moment_words(appointment.held_until, profile) if appointment and appointment.held_until else "",
        "is_live": state in LIVE,
        "may_change": may_change,
        "can_change": may_change and calendar_for(request, settings, profile) is not None,
        "change_hours": settings.change_until_hours,
        "was_told": "told" in request.GET,
        "base": own_path(request),
        "head_title": f"{_('Error:')} {_('Your visit')}" if "error" in extra else _("Your visit"),
        "noindex": True,
        **extra,
    }
    return render(request, "bookings/visit.html", context, status=status)


def steps(state: str) -> list[dict]:
    """Four plain steps. The last that is done is where she stands; ``state`` is that of her newest time, or empty."""
    done = {AppointmentState.HELD: 2, AppointmentState.BOOKED: 3, AppointmentState.ATTENDED: 4}.get(state, 1)
    words = [
        _("We have your request"),
        _("A time is kept for you"),
        _("Your time is booked"),
        _("You come to see us"),
    ]
    return [
        {"words": text, "is_done": number <= done, "is_current": number == done}
        for number, text in enumerate(words, start=1)
    ]
