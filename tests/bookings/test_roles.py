"""Who may do what with cases, walked from the URL configuration: an address without an expectation fails."""

import re
from functools import cache

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import ReferenceIndex

from bookings.messaging.links import get_receipt_path
from bookings.models import Case, CaseTreatment, MessageState
from clinic.undo.trash import delete_for_good
from tests import factories
from tests.opening_hours import at

ROLES = ("anonymous", "nobody", "editor", "clinician", "frontdesk", "manager", "admin")
SEE = {"clinician", "frontdesk", "manager", "admin"}
WORK = {"frontdesk", "manager", "admin"}

# What a patient is known by. None of it may ever reach an editor.
PATIENT = {"name": "Zoraida Quill", "email": "zoraida@patient.example.com", "phone": "(949) 555-0177"}
SECRETS = ("Zoraida", "Quill", "zoraida@", "555-0177", "9495550177", "dimple", "Very private")

# Each address of the desk, and who may post a change there. Who may see it: ``SEE``. Everybody else is sent away.
DESK = {"case:index": set(), "case:index_results": set(), "case:inspect": WORK, "desk_calendar": set()}
DESK |= {"desk_week": set(), "desk_sheet": set(), "desk_move": set(), "desk_calendar_act": WORK}
DESK |= {"desk_today": set(), "desk_today_pulse": set()}
# They take a POST only. Who may send it: ``test_bulk.py`` and ``test_saved_views.py``.
BULK = {"case:bulk", "case:views"}
# These take a POST only. Who may send it: ``test_today.py`` and ``test_pulse.py``.
POSTED = {"desk_act", "desk_presence"}
# Only those who change cases open it. A patient is on it only with the key of their case: ``test_desk_case.py``.
NEW_CASE = {"desk_new_case"}
# Nothing of a patient is on them. Who may change them: ``test_calendar.py``.
RESOURCES = {"resource:edit", "resource:delete", "visit_type:delete"}
# They show visits in the way only. Who may see and change them: ``test_explain.py``, ``test_block_rules.py``.
PLANNING = {"desk_explain", "desk_block_rules"}
# The patients' own pages are the same for everybody. A visit's are behind a signed link: ``test_visit_page.py``.
PUBLIC = {"bookings:consultation", "bookings:received", "bookings:visit", "bookings:visit_ics", "bookings:visit_cancel"}
PUBLIC |= {"bookings:visit_complain", "bookings:visit_change", "bookings:visit_waitlist"}


@cache
def urls_of_bookings() -> dict[str, str]:
    """Return every route that a view of ours answers, by its name."""
    return {name: route for name, route, view in walk(get_resolver()) if module_of(view).startswith("bookings.")}


def walk(resolver, namespace="", prefix=""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry, inner, route)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", route, entry.callback


def module_of(view) -> str:
    """Return the module of the view itself, however it is decorated."""
    view = getattr(view, "view_class", view)
    while hasattr(view, "__wrapped__") and not isinstance(view, type):
        view = getattr(view.__wrapped__, "view_class", view.__wrapped__)
    return view.__module__


@pytest.fixture
def case(profile, time_machine):
    """Return a case that waits for an answer, with a visit held for today."""
    time_machine.move_to(at("2027-06-07 09:00"), tick=False)
    treatment = factories.make_treatment("Botox for a chin")
    case = factories.make_case(**PATIENT, treatments=(treatment,), message="My dimple. Very private.")
    factories.make_message(case, state=MessageState.FAILED)
    factories.make_visit(case, "held", at("2027-06-07 11:00"))
    return case


def log_in(role: str) -> Client:
    """Return a browser of somebody in this role."""
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(factories.make_user("" if role == "nobody" else role))
    return client


