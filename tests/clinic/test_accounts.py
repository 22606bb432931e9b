"""Test how staff sign in: limits, second factor, records, invitations."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import get_resolver, reverse

from clinic.accounts import mail as staff_mail
from clinic.accounts.adapters import MFAAdapter
from clinic.accounts.events import shorten
from clinic.models import AccountEvent, StaffMail
from tests import factories

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
        assert (response.status_code, response.url) == (302, "/admin/")
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
        assert sign_in("fran", next=target).url == "/admin/"

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
