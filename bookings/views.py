import logging

from django.core import signing
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.models import ClinicProfile, OpeningHours
from clinic.site.context import site_context

from . import limits
from .consultation_request import ConsultationRequest
from .forms import OTHER_DAYS, ConsultationForm
from .models import Case, ConsultationSettings
from .receipt import standing_of
from .services import Calendar, TimeTaken, calendar_of, submit

receipts = signing.Signer(salt="bookings.receipt")
logger = logging.getLogger(__name__)


class SeeOther(HttpResponseRedirect):
    status_code = 303


def private(response: HttpResponse) -> HttpResponse:
    """The address may tell a treatment: no other site is told where the visitor came from."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest) -> HttpResponse:
    """The form. With errors it comes back with status 200: some proxies put a page of their own in the place of a
    4xx answer, and with it everything the patient typed would be gone."""
    settings, profile = ConsultationSettings.for_request(request), ClinicProfile.for_request(request)
    calendar = calendar_for(request, settings, profile)
    form = ConsultationForm(
        **posted(request),
        settings=settings,
        profile=profile,
        calendar=calendar,
        treatment_slug=request.GET.get("treatment", ""),
    )
    if form.is_bound and form.is_valid():
        try:
            case = accept(request, form.request(), settings=settings, profile=profile, calendar=calendar)
            return private(SeeOther(receipt_url(case.reference)))
        except TimeTaken as taken:
            form.refuse(taken)
        except Error as error:  # its text quotes what the patient wrote
            logger.error("A consultation request could not be saved: %s", type(error).__name__)
            form.could_not_be_saved()
    context = {
        "form": form,
        "consultation": settings,
        "head_title": f"{_('Error:')} {settings.heading}" if form.errors else settings.heading,
        "canonical": request.build_absolute_uri(reverse("bookings:consultation")),
    }
    return private(render(request, "bookings/consultation.html", context))


def accept(request: HttpRequest, sent: ConsultationRequest, **known) -> Case:
    """Keep what she sent; in quarantine when too much comes from where it comes from."""
    submission = submit(sent, in_quarantine=limits.is_reached(request, sent), **known)
    if submission.created:
        limits.count(request, sent)
    return submission.case


def posted(request: HttpRequest) -> dict[str, QueryDict]:
    """For a form with times: ``data`` is sent, ``typed`` stands there while she looks at other days."""
    if request.method != "POST":
        return {}
    return {"data" if request.POST.keys().isdisjoint(OTHER_DAYS) else "typed": request.POST}


def calendar_for(request: HttpRequest, settings: ConsultationSettings, profile: ClinicProfile) -> Calendar | None:
    """What decides which times there are. To show them, the cached hours are good enough; to keep one, they are not."""
    if request.method != "POST":
        return calendar_of(settings, site_context(request).schedule)
    return calendar_of(settings, OpeningHours.schedule_for(profile))


def receipt_url(reference: str) -> str:
    return reverse("bookings:received", args=[receipts.sign(reference)])


@never_cache
@require_safe
def received(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt. Its link holds a signed reference, and of all she wrote it shows only the time she picked."""
    try:
        case = Case.objects.get(reference=receipts.unsign(token))
    except (signing.BadSignature, Case.DoesNotExist):
        context = {"head_title": _("This receipt cannot be shown"), "noindex": True}
        return private(render(request, "bookings/receipt_unknown.html", context, status=404))
    settings, frame = ConsultationSettings.for_request(request), site_context(request)
    calendar = calendar_of(settings, frame.schedule)
    context = {
        "reference": case.reference,
        "consultation": settings,
        "standing": standing_of(case, calendar, frame.profile.zone, timezone.now()),
        "head_title": _("We have your request"),
        "noindex": True,
    }
    return private(render(request, "bookings/received.html", context))
