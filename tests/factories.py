"""Make test data with fixed values.

Each function takes what the test is about and fills in the rest.
"""

import itertools
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page, Site

from blog.models import BlogIndexPage, BlogPage
from bookings.contact_details import phone_to_e164
from bookings.models import (
    ATTENDED,
    Appointment,
    AppointmentState,
    Case,
    CaseKind,
    CaseTreatment,
    ConsultationSettings,
    Event,
    EventKind,
    Message,
    Outcome,
    Patient,
    Resource,
    SearchWord,
    Severity,
    Slot,
    Status,
    Task,
    TaskKind,
    VisitType,
)
from bookings.scheduling.availability import slots_between
from bookings.services import Submission, tasks
from clinic.hours.parsing import parse_spans
from clinic.limits import Limit, take
from clinic.models import ClinicProfile, HomePage, OpeningHours
from treatments.models import AreaOfConcern, TreatmentIndexPage, TreatmentPage

# What a visit in one of these states brings.
OWED_FOR = {
    AppointmentState.BOOKED: TaskKind.RECORD_VISIT,
    AppointmentState.CHECKED_IN: TaskKind.RECORD_VISIT,
    AppointmentState.NO_SHOW: TaskKind.NO_SHOW,
    AppointmentState.TREATED: TaskKind.DAY_AFTER,
}
ROLES = {
    "editor": "Editors",
    "frontdesk": "Front desk",
    "clinician": "Clinicians",
    "manager": "Managers",
}
PASSWORD = "correct horse battery"
counter = itertools.count(1)


# Pages


def make_home() -> HomePage:
    """Return the home page of the default site; make it if there is none."""
    if existing := HomePage.objects.first():
        return existing
    root = Page.get_first_root_node()
    home = root.add_child(instance=HomePage(title="Home", slug="clinic-home", hero_heading="Calm, careful care"))
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True, hostname="localhost")
    site.root_page = home
    site.save()
    return home


def remove_home() -> None:
    """Give the default site back the page that Wagtail's migrations made.

    It is for tests of a site that is not set up.
    """
    home = HomePage.objects.get()
    Site.objects.update(root_page=home.get_siblings().exclude(pk=home.pk).get())
    home.delete()


def make_treatment_index() -> TreatmentIndexPage:
    page = TreatmentIndexPage(title="Treatments", slug="treatments", show_in_menus=True)
    return TreatmentIndexPage.objects.first() or make_home().add_child(instance=page)


def make_blog_index() -> BlogIndexPage:
    page = BlogIndexPage(title="Blog", slug="blog", show_in_menus=True)
    return BlogIndexPage.objects.first() or make_home().add_child(instance=page)


def make_treatment(title: str = "Botox for forehead lines", *, area: str = "", **fields: Any) -> TreatmentPage:
    """Make a live treatment, or a draft with ``live=False``.

    ``area`` names its area of concern.
    """
    if area:
        fields["area"], _made = AreaOfConcern.objects.get_or_create(name=area, defaults={"slug": slugify(area)})
    fields.setdefault("introduction", "Softer lines in twenty minutes.")
    return make_treatment_index().add_child(instance=TreatmentPage(title=title, **fields))


def make_article(title: str = "What to ask before your first visit", **fields: Any) -> BlogPage:
    """Make a live article; ``live=False`` makes a draft."""
    fields.setdefault("date", date(2026, 3, 2))
    return make_blog_index().add_child(instance=BlogPage(title=title, **fields))


# The clinic


def clinic_profile(**fields: Any) -> ClinicProfile:
    """Give the default site's profile a phone, an address and an email."""
    known = {
        "phone": "(949) 555-0100",
        "email": "hello@clinic.example.com",
        "street": "1 Example Way",
        "city": "Newport Beach",
        "region": "CA",
        "postal_code": "92660",
    }
    return _setting(ClinicProfile, {**known, **fields})


def opening_hours(**fields: Any) -> OpeningHours:
    """Make the default site's hours, Monday to Friday 9 am to 4 pm.

    Days are given as people write them, rows as lists.
    """
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9 am – 4 pm")
    site = Site.objects.get(is_default_site=True)
    values = {name: parse_spans(value) if isinstance(value, str) else value for name, value in (week | fields).items()}
    return OpeningHours.objects.create(site=site, **values)


def consultation_settings(**fields: Any) -> ConsultationSettings:
    return _setting(ConsultationSettings, {"desk_email": "desk@clinic.example.com", **fields})


def _setting(model: type, fields: dict[str, Any]):
    setting = model.for_site(Site.objects.get(is_default_site=True))
    for name, value in fields.items():
        setattr(setting, name, value)
    setting.save()
    return setting


# People and their requests


