"""Test how staff sign in: limits, second factor, records, invitations."""

import json
import re
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail as outbox
from django.core.cache.backends.locmem import LocMemCache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction, Site

from bookings import services
from clinic.accounts import mail as staff_mail
from clinic.accounts.adapters import MFAAdapter
from clinic.accounts.events import shorten
from clinic.accounts.models import StaffMailKind
from clinic.management.commands.run_worker import purge_account_events
from clinic.models import AccountEvent, KeptRequest, StaffMail
from tests import factories
from tests.hostile_values import FALSY_JSON

LOGIN = "/account/login/"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(login, password=factories.PASSWORD, *, client=None, network=HERE, **extra):
    return (client or Client()).post(LOGIN, {"login": login, "password": password, **extra}, REMOTE_ADDR=network)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def kinds(**fields) -> list[str]:
    return list(AccountEvent.objects.filter(**fields).order_by("pk").values_list("kind", flat=True))


def code_now(secret=SECRET, steps=0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def clerk(profile):
    return factories.make_user("frontdesk", username="fran", email="fran@clinic.example.com")


@pytest.fixture
def manager(profile):
    client = Client()
    client.user = factories.make_user("manager", username="maria", email="maria@clinic.example.com")
    client.force_login(client.user)
    return client


class TestSigningIn:
    @pytest.mark.parametrize("login", ["fran", "FRAN", " fran ", "fran@clinic.example.com", "Fran@Clinic.example.com"])
    def test_name_or_email_and_password_open_the_admin(self, clerk, login):
        client = Client()
        response = sign_in(login, client=client)
        assert (response.status_code, response.url) == (302, "/admin/today/")
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize(
        ("login", "password"),
        [
            ("fran", "wrong"),
            ("nobody", factories.PASSWORD),
            ("fran", ""),
            ("", ""),
            ("fran\x00", "x"),
            ("ä" * 300, "x"),
        ],
    )
    def test_anything_else_is_refused(self, clerk, login, password):
        client = Client()
        assert sign_in(login, password, client=client).status_code == 200
        assert not is_signed_in(client)

    def test_inactive_account_looks_like_a_wrong_password(self, clerk):
        get_user_model().objects.update(is_active=False)
        assert b"do not match" in sign_in("fran").content

    def test_unknown_account_costs_as_many_hashes_as_a_known_one(self, clerk, monkeypatch):
        hashed = []
        real = MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or real(*args))
        counts = set()
        for login in ("fran", "fran@clinic.example.com", "nobody", "nobody@clinic.example.com", "x" * 200):
            hashed.clear()
            sign_in(login, "wrong password")
            counts.add(len(hashed))
        assert counts == {1}

    def test_known_and_unknown_account_answer_alike(self, clerk):
        pages = []
        for login in ("fran", "zoey"):
            page = sign_in(login, "wrong password").content.decode().replace(login, "LOGIN")
            pages.append(re.sub(r'(csrfmiddlewaretoken" value=")\w+', "", page))
        assert pages[0] == pages[1]

    @pytest.mark.parametrize("path", ["/admin/login/", "/_util/login/"])
    def test_old_addresses_lead_to_the_new_one(self, clerk, path):
        client = Client()
        response = client.get(path, {"next": "/admin/pages/"})
        assert response.url == f"{LOGIN}?next=/admin/pages/" or response.url == f"{LOGIN}?next=%2Fadmin%2Fpages%2F"
        response = client.post(path, {"username": "fran", "password": factories.PASSWORD})
        assert response.status_code == 302
        assert not is_signed_in(client)

    @pytest.mark.parametrize("rest", ["", "done/", "confirm/MQ/abc-def/", "complete/", "confirm/MQ/set-password/"])
    def test_old_password_reset_leads_to_the_new_one(self, clerk, rest):
        client = Client()
        for response in (client.get(f"/admin/password_reset/{rest}"), client.post(f"/admin/password_reset/{rest}")):
            assert (response.status_code, response.url) == (302, "/account/password/reset/")
        assert not outbox.outbox

    def test_no_address_lets_anybody_sign_up(self, db):
        names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
        assert not names & {"account_signup", "account_email", "mfa_signup_webauthn"}
        for path in ("/account/signup/", "/account/email/", "/account/2fa/webauthn/signup/"):
            assert Client().get(path).status_code == 404
        assert b"sign up" not in Client().get(LOGIN).content.lower()

    def test_password_cannot_be_changed_past_the_old_one(self, clerk):
        client = Client()
        client.force_login(clerk)
        client.post(
            "/admin/account/",
            {
                "password-old_password": "x",
                "password-new_password1": "new-Pass-2026",
                "password-new_password2": "new-Pass-2026",
            },
        )
        assert client.post("/admin/account/", {"name_email-email": "thief@example.com"}).status_code in (200, 302)
        clerk.refresh_from_db()
        assert clerk.check_password(factories.PASSWORD)
        assert clerk.email == "fran@clinic.example.com"

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "http:///evil.example",
            "https://localhost/x",
            "https://testserver.evil.example/",
            "\t//evil.example",
            "data:text/html,x",
            "ftp://testserver/",
        ],
    )
    def test_next_stays_on_this_host(self, clerk, target):
        assert sign_in("fran", next=target).url == "/admin/today/"

    @pytest.mark.parametrize(("role", "first"), [("frontdesk", "/admin/today/"), ("editor", "/admin/")])
    @pytest.mark.parametrize("wanted", ["", "/admin/"])
    def test_first_page_depends_on_the_role(self, profile, role, first, wanted):
        factories.make_user(role, username="noor")
        assert sign_in("noor", next=wanted).url == first

    @pytest.mark.parametrize("target", ["/admin/pages/", "/admin/case/?q=x", "/"])
    def test_next_of_this_host_is_followed(self, clerk, target):
        assert sign_in("fran", next=target).url == target

    def test_account_without_a_role_is_told_so(self, profile):
        factories.make_user("", username="new")
        client = Client()
        sign_in("new", client=client)
        response = client.get("/admin/")
        assert response.status_code == 403
        assert b"has no role here" in response.content

    def test_nothing_is_stored_by_browsers(self, clerk):
        client = Client()
        for path in (LOGIN, "/account/password/reset/"):
            assert "no-store" in client.get(path)["Cache-Control"]
        sign_in("fran", client=client)
        for path in (
            "/admin/",
            "/account/2fa/",
            "/account/sessions/",
            "/account/password/change/",
            "/account/2fa/totp/activate/",
        ):
            assert "no-store" in client.get(path)["Cache-Control"], path

    def test_signing_out_ends_the_session(self, clerk):
        client = Client()
        sign_in("fran", client=client)
        assert client.post("/admin/logout/").url == LOGIN
        assert client.get("/admin/").url == f"{LOGIN}?next=/admin/"
        assert kinds(user=clerk) == ["signed_in", "signed_out"]


