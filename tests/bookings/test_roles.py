"""Who may do what with requests, walked from the URL configuration: an address without an expectation fails."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from wagtail.models import ReferenceIndex

from bookings.models import Appointment, Case, CaseTreatment, MessageState, Resource
from bookings.patient.request_views import receipt_url
from tests import factories

ROLES = ("anonymous", "nobody", "editor", "clinician", "frontdesk", "manager", "admin")
SEE = {"clinician", "frontdesk", "manager", "admin"}
WORK = {"frontdesk", "manager", "admin"}

# What a patient is known by. None of it may ever reach an editor.
PATIENT = {"name": "Zoraida Quill", "email": "zoraida@patient.example.com", "phone": "(949) 555-0177"}
SECRETS = ("Zoraida", "Quill", "zoraida@", "555-0177", "9495550177", "dimple", "Very private")

# Address → method → who gets in. Everybody else is sent to the login page or back to the dashboard.
DESK = {
    "case:index": {"GET": SEE, "POST": set()},
    "case:index_results": {"GET": SEE, "POST": set()},
    "case:inspect": {"GET": SEE, "POST": WORK},
    "desk_calendar": {"GET": SEE, "POST": set()},
}
# Rooms and people: nothing of a patient on them. Who may change them: ``test_desk_times.py``.
ROOMS = {"resource:delete"}
# The patients' own pages: the same for everybody, and nothing of another patient on them.
PUBLIC = {"bookings:consultation", "bookings:received"}
# Her own visit, behind a signed link: ``test_visit_page.py``.
PUBLIC |= {"bookings:visit", "bookings:visit_ics", "bookings:visit_cancel", "bookings:visit_complain"}
PUBLIC |= {"bookings:visit_change", "bookings:visit_earlier"}


def urls_of_bookings() -> dict[str, str]:
    """Every address that a view of ours answers, by its name."""
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
    """Of the class or function itself, however it is decorated."""
    view = getattr(view, "view_class", view)
    while hasattr(view, "__wrapped__") and not isinstance(view, type):
        view = getattr(view.__wrapped__, "view_class", view.__wrapped__)
    return view.__module__


@pytest.fixture
def case(profile):
    treatment = factories.make_treatment("Botox for a chin")
    case = factories.make_case(**PATIENT, treatments=(treatment,), message="My dimple. Very private.")
    factories.make_message(case, state=MessageState.FAILED)
    start = timezone.now()
    Appointment.objects.create(
        case=case, resource=Resource.objects.get(), starts_at=start, ends_at=start + timedelta(minutes=30), state="booked"
    )
    return case


@pytest.fixture
def enter(client, case):
    """The browser of somebody in a role."""

    def enter_as(role: str):
        client.raise_request_exception = False
        if role == "nobody":
            client.force_login(factories.make_user())
        elif role != "anonymous":
            client.force_login(factories.make_user(role))
        return client

    return enter_as


def body(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def secrets_in(response, case) -> list[str]:
    text = body(response) + str(response.headers)
    return [secret for secret in (*SECRETS, case.reference) if secret in text]


class TestEveryAddress:
    def test_has_an_expectation(self):
        assert set(urls_of_bookings()) == set(DESK) | ROOMS | PUBLIC

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("name", DESK)
    def test_of_the_desk_lets_in_whom_it_should(self, enter, case, name, role):
        client = enter(role)
        path = "/" + urls_of_bookings()[name].replace("<int:pk>", str(case.pk))
        before = Case.objects.values().get(pk=case.pk)
        response = client.get(path)
        assert (response.status_code == 200) == (role in DESK[name]["GET"])
        assert bool(secrets_in(response, case)) == (role in DESK[name]["GET"])
        response = client.post(path, {"expected_version": 1, "to_status": "attended"})
        was_changed = Case.objects.values().get(pk=case.pk) != before
        assert was_changed == (role in DESK[name]["POST"])
        if role not in SEE:
            assert response.status_code in (302, 403)
            assert not secrets_in(response, case)

    @pytest.mark.parametrize("role", ROLES)
    def test_says_nothing_about_requests_that_do_not_exist(self, enter, case, role):
        """Who may not look must not learn how many there are either."""
        client = enter(role)
        answers = [client.get(f"/admin/case/{pk}/").status_code for pk in (case.pk, case.pk + 999)]
        assert answers == ([200, 404] if role in SEE else [302, 302])

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("path", ["/consultation/", "/consultation/received/forged/", "receipt"])
    def test_of_patients_is_the_same_for_everybody(self, enter, case, role, path):
        response = enter(role).get(receipt_url(case.reference) if path == "receipt" else path)
        assert response.status_code == (404 if "forged" in path else 200)
        # A receipt shows the reference it was asked for, and nothing else.
        assert secrets_in(response, case) == ([case.reference] if path == "receipt" else [])


class TestEditors:
    """They see no patient anywhere: not in lists, searches, histories, reports, exports or guessed addresses."""

    @pytest.fixture
    def editor(self, client, case):
        """After the desk has left every trace it can leave."""
        desk = factories.make_user("manager")
        client.force_login(desk)
        client.post(
            f"/admin/case/{case.pk}/",
            {"expected_version": 1, "to_status": "contacting", "note": "Very private note"},
        )
        body(client.get("/admin/case/", {"export": "csv"}))
        treatment = case.treatments.get().page
        treatment.save_revision(user=desk).publish()
        ReferenceIndex.create_or_update_for_object(treatment)
        client.force_login(factories.make_user("editor"))
        client.raise_request_exception = False
        return client

    def test_the_walk_finds_a_leak_where_there_is_one(self, client, case):
        """The same walk as a manager must find the patient, or it proves nothing."""
        client.force_login(factories.make_user("manager"))
        client.raise_request_exception = False
        leaks = {path for path in admin_paths(case) if secrets_in(client.get(path), case)}
        desk = {"/admin/", "/admin/calendar/", "/admin/case/", "/admin/case/results/", f"/admin/case/{case.pk}/"}
        assert leaks == desk

    def test_walk_through_the_whole_admin(self, editor, case):
        seen = {}
        for path in admin_paths(case):
            for params in ({}, {"q": "Zoraida", "export": "csv"}):
                response = editor.get(path, params)
                seen[path] = response.status_code
                found = [secret for secret in secrets_in(response, case) if secret not in str(params)]
                assert not found, f"{path} {params} shows {found}"
        # The walk has really been somewhere.
        assert sum(status == 200 for status in seen.values()) > 60

    @pytest.mark.parametrize(
        "path",
        [
            "/admin/",
            "/admin/reports/site-history/",
            "/admin/reports/site-history/results/",
            "/admin/reports/aging-pages/",
        ],
    )
    def test_dashboard_and_reports_work_and_know_of_no_request(self, editor, case, path):
        response = editor.get(path)
        assert response.status_code == 200
        text = body(response)
        assert not secrets_in(response, case)
        assert "/admin/case/" not in text
        assert "Export requests" not in text

    def test_used_in_list_of_a_treatment_names_no_request(self, editor, case):
        page = case.treatments.get().page
        response = editor.get(f"/admin/pages/{page.pk}/usage/")
        assert response.status_code == 200
        assert not secrets_in(response, case)

    def test_requests_are_in_no_reference_index(self):
        assert not ReferenceIndex.is_indexed(Case)
        assert not ReferenceIndex.is_indexed(CaseTreatment)

    def test_deleting_a_treatment_page_shows_and_deletes_no_request(self, editor, case):
        page = case.treatments.get().page
        response = editor.get(f"/admin/pages/{page.pk}/delete/")
        assert response.status_code == 200
        assert not secrets_in(response, case)
        editor.post(f"/admin/pages/{page.pk}/delete/")
        case.refresh_from_db()
        assert case.treatments.get().page is None

    def test_menu_leads_to_no_request(self, editor):
        assert "/admin/case/" not in editor.get("/admin/").content.decode()


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
    """Every address of the admin, with the page, the case and the app filled in where it asks for something."""
    page_id = str(case.treatments.get().page_id)

    def fill(match):
        kind, name = match["kind"], match["name"]
        if "admin/case/" in match.string:
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


class TestGroups:
    """What the migration grants. A new grant belongs into the migration and into this list."""

    @pytest.fixture
    def permissions_of(self, db):
        def permissions_of(name):
            rows = Permission.objects.filter(group__name=name).select_related("content_type")
            return {f"{row.content_type.app_label}.{row.codename}" for row in rows}

        return permissions_of

    def test_front_desk_works_on_requests_and_on_nothing_else(self, permissions_of):
        assert permissions_of("Front desk") == {
            "wagtailadmin.access_admin",
            "bookings.view_case",
            "bookings.change_case",
            "bookings.export_case",
        }

    def test_clinicians_look_only(self, permissions_of):
        assert permissions_of("Clinicians") == {"wagtailadmin.access_admin", "bookings.view_case"}

    def test_editors_have_nothing_to_do_with_requests(self, permissions_of):
        assert not [name for name in permissions_of("Editors") if name.endswith("_case")]
        assert "bookings.change_consultationsettings" in permissions_of("Editors")

    def test_managers_may_what_editors_and_front_desk_may(self, permissions_of):
        assert permissions_of("Managers") >= permissions_of("Editors") | permissions_of("Front desk")

    @pytest.mark.parametrize("name", ["Editors", "Front desk", "Clinicians", "Managers"])
    def test_nobody_can_make_herself_more(self, permissions_of, name):
        accounts = ("auth.", "users.", "wagtailusers.")
        assert not [granted for granted in permissions_of(name) if granted.startswith(accounts)]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("Editors", {"add_page", "change_page", "publish_page"}),
            ("Managers", {"add_page", "change_page", "publish_page", "lock_page", "unlock_page"}),
            ("Front desk", set()),
            ("Clinicians", set()),
        ],
    )
    def test_page_permissions(self, db, name, expected):
        granted = Group.objects.get(name=name).page_permissions.values_list("permission__codename", flat=True)
        assert set(granted) == expected

    def test_wagtails_approval_step_stays_with_managers(self, db):
        managers = Group.objects.get(name="Managers")
        assert not Group.objects.filter(name="Moderators").exists()
        assert managers.groupapprovaltask_set.get().name == "Managers approval"


class TestFrontDeskAndPages:
    @pytest.mark.parametrize("role", ["frontdesk", "clinician"])
    def test_cannot_open_the_editor_of_any_page(self, enter, case, role):
        client = enter(role)
        page = case.treatments.get().page
        for path in (f"/admin/pages/{page.pk}/edit/", f"/admin/pages/{page.pk}/delete/", f"/admin/pages/{page.pk}/"):
            assert client.get(path).status_code == 302
        home = client.get("/admin/").content.decode()
        assert '"explorer"' not in home
        assert "Opening hours" not in home
        assert "Search pages" not in home