def body(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def secrets_in(response, case) -> list[str]:
    text = body(response) + str(response.headers)
    return [secret for secret in (*SECRETS, case.reference) if secret in text]


# Every address


def test_every_address_has_an_expectation():
    assert set(urls_of_bookings()) == set(DESK) | BULK | POSTED | NEW_CASE | RESOURCES | PLANNING | PUBLIC


@pytest.mark.parametrize("role", ROLES)
def test_role_sees_and_changes_what_it_may(case, role):
    client = log_in(role)
    for name, may_change in DESK.items():
        path = "/" + urls_of_bookings()[name].replace("<int:pk>", str(case.pk))
        Case.objects.update(status="new")
        case.refresh_from_db()
        version = case.version
        response = client.get(path)
        assert (response.status_code == 200) == (role in SEE), path
        assert bool(secrets_in(response, case)) == (role in SEE), path
        response = client.post(path, {"expected_version": version, "to_status": "contacting"})
        case.refresh_from_db()
        assert (case.version > version) == (role in may_change), path
        if role not in SEE:
            assert response.status_code in (302, 403)
            assert not secrets_in(response, case)
    # Who may not look must not learn how many cases there are either.
    assert client.get("/admin/case/99999/").status_code == (404 if role in SEE else 403 if role == "nobody" else 302)


def test_patients_pages_are_the_same_for_everybody(case):
    for role in ROLES:
        client = log_in(role)
        for path, status, shown in (
            ("/consultation/", 200, []),
            ("/consultation/received/forged/", 404, []),
            (get_receipt_path(case), 200, [case.reference]),
        ):
            response = client.get(path)
            assert (response.status_code, secrets_in(response, case)) == (status, shown), (role, path)


# Editors see no patient anywhere: not in lists, searches, histories, reports, exports or guessed addresses.


@pytest.fixture
def editor(case):
    """Return an editor's browser, after the desk has left all its traces."""
    user = factories.make_user("manager")
    desk = Client()
    desk.force_login(user)
    desk.post(f"/admin/case/{case.pk}/", {"expected_version": 1, "action": "take", "note": "Very private note"})
    body(desk.get("/admin/case/", {"export": "csv"}))
    treatment = case.treatments.get().page
    treatment.save_revision(user=user).publish()
    ReferenceIndex.create_or_update_for_object(treatment)
    return log_in("editor")


def test_only_the_desk_is_shown_patients(editor, case):
    manager, leaks, answering = log_in("manager"), [], 0
    for path in admin_paths(case):
        response = editor.get(path)
        assert not secrets_in(response, case), path
        if response.status_code == 200:
            answering += 1
            searched = editor.get(path, {"q": "Zoraida", "export": "csv"})
            assert set(secrets_in(searched, case)) <= {"Zoraida"}, path  # the search box says what was typed
        if response.status_code in (302, 403) or path == "/admin/":
            # Where editors are sent away, the walk must find what shows the patient, or it would prove nothing.
            leaks += [path] if secrets_in(manager.get(path), case) else []
    cases = ["/admin/case/", f"/admin/case/{case.pk}/", "/admin/case/results/"]
    pages = ["", f"move/{case.pk}/", "sheet/", f"visit/{case.pk}/", "week/"]
    calendar = [f"/admin/calendar/{page}" for page in pages]
    assert leaks == [*calendar, *cases, "/admin/pulse/today/", "/admin/today/"]
    assert answering > 60  # The walk has really been somewhere.


def test_editors_dashboard_and_reports_name_no_case(editor, case):
    reports = ("site-history/", "site-history/results/", "aging-pages/")
    for path in ("/admin/", *(f"/admin/reports/{report}" for report in reports)):
        response = editor.get(path)
        assert response.status_code == 200
        text = body(response)
        assert not secrets_in(response, case)
        assert "/admin/case/" not in text
        assert "Export cases" not in text


def test_cases_are_in_no_reference_index():
    assert not ReferenceIndex.is_indexed(Case)
    assert not ReferenceIndex.is_indexed(CaseTreatment)


def test_deleting_a_treatment_shows_and_deletes_no_case(editor, case):
    page = case.treatments.get().page
    for name in ("usage", "delete"):
        response = editor.get(f"/admin/pages/{page.pk}/{name}/")
        assert response.status_code == 200
        assert not secrets_in(response, case)
    editor.post(f"/admin/pages/{page.pk}/delete/")
    delete_for_good(page.trashed)
    assert case.treatments.get().page is None


GUESSES = {
    "app_label": "bookings",
    "app_name": "bookings",
    "model_name": "case",
    "content_type_app_name": "bookings",
    "content_type_model_name": "case",
    "action": "delete",
    "slug": "bookings.case",
}
# Signs out; fails on purpose.
LEFT_OUT = ("logout", "failwhale")


def admin_paths(case) -> list[str]:
    """Return every address of the admin, with keys and names filled in."""
    page_id = str(case.treatments.get().page_id)

    def fill(match):
        kind, name = match["kind"], match["name"]
        if match.string.startswith(("admin/case/", "admin/calendar/")):
            return str(case.pk)
        if name in GUESSES:
            return GUESSES[name]
        if kind == "uuid":
            return "00000000-0000-0000-0000-000000000000"
        return page_id if "page" in name or kind == "int" else str(case.pk)

    routes = [route for _name, route, _view in walk(get_resolver()) if route.startswith("admin/")]
    filled = {re.sub(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>", fill, route) for route in routes}
    plain = {path for path in filled if not re.search(r"[\\^$(]", path)}
    return sorted(f"/{path}" for path in plain if not any(word in path for word in LEFT_OUT))


# Groups. A new grant belongs into the migration and into these tables.


def permissions_of(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def test_each_group_has_its_permissions_on_cases(db):
    care = {"bookings.view_case", "bookings.note_case", "bookings.treat_case"}
    desk, lead = {"bookings.change_case", "bookings.export_case"}, {"bookings.sign_off_case", "bookings.override_case"}
    assert permissions_of("Front desk") == {"wagtailadmin.access_admin", *care, *desk}
    assert permissions_of("Clinicians") == {"wagtailadmin.access_admin", "bookings.sign_off_case", *care}
    assert not permissions_of("Editors") & (care | desk | lead)
    assert permissions_of("Managers") >= care | desk | lead
    assert "bookings.change_consultationsettings" in permissions_of("Editors")
    assert permissions_of("Managers") >= permissions_of("Editors") | permissions_of("Front desk")


def test_each_group_has_its_permissions_on_pages(db):
    editing = {"add_page", "change_page", "publish_page"}
    for name, expected in {
        "Editors": editing,
        "Managers": editing | {"lock_page", "unlock_page"},
        "Front desk": set(),
        "Clinicians": set(),
    }.items():
        granted = Group.objects.get(name=name).page_permissions.values_list("permission__codename", flat=True)
        assert set(granted) == expected, name


@pytest.mark.parametrize("name", ["Editors", "Front desk", "Clinicians", "Managers"])
def test_no_group_can_change_accounts(db, name):
    accounts = ("auth.", "users.", "wagtailusers.")
    assert not [granted for granted in permissions_of(name) if granted.startswith(accounts)]


def test_only_managers_approve_pages(db):
    managers = Group.objects.get(name="Managers")
    assert not Group.objects.filter(name="Moderators").exists()
    assert managers.groupapprovaltask_set.get().name == "Managers approval"


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_desk_opens_no_page_editor(case, role):
    client = log_in(role)
    page = case.treatments.get().page
    for path in (f"/admin/pages/{page.pk}/edit/", f"/admin/pages/{page.pk}/delete/", f"/admin/pages/{page.pk}/"):
        assert client.get(path).status_code == 302
    home = client.get("/admin/").content.decode()
    for words in ('"explorer"', "Opening hours", "Search pages"):
        assert words not in home