class TestLimits:
    def test_25_wrong_passwords_end_in_words_that_say_when(self, clerk):
        answers = [sign_in("fran", f"wrong {number}") for number in range(25)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 15
        last = answers[-1]
        assert 0 < int(last["Retry-After"]) <= 900
        assert "Please try again in 15 minutes, after" in " ".join(last.content.decode().split())
        assert sign_in("fran").status_code == 429
        assert kinds() == ["wrong_password"] * 10 + ["locked"]

    def test_lock_ends_after_a_quarter_hour(self, clerk, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        for number in range(25):
            sign_in("fran", f"wrong {number}")
        time_machine.shift(15 * 60 + 1)
        assert sign_in("fran").status_code == 302

    def test_one_password_on_200_accounts_is_stopped(self, profile):
        for number in range(200):
            factories.make_user("", username=f"user-{number}")
        answers = [sign_in(f"user-{number}", "Summer2026!").status_code for number in range(200)]
        assert answers == [200] * 30 + [429] * 170

    def test_one_password_on_unknown_names_is_stopped_alike(self, db):
        answers = [sign_in(f"nobody-{number}", "Summer2026!").status_code for number in range(35)]
        assert answers == [200] * 30 + [429] * 5

    @pytest.mark.parametrize(
        "logins",
        [
            ("fran", "fran@clinic.example.com"),
            ("zoey", "zoey@clinic.example.com"),
            ("fran", "zoey@clinic.example.com"),
            ("zoey", "fran@clinic.example.com"),
        ],
    )
    def test_no_answer_tells_whose_name_and_email_it_is(self, clerk, logins):
        answers = [sign_in(login, "wrong").status_code for login in [*logins] * 12]
        assert answers == [200] * 20 + [429] * 4

    @pytest.mark.parametrize("login", ["fran", "fran@clinic.example.com", "zoey", "zoey@clinic.example.com"])
    def test_known_and_unknown_names_take_the_same_steps(self, clerk, login):
        steps = {}
        Client().get("/account/login/")  # The clinic's name is in the cache from now on.
        for name, network in ((login, HERE), ("nobody", ELSEWHERE)):
            with CaptureQueriesContext(connection) as queries:
                for _ in range(12):
                    sign_in(name, "wrong", network=network)
            steps[name] = [query["sql"].split()[0] for query in queries]
        assert steps[login] == steps["nobody"]

    def test_refused_attempt_writes_one_record_for_known_and_unknown_names(self, clerk):
        writes = []
        for login in ("nobody", "fran", "nobody else"):
            for _ in range(10):
                sign_in(login, "wrong", network=HERE)
            with CaptureQueriesContext(connection) as queries:
                assert sign_in(login, "wrong", network=HERE).status_code == 429
            changes = [query["sql"] for query in queries if "clinic_accountevent" in query["sql"]]
            writes.append(bool(changes))
        assert writes == [True] * 3
        assert kinds(kind="locked") == ["locked"] * 2

    @pytest.mark.parametrize(
        "spellings", [["fran", "FRAN", "Fran", "fRaN"], ["fran@clinic.example.com", "FRAN@Clinic.Example.com"]]
    )
    def test_spellings_of_a_name_count_together(self, clerk, spellings):
        answers = [sign_in(spellings[n % len(spellings)], "wrong").status_code for n in range(12)]
        assert answers == [200] * 10 + [429] * 2

    def test_other_letters_are_another_name(self, clerk):
        factories.make_user("", username="mimi", email="mimi@clinic.example.com")
        for login in ("m\u0131mi", "mim\u0130", "M\u0131M\u0131", "m\u0131mi@clinic.example.com", "ﬁran", "fran\u0307"):
            assert sign_in(login).status_code == 200, login

    @pytest.mark.parametrize("network", [HERE, "203.0.113.8", ELSEWHERE, "2001:db8:1:2::3"])
    def test_strangers_cannot_lock_out_a_known_browser(self, clerk, network):
        client = Client()
        sign_in("fran", client=client)
        client.post("/account/logout/")
        answers = [sign_in("fran", "wrong", network=f"198.51.{number}.1").status_code for number in range(60)]
        answers += [sign_in(f"user-{number}", "wrong", network=network).status_code for number in range(40)]
        assert answers == [200] * 25 + [429] * 35 + [200] * 30 + [429] * 10
        assert sign_in("fran", network=network).status_code == 429
        assert sign_in("fran", client=client, network=network).status_code == 302
        assert is_signed_in(client)

    @pytest.mark.parametrize("neighbour", ["203.0.113.7", "203.0.113.8", "203.0.113.200"])
    def test_neighbours_of_a_known_browser_are_strangers(self, clerk, neighbour):
        sign_in("fran")
        for number in range(30):
            sign_in("fran", "wrong", network=f"198.51.{number}.1")
        assert sign_in("fran", network=neighbour).status_code == 429

    def test_known_browser_is_limited_wherever_it_is(self, clerk):
        client = Client()
        sign_in("fran", client=client)
        client.post("/account/logout/")
        networks = (f"198.51.{number}.1" for number in range(12))
        answers = [sign_in("fran", "wrong", client=client, network=network).status_code for network in networks]
        assert answers == [200] * 10 + [429] * 2

    @pytest.mark.parametrize(
        "change", ["password", "reset", "sign_out", "own_sign_out", "key", "age", "forgery", "other"]
    )
    def test_known_browser_is_forgotten(self, clerk, manager, change, settings, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        client = Client()
        sign_in("fran", client=client)
        client.post("/account/logout/")
        (name,) = (name for name in client.cookies if name.startswith("device-"))
        match change:
            case "password":
                clerk.set_password(factories.PASSWORD)
                clerk.save()
            case "reset":
                set_password(clerk, factories.PASSWORD + "!")
            case "sign_out":
                manager.force_login(manager.user)
                manager.post(f"/admin/staff-access/{clerk.pk}/", {"action": "sign_out"})
            case "own_sign_out":
                sign_in("fran", client=(other := Client()))
                other.post("/account/sessions/")
            case "key":
                settings.SECRET_KEY = "a new key"
            case "age":
                time_machine.shift(90 * 24 * 3600 + 1)
            case "forgery":
                client.cookies[name] = client.cookies[name].value[:-1] + "x"
            case "other":
                factories.make_user("", username="ben")
                sign_in("ben", client=(ben := Client()))
                client.cookies[name] = next(ben.cookies[key].value for key in ben.cookies if key.startswith("device-"))
        answers = [
            sign_in("fran", "wrong", client=client, network=f"198.51.{number}.1").status_code for number in range(12)
        ]
        assert answers == [200] * 12  # counted for each network

    def test_browser_where_all_others_were_signed_out_stays_known(self, clerk):
        client = Client()
        sign_in("fran", client=client)
        client.post("/account/sessions/")
        client.post("/account/logout/")
        for number in range(30):
            sign_in("fran", "wrong", network=f"198.51.{number}.1")
        assert sign_in("fran", client=client).status_code == 302

    def test_cookie_of_a_browser_is_for_signing_in_alone(self, clerk, settings):
        settings.SESSION_COOKIE_SECURE = True
        client = Client()
        sign_in("fran", client=client)
        (cookie,) = (cookie for name, cookie in client.cookies.items() if name.startswith("device-"))
        assert (cookie["path"], cookie["httponly"], cookie["secure"]) == ("/account/", True, True)
        assert "fran" not in cookie.OutputString()

    def test_known_browser_skips_no_second_step(self, with_app):
        client = Client()
        sign_in("fran", client=client)
        send_code(client, code_now())
        client.post("/account/logout/")
        assert sign_in("fran", client=client).url == CODE
        assert not is_signed_in(client)

    def test_reset_password_gives_no_more_codes(self, with_app):
        answers = []
        for number in range(4):
            client = Client()
            set_password(with_app, f"another-Pass-2026-{number}", client)
            sign_in("fran", f"another-Pass-2026-{number}", client=client)
            networks = (f"198.51.{number}.{code}" for code in range(7))
            answers += [send_code(client, "000000", network=network).status_code for network in networks]
        assert answers == [200] * 20 + [429] * 8

    def fail_codes(self, networks):
        """Give wrong codes after the right password, like strangers who know it."""
        for number in range(networks):
            sign_in("fran", client=(stranger := Client()), network=f"198.51.{number}.1")
            for _ in range(10):
                send_code(stranger, "000000", network=f"198.51.{number}.1")

    @pytest.mark.parametrize("kind", ["app", "recovery"])
    @pytest.mark.parametrize("network", [HERE, ELSEWHERE, "2001:db8:1:2::3"])
    def test_strangers_with_the_password_lock_out_no_known_browser(self, with_app, kind, network):
        client = Client()
        sign_in("fran", client=client)
        send_code(client, with_app.codes[0])
        client.post("/account/logout/")
        self.fail_codes(4)
        right = with_app.codes[1] if kind == "recovery" else code_now()
        sign_in("fran", client=(unknown := Client()), network="203.0.113.99")
        assert send_code(unknown, right, network="203.0.113.99").status_code == 429
        sign_in("fran", client=client, network=network)
        assert send_code(client, right, network=network).url == "/admin/today/"

    def test_known_browser_has_a_limit_for_codes_too(self, with_app):
        client = Client()
        sign_in("fran", client=client)
        send_code(client, with_app.codes[0])
        client.post("/account/logout/")
        sign_in("fran", client=client)
        networks = (f"198.51.{number}.1" for number in range(13))
        answers = [send_code(client, "000000", network=network).status_code for network in networks]
        assert answers == [200] * 10 + [429] * 3

    @pytest.mark.parametrize("change", ["password", "reset", "sign_out", "copied_before"])
    def test_browser_is_forgotten_for_codes(self, with_app, manager, change):
        client = Client()
        if change == "copied_before":  # a cookie from before the second step
            Authenticator.objects.all().delete()
            sign_in("fran", client=client)
            TOTP.activate(with_app, SECRET)
        else:
            sign_in("fran", client=client)
            send_code(client, with_app.codes[0])
        client.post("/account/logout/")
        match change:
            case "password":
                with_app.set_password(factories.PASSWORD)
                with_app.save()
            case "reset":
                set_password(with_app, factories.PASSWORD, client)
            case "sign_out":
                manager.post(f"/admin/staff-access/{with_app.pk}/", {"action": "sign_out"})
        self.fail_codes(3)
        sign_in("fran", client=client)
        assert send_code(client, code_now()).status_code == 429

    def test_right_passwords_do_not_count(self, clerk):
        assert [sign_in("fran").status_code for _ in range(40)] == [302] * 40

    def test_ipv6_addresses_of_one_customer_count_together(self, clerk):
        answers = [sign_in(f"user{n}", "wrong", network=f"2001:db8:1:2::{n:x}").status_code for n in range(1, 36)]
        assert answers == [200] * 30 + [429] * 5

    def test_own_account_does_not_reset_the_network(self, clerk):
        answers = []
        for number in range(40):
            answers.append(sign_in(f"user-{number}", "wrong").status_code)
            if number == 10:
                sign_in("fran")
        assert answers.count(200) == 30

    def test_reset_password_lets_its_browser_in(self, clerk):
        client = Client()
        for number in range(30):
            sign_in("fran", "wrong", network=f"198.51.{number}.1")
        refused = sign_in("fran", client=client, network="198.51.99.1")
        assert refused.status_code == 429
        assert 'href="/account/password/reset/"' in refused.content.decode()
        set_password(clerk, "another-Pass-2026", client)
        assert sign_in("fran", "another-Pass-2026", network="198.51.99.1").status_code == 429
        assert sign_in("fran", "another-Pass-2026", client=client, network="198.51.99.1").status_code == 302

    def test_guessing_at_an_open_computer_is_limited(self, clerk):
        client = Client()
        client.force_login(clerk)
        answers = [
            client.post(
                "/account/password/change/",
                {"oldpassword": f"wrong {number}", "password1": "new-Pass-2026", "password2": "new-Pass-2026"},
                REMOTE_ADDR=HERE,
            ).status_code
            for number in range(15)
        ]
        assert answers == [200] * 10 + [429] * 5

    @pytest.mark.parametrize("login", ["a" * 1_000_000, "\ud800", "' OR 1=1 --", "%00", "🙂", "a\nb", "../../x"])
    def test_hostile_names_are_wrong_names(self, db, login):
        body = f"login={login}&password=x".encode("utf-8", "surrogatepass")
        response = Client().post(LOGIN, body, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 200

    def test_typed_names_are_not_stored(self, db):
        sign_in("my-own-secret-password", "oops")
        event = AccountEvent.objects.get()
        assert (event.user, event.username, event.network) == (None, "", "203.0.113.0/24")

    @pytest.mark.parametrize(
        ("network", "shown"),
        [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2::/64", "2001:db8:1::/48"), ("", "")],
    )
    def test_networks_are_shortened(self, network, shown):
        assert shorten(network) == shown

    def test_old_events_are_deleted(self, clerk, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z")
        sign_in("fran")
        time_machine.move_to("2027-09-06T16:00:00Z")
        AccountEvent.objects.purge()
        assert not kinds()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("where", ["network", "browser", "private page"])
def test_parallel_guesses_never_pass_a_limit(where):
    user = factories.make_user("frontdesk", username="fran", email="fran@clinic.example.com")
    page = Site.objects.get(is_default_site=True).root_page
    wall = PageViewRestriction.objects.create(page=page, restriction_type="password", password="Summer")
    sign_in("fran", client=(known := Client()))
    cookies = {name: cookie.value for name, cookie in known.cookies.items() if name.startswith("device-")}
    start = Barrier(20)

    def guess(number):
        client = Client()
        try:
            start.wait(timeout=30)
            if where == "private page":
                address = reverse("wagtailcore_authenticate_with_password", args=[wall.pk, page.pk])
                return client.post(address, {"password": "x", "return_url": "/"}, REMOTE_ADDR=HERE).status_code
            if where == "network":
                return sign_in("fran", "wrong", client=client).status_code
            client.cookies.load(cookies)
            return sign_in("fran", "wrong", client=client, network=f"198.51.{number}.1").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(guess, range(20))) == [200] * 10 + [429] * 10
    assert len(kinds(user=user, kind="wrong_password")) == (0 if where == "private page" else 10)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_parallel_requests_send_what_was_kept_once():
    user = factories.make_user("frontdesk", username="fran", email="fran@clinic.example.com")
    case = factories.make_case()
    path = f"/admin/case/{case.pk}/"
    kept = KeptRequest.objects.create(user=user, path=path, fields=[], files=[])
    sign_in("fran", client=(owner := Client()))
    data = {"expected_version": case.version, "action": "note", "note": "x", "kept_request": kept.key}
    start = Barrier(8)

    def send(_number):
        client = Client()
        client.cookies.load({"sessionid": owner.cookies["sessionid"].value})
        try:
            start.wait(timeout=30)
            return client.post(path, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [302] + [410] * 7
    assert get_notes(case) == ["x"]


class TestPrivatePages:
    @pytest.fixture(params=["page", "documents"])
    def wall(self, home, request) -> str:
        """Return the address that takes the password of a private page, or of a collection of documents."""
        wall = {"restriction_type": "password", "password": "Summer"}
        if request.param == "page":
            page = factories.make_article()
            restriction = PageViewRestriction.objects.create(page=page, **wall)
            return reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, page.pk])
        folder = Collection.get_first_root_node().add_child(name="Staff")
        restriction = CollectionViewRestriction.objects.create(collection=folder, **wall)
        return reverse("wagtaildocs_authenticate_with_password", args=[restriction.pk])

    def guess(self, wall, guess="wrong", network=HERE, client=None):
        data = {"password": guess, "return_url": "/"}
        return (client or Client()).post(wall, data, REMOTE_ADDR=network)

    def test_guesses_of_a_network_end_in_429(self, wall, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        answers = [self.guess(wall, f"guess {number}") for number in range(15)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 5
        text = " ".join(answers[-1].content.decode().split())
        assert "Please try again in 15 minutes, after 9:15 am." in text
        assert answers[-1]["Retry-After"] == "900"
        assert self.guess(wall, "Summer").status_code == 429
        time_machine.shift(901)
        assert self.guess(wall, "Summer").status_code == 302

    @pytest.mark.parametrize("network", [ELSEWHERE, "203.0.113.8", "2001:db8::1"])
    def test_right_password_works_from_other_networks(self, wall, network):
        for _ in range(12):
            self.guess(wall)
        client = Client()
        assert self.guess(wall, "Summer", network, client).status_code == 302
        assert client.session

    def test_right_passwords_do_not_count(self, wall):
        assert [self.guess(wall, "Summer").status_code for _ in range(30)] == [302] * 30
        assert [self.guess(wall).status_code for _ in range(12)] == [200] * 10 + [429] * 2

    def test_looking_at_the_form_does_not_count(self, wall):
        assert [Client().get(wall, REMOTE_ADDR=HERE).status_code for _ in range(15)] == [200] * 15
        assert self.guess(wall).status_code == 200

    def test_each_private_place_counts_for_itself(self, home):
        pages = [factories.make_article(f"Article {number}", slug=f"article-{number}") for number in range(3)]
        walls = [
            PageViewRestriction.objects.create(page=page, restriction_type="password", password="Summer")
            for page in pages
        ]
        answers = [
            self.guess(reverse("wagtailcore_authenticate_with_password", args=[wall.pk, page.pk])).status_code
            for wall in walls
            for page in pages * 4
        ]
        # The page in the address is not what is guarded: another one there does not start a new count.
        assert answers == ([200] * 10 + [429] * 2) * 3


def get_link() -> str:
    """Return the path of the link in the latest email."""
    staff_mail.send_due()
    return re.search(r"http://testserver(/account/password/reset/key/\S+)", outbox.outbox[-1].body)[1]


def set_password(user, password, client=None):
    client = client or Client()
    user.refresh_from_db()
    path = client.get(staff_mail.get_password_path(user)).url
    return client.post(path, {"password1": password, "password2": password}, REMOTE_ADDR=HERE)


class TestPasswordReset:
    def ask(self, email, network=HERE):
        return Client().post("/account/password/reset/", {"email": email}, REMOTE_ADDR=network)

    @pytest.mark.parametrize("email", ["fran@clinic.example.com", "FRAN@clinic.example.com"])
    def test_link_comes_by_email_and_works_once(self, clerk, email):
        assert self.ask(email).url == "/account/password/reset/done/"
        assert not outbox.outbox  # the worker sends it
        link = get_link()
        assert outbox.outbox[0].to == ["fran@clinic.example.com"]
        client = Client()
        path = client.get(link).url
        assert link.split("-")[-1] not in path
        new = {"password1": "another-Pass-2026", "password2": "another-Pass-2026"}
        assert client.post(path, new).url == "/account/password/reset/key/done/"
        assert b"no longer works" in Client().get(link).content
        assert sign_in("fran", "another-Pass-2026").status_code == 302
        staff_mail.send_due()
        assert "was changed" in outbox.outbox[1].subject

    def test_no_token_lies_in_the_database(self, clerk):
        self.ask("fran@clinic.example.com")
        (row,) = StaffMail.objects.values()
        assert set(row) == {"id", "kind", "user_id", "attempts", "due_at"}

    def test_unknown_address_takes_the_same_steps(self, clerk, django_assert_num_queries):
        answers = []
        for email in ("fran@clinic.example.com", "nobody@clinic.example.com"):
            with django_assert_num_queries(5):
                answers.append(self.ask(email))
        assert answers[0].url == answers[1].url
        staff_mail.send_due()
        assert [message.to for message in outbox.outbox] == [["fran@clinic.example.com"]]
        assert not StaffMail.objects.exists()

    def test_page_does_not_wait_for_the_email_server(self, clerk, monkeypatch):
        monkeypatch.setattr(EmailMessage, "send", lambda self: time.sleep(3600))
        for number in range(10):
            assert self.ask("fran@clinic.example.com", network=f"198.51.{number}.1").status_code == 302

    def test_an_address_gets_three_emails_an_hour(self, clerk):
        for number in range(8):
            assert self.ask("fran@clinic.example.com", network=f"198.51.{number}.1").status_code == 302
        staff_mail.send_due()
        assert len(outbox.outbox) == 3

    def test_a_network_asks_ten_times_an_hour(self, clerk):
        answers = [self.ask(f"user{number}@clinic.example.com").status_code for number in range(12)]
        assert answers == [302] * 10 + [429] * 2

    def test_link_expires(self, clerk, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        path = staff_mail.get_password_path(clerk)
        time_machine.shift(24 * 3600 - 1)
        assert Client().get(path).status_code == 302
        time_machine.shift(2)
        assert b"no longer works" in Client().get(path).content

    @pytest.mark.parametrize(
        "key", ["1-abc", "1-set-password", "zzzzzzzzzzzzzzz-a-b", "1-a-b-c", "0-x", "1-é", "1-%01"]
    )
    def test_forged_links_do_not_work(self, clerk, key):
        assert b"no longer works" in Client().get(f"/account/password/reset/key/{key}/").content

    def test_new_password_ends_all_sessions(self, clerk):
        client = Client()
        sign_in("fran", client=client)
        set_password(clerk, "another-Pass-2026")
        assert client.get("/admin/").status_code == 302

    def test_failed_email_is_tried_again_and_given_up_in_the_end(self, clerk, time_machine, monkeypatch):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)

        def fail(self):
            raise OSError

        monkeypatch.setattr(EmailMessage, "send", fail)
        self.ask("fran@clinic.example.com")
        tries = 0
        while StaffMail.objects.exists():
            tries += staff_mail.send_next()
            time_machine.shift(60)
        assert tries == 5
        assert kinds(user=clerk) == ["reset_requested", "mail_failed"]


class TestStaffMail:
    @pytest.fixture
    def answer(self, clerk, time_machine, monkeypatch):
        """Return a list whose first entry the email server answers: an error, or how many messages it accepted."""
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        answers = [1]

        def send(self):
            if isinstance(answers[0], Exception):
                raise answers[0]
            return answers[0]

        monkeypatch.setattr(EmailMessage, "send", send)
        staff_mail.queue(StaffMailKind.PASSWORD_RESET, clerk)
        return answers

    @pytest.mark.parametrize(
        "error",
        [
            smtplib.SMTPRecipientsRefused({"fran@clinic.example.com": (550, b"unknown")}),
            smtplib.SMTPSenderRefused(553, b"not you", "hello@clinic.example.com"),
            smtplib.SMTPDataError(554, b"spam"),
            smtplib.SMTPResponseException(500, b"syntax"),
        ],
    )
    def test_refusal_for_good_is_final_at_once(self, answer, error):
        answer[0] = error
        assert staff_mail.send_next()
        assert not StaffMail.objects.exists()
        assert kinds() == ["mail_failed"]

    @pytest.mark.parametrize(
        "error",
        [
            smtplib.SMTPRecipientsRefused({"fran@clinic.example.com": (450, b"busy")}),
            smtplib.SMTPDataError(452, b"disk full"),
            smtplib.SMTPAuthenticationError(535, b"wrong password"),
            smtplib.SMTPConnectError(554, b"no service"),
            smtplib.SMTPServerDisconnected("gone"),
            TimeoutError(),
            0,
        ],
    )
    def test_other_failures_are_tried_again(self, answer, time_machine, error):
        answer[0] = error
        staff_mail.send_due()
        assert StaffMail.objects.get().attempts == 1
        answer[0] = 1
        time_machine.shift(61)
        staff_mail.send_due()
        assert not StaffMail.objects.exists()
        assert kinds() == []

    @pytest.mark.parametrize("hours", [1, 24, 24 * 365])
    @pytest.mark.parametrize("failures", range(staff_mail.MAX_ATTEMPTS))
    def test_clock_set_back_keeps_no_mail_waiting(self, answer, time_machine, failures, hours):
        answer[0] = TimeoutError()
        for _ in range(failures):
            time_machine.move_to(StaffMail.objects.get().due_at, tick=False)
            staff_mail.send_next()
        answer[0] = 1
        time_machine.shift(-hours * 3600 - 5 * 60 - 1)
        assert not staff_mail.send_next()
        staff_mail.recover_from_clock_change()
        assert staff_mail.send_next()
        assert not StaffMail.objects.exists()

    @pytest.mark.parametrize("attempts", range(1, staff_mail.MAX_ATTEMPTS + 2))
    def test_claim_of_a_dead_worker_ends_after_clock_was_set_back(self, answer, time_machine, attempts):
        StaffMail.objects.update(attempts=attempts - 1)
        staff_mail.claim_next()
        time_machine.shift(-24 * 3600)
        staff_mail.recover_from_clock_change()
        assert staff_mail.send_next()

    @pytest.mark.parametrize("minutes", [0, 1, -1, -4])
    def test_right_clock_changes_no_mail(self, answer, clerk, time_machine, minutes):
        for attempts, wait in enumerate(staff_mail.BACK_OFF, start=1):
            StaffMail.objects.create(kind="password_set", user=clerk, attempts=attempts, due_at=timezone.now() + wait)
        StaffMail.objects.create(kind="password_set", user=clerk)
        staff_mail.claim_next()
        before = list(StaffMail.objects.order_by("pk").values())
        time_machine.shift(minutes * 60)
        staff_mail.recover_from_clock_change()
        assert list(StaffMail.objects.order_by("pk").values()) == before


ADMIN_PATHS = [
    "/admin/",
    "/admin/case/",
    "/admin/pages/",
    "/admin/choose-page/",
    "/admin/api/main/pages/",
    "/admin/account/",
]
CODE, ACTIVATE, INDEX = "/account/2fa/authenticate/", "/account/2fa/totp/activate/", "/account/2fa/"
ADD_KEY = "/account/2fa/webauthn/add/"
KEY_PAGES = (INDEX, "/account/2fa/webauthn/", ADD_KEY, "/account/2fa/webauthn/reauthenticate/", "/account/sessions/")
BROKEN_KEYS = [
    *({"name": "key", "credential": value} for value in (0, False, None, [], {}, "x", {"rawId": "eA"})),
    {"name": "key"},
    {"name": "key", "credential": {"id": "eA", "rawId": "eA", "response": {"attestationObject": "uw"}}},
]


@pytest.fixture
def strict(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def with_app(clerk):
    """Return a clerk with an authenticator app and recovery codes."""
    TOTP.activate(clerk, SECRET)
    clerk.codes = RecoveryCodes.activate(clerk).generate_codes()
    return clerk


def read_challenge(client) -> tuple[dict, bytes]:
    """Return what the page asked the browser to sign, as the browser's data about it, and its hash."""
    data = {"challenge": client.session["mfa.webauthn.state"]["challenge"], "origin": "https://testserver"}
    return data, sha256(b"testserver").digest()


def make_passkey(client, key) -> str:
    """Answer like a browser that made a new key."""
    data, site = read_challenge(client)
    public = AttestedCredentialData.create(bytes(16), b"key", ES256.from_cryptography_key(key.public_key()))
    made = AttestationObject.create("none", AuthenticatorData.create(site, 0x45, 0, public), {})
    parts = {"clientDataJSON": json.dumps(data | {"type": "webauthn.create"}).encode(), "attestationObject": made}
    return as_credential(parts)


def use_passkey(client, key) -> str:
    """Answer like a browser that has the key."""
    data, site = read_challenge(client)
    signed = json.dumps(data | {"type": "webauthn.get"}).encode()
    site_data = AuthenticatorData.create(site, 0x05, 1)
    signature = key.sign(site_data + sha256(signed).digest(), ec.ECDSA(hashes.SHA256()))
    return as_credential({"clientDataJSON": signed, "authenticatorData": site_data, "signature": signature})


def as_credential(parts: dict) -> str:
    response = {name: websafe_encode(part) for name, part in parts.items()}
    key = websafe_encode(b"key")
    return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})


def send_code(client, code, network=HERE):
    return client.post(CODE, {"code": code}, REMOTE_ADDR=network)


class TestSecondFactor:
    @pytest.mark.parametrize("role", ["frontdesk", "clinician", "manager", "admin"])
    def test_whoever_sees_patients_needs_one(self, profile, strict, role):
        client = Client()
        client.force_login(factories.make_user(role))
        for path in ADMIN_PATHS:
            for response in (client.get(path), client.post(path, {"x": 1})):
                assert (response.status_code, response.url) == (302, INDEX), path

    @pytest.mark.parametrize("role", ["frontdesk", "clinician", "manager", "admin"])
    def test_without_it_they_are_nobody_on_the_site(self, home, strict, role):
        client = Client()
        client.force_login(user := factories.make_user(role))
        folder = Collection.get_first_root_node().add_child(name="Staff")
        CollectionViewRestriction.objects.create(collection=folder, restriction_type="login")
        file = SimpleUploadedFile("internal.txt", b"internal")
        document = get_document_model().objects.create(title="internal", collection=folder, file=file)
        PageViewRestriction.objects.create(page=home, restriction_type="login")
        for path in (document.url, home.url):
            answers = [client.get(path), Client().get(path)]
            assert [answer.status_code for answer in answers] == [302, 302], path
            assert answers[0].url == answers[1].url, path
            assert client.get(path, follow=True).redirect_chain[-1] == (INDEX, 302)
        TOTP.activate(user, SECRET)
        assert [client.get(path).status_code for path in (document.url, home.url)] == [200, 200]

    def test_editors_stay_somebody_on_the_site(self, home, strict):
        PageViewRestriction.objects.create(page=home, restriction_type="login")
        client = Client()
        client.force_login(factories.make_user("editor"))
        assert client.get(home.url).status_code == 200

    @pytest.mark.parametrize("path", [INDEX, ACTIVATE, ADD_KEY, "/account/sessions/", "/account/password/change/"])
    def test_pages_to_set_one_up_stay_open(self, clerk, strict, path):
        sign_in("fran", client=(client := Client()))
        assert client.get(path).status_code == 200

    @pytest.mark.parametrize("path", ["/account/kept/{}/", "/account/uncover/{}/", LOGIN])
    def test_nothing_kept_is_shown_without_it(self, clerk, strict, path):
        kept = KeptRequest.objects.create(user=clerk, path="/admin/", fields=[("note", "Called back")], files=[])
        sign_in("fran", client=(client := Client()))
        answer = client.get(path.format(kept.key if "kept" in path else clerk.pk))
        assert (answer.status_code, answer.url) == (302, INDEX)

    def test_editors_do_not_need_one(self, profile, strict):
        client = Client()
        client.force_login(factories.make_user("editor"))
        assert client.get("/admin/").status_code == 200

    def test_nobody_needs_one_while_the_setting_is_off(self, manager):
        assert manager.get("/admin/").status_code == 200

    def test_signing_out_needs_none(self, clerk, strict):
        client = Client()
        client.force_login(clerk)
        client.post("/admin/logout/")
        assert not is_signed_in(client)

    def test_setting_one_up_opens_the_admin(self, clerk, strict, django_capture_on_commit_callbacks):
        client = Client()
        sign_in("fran", client=client)
        assert client.get(INDEX).status_code == 200
        page = client.get(ACTIVATE)
        assert b"data:image/svg+xml;base64," in page.content
        secret = client.session["mfa.totp.secret"]
        assert client.post(ACTIVATE, {"code": "000000"}).status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(ACTIVATE, {"code": code_now(secret)})
        assert response.url == "/account/2fa/recovery-codes/"
        assert client.get(response.url).content.count(b"\n") > 10
        assert client.get("/admin/").status_code == 200
        assert "factor_added" in kinds(user=clerk)

    def test_setting_one_up_ends_sessions_that_gave_none(self, clerk, strict, django_capture_on_commit_callbacks):
        owner, other = Client(), Client()
        for client in (owner, other):
            sign_in("fran", client=client)
        owner.get(ACTIVATE)
        with django_capture_on_commit_callbacks(execute=True):
            owner.post(ACTIVATE, {"code": code_now(owner.session["mfa.totp.secret"])})
        assert is_signed_in(owner)
        assert other.get("/admin/case/").status_code == 302
        assert not is_signed_in(other)

    def test_password_alone_is_not_enough(self, with_app):
        client = Client()
        assert sign_in("fran", client=client).url == CODE
        assert not is_signed_in(client)
        for path in ("/admin/", INDEX, "/account/sessions/", ACTIVATE, "/account/password/change/"):
            assert client.get(path).status_code == 302
        assert send_code(client, code_now()).url == "/admin/today/"
        assert client.get("/admin/").status_code == 200
        assert kinds() == ["signed_in"]

    def test_next_survives_the_second_step(self, with_app):
        client = Client()
        sign_in("fran", client=client, next="/admin/case/?q=x")
        assert send_code(client, code_now()).url == "/admin/case/?q=x"

    @pytest.mark.parametrize("code", ["000000", "", "abc", "1" * 10_000, "٠٠٠٠٠٠", "\x00", "-1", "1e5", "🙂", "None"])
    def test_other_codes_are_refused(self, with_app, code):
        client = Client()
        sign_in("fran", client=client)
        assert send_code(client, code).status_code == 200
        assert not is_signed_in(client)

    def test_code_works_once(self, with_app):
        sign_in("fran", client=(first := Client()))
        code = code_now()
        send_code(first, code)
        sign_in("fran", client=(second := Client()))
        assert send_code(second, code).status_code == 200
        assert not is_signed_in(second)

    def test_cache_that_is_away_refuses_no_code(self, with_app, monkeypatch):
        monkeypatch.setattr(LocMemCache, "add", lambda *args, **kwargs: False)
        client = Client()
        sign_in("fran", client=client)
        assert send_code(client, code_now()).url == "/admin/today/"

    def test_recovery_code_works_once(self, with_app):
        code = with_app.codes[0]
        for works in (True, False):
            client = Client()
            sign_in("fran", client=client)
            send_code(client, code)
            assert is_signed_in(client) == works

    def test_guessing_codes_ends_in_429(self, with_app):
        client = Client()
        sign_in("fran", client=client)
        answers = [
            send_code(client, f"{number:06}" if number % 2 else f"{number:08}").status_code for number in range(15)
        ]
        assert answers == [200] * 10 + [429] * 5
        assert send_code(client, code_now()).status_code == 429
        assert kinds() == ["wrong_code"] * 10 + ["locked"]

    def test_guessing_from_many_networks_ends_in_429(self, with_app):
        answers = []
        for number in range(30):
            client = Client()
            sign_in("fran", client=client, network=f"198.51.{number}.1")
            answers.append(send_code(client, "000000", network=f"198.51.{number}.1").status_code)
        assert answers == [200] * 20 + [429] * 10

    def test_password_reset_does_not_pass_it_by(self, with_app):
        client = Client()
        set_password(with_app, "another-Pass-2026", client)
        assert not is_signed_in(client)
        assert sign_in("fran", "another-Pass-2026", client=client).url == CODE

    def test_last_one_stays_where_it_is_needed(self, with_app, strict):
        client = Client()
        sign_in("fran", client=client)
        send_code(client, code_now())
        client.post("/account/2fa/totp/deactivate/")
        assert Authenticator.objects.filter(user=with_app, type="totp").exists()

    @pytest.mark.parametrize(
        "path",
        [
            "/account/2fa/totp/deactivate/",
            "/account/2fa/recovery-codes/",
            "/account/2fa/recovery-codes/generate/",
            "/account/2fa/recovery-codes/download/",
            "/account/2fa/webauthn/add/",
        ],
    )
    def test_changing_it_takes_a_fresh_password(self, with_app, time_machine, path):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        client = Client()
        sign_in("fran", client=client)
        send_code(client, code_now())
        assert client.get(path).status_code == 200
        time_machine.shift(301)
        assert client.get(path).url.startswith("/account/reauthenticate/")
        assert client.post(path).status_code in (302, 405)
        taken_over = Client()
        taken_over.force_login(with_app)
        assert taken_over.get(path).status_code == 302

    @pytest.mark.parametrize("method", ["get", "post", "head", "options", "put", "delete", "patch"])
    def test_no_method_leads_around_it(self, clerk, strict, method):
        client = Client()
        client.force_login(clerk)
        assert getattr(client, method)("/admin/case/").url == INDEX

    def test_secrets_are_encrypted(self, with_app):
        stored = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert SECRET not in stored
        assert not any(code in stored for code in with_app.codes)

    def test_secrets_outlive_a_change_of_the_key(self, with_app, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "a new key"
        client = Client()
        sign_in("fran", client=client)
        assert send_code(client, code_now()).url == "/admin/today/"

    def test_lost_key_refuses_all_codes(self, with_app, settings):
        settings.SECRET_KEY = "a new key"
        client = Client()
        sign_in("fran", client=client)
        for code in (code_now(), with_app.codes[0], code_now("")):
            assert send_code(client, code).status_code == 200
        assert not is_signed_in(client)

    def test_same_secret_is_stored_in_another_way_each_time(self):
        assert MFAAdapter().encrypt(SECRET) != MFAAdapter().encrypt(SECRET)
        assert MFAAdapter().decrypt(MFAAdapter().encrypt(SECRET)) == SECRET

    @pytest.mark.parametrize(
        "credential",
        [
            "",
            "[]",
            "1",
            "null",
            '"x"',
            "{}",
            '{"response": {}}',
            '{"response": 1}',
            '{"id": [], "response": []}',
            "{",
            *FALSY_JSON,
            '{"id": 0, "rawId": 0, "type": "public-key", "response": false}',
            '{"id":"eA","rawId":"eA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}',
            '{"id":"eA","rawId":"eA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"uw"}}',
            '{"response": {"userHandle": "MQ"}}',
            '{"id":"x","rawId":"x","type":"public-key","response":{"clientDataJSON":"x","authenticatorData":"x","signature":"x","userHandle":"x"}}',
        ],
    )
    @pytest.mark.parametrize("asked", [False, True])
    def test_hostile_passkeys_are_refused(self, with_app, credential, asked):
        """``asked``: the page was open before, so the session holds a challenge."""
        client = Client()
        if asked:
            client.get("/account/2fa/webauthn/login/", HTTP_ACCEPT="application/json")
        assert client.post("/account/2fa/webauthn/login/", {"credential": credential}).status_code == 302
        sign_in("fran", client=client)
        if asked:
            client.get(CODE)
        assert client.post(CODE, {"credential": credential}).status_code == 200
        assert not is_signed_in(client)
        other = Client()
        sign_in("fran", client=other)
        send_code(other, code_now())
        for path in (ADD_KEY, ADD_KEY.replace("add", "reauthenticate")):
            if asked:
                other.get(path)
            assert other.post(path, {"credential": credential}).status_code in (200, 302)
        assert not Authenticator.objects.filter(type="webauthn").exists()

    def test_passkey_is_added_and_signs_in(self, clerk, strict):
        key = ec.generate_private_key(ec.SECP256R1())
        client = Client()
        sign_in("fran", client=client)
        client.get(ADD_KEY)
        assert client.post(ADD_KEY, {"credential": make_passkey(client, key), "name": "key"}).status_code == 302
        assert client.get("/admin/case/").status_code == 200
        other = Client()
        sign_in("fran", client=other)
        other.get(CODE)
        assert (
            other.post(CODE, {"credential": use_passkey(other, ec.generate_private_key(key.curve))}).status_code == 200
        )
        assert other.post(CODE, {"credential": use_passkey(other, key)}).url == "/admin/today/"
        assert other.get("/admin/case/").status_code == 200

    @pytest.mark.parametrize("data", BROKEN_KEYS)
    def test_broken_key_is_no_second_step(self, clerk, strict, data):
        client = Client()
        sign_in("fran", client=client)
        Authenticator.objects.create(user=clerk, type="webauthn", data=data)
        RecoveryCodes.activate(clerk)
        assert client.get("/admin/case/").url == INDEX
        for path in KEY_PAGES:
            page = client.get(path)
            assert page.status_code in (200, 302, 409), path
        client = Client()
        assert sign_in("fran", client=client).url == CODE
        page = client.get(CODE)
        assert page.status_code == 409
        assert b"Ask a manager to remove the second step" in page.content
        assert not is_signed_in(client)

    @pytest.mark.parametrize("data", BROKEN_KEYS)
    def test_broken_key_leaves_the_app_working(self, with_app, strict, data):
        Authenticator.objects.create(user=with_app, type="webauthn", data=data)
        client = Client()
        sign_in("fran", client=client)
        assert client.get(CODE, follow=True).status_code == 200
        assert send_code(client, code_now()).url == "/admin/today/"
        assert client.get("/admin/case/").status_code == 200
        for path in KEY_PAGES:
            assert client.get(path, follow=True).status_code == 200, path
        factors = Authenticator.objects.filter(user=with_app).values_list("type", flat=True)
        assert sorted(factors) == ["recovery_codes", "totp"]
        assert "factor_removed" in kinds(user=with_app)

    def test_passkey_challenges_are_limited(self, db):
        path = "/account/2fa/webauthn/login/"
        answers = [Client().get(path, HTTP_ACCEPT="application/json", REMOTE_ADDR=HERE).status_code for _ in range(62)]
        assert answers == [200] * 60 + [429] * 2


class TestMailsAboutTheAccount:
    def get_mails(self) -> list[str]:
        outbox.outbox.clear()
        staff_mail.send_due()
        assert all(message.to == ["fran@clinic.example.com"] for message in outbox.outbox)
        return [message.subject.partition(" – ")[0] for message in outbox.outbox]

    def test_sign_in_in_a_new_browser_is_told_once(self, clerk):
        client = Client()
        for expected in (["A new sign-in to your account"], [], []):
            sign_in("fran", client=client)
            assert self.get_mails() == expected
            client.post("/account/logout/")
        sign_in("fran", client=Client(), network=HERE)
        assert self.get_mails() == ["A new sign-in to your account"]

    def test_attempts_without_success_are_not_told(self, with_app):
        sign_in("fran", "wrong")
        sign_in("fran", client=(client := Client()))
        send_code(client, "000000")
        assert self.get_mails() == []

    def test_browser_in_which_the_password_was_chosen_is_not_new(self, clerk):
        client = Client()
        set_password(clerk, "another-Pass-2026", client)
        sign_in("fran", "another-Pass-2026", client=client)
        assert self.get_mails() == ["Your password was changed"]

    def test_added_second_step_and_its_codes_are_told(self, clerk, django_capture_on_commit_callbacks):
        client = Client()
        sign_in("fran", client=client)
        client.get(ACTIVATE)
        self.get_mails()
        with django_capture_on_commit_callbacks(execute=True):
            client.post(ACTIVATE, {"code": code_now(client.session["mfa.totp.secret"])})
        assert self.get_mails() == ["A second step was added"]
        client.get("/account/2fa/recovery-codes/")
        assert self.get_mails() == ["Your recovery codes were shown"]
        assert kinds(user=clerk)[-2:] == ["factor_added", "codes_shown"]

    @pytest.mark.parametrize("path", ["", "download/", "generate/"])
    def test_codes_that_are_seen_or_made_are_told(self, with_app, path, django_capture_on_commit_callbacks):
        client = Client()
        sign_in("fran", client=client)
        send_code(client, code_now())
        self.get_mails()
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(2):
                if path == "generate/":
                    client.post(f"/account/2fa/recovery-codes/{path}", follow=True)
                client.get("/account/2fa/recovery-codes/" + path.replace("generate/", ""))
        assert self.get_mails() == ["Your recovery codes were shown"]
        assert ("codes_renewed" in kinds()) == (path == "generate/")
        assert not any(code in outbox.outbox[0].body for code in with_app.codes)

    def test_codes_that_stay_hidden_are_not_told(self, with_app, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        client = Client()
        sign_in("fran", client=client)
        send_code(client, code_now())
        self.get_mails()
        time_machine.shift(301)
        for path in ("", "download/"):
            assert client.get(f"/account/2fa/recovery-codes/{path}").status_code == 302
            assert Client().get(f"/account/2fa/recovery-codes/{path}").status_code in (302, 404)
        assert self.get_mails() == []


def go_idle(time_machine, minutes=31):
    time_machine.shift(minutes * 60)


def get_notes(case) -> list[str]:
    return [event.data["note"] for event in case.events.filter(kind="note").order_by("pk")]


class TestIdleLock:
    @pytest.fixture
    def desk(self, clerk, settings, time_machine):
        settings.IDLE_MINUTES = 30
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        client = Client()
        sign_in("fran", client=client)
        client.get("/admin/")
        return client

    def unlock(self, client, path, password=factories.PASSWORD):
        return client.post(path, {"password": password, "next": path.partition("next=")[2].replace("%2F", "/")})

    @pytest.mark.parametrize("path", ADMIN_PATHS)
    def test_idle_admin_asks_for_the_password_and_comes_back(self, desk, time_machine, path):
        go_idle(time_machine)
        response = desk.get(path)
        assert response.url.startswith("/account/reauthenticate/?next=")
        assert desk.get("/account/2fa/").status_code == 302
        assert self.unlock(desk, response.url).url == path
        assert "reauthenticate" not in desk.get(path).get("Location", "")

    def test_whoever_works_is_not_locked(self, desk, time_machine):
        for _ in range(8):
            go_idle(time_machine, 29)
            assert desk.get("/admin/").status_code == 200

    def send(self, client, case, text="Called back", **headers):
        """Send a note about a case. Return where the browser goes."""
        data = {"expected_version": case.version, "action": "note", "note": text}
        return client.post(f"/admin/case/{case.pk}/?from=today", data, **headers).url

    def send_again(self, client, address) -> tuple[str, dict]:
        """Do what the page of a kept request does. Return where it was sent, and what."""
        page = client.get(address)
        form = BeautifulSoup(page.content, "html.parser").find("form", id="kept")
        if form is None:
            assert page.status_code == 410
            return "", {}
        pairs = [(field["name"], field["value"]) for field in form.find_all("input")]
        data = {name: [value for other, value in pairs if other == name] for name, _value in pairs}
        assert client.post(form["action"], data).status_code in (200, 302)
        return form["action"], data

    def test_what_was_being_sent_goes_on(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.send(desk, case, text=" Übel <b>\r\n\r\n'\"& ")
        assert address.startswith("/account/reauthenticate/?next=%2Faccount%2Fkept%2F")
        assert not get_notes(case)
        address = self.unlock(desk, address).url
        path, data = self.send_again(desk, address)
        assert path == f"/admin/case/{case.pk}/?from=today"
        assert data["note"] == [" Übel <b>\r\n\r\n'\"& "]
        assert get_notes(case) == ["Übel <b>\r\n\r\n'\"&"]
        assert self.send_again(desk, address) == ("", {})

    @pytest.mark.parametrize("order", ["AB", "BA"])
    def test_what_two_tabs_send_is_kept(self, desk, time_machine, order):
        case = factories.make_case()
        go_idle(time_machine)
        tabs = {tab: self.send(desk, case, text=f"note {tab}") for tab in "AB"}
        for tab in order:
            self.send_again(desk, self.unlock(desk, tabs[tab]).url)
        assert get_notes(case) == [f"note {tab}" for tab in order]

    @pytest.mark.parametrize("first", ["post", "get"])
    @pytest.mark.parametrize("first_unlocked", ["post", "get"])
    def test_tab_that_opens_a_page_loses_nothing_of_another(self, desk, time_machine, first, first_unlocked):
        case = factories.make_case()
        go_idle(time_machine)
        tabs = {}
        for kind in (first, "get" if first == "post" else "post"):
            tabs[kind] = self.send(desk, case) if kind == "post" else desk.get("/admin/case/").url
        for kind in (first_unlocked, "get" if first_unlocked == "post" else "post"):
            address = self.unlock(desk, tabs[kind]).url
            if kind == "post":
                self.send_again(desk, address)
            else:
                assert address == "/admin/case/"
        assert get_notes(case) == ["Called back"]

    def test_cover_of_another_tab_loses_nothing(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.send(desk, case)
        desk.post("/account/reauthenticate/", {"password": factories.PASSWORD})
        self.send_again(desk, self.unlock(desk, address).url)
        assert get_notes(case) == ["Called back"]

    def test_what_is_sent_again_after_another_pause_is_kept_again(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.unlock(desk, self.send(desk, case)).url
        page = BeautifulSoup(desk.get(address).content, "html.parser")
        data = {field["name"]: field["value"] for field in page.find(id="kept").find_all("input")}
        go_idle(time_machine)
        address = desk.post(page.find(id="kept")["action"], data).url
        self.send_again(desk, self.unlock(desk, address).url)
        assert get_notes(case) == ["Called back"]
        assert not KeptRequest.objects.exists()

    def test_what_is_kept_outlives_its_session(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.send(desk, case).partition("next=")[2].replace("%2F", "/")
        other = Client()
        assert other.get(address).url.startswith(LOGIN)
        sign_in("fran", client=other)
        self.send_again(other, address)
        assert get_notes(case) == ["Called back"]

    def test_what_is_kept_is_for_its_sender_alone(self, desk, time_machine, profile):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.send(desk, case).partition("next=")[2].replace("%2F", "/")
        other = Client()
        other.force_login(factories.make_user("manager", username="max"))
        page = other.get(address)
        assert page.status_code == 410
        assert b"Called back" not in page.content
        key = address.split("/")[-2]
        other.post("/admin/case/", {"kept_request": key})
        other.post("/admin/case/", {"kept_request": desk.session.session_key})
        assert is_signed_in(desk)
        thief = Client()
        thief.cookies["sessionid"] = key
        assert thief.get("/admin/").status_code == 302
        self.send_again(desk, self.unlock(desk, f"/account/reauthenticate/?next={address}").url)
        assert get_notes(case) == ["Called back"]

    def test_failed_answer_leaves_it_kept(self, desk, time_machine, monkeypatch):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.unlock(desk, self.send(desk, case)).url
        desk.raise_request_exception = False
        with monkeypatch.context() as broken:
            broken.setattr("bookings.services.add_note", None)
            with pytest.raises(AssertionError):
                self.send_again(desk, address)
        self.send_again(desk, address)
        assert get_notes(case) == ["Called back"]

    def test_allauths_own_question_keeps_what_was_sent_too(self, with_app, time_machine):
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        sign_in("fran", client=(client := Client()))
        send_code(client, code_now())
        time_machine.shift(301)
        addresses = [client.post("/account/2fa/recovery-codes/generate/", {"tab": tab}).url for tab in "AB"]
        kept = [self.send_again(client, self.unlock(client, address).url) for address in addresses]
        assert [(path, data["tab"]) for path, data in kept] == [
            ("/account/2fa/recovery-codes/generate/", ["A"]),
            ("/account/2fa/recovery-codes/generate/", ["B"]),
        ]

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 429])
    def test_refused_answer_leaves_it_kept(self, desk, time_machine, monkeypatch, status):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.unlock(desk, self.send(desk, case)).url
        with monkeypatch.context() as broken:
            broken.setattr(
                "bookings.desk.case_page.CaseView.dispatch", lambda *args, **kwargs: HttpResponse(status=status)
            )
            with pytest.raises(AssertionError):
                self.send_again(desk, address)
        self.send_again(desk, address)
        assert get_notes(case) == ["Called back"]

    def test_passwords_are_never_kept(self, desk, time_machine):
        go_idle(time_machine)
        data = {"oldpassword": "s3cret-1", "password1": "s3cret-2", "password2": "s3cret-2", "x": "kept"}
        address = self.unlock(desk, desk.post("/account/password/change/", data).url).url
        assert self.send_again(desk, address)[1].keys() == {"csrfmiddlewaretoken", "kept_request", "x"}

    @pytest.mark.parametrize(("minutes", "is_left"), [(1, True), (59, True), (61, False), (13 * 60, False)])
    def test_what_is_kept_ends_after_an_hour(self, desk, time_machine, minutes, is_left):
        go_idle(time_machine)
        address = self.send(desk, factories.make_case())
        time_machine.shift(minutes * 60)
        address = self.unlock(desk, address).url if minutes < 100 else ""
        if address:
            assert desk.get(address).status_code == (200 if is_left else 410)
        purge_account_events()
        assert KeptRequest.objects.exists() == is_left

    @pytest.mark.parametrize(
        "end",
        ["everywhere", "own_everywhere", "password", "reset", "off", "bulk_off", "gone"],
    )
    def test_what_is_kept_ends_with_what_its_sender_may_do(self, desk, clerk, manager, time_machine, end):
        go_idle(time_machine)
        self.send(desk, factories.make_case())
        if end == "own_everywhere":
            desk.post("/account/reauthenticate/", {"password": factories.PASSWORD})
        match end:
            case "everywhere":
                manager.force_login(manager.user)
                manager.post(f"/admin/staff-access/{clerk.pk}/", {"action": "sign_out"})
            case "own_everywhere":
                desk.post("/account/sessions/")
            case "password":
                new = {"oldpassword": factories.PASSWORD, "password1": "new-Pass-2026", "password2": "new-Pass-2026"}
                sign_in("fran", client=(other := Client()))
                other.post("/account/password/change/", new)
            case "reset":
                set_password(clerk, "another-Pass-2026")
            case "off":
                clerk.is_active = False
                clerk.save()
            case "bulk_off":
                get_user_model().objects.filter(pk=clerk.pk).update(is_active=False)
                purge_account_events()
            case "gone":
                clerk.delete()
        assert not KeptRequest.objects.exists()

    @pytest.mark.parametrize("path", ["/account/logout/", "/admin/logout/"])
    def test_what_is_kept_ends_with_signing_out(self, desk, time_machine, path):
        go_idle(time_machine)
        self.send(desk, factories.make_case())
        desk.post(path)
        assert not KeptRequest.objects.exists()

    def test_signing_out_elsewhere_loses_nothing(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.send(desk, case)
        sign_in("fran", client=(other := Client()))
        other.post("/account/logout/")
        self.send_again(desk, self.unlock(desk, address).url)
        assert get_notes(case) == ["Called back"]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("/admin/case/{0.pk}/", "Called back"),
            ("/admin/case/{0.pk}/?from=today", ""),
            ("/admin/case/add/", "{0.email}"),
            ("/admin/case/add/", "call {0.phone} at noon"),
            ("/admin/case/add/", "about {0.name}, again"),
            ("/admin/case/add/", "same as {0.reference}"),
            ("/admin/case/?q={0.reference}", "x"),
        ],
    )
    def test_erased_patients_leave_nothing_kept(self, desk, clerk, time_machine, path, text):
        case, other = factories.make_case(), factories.make_case(name="Olga Other", email="olga@example.com")
        go_idle(time_machine)
        desk.post(path.format(case), {"note": text.format(case)})
        self.send(desk, other)
        services.erase(case.pk, actor=clerk, expected_version=case.version)
        assert [kept.path for kept in KeptRequest.objects.all()] == [f"/admin/case/{other.pk}/?from=today"]

    def test_nobody_keeps_without_limit(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        for number in range(10):
            self.send(desk, case, text=f"note {number}")
        page = desk.post(f"/admin/case/{case.pk}/", {"action": "note", "note": "the <eleventh>\nnote"})
        assert page.status_code == 413
        assert b"This could not be stored" in page.content
        assert BeautifulSoup(page.content, "html.parser").find_all("textarea")[1].text.strip() == "the <eleventh>\nnote"
        assert KeptRequest.objects.count() == 10

    @pytest.mark.parametrize(("characters", "status"), [(900_000, 302), (1_000_001, 413), (2_000_000, 413)])
    def test_too_long_texts_are_given_back(self, desk, time_machine, characters, status):
        go_idle(time_machine)
        data = {"note": "x" * characters, "password": "s3cret-1", "csrfmiddlewaretoken": "t0ken"}
        page = desk.post("/admin/case/1/", data)
        assert page.status_code == status
        assert KeptRequest.objects.count() == (status == 302)
        if status == 413:
            assert b"x" * characters in page.content
            assert b"s3cret-1" not in page.content
            assert b"t0ken" not in page.content
            assert b"/account/reauthenticate/?next=%2Fadmin%2Fcase%2F1%2F" in page.content

    @pytest.mark.parametrize("times", [2, 3, 5])
    def test_what_was_kept_is_sent_once(self, desk, time_machine, times):
        case = factories.make_case()
        go_idle(time_machine)
        page = desk.get(self.unlock(desk, self.send(desk, case)).url)
        form = BeautifulSoup(page.content, "html.parser").find(id="kept")
        data = {field["name"]: field["value"] for field in form.find_all("input")}
        answers = [desk.post(form["action"], data) for _ in range(times)]
        assert [answer.status_code for answer in answers] == [302] + [410] * (times - 1)
        assert b"has been sent already" in answers[-1].content
        assert b"Called back" in answers[-1].content  # to copy, where it was not sent
        assert get_notes(case) == ["Called back"]

    def test_key_of_what_was_kept_is_for_its_own_address(self, desk, time_machine):
        case = factories.make_case()
        go_idle(time_machine)
        address = self.unlock(desk, self.send(desk, case)).url
        assert desk.post("/account/sessions/", {"kept_request": address.split("/")[-2]}).status_code == 410
        self.send_again(desk, address)
        assert get_notes(case) == ["Called back"]

    @pytest.mark.parametrize("key", ["", "x", "x" * 5000, "\x00", "é", "0", "null", "%s", "-1", "' OR 1=1"])
    def test_unknown_keys_are_refused_in_words(self, desk, key):
        page = desk.post("/admin/case/1/", {"kept_request": key, "action": "note"})
        assert page.status_code == 410
        assert b"Nothing is left to send" in page.content

    @pytest.mark.parametrize("names", [["new prices.txt"], ["a.pdf", "b.pdf"], ["<b>.txt"]])
    def test_files_have_to_be_chosen_again(self, desk, time_machine, names):
        go_idle(time_machine)
        files = [SimpleUploadedFile(name, b"x") for name in names]
        address = desk.post("/admin/documents/add/", {"title": "Prices", "file": files}).url
        page = BeautifulSoup(desk.get(self.unlock(desk, address).url).content, "html.parser")
        form = page.find(id="kept")
        assert form["enctype"] == "multipart/form-data"
        assert form.find("input", {"name": "title"})["value"] == "Prices"
        inputs = form.find_all("input", type="file")
        assert [field["name"] for field in inputs] == ["file"] * len(names)
        assert all(field.has_attr("required") for field in inputs)
        for name in names:
            assert f"Choose {name} again" in form.text
        assert "Please choose them again" in page.text
        assert not page.find("script", src=re.compile("kept"))

    @pytest.mark.parametrize("as_cookie", ["row", "digest"])
    def test_key_of_what_was_kept_is_no_session(self, desk, time_machine, as_cookie):
        go_idle(time_machine)
        self.send(desk, factories.make_case())
        kept = KeptRequest.objects.get()
        thief = Client()
        thief.cookies["sessionid"] = kept.key if as_cookie == "row" else kept.session[:32]
        assert dict(thief.session) == {}
        assert thief.get(f"/account/kept/{kept.key}/").url.startswith(LOGIN)
        sign_in("max", "wrong", client=thief)
        assert KeptRequest.objects.get().fields == kept.fields
        assert desk.session.session_key not in (kept.key, kept.session)

    def test_wrong_password_keeps_it_locked(self, desk, time_machine):
        go_idle(time_machine)
        url = desk.get("/admin/").url
        assert self.unlock(desk, url, "wrong").status_code == 200
        assert desk.get("/admin/").status_code == 302

    def test_forged_post_is_not_kept(self, clerk, settings, time_machine):
        settings.IDLE_MINUTES = 30
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        client = Client(enforce_csrf_checks=True)
        client.force_login(clerk)
        client.get("/admin/")
        go_idle(time_machine)
        assert client.post("/admin/case/1/", {"action": "take"}).status_code == 403
        assert not KeptRequest.objects.exists()

    def test_lock_does_not_lead_around_the_second_step(self, desk, time_machine, settings):
        settings.SECOND_FACTOR_REQUIRED = True
        case = factories.make_case()
        go_idle(time_machine)
        assert desk.post(f"/admin/case/{case.pk}/", {"expected_version": 1, "action": "take"}).url == INDEX
        assert not KeptRequest.objects.exists()

    def test_pages_are_read_where_nothing_can_be_written(self, desk, time_machine, monkeypatch):
        def fail(*args, **kwargs):
            raise DatabaseError("attempt to write a readonly database")

        go_idle(time_machine, minutes=2)
        monkeypatch.setattr(SessionStore, "save", fail)
        assert desk.get("/admin/case/").status_code == 200

    def test_pings_of_an_open_page_are_no_activity(self, desk, time_machine):
        for _ in range(4):
            go_idle(time_machine, 10)
            desk.post("/admin/editing-sessions/ping/wagtailcore/page/1/1/")
        assert desk.get("/admin/").status_code == 302

    def test_scripts_are_refused_while_locked(self, desk, time_machine):
        go_idle(time_machine)
        assert desk.get("/admin/", HTTP_SEC_FETCH_MODE="cors").status_code == 403
        assert desk.post("/admin/case/1/", HTTP_X_REQUESTED_WITH="XMLHttpRequest").status_code == 403

    def test_locked_session_is_nobodys_elsewhere(self, desk, home, time_machine):
        assert desk.get("/").context["request"].user.is_authenticated
        go_idle(time_machine)
        assert not desk.get("/").context["request"].user.is_authenticated

    def test_locked_session_can_be_signed_out(self, desk, time_machine):
        go_idle(time_machine)
        desk.post("/account/logout/")
        assert not is_signed_in(desk)

    def test_editors_are_not_locked(self, profile, settings, time_machine):
        settings.IDLE_MINUTES = 30
        time_machine.move_to("2027-06-07T16:00:00Z", tick=False)
        client = Client()
        client.force_login(factories.make_user("editor"))
        client.get("/admin/")
        go_idle(time_machine, 300)
        assert client.get("/admin/").status_code == 200

    def test_clock_set_back_locks_nobody(self, desk, time_machine):
        time_machine.shift(-3600)
        assert desk.get("/admin/").status_code == 200


INVITATION = {"first_name": "Noa", "last_name": "New", "email": "noa.new@clinic.example.com"}


class TestStaff:
    def invite(self, client, *roles, **fields):
        groups = [Group.objects.get(name=role).pk for role in roles]
        return client.post("/admin/users/new/", INVITATION | {"groups": groups} | fields)

    def test_invited_person_chooses_the_password(self, manager):
        assert b"password1" not in manager.get("/admin/users/new/").content
        assert self.invite(manager, "Front desk").status_code == 302
        user = get_user_model().objects.get(email=INVITATION["email"])
        assert (user.username, user.has_usable_password(), user.is_superuser) == ("noa.new", False, False)
        assert [group.name for group in user.groups.all()] == ["Front desk"]
        assert kinds(user=user, actor=manager.user) == ["invited"]
        link = get_link()
        assert outbox.outbox[0].to == [INVITATION["email"]]
        assert "invited" not in outbox.outbox[0].subject.lower()
        client = Client()
        path = client.get(link).url
        client.post(path, {"password1": "my-Own-Pass-2026", "password2": "my-Own-Pass-2026"})
        assert sign_in("noa.new@clinic.example.com", "my-Own-Pass-2026", client=client).url == "/admin/today/"
        assert client.get("/admin/case/").status_code == 200

    def test_weak_passwords_are_refused(self, manager):
        self.invite(manager, "Front desk")
        user = get_user_model().objects.get(email=INVITATION["email"])
        for password in ("short", "password1234", "noa.new@clinic", "123456789012", ""):
            set_password(user, password)
            user.refresh_from_db()
            assert not user.has_usable_password(), password

    def test_email_address_belongs_to_one_account(self, manager):
        assert self.invite(manager, email="MARIA@clinic.example.com").status_code == 200
        assert get_user_model().objects.count() == 1

    @pytest.mark.parametrize("field", ["is_superuser", "is_staff"])
    def test_managers_make_no_superusers(self, manager, field):
        self.invite(manager, "Managers", **{field: "on"})
        user = get_user_model().objects.get(email=INVITATION["email"])
        assert not getattr(user, field)
        manager.post(f"/admin/users/edit/{user.pk}/", INVITATION | {"username": "noa", "is_active": "on", field: "on"})
        user.refresh_from_db()
        assert (user.username, getattr(user, field)) == ("noa", False)

    def test_managers_give_no_role_above_their_own(self, manager):
        above = Group.objects.create(name="IT")
        above.permissions.add(Permission.objects.get(codename="change_group"))
        assert self.invite(manager, "IT").status_code == 200
        manager.post(
            f"/admin/users/edit/{manager.user.pk}/",
            {
                "username": "maria",
                "email": "maria@clinic.example.com",
                "first_name": "M",
                "last_name": "M",
                "groups": [above.pk],
            },
        )
        assert not above.user_set.exists()

    def test_managers_do_not_touch_accounts_with_more_rights(self, manager, clerk):
        helpers = Group.objects.create(name="Account helpers")
        helpers.permissions.add(Permission.objects.get(codename="change_user"))
        clerk.groups.add(helpers)
        answer = manager.post(f"/admin/users/edit/{clerk.pk}/", {"email": "maria@clinic.example.com"})
        assert answer.status_code in (302, 403)
        assert manager.post(f"/admin/staff-access/{clerk.pk}/", {"action": "send_link"}).status_code in (302, 403, 404)
        clerk.refresh_from_db()
        assert clerk.email == "fran@clinic.example.com"
        assert not StaffMail.objects.exists()

    def test_user_name_is_nobody_elses_email(self, manager, clerk):
        boss = factories.make_user("admin", username="boss", email="boss@clinic.example.com")
        fields = {
            "username": boss.email,
            "email": clerk.email,
            "first_name": "Fran",
            "last_name": "D",
            "is_active": "on",
        }
        roles = [group.pk for group in clerk.groups.all()]
        page = manager.post(f"/admin/users/edit/{clerk.pk}/", fields | {"groups": roles})
        assert "email address of another account" in page.content.decode()
        clerk.refresh_from_db()
        assert clerk.username == "fran"

    @pytest.mark.parametrize(
        "path",
        [
            "/admin/users/edit/{}/",
            "/admin/staff-access/{}/",
            "/admin/users/delete/{}/",
            "/admin/bulk/auth/user/set_active_state/?id={}",
            "/admin/bulk/auth/user/delete/?id={}",
            "/admin/bulk/auth/user/assign_role/?id={}",
        ],
    )
    def test_managers_do_not_touch_superusers(self, manager, path):
        boss = factories.make_user("admin", username="boss")
        Authenticator.objects.create(user=boss, type="totp", data={})
        data = {
            "username": "x",
            "email": "x@example.com",
            "first_name": "x",
            "last_name": "x",
            "action": "reset_factor",
            "mark_as_active": "",
            "role": 1,
        }
        for response in (manager.get(path.format(boss.pk)), manager.post(path.format(boss.pk), data)):
            assert response.status_code in (200, 302, 403)
        boss.refresh_from_db()
        assert (boss.username, boss.is_active, boss.groups.count()) == ("boss", True, 0)
        assert Authenticator.objects.count() == 1

    @pytest.mark.parametrize("role", ["editor", "frontdesk", "clinician"])
    @pytest.mark.parametrize(
        "path",
        [
            "/admin/users/",
            "/admin/users/new/",
            "/admin/users/edit/{}/",
            "/admin/staff-access/{}/",
            "/admin/reports/sign-ins/",
            "/admin/reports/sign-ins/results/",
            "/admin/groups/",
        ],
    )
    def test_others_do_not_manage_accounts(self, profile, role, path):
        client = Client()
        user = factories.make_user(role)
        client.force_login(user)
        path = path.format(user.pk)
        for response in (client.get(path), client.post(path, {"action": "send_link"})):
            assert response.status_code in (302, 403, 405)
        assert not StaffMail.objects.exists()

    def test_manager_resets_a_second_factor(self, manager, with_app):
        client = Client()
        sign_in("fran", client=client)
        send_code(client, code_now())
        page = manager.get(f"/admin/staff-access/{with_app.pk}/").content.decode()
        assert "TOTP" in page
        manager.post(f"/admin/staff-access/{with_app.pk}/", {"action": "reset_factor"})
        assert not Authenticator.objects.exists()
        assert kinds(actor=manager.user) == ["factor_removed", "signed_out_everywhere"]
        assert client.get("/admin/").status_code == 302
        assert sign_in("fran").url == "/admin/today/"
        staff_mail.send_due()
        assert outbox.outbox[0].to == ["fran@clinic.example.com"]

    @pytest.mark.parametrize(
        ("has_password", "kind", "mail"), [(True, "reset_requested", "new password"), (False, "invited", "account at")]
    )
    def test_manager_sends_the_link_again(self, manager, clerk, has_password, kind, mail):
        if not has_password:
            clerk.set_unusable_password()
            clerk.save()
        manager.post(f"/admin/staff-access/{clerk.pk}/", {"action": "send_link"})
        staff_mail.send_due()
        assert kinds(user=clerk, actor=manager.user) == [kind]
        assert mail in outbox.outbox[0].subject

    def test_manager_signs_a_colleague_out_everywhere(self, manager, clerk):
        clients = [Client(), Client()]
        for client in clients:
            sign_in("fran", client=client)
        manager.post(f"/admin/staff-access/{clerk.pk}/", {"action": "sign_out"})
        assert [client.get("/admin/").status_code for client in clients] == [302, 302]
        assert manager.get("/admin/").status_code == 200

    def test_own_other_sessions_can_be_ended(self, clerk):
        here, there = Client(), Client()
        sign_in("fran", client=here)
        sign_in("fran", client=there)
        assert UserSession.objects.count() == 2
        assert here.get("/account/sessions/").status_code == 200
        here.post("/account/sessions/")
        assert [client.get("/admin/").status_code for client in (here, there)] == [200, 302]

    def test_managers_see_sign_ins(self, manager, clerk):
        sign_in("fran", "wrong")
        sign_in("fran")
        sign_in("stranger", "wrong")
        page = manager.get("/admin/reports/sign-ins/").content.decode()
        for words in ("Wrong password", "Signed in", "Unknown name", "203.0.113.0/24", "fran"):
            assert words in page
        assert "stranger" not in page
        assert "203.0.113.7" not in page
        page = manager.get("/admin/reports/sign-ins/?kind=signed_in").content.decode()
        assert "Unknown name" not in page

    def test_menus_show_what_a_role_may_open(self, manager, clerk):
        page = manager.get("/admin/").content.decode()
        assert "/admin/users/" in page
        assert "/admin/reports/sign-ins/" in page
        client = Client()
        client.force_login(clerk)
        page = client.get("/admin/").content.decode()
        assert "/admin/users/" not in page
        assert "/admin/reports/sign-ins/" not in page

    def test_list_of_accounts_opens(self, manager, clerk):
        boss = factories.make_user("admin", username="boss")
        page = manager.get("/admin/users/").content.decode()
        assert f"/admin/users/edit/{clerk.pk}/" in page
        assert f"/admin/users/edit/{boss.pk}/" not in page
        assert f"/admin/staff-access/{clerk.pk}/" in page
        assert "data-bulk-action-checkbox" not in page

    def test_names_of_addresses_lead_where_the_mails_say(self):
        assert reverse("account_reset_password_from_key", args=["1", "a-b"]) == "/account/password/reset/key/1-a-b/"


def test_guard_holds_under_a_path_prefix(clerk, strict):
    client = Client()
    client.force_login(clerk)
    assert client.get("/admin/case/", SCRIPT_NAME="/site").status_code == 302


@pytest.mark.parametrize(("role", "is_covered"), [("frontdesk", True), ("manager", True), ("editor", False)])
def test_idle_pages_are_covered_for_whoever_sees_patients(profile, settings, role, is_covered):
    settings.IDLE_MINUTES = 30
    client = Client()
    client.force_login(factories.make_user(role))
    assert (b'id="idle-cover" data-minutes="30"' in client.get("/admin/").content) == is_covered


@pytest.mark.parametrize("password", ["wrong", "", "\x00", "a" * 5000])
def test_wrong_password_opens_no_cover(clerk, password):
    sign_in("fran", client=(client := Client()))
    assert TestCover().answer(client, clerk, password) == ("/account/reauthenticate/", 200)


class TestCover:
    """A cover opens where the answer to the password leads to its user's own address, with 204."""

    def answer(self, client, owner, password):
        data = {"password": password, "next": f"/account/uncover/{owner.pk}/"}
        response = client.post("/account/reauthenticate/", data, follow=True)
        return response.request["PATH_INFO"], response.status_code

    def test_right_password_of_the_same_user_opens_it(self, clerk):
        sign_in("fran", client=(client := Client()))
        assert self.answer(client, clerk, factories.PASSWORD) == (f"/account/uncover/{clerk.pk}/", 204)

    @pytest.mark.parametrize("password", ["wrong", "", factories.PASSWORD])
    @pytest.mark.parametrize("ended", ["signed_out", "row", "never", "inactive", "colleague"])
    def test_nothing_else_opens_it(self, clerk, profile, ended, password):
        client = Client()
        if ended != "never":
            sign_in("fran", client=client)
        match ended:
            case "signed_out":
                client.post("/account/logout/")
            case "row":
                Session.objects.all().delete()
            case "inactive":
                get_user_model().objects.update(is_active=False)
            case "colleague":
                factories.make_user("manager", username="max")
                client.post("/account/logout/")
                sign_in("max", client=client)
        assert self.answer(client, clerk, password)[1] != 204