def make_user(role: str = "", **fields: Any) -> User:
    """Make a user who can log in with ``PASSWORD``.

    ``role`` is one of ``ROLES``, "admin", or "" for a user without a role.
    """
    number = next(counter)
    fields.setdefault("username", f"{role or 'user'}{number}")
    fields.setdefault("email", f"{fields['username']}@clinic.example.com")
    maker = User.objects.create_superuser if role == "admin" else User.objects.create_user
    user = maker(password=PASSWORD, **fields)
    if role in ROLES:
        user.groups.add(Group.objects.get(name=ROLES[role]))
    return user


def make_case(*, treatments: tuple[TreatmentPage | str, ...] = (), **fields: Any) -> Case:
    """Make a case with a patient of its own, without the services.

    A closed one has its outcome. ``status`` may be the state of a visit: then the case has one in this state.
    """
    for name, value in {"name": "Ana Lima", "email": "ana@patient.example.com", "phone": "(949) 555-0123"}.items():
        fields.setdefault(name, value)
    if fields["phone"] and "phone_e164" not in fields:
        fields["phone_e164"] = phone_to_e164(fields["phone"], "US")
    visit_state = fields["status"] if fields.get("status") in AppointmentState.values else None
    if visit_state:
        came = visit_state in ATTENDED
        fields["status"] = Status.IN_CARE if came else Status.CONTACTING
    if fields.get("status") == Status.CLOSED:
        fields.setdefault("outcome", Outcome.COMPLETED)
        fields.setdefault("closed_at", timezone.now())
    if fields.get("kind") == CaseKind.COMPLAINT:
        fields.setdefault("severity", Severity.CLINICAL)
    key = uuid4()
    case = Case(**{"submission_key": key, "fingerprint": key.hex, **fields})
    if "patient" not in fields:
        case.patient = Patient.objects.create_for(case)
    case.save()
    SearchWord.objects.update_for(case)
    event = Event.objects.create(case=case, kind=EventKind.RECEIVED, at=case.created_at)
    if visit_state:
        make_visit(case, visit_state)
    _owe(case, event)
    for treatment in treatments:
        is_title = isinstance(treatment, str)
        CaseTreatment.objects.create(
            case=case, page=None if is_title else treatment, title=treatment if is_title else treatment.title
        )
    return case


def _owe(case: Case, event: Event) -> None:
    """Owe what the desk owes about a case with this status."""
    if case.status == Status.QUARANTINED:
        Task.objects.owe(case, TaskKind.REVIEW, event, case.created_at)
    if case.status == Status.NEW:
        Task.objects.owe(case, TaskKind.COMPLAINT if case.is_complaint else TaskKind.ANSWER, event, case.created_at)
    tasks.keep_track(case, event)


def make_visit(case: Case, state: str = "booked", starts_at: datetime | None = None) -> Appointment:
    """Make a visit of half an hour in the first room.

    Without a start it is tomorrow if it is held or booked, else yesterday.
    """
    is_ahead = state in (AppointmentState.HELD, AppointmentState.BOOKED)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    starts_at = starts_at or now + timedelta(days=1 if is_ahead else -1)
    visit = Appointment.objects.create(
        case=case,
        visit_type=VisitType.get_default(),
        state=state,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        held_until=starts_at if state == AppointmentState.HELD else None,
        created_at=starts_at - timedelta(days=2),
    )
    if state not in (AppointmentState.CANCELED, AppointmentState.EXPIRED):
        room = Resource.objects.first()
        Slot.objects.bulk_create(
            Slot(resource=room, at=at, appointment=visit, expires_at=visit.held_until)
            for at in slots_between(visit.starts_at, visit.ends_at)
        )
    if kind := OWED_FOR.get(state):
        event = case.events.last() or Event.objects.create(case=case, kind=EventKind.RECEIVED)
        Task.objects.owe(case, kind, event, appointment=visit)
        tasks.keep_track(case, event)
    return visit


def make_submission(**fields: Any) -> Submission:
    """Make what the form passes to the services: someone asks for a call."""
    known = {"name": "Ana Lima", "email": f"{uuid4().hex}@patient.example.com", "consent_wording": "Yes."}
    if fields.get("phone") and "phone_e164" not in fields:
        known["phone_e164"] = phone_to_e164(fields["phone"], "US")
    return Submission(**{"submission_key": uuid4(), **known, **fields})


def make_message(case: Case | None = None, *, due_at: datetime | None = None, **fields: Any) -> Message:
    """Make a receipt that waits to be sent, due now."""
    case = case or make_case()
    known = {
        "kind": "receipt",
        "recipient": case.email,
        "subject": "We have your request",
        "text": "Thank you.",
        "dedupe_key": f"test:{next(counter)}",
        "due_at": due_at or timezone.now(),
    }
    return Message.objects.create(case=case, **{**known, **fields})


def use_up(limit: Limit, value: str, but: int = 0) -> None:
    """Use a value as often as the limit allows, ``but`` some uses."""
    for _use in range(limit.uses - but):
        take(limit, value)
