import re
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from bookings import emails, services
from bookings.models import MessageKind
from clinic.hours.schedule import Span
from clinic.models import SeasonalHours
from tests.bookings.test_services import make_request
from tests.factories import clinic_profile, make_case, make_treatment, opening_hours

pytestmark = pytest.mark.django_db
MORNING = (Span(time(8), time(12)),)


@pytest.fixture
def mails(profile, consultation_settings):
    treatment = make_treatment("Botox for chronic migraine")
    opening_hours()
    request = make_request(treatment_ids=(treatment.pk,), name="Zoë Lima <b>")
    case = services.submit(request, settings=consultation_settings, profile=clinic_profile()).case
    return {message.kind: message for message in case.messages.all()}


def test_subjects_name_no_patient_and_no_treatment(mails):
    reference = mails[MessageKind.RECEIPT].case.reference
    assert {message.subject for message in mails.values()} == {
        "We have your request – OC Beauty Medspa",
        f"New consultation request {reference}",
    }


def test_desk_notice_holds_nothing_about_the_patient(mails):
    notice = mails[MessageKind.DESK_NOTICE]
    link = "http://testserver" + reverse("case:inspect", args=[notice.case_id])
    for body in (notice.text, notice.html):
        assert notice.case.reference in body
        assert link in body
        for secret in ("Zoë", "Lima", "zoe@", "555-0123", "9495550123", "migraine", "forehead"):
            assert secret not in body


def test_receipt_tells_next_steps_and_clinic_contact(mails):
    receipt = mails[MessageKind.RECEIPT]
    for body in (receipt.text, receipt.html):
        for part in (
            "Hello Zoë,",
            receipt.case.reference,
            "We answer within one opening day.",
            "Somebody from our team reads your request.",
            "(949) 555-0100",
            "1 Example Way",
            "Newport Beach, CA 92660",
            "Mon – Fri: 9 am – 4 pm",
            "Sat – Sun: closed",
            "call 911",
        ):
            assert part in body


@time_machine.travel(datetime(2026, 7, 6, 20, 0, tzinfo=UTC), tick=False)
def test_receipt_shows_the_hours_of_this_week(profile, consultation_settings):
    summer = SeasonalHours(name="Summer", first_day=date(2026, 7, 1), last_day=date(2026, 8, 31), monday=MORNING)
    opening_hours(seasons=[summer])
    (receipt,) = emails.compose([MessageKind.RECEIPT], make_case(), settings=consultation_settings, profile=profile)
    assert "Mon: 8 am – 12 pm\nTue – Sun: closed" in receipt.text
    assert "4 pm" not in receipt.text


def test_receipt_without_hours_claims_none(profile, consultation_settings):
    (receipt,) = emails.compose([MessageKind.RECEIPT], make_case(), settings=consultation_settings, profile=profile)
    for body in (receipt.text, receipt.html):
        assert "Mon" not in body
        assert "closed" not in body


def test_receipt_repeats_no_health_and_contact_details(mails):
    receipt = mails[MessageKind.RECEIPT]
    for body in (receipt.text, receipt.html):
        for secret in ("migraine", "forehead", "555-0123", "zoe@", "Lima"):
            assert secret not in body


def test_only_the_html_is_escaped(consultation_settings):
    consultation_settings.reply_promise = "We answer & call <soon>."
    context = {"settings": consultation_settings, "profile": clinic_profile()}
    (receipt,) = emails.compose([MessageKind.RECEIPT], make_case(name="O’Brien"), **context)
    assert "We answer & call <soon>." in receipt.text
    assert "Hello O’Brien," in receipt.text
    assert "We answer &amp; call &lt;soon&gt;." in receipt.html


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Zoë Lima", "Zoë"),
        ("Anne-Marie", "Anne-Marie"),
        ("D’Arcy", "D’Arcy"),
        ("李 明", "李"),
        ("www.spam.example", ""),
        ("http://spam.example/ Buy now", ""),
        ("<script>", ""),
        ("4ever", ""),
        ("x" * 31, ""),
        ("", ""),
    ],
)
def test_only_plain_names_are_greeted(name, greeted):
    """Anybody can type any address and any name: the receipt must not carry a stranger's words to it."""
    assert emails.first_name(name) == greeted


def test_greeting_works_without_a_name(profile, consultation_settings):
    case = make_case(name="www.spam.example")
    (receipt,) = emails.compose([MessageKind.RECEIPT], case, settings=consultation_settings, profile=profile)
    assert receipt.text.startswith("Hello,\n")
    assert "spam" not in receipt.text + receipt.html


def test_rich_text_becomes_plain_steps():
    rich = "<ol><li>We read &amp; think.</li><li>We <b>call</b>\n you.</li></ol><p>Bye<br/>now.</p>"
    assert emails.steps_in(rich) == ["We read & think.", "We call you.", "Bye", "now."]


def test_clinic_name_cannot_start_a_header(consultation_settings):
    profile = clinic_profile(name="OC\nBcc: all@example.com")
    (receipt,) = emails.compose([MessageKind.RECEIPT], make_case(), settings=consultation_settings, profile=profile)
    assert receipt.subject == "We have your request – OC Bcc: all@example.com"


def test_receipt_names_the_requested_time(consultation_settings, profile):
    case = make_case(requested_start=datetime(2026, 11, 24, 18, tzinfo=UTC))
    (receipt,) = emails.compose([MessageKind.RECEIPT], case, settings=consultation_settings, profile=profile)
    for body in (receipt.text, re.sub("<[^>]+>", "", receipt.html)):
        assert "You asked for Tuesday, November 24, 10 am (Los Angeles time)." in body
    assert "November" not in receipt.subject


def test_receipt_without_a_time_names_none(consultation_settings, profile):
    (receipt,) = emails.compose([MessageKind.RECEIPT], make_case(), settings=consultation_settings, profile=profile)
    assert "You asked for" not in receipt.text + receipt.html
