"""The subject and body of receipts and of notices to the desk."""

import re
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from bookings import services
from bookings.messaging.rendering import get_first_name, split_steps
from bookings.models import MessageKind
from clinic.hours.schedule import Span
from clinic.models import SeasonalHours
from tests.factories import (
    clinic_profile,
    consultation_settings,
    make_case,
    make_submission,
    make_treatment,
    opening_hours,
)

pytestmark = pytest.mark.django_db
MORNING = (Span(time(8), time(12)),)


@pytest.fixture
def case(profile, consultation_settings):
    """Return the case of a patient's request, with its two messages queued."""
    treatment = make_treatment("Botox for chronic migraine")
    opening_hours()
    submission = make_submission(
        name="Zoë Lima <b>",
        email="zoe@patient.example.com",
        phone="(949) 555-0123",
        message="Lines on my forehead.",
        treatment_ids=(treatment.pk,),
    )
    case, _created = services.submit(submission, settings=consultation_settings, profile=profile)
    return case


@pytest.fixture
def messages(case, written):
    return {message.kind: written(message) for message in case.messages.all()}


@pytest.fixture
def receipt_of(profile, consultation_settings, written):
    """Return a function that queues and writes the receipt of a case."""

    def write(case):
        case.messages.model.objects.queue_receipt(case)
        return written(case.messages.get())

    return write


def test_request_queues_messages_without_text(case):
    kinds = case.messages.values_list("kind", "subject", "text", "html", "calendar")
    assert set(kinds) == {("receipt", "", "", "", ""), ("desk_notice", "", "", "", "")}


def test_submit_renders_nothing(profile, consultation_settings, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("bookings.messaging.rendering.render_to_string", broken)
    case, created = services.submit(make_submission(), settings=consultation_settings, profile=profile)
    assert created
    assert case.messages.count() == 2


def test_subjects_name_no_patient_and_no_treatment(messages):
    reference = messages[MessageKind.RECEIPT].case.reference
    assert {message.subject for message in messages.values()} == {
        "We have your request – OC Beauty Medspa",
        f"New consultation request {reference}",
    }


def test_desk_notice_holds_nothing_about_the_patient(messages):
    notice = messages[MessageKind.DESK_NOTICE]
    link = "http://testserver" + reverse("case:inspect", args=[notice.case_id])
    for body in (notice.text, notice.html):
        assert notice.case.reference in body
        assert link in body
        for secret in ("Zoë", "Lima", "zoe@", "555-0123", "9495550123", "migraine", "forehead"):
            assert secret not in body


def test_receipt_tells_next_steps_and_clinic_contact(messages):
    receipt = messages[MessageKind.RECEIPT]
    for body in (receipt.text, receipt.html):
        for part in (
            "Hello Zoë,",
            receipt.case.reference,
            "We answer within one business day.",
            "Someone on our team reads your request.",
            "(949) 555-0100",
            "1 Example Way",
            "Newport Beach, CA 92660",
            "Mon – Fri: 9 am – 4 pm",
            "Sat – Sun: closed",
            "call 911",
        ):
            assert part in body


@time_machine.travel(datetime(2026, 7, 6, 20, 0, tzinfo=UTC), tick=False)
def test_receipt_shows_the_hours_of_this_week(receipt_of):
    summer = SeasonalHours(name="Summer", first_day=date(2026, 7, 1), last_day=date(2026, 8, 31), monday=MORNING)
    opening_hours(seasons=[summer])
    receipt = receipt_of(make_case())
    assert "Mon: 8 am – 12 pm\nTue – Sun: closed" in receipt.text
    assert "4 pm" not in receipt.text


def test_receipt_without_hours_claims_none(receipt_of):
    receipt = receipt_of(make_case())
    for body in (receipt.text, receipt.html):
        assert "Mon" not in body
        assert "closed" not in body


def test_receipt_repeats_no_health_and_contact_details(messages):
    receipt = messages[MessageKind.RECEIPT]
    for body in (receipt.text, receipt.html):
        for secret in ("migraine", "forehead", "555-0123", "zoe@", "Lima"):
            assert secret not in body


def test_only_the_html_is_escaped(receipt_of):
    consultation_settings(reply_promise="We answer & call <soon>.")
    receipt = receipt_of(make_case(name="O’Brien"))
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
    # Anybody can type any address and any name: the receipt must not bring a stranger's words to it.
    assert get_first_name(name) == greeted


def test_greeting_works_without_a_name(receipt_of):
    case = make_case(name="www.spam.example")
    receipt = receipt_of(case)
    assert receipt.text.startswith("Hello,\n")
    assert "spam" not in receipt.text + receipt.html


def test_rich_text_becomes_plain_steps():
    rich = "<ol><li>We read &amp; think.</li><li>We <b>call</b>\n you.</li></ol><p>Bye<br/>now.</p>"
    assert split_steps(rich) == ["We read & think.", "We call you.", "Bye", "now."]


def test_clinic_name_cannot_start_a_header(receipt_of):
    clinic_profile(name="OC\nBcc: all@example.com")
    receipt = receipt_of(make_case())
    assert receipt.subject == "We have your request – OC Bcc: all@example.com"


@time_machine.travel("2026-11-20T18:00Z", tick=False)  # Another year would be named.
def test_receipt_names_the_requested_time(receipt_of):
    case = make_case(requested_start=datetime(2026, 11, 24, 18, tzinfo=UTC))
    receipt = receipt_of(case)
    for body in (receipt.text, re.sub("<[^>]+>", "", receipt.html)):
        assert "You asked for Tuesday, November 24, 10 am (Los Angeles time)." in body
    assert "November" not in receipt.subject


def test_receipt_without_a_time_names_none(receipt_of):
    receipt = receipt_of(make_case())
    assert "You asked for" not in receipt.text + receipt.html
