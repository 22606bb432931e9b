"""The consultation form and its receipt."""

from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import phonenumbers
import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.messaging.links import get_receipt_path, get_visit_path
from bookings.models import Appointment, AppointmentState, Case, Message, Resource, VisitType
from bookings.patient import request_views
from bookings.patient.form_token import MAXIMUM_SECONDS, FormToken
from bookings.patient.request_form import RequestForm
from bookings.scheduling.policy import BookingPolicy
from clinic.models import OpeningHours
from tests.counting import queries_for
from tests.factories import consultation_settings, make_case, make_treatment, make_user, make_visit, opening_hours

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
URL = "/consultation/"
TUESDAY_10 = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
AT_TEN = "2026-03-03T18:00Z"
NAUGHTY = [
    "'; DROP TABLE bookings_case; --",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}",
    '=HYPERLINK("http://evil.example")',
    "Ω≈ç√∫˜µ≤≥÷ 田中さん \u202eabc 👩🏽\u200d⚕️",
    "NULL",
    "\x00\x01\x1b[31m",
    "%s%n\\",
]
ANSWER = {
    "name": "Zoë Lima",
    "phone": "(949) 555-0123",
    "email": "zoe@patient.example.com",
    "contact_by": "phone",
    "contact_time": "morning",
    "message": "Lines on my forehead.",
    "consent": "on",
}


class Patient:
    """Open the form in a browser, take some time, send it."""

    def __init__(self, client: Client, time_machine):
        self.client, self.clock = client, time_machine
        self.page: BeautifulSoup | None = None

    def open(self, query: str = ""):
        return self._see(self.client.get(URL + query))

    def send(self, seconds: float = 30, **changes):
        """Post the form that is open, with all its hidden values.

        A change to None leaves a field out.
        """
        self.clock.shift(timedelta(seconds=seconds))
        hidden = {tag["name"]: tag.get("value", "") for tag in self.page.select("form.form input[type=hidden]")}
        answer = {**hidden, "website": "", **ANSWER, **changes}
        return self._see(self.client.post(URL, {key: value for key, value in answer.items() if value is not None}))

    def _see(self, response):
        self.page = BeautifulSoup(response.content, "html.parser")
        return response

    def value(self, name: str) -> str:
        return self.page.find(attrs={"name": name}).get("value", "")

    def ticked(self, name: str) -> list[str]:
        return [tag.get("value", "on") for tag in self.page.select(f"form.form input[name^={name}][checked]")]

    def summary(self) -> list[str]:
        return [" ".join(line.text.split()) for line in self.page.select(".error-summary li")]


@pytest.fixture
def patient(client, time_machine, profile, consultation_settings):
    time_machine.move_to(NOON, tick=False)
    patient = Patient(client, time_machine)
    patient.open()
    return patient


@pytest.fixture
def chooser(patient):
    """Return the same patient at a clinic with hours.

    On this Monday at noon the first time is Tuesday, 9 am.
    """
    opening_hours()
    cache.clear()  # The page before was made without them.
    patient.open()
    return patient


@pytest.fixture
def policy(chooser, profile, consultation_settings):
    schedule = OpeningHours.schedule_for(profile)
    return BookingPolicy.build(consultation_settings, schedule, VisitType.get_default())


def take(start=TUESDAY_10):
    """Book the time for somebody else."""
    make_visit(make_case(email="somebody.else@patient.example.com", phone=""), starts_at=start)


def days_in(page) -> list[str]:
    return [tag.text for tag in page.select("details.question summary b")]


def times_in(page) -> list[str]:
    return [tag["value"] for tag in page.select("#times input")]


# Asking


def test_request_is_saved_and_shows_receipt(patient):
    response = patient.send()
    case = Case.objects.get()
    assert response.status_code == 303
    assert (case.name, case.phone, case.email) == ("Zoë Lima", "(949) 555-0123", "zoe@patient.example.com")
    assert (case.contact_by, case.contact_time, case.message) == ("phone", "morning", "Lines on my forehead.")
    receipt = patient.client.get(response["Location"])
    assert case.reference in receipt.text
    assert "We answer within one business day." in receipt.text
    assert "(949) 555-0100" in receipt.text


def test_consent_is_stored_as_shown(patient):
    shown = patient.page.find("label", attrs={"for": "id_consent"}).text
    patient.send()
    assert Case.objects.get().consents.get().wording == shown


@pytest.mark.parametrize("missing", ["phone", "email"])
def test_one_contact_detail_is_enough(patient, missing):
    assert patient.send(**{missing: "", "contact_by": ""}).status_code == 303


def test_only_name_contact_and_consent_are_required(patient):
    answer = dict.fromkeys(("phone", "contact_by", "contact_time", "message"))
    assert patient.send(**answer).status_code == 303
    assert Case.objects.get().contact_time == "any"


def test_double_click_makes_one_case(patient):
    form = patient.page
    first = patient.send()
    patient.page = form
    assert patient.send()["Location"] == first["Location"]
    assert (Case.objects.count(), Message.objects.count()) == (1, 2)


def test_corrected_form_changes_the_same_case(patient):
    form = patient.page
    patient.send()
    patient.page = form
    patient.send(phone="(949) 555-0199")
    assert Case.objects.get().phone_e164 == "+19495550199"


def test_same_content_from_new_form_makes_one_case(patient):
    first = patient.send()
    patient.open()
    assert patient.send()["Location"] == first["Location"]


def test_form_page_is_never_cached(patient):
    response = patient.open("?treatment=lip-filler")
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


# Requests that fail Django's check against forgery


@pytest.fixture
def checked(patient):
    """Return a patient whose posts are checked, and whose browser has neither a cookie nor a form yet."""
    patient.client = Client(enforce_csrf_checks=True)
    return patient


def block_cookies(patient):
    patient.client.cookies.clear()


def test_form_with_cookie_is_accepted_at_once(checked):
    checked.open()
    assert checked.send().status_code == 303


@pytest.mark.parametrize("origin", [None, "null", "https://elsewhere.example"])
def test_typed_text_comes_back_instead_of_a_403(checked, origin):
    checked.open()
    if origin:
        checked.client.defaults["HTTP_ORIGIN"] = origin
    else:
        block_cookies(checked)
    response = checked.send(start="")
    assert response.status_code == 200
    assert checked.summary() == ["Please submit the form again. What you wrote is still here."]
    for name in ("name", "phone", "email"):
        assert checked.value(name) == ANSWER[name]
    assert ANSWER["message"] in checked.page.find("textarea").text
    assert checked.ticked("consent") == ["on"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("origin", [None, "null"])
def test_second_click_is_accepted_without_cookies(checked, origin):
    checked.open()
    if origin:
        checked.client.defaults["HTTP_ORIGIN"] = origin
    block_cookies(checked)
    assert checked.send().status_code == 200
    block_cookies(checked)
    assert checked.send().status_code == 303
    assert Case.objects.count() == 1


def test_second_click_with_an_error_keeps_its_pass(checked):
    checked.open()
    for changes in ({}, {"name": ""}):
        block_cookies(checked)
        assert checked.send(**changes).status_code == 200
    assert checked.summary() == ["Enter your name, so that we know what to call you."]
    block_cookies(checked)
    assert checked.send().status_code == 303


def test_open_for_a_day_without_cookies_takes_one_more_click(checked):
    checked.open()
    block_cookies(checked)
    assert checked.send(seconds=MAXIMUM_SECONDS + 60).status_code == 200
    block_cookies(checked)
    assert checked.send().status_code == 303


def test_pass_cannot_be_made_up(checked):
    checked.open()
    token = str(FormToken.new("x"))
    payload = token.split(":")[0]
    for forged in (payload, f"{payload}:x:y", "", token.replace(payload, payload[::-1])):
        block_cookies(checked)
        assert checked.send(token=forged).status_code == 200
    assert not Case.objects.exists()


def test_other_days_without_cookies_keep_the_text(checked):
    opening_hours()
    cache.clear()
    checked.open()
    block_cookies(checked)
    assert checked.send(later="2026-03-10").status_code == 200
    assert checked.value("name") == ANSWER["name"]
    assert checked.summary() == []


def test_only_get_and_post_are_answered(patient):
    assert patient.client.put(URL).status_code == 405


# What a valid form costs


def test_valid_post_prepares_no_form(chooser, monkeypatch):
    prepare = Mock()
    monkeypatch.setattr(RequestForm, "prepare", prepare)
    assert chooser.send(start=AT_TEN).status_code == 303
    prepare.assert_not_called()


def test_valid_post_loads_the_hours_once(chooser):
    with CaptureQueriesContext(connection) as queries:
        assert chooser.send(start=AT_TEN).status_code == 303
    for model in (OpeningHours, *(relation.related_model for relation in OpeningHours._meta.related_objects)):
        reads = [one for one in queries if f'FROM "{model._meta.db_table}"' in one["sql"]]
        assert len(reads) == 1, model


def test_valid_post_parses_the_typed_phone_once(chooser, monkeypatch):
    parse = Mock(wraps=phonenumbers.parse)
    monkeypatch.setattr(phonenumbers, "parse", parse)
    assert chooser.send(start=AT_TEN).status_code == 303
    assert [call.args[0] for call in parse.call_args_list].count(ANSWER["phone"]) == 1


# Treatments


def test_live_treatments_are_grouped_by_area(patient):
    make_treatment("Lip filler", area="Volume")
    make_treatment("Frown lines", area="Lines")
    make_treatment("Something else")
    make_treatment("Secret", live=False)
    patient.open()
    groups = {
        group.select_one(".choices__heading").text: [label.text for label in group.select("label")]
        for group in patient.page.select("fieldset .choices__group")
    }
    assert groups == {"Lines": ["Frown lines"], "Volume": ["Lip filler"], "Other": ["Something else"]}
    assert list(groups)[-1] == "Other"


def test_treatment_in_the_address_is_ticked(patient):
    page = make_treatment("Lip filler", slug="lip-filler")
    make_treatment("Peel")
    patient.open("?treatment=lip-filler")
    assert patient.ticked("treatments") == [str(page.pk)]
    patient.send(treatments=[page.pk])
    assert Case.objects.get().treatments.get().title == "Lip filler"


@pytest.mark.parametrize("slug", ["no-such", "", "'; --", "%00", "lip-filler&treatment=", "secret"])
def test_unknown_treatment_in_the_address_is_ignored(patient, slug):
    make_treatment("Lip filler", slug="lip-filler")
    make_treatment("Secret", slug="secret", live=False)
    assert patient.open(f"?treatment={slug}").status_code == 200
    assert patient.ticked("treatments") == []


def test_treatment_taken_offline_while_typing_is_accepted(patient):
    page = make_treatment("Lip filler")
    patient.open()
    page.unpublish()
    assert patient.send(treatments=[page.pk]).status_code == 303
    assert Case.objects.get().treatments.get().title == "Lip filler"


@pytest.mark.parametrize("value", ["0", "-1", "nonsense", "9" * 19, "9" * 400, "１", ""])
def test_nonsense_for_a_treatment_is_ignored(patient, value):
    make_treatment("Lip filler")
    patient.open()
    assert patient.send(treatments=[value]).status_code == 303
    assert not Case.objects.get().treatments.exists()


def test_form_works_without_treatments(patient):
    assert not patient.page.select("input[name=treatments]")
    assert patient.send().status_code == 303


def test_queries_do_not_grow_with_treatments(patient, django_assert_max_num_queries):
    for number in range(20):
        make_treatment(f"Treatment {number}", area=f"Area {number % 3}")
    patient.open()
    with django_assert_max_num_queries(12):
        patient.open()


# Choosing a time


def test_next_five_free_days_are_shown(chooser):
    assert days_in(chooser.page) == [
        "Tuesday, March 3",
        "Wednesday, March 4",
        "Thursday, March 5",
        "Friday, March 6",
        "Monday, March 9",
    ]
    tuesday = chooser.page.select_one(".times")
    assert [label.text.strip() for label in tuesday.select("label")][:3] == ["9 am", "9:30 am", "10 am"]
    assert chooser.page.find(id=tuesday["aria-labelledby"]).text == "Tuesday, March 3"
    assert "All times are Los Angeles time." in chooser.page.select_one("#times").text


def test_only_the_first_day_is_open(chooser):
    assert [tag.has_attr("open") for tag in chooser.page.select("#times details.question")] == [True] + [False] * 4


def test_day_shows_half_hours_first_by_part(chooser):
    tuesday = chooser.page.select_one(".times")
    assert [tag.text for tag in tuesday.select(".choices__heading")] == ["Morning", "Afternoon"]
    more = tuesday.details.extract()
    assert {label.text.strip().split(" ")[0].partition(":")[2] for label in tuesday.select("label")} == {"", "30"}
    assert [label.text.strip() for label in more.select("label")][:3] == ["9:15 am", "9:45 am", "10:15 am"]
    assert not more.has_attr("open")


def test_picked_quarter_hour_is_visible(chooser):
    chooser.send(start="2026-03-04T17:15Z", name="")
    folded = chooser.page.select_one("#times input[checked]").find_parents("details")
    assert [tag.has_attr("open") for tag in folded] == [True, True]


def test_each_day_has_radio_group_of_its_own(chooser):
    groups = chooser.page.select("#times [role=radiogroup]")
    assert [chooser.page.find(id=group["aria-labelledby"]).text for group in groups] == days_in(chooser.page)
    names = [{radio["name"] for radio in group.select("input")} for group in groups]
    assert names[:2] == [{"start-2026-03-03"}, {"start-2026-03-04"}]
    assert len(set.union(*names)) == 5
    assert chooser.page.select_one("#times input[name=start]")["value"] == ""


def test_time_of_a_day_is_held(chooser):
    assert chooser.send(**{"start-2026-03-03": AT_TEN}).status_code == 303
    assert Appointment.objects.get().starts_at == TUESDAY_10


def test_two_days_times_are_asked_about(chooser):
    second = "2026-03-04T18:00Z"
    chooser.send(**{"start-2026-03-03": AT_TEN, "start-2026-03-04": second})
    assert chooser.summary() == ["You chose more than one time. Please choose one of them."]
    group = chooser.page.select_one("#times .choices__group")
    assert [label.text for label in group.select("label")] == [
        "Tuesday, March 3, 10 am",
        "Wednesday, March 4, 10 am",
    ]
    assert chooser.ticked("start") == []
    assert len(times_in(chooser.page)) == len(set(times_in(chooser.page)))
    assert not Case.objects.exists()
    assert chooser.send(seconds=0, **{group.input["name"]: second}).status_code == 303
    assert Appointment.objects.get().starts_at == TUESDAY_10 + timedelta(days=1)


def test_time_and_call_are_asked_about(chooser):
    chooser.send(**{"start": "", "start-2026-03-03": AT_TEN})
    assert chooser.summary() == ["You chose a time, and you also asked us to call you. Please choose one of the two."]
    assert chooser.page.select_one("#times .choices__group input")["value"] == AT_TEN


def test_same_time_sent_twice_is_one_choice(chooser):
    assert chooser.send(**{"start-choice": AT_TEN, "start-2026-03-03": AT_TEN}).status_code == 303


def test_no_time_is_picked_in_advance(chooser):
    assert chooser.ticked("start") == []
    assert chooser.ticked("on_waitlist") == []


def test_picked_time_is_held(chooser):
    response = chooser.send(start=AT_TEN, on_waitlist="on")
    case = Case.objects.get()
    assert response.status_code == 303
    assert case.appointments.get().starts_at == TUESDAY_10
    assert case.on_waitlist


@pytest.mark.parametrize("start", [None, ""])
def test_request_without_a_time_is_accepted(chooser, start):
    assert chooser.send(start=start).status_code == 303
    assert not Appointment.objects.exists()


def test_enter_in_a_field_sends_the_form(chooser):
    # The browser presses the first button of the form: that must not be one that looks at other days.
    first = chooser.page.select_one("form.form :is(button, input[type=submit])")
    assert not first.has_attr("name")
    assert not first.has_attr("formnovalidate")


def test_call_me_stays_picked_after_an_error(chooser):
    chooser.send(start="", name="")
    assert chooser.ticked("start") == [""]


@pytest.mark.parametrize(
    "start",
    [
        "nonsense",
        "2026-03-03T18:00",
        "2026-03-03T18:00+00:00",
        "2026-03-03T18:05Z",
        "2026-03-03T06:00Z",
        "2026-03-07T18:00Z",
        "0001-01-01T00:00Z",
        "9999-12-31T23:45Z",
        "2027-06-08\x00",
        "x" * 10_000,
    ],
)
def test_impossible_time_is_refused_beside_the_field(chooser, start):
    assert chooser.send(start=start).status_code == 200
    assert chooser.summary() == ["That time is not available. Please choose one from the list."]
    assert "not available" in chooser.page.find(id="id_start_error").text
    assert chooser.value("name") == "Zoë Lima"
    assert chooser.ticked("start") == []
    assert chooser.send(seconds=0, start=AT_TEN).status_code == 303


def test_time_that_has_become_too_near_is_refused(chooser):
    chooser.clock.move_to(datetime(2026, 3, 3, 17, 0, tzinfo=UTC), tick=False)
    assert chooser.send(start=AT_TEN).status_code == 200
    assert not Case.objects.exists()


def test_taken_time_offers_nearest_and_loses_nothing(chooser):
    take()
    assert chooser.send(start=AT_TEN, on_waitlist="on", treatments=[]).status_code == 200
    assert chooser.summary() == ["That time was just taken. Please choose another one."]
    nearest = chooser.page.select_one("#times .choices__group")
    assert [label.text for label in nearest.select("label")] == [
        "Tuesday, March 3, 9:15 am",
        "Tuesday, March 3, 9:30 am",
        "Tuesday, March 3, 10:30 am",
    ]
    assert (chooser.value("name"), chooser.value("phone")) == ("Zoë Lima", "(949) 555-0123")
    assert (chooser.page.textarea.text.strip(), chooser.ticked("consent")) == ("Lines on my forehead.", ["on"])
    assert (chooser.ticked("start"), chooser.ticked("on_waitlist")) == ([], ["on"])
    link = chooser.page.select_one(".error-summary a")["href"]
    assert chooser.page.find(id=link.removeprefix("#")) == nearest.input
    assert chooser.send(seconds=0, start=nearest.input["value"]).status_code == 303
    assert Case.objects.get(name="Zoë Lima").appointments.exists()


def test_no_time_is_offered_twice(chooser):
    take()
    chooser.send(start=AT_TEN)
    assert len(times_in(chooser.page)) == len(set(times_in(chooser.page)))
    assert AT_TEN not in times_in(chooser.page)


def test_taken_time_is_told_with_other_errors(chooser):
    take()
    chooser.send(start=AT_TEN, name="")
    assert chooser.summary() == [
        "That time was just taken. Please choose another one.",
        "Enter your name, so that we know what to call you.",
    ]
    assert chooser.page.select("#times .choices__group")


def test_last_time_taken_leaves_the_call(chooser, monkeypatch):
    taken = services.TimeTakenError("That time was just taken.")

    def refuse(*args, **kwargs):
        Resource.objects.update(is_active=False)
        raise taken

    monkeypatch.setattr(request_views, "submit", refuse)
    chooser.send(start=AT_TEN)
    assert "no other is available" in chooser.summary()[0]
    assert chooser.page.title.text.startswith("Error:")
    monkeypatch.undo()
    assert chooser.send(seconds=0).status_code == 303


def test_form_sent_twice_holds_one_time(chooser):
    form = chooser.page
    first = chooser.send(start=AT_TEN)
    chooser.page = form
    assert chooser.send(start=AT_TEN)["Location"] == first["Location"]
    chooser.page = form
    chooser.send(start=AT_TEN, name="")
    assert chooser.summary() == ["Enter your name, so that we know what to call you."]
    assert chooser.ticked("start") == [AT_TEN]


def test_last_free_time_sent_twice_stays_held(chooser):
    consultation_settings(horizon_days=1, notice_minutes=0)
    VisitType.objects.update(minutes=420)
    chooser.open()
    form, (only, call_me) = chooser.page, times_in(chooser.page)
    assert (only, call_me) == ("2026-03-03T17:00Z", "")
    first = chooser.send(start=only)
    chooser.page = form
    assert chooser.send(start=only)["Location"] == first["Location"]
    assert Appointment.objects.get().state == AppointmentState.HELD


# Other days


def test_later_days_keep_everything_and_check_nothing(chooser):
    treatment = make_treatment("Lip filler")
    chooser.open()
    later = chooser.page.find("button", attrs={"name": "later"})
    assert later.has_attr("formnovalidate")
    sent = {"later": later["value"], "start": AT_TEN, "name": "", "phone": "12", "treatments": [treatment.pk]}
    assert chooser.send(**sent, on_waitlist="on").status_code == 200
    assert chooser.summary() == []
    assert days_in(chooser.page)[0] == "Tuesday, March 10"
    assert (chooser.value("phone"), chooser.value("email")) == ("12", "zoe@patient.example.com")
    assert chooser.page.textarea.text.strip() == "Lines on my forehead."
    assert (chooser.ticked("contact_by"), chooser.ticked("contact_time")) == (["phone"], ["morning"])
    assert (chooser.ticked("treatments"), chooser.ticked("consent")) == ([str(treatment.pk)], ["on"])
    assert (chooser.ticked("start"), chooser.ticked("on_waitlist")) == ([AT_TEN], ["on"])
    assert "Tuesday, March 3, 10 am" in chooser.page.select_one("#times .choices__group").text
    assert not Case.objects.exists()
    assert chooser.send(seconds=0, start=AT_TEN).status_code == 303


def test_earlier_days_lead_back(chooser):
    chooser.send(later=chooser.page.find("button", attrs={"name": "later"})["value"], start=AT_TEN)
    chooser.send(earlier=chooser.page.find("button", attrs={"name": "earlier"})["value"], start=AT_TEN)
    assert days_in(chooser.page)[0] == "Tuesday, March 3"
    assert not chooser.page.find("button", attrs={"name": "earlier"})
    assert chooser.ticked("start") == [AT_TEN]
    assert not chooser.page.select("#times .choices__group")


def test_link_shows_other_days(chooser):
    link = chooser.page.select_one("a[data-days=later]")["href"]
    assert link == "?days_from=2026-03-10#times"
    chooser.open(link)
    assert days_in(chooser.page)[0] == "Tuesday, March 10"
    chooser.open(chooser.page.select_one("a[data-days=earlier]")["href"])
    assert days_in(chooser.page)[0] == "Tuesday, March 3"


@pytest.mark.parametrize("day", ["", "nonsense", "%00", "0001-01-01", "x" * 1000])
def test_nonsense_for_a_linked_day_is_ignored(chooser, day):
    chooser.open(f"?days_from={day}")
    assert days_in(chooser.page)[0] == "Tuesday, March 3"
    assert chooser.value("days_from") in ("", "0001-01-01")


def test_errors_keep_the_days_that_were_shown(chooser):
    chooser.send(later="2026-03-10")
    chooser.send(seconds=0, start="2026-03-10T17:00Z", name="")
    assert days_in(chooser.page)[0] == "Tuesday, March 10"
    assert chooser.ticked("start") == ["2026-03-10T17:00Z"]


def test_other_days_do_not_renew_the_token(chooser):
    token = FormToken.read(chooser.value("token"))
    chooser.send(later="2026-03-10")
    assert FormToken.read(chooser.value("token")) == token


def test_other_days_do_not_tick_new_consent(chooser):
    consultation_settings(consent_wording="We may do much more with it.")
    chooser.send(later="2026-03-10")
    assert chooser.ticked("consent") == []


@pytest.mark.parametrize("day", ["", "nonsense", "\x00", "9999-12-31", "0001-01-01", "x" * 10_000])
@pytest.mark.parametrize("name", ["later", "days_from"])
def test_nonsense_for_a_day_is_ignored(chooser, name, day):
    assert chooser.send(**{name: day}, consent=None, start=AT_TEN, token="nonsense").status_code == 200
    assert len(days_in(chooser.page)) == 5
    assert chooser.value("name") == "Zoë Lima"


# No times


def test_clinic_without_hours_offers_no_times(patient):
    assert patient.page.legend.text == "When would you like to come?"
    assert "we will get in touch to find a time" in patient.page.select_one("form.form fieldset").text
    assert not patient.page.select("[name^=start], [name=on_waitlist], [name=later]")
    assert patient.send(start=AT_TEN).status_code == 303


def test_clinic_without_rooms_offers_no_times(chooser):
    Resource.objects.update(is_active=False)
    chooser.open()
    assert not chooser.page.select("[name^=start]")
    assert chooser.send().status_code == 303


def test_time_picked_before_the_last_room_closed_is_refused(chooser):
    Resource.objects.update(is_active=False)
    assert chooser.send(start=AT_TEN).status_code == 200
    assert "no other is available" in chooser.summary()[0]
    assert not chooser.page.select("[name^=start]")
    assert chooser.send(seconds=0).status_code == 303


def test_booked_out_clinic_offers_no_times(chooser):
    consultation_settings(horizon_days=1, notice_minutes=10_000)
    chooser.open()
    assert not chooser.page.select("[name^=start]")
    assert chooser.send(later="2026-03-10").status_code == 200


# The page


def test_page_and_queries_do_not_grow_with_visits(chooser):
    few = queries_for(chooser.client, URL)
    for number in range(8):
        take(TUESDAY_10 + timedelta(days=1, minutes=30 * number))
    assert queries_for(chooser.client, URL) == few <= 12
    assert len(chooser.open().content) <= 60 * 1024


def test_ids_are_unique_and_references_resolve_with_times(chooser):
    take()
    chooser.send(start=AT_TEN)
    ids = [tag["id"] for tag in chooser.page.select("[id]")]
    assert len(ids) == len(set(ids))
    named = [one for tag in chooser.page.select("#times, #times *") for one in tag.get("aria-describedby", "").split()]
    named += [tag["aria-labelledby"] for tag in chooser.page.select("#times [aria-labelledby]")]
    assert set(named) <= set(ids)


# Mistakes


def test_empty_form_tells_all_errors_at_once(patient):
    response = patient.send(**dict.fromkeys(ANSWER))
    assert response.status_code == 200
    assert patient.page.title.text.startswith("Error: Ask for a free consultation")
    assert patient.summary() == [
        "Enter your name, so that we know what to call you.",
        "Give us a phone number or an email address, so that we can answer.",
        "Check the box if you agree. Without your consent we may not keep your request.",
    ]
    assert not Case.objects.exists()


def test_summary_lines_lead_to_their_fields(patient):
    patient.send(name="", phone="", consent=None)
    links = patient.page.select(".error-summary a")
    assert len(links) == 3
    for link in links:
        target = patient.page.find(id=link["href"].removeprefix("#"))
        assert target.name == "input"


def test_error_summary_takes_the_focus(patient):
    patient.send(name="")
    summary = patient.page.select_one(".error-summary")
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    assert summary.has_attr("autofocus")


def test_error_is_tied_to_its_field(patient):
    patient.send(phone="", email="")
    for name in ("phone", "email"):
        field = patient.page.find(attrs={"name": name})
        assert field["aria-invalid"] == "true"
        described = [patient.page.find(id=one) for one in field["aria-describedby"].split()]
        assert [" ".join(one["class"]) for one in described] == ["field__hint", "field__error"]
        assert "Give us a phone number" in described[1].text


def test_groups_are_named_and_tied_to_errors(patient):
    make_treatment("Lip filler", area="Volume")
    patient.open()
    patient.send(phone="", contact_by="text")
    group = patient.page.find("input", attrs={"name": "contact_by"}).find_parent("fieldset", class_="field")
    assert group.legend.text.strip().startswith("How should we contact you?")
    assert patient.page.find(id=group["aria-describedby"].split()[-1])["class"] == ["field__error"]
    assert all(fieldset.legend for fieldset in patient.page.select("form.form fieldset"))


def test_ids_are_unique_and_fields_have_labels(patient):
    make_treatment("Lip filler", area="Volume")
    patient.open()
    patient.send(name="")
    ids = [tag["id"] for tag in patient.page.select("[id]")]
    assert len(ids) == len(set(ids))
    for field in patient.page.select("form.form :is(input, textarea)"):
        if field.get("type") not in ("hidden", "submit"):
            assert patient.page.find("label", attrs={"for": field["id"]}), field


def test_error_loses_nothing_that_was_typed(patient):
    page = make_treatment("Lip filler")
    patient.open()
    patient.send(name="", message="  Two\r\nlines & <b>", treatments=[page.pk])
    assert patient.value("phone") == "(949) 555-0123"
    assert patient.value("email") == "zoe@patient.example.com"
    assert patient.page.textarea.text.split() == ["Two", "lines", "&", "<b>"]
    assert patient.ticked("treatments") == [str(page.pk)]
    assert (patient.ticked("contact_by"), patient.ticked("contact_time")) == (["phone"], ["morning"])
    assert patient.page.find(id="id_consent").has_attr("checked")
    assert patient.send(seconds=0, treatments=[page.pk]).status_code == 303


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"phone": "555-0123"}, "We cannot dial this number."),
        ({"phone": "call me"}, "We cannot dial this number."),
        ({"email": "zoe@"}, "The part after the @ is not complete."),
        ({"email": "zoe@example.com,all@example.com"}, "There is more than one @ in this email address."),
        ({"email": "zo\u200be@example.com"}, "There is an invisible character in this email address."),
        ({"email": "<zoe>@example.com"}, "Email addresses cannot have this character: <"),
        ({"name": "\u200b\u2060 \xad"}, "Enter your name"),
        ({"name": "\u3164\u2800\u115f"}, "Enter your name"),
        ({"phone": "555-0123"}, "or for a number outside the US with + and the country code"),
        ({"phone": "", "contact_by": "phone"}, "For a call or a text message"),
        ({"phone": "", "contact_by": "text"}, "For a call or a text message"),
        ({"email": "", "contact_by": "email"}, "For an answer by email"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"message": "x" * 4001}, "at most 4000 characters"),
        ({"email": "x" * 250 + "@example.com"}, "at most 254 characters"),
        ({"name": "\x00\r\n \t"}, "Enter your name"),
        ({"contact_by": "pigeon"}, "pigeon is not one of the available choices"),
    ],
)
def test_mistakes_are_told_in_plain_words(patient, changes, error):
    patient.send(**changes)
    assert len(patient.summary()) == 1
    assert error in patient.summary()[0]
    assert not Case.objects.exists()


def test_mistyped_phone_without_email_is_one_error(patient):
    patient.send(phone="12", email="")
    assert len(patient.summary()) == 1


def test_line_break_counts_as_one_character(patient):
    assert patient.send(message="x\r\n" * 2000).status_code == 303


@pytest.mark.parametrize("text", NAUGHTY)
def test_any_text_is_stored_and_shown_as_text(patient, text):
    assert patient.send(message="!" + text, name="!" + text).status_code == 303
    case = Case.objects.get()
    assert "\x00" not in case.message + case.name
    assert Case.objects.search(text[:10]).get() == case
    patient.open()
    patient.send(name="!" + text, consent=None)
    assert "<script>alert" not in str(patient.page)
    assert patient.value("name").startswith("!")


@pytest.mark.parametrize("field", ["name", "email", "phone"])
def test_line_break_cannot_start_an_email_header(patient, field):
    patient.send(**{field: f"{ANSWER[field]}\r\nBcc: all@example.com"})
    for case in Case.objects.all():
        assert "\n" not in case.name + case.email + case.phone
    assert not Message.objects.filter(recipient__contains="all@").exists()


# Machines, haste and patience


def test_filled_honeypot_asks_to_submit_again(patient):
    response = patient.send(website="http://spam.example")
    assert response.status_code == 200
    assert "submit the form again" in patient.summary()[0]
    assert (patient.value("name"), patient.value("website")) == ("Zoë Lima", "")
    assert not Case.objects.exists()
    assert patient.send(seconds=0).status_code == 303


def test_honeypot_is_hidden_from_everybody(patient):
    field = patient.page.find(attrs={"name": "website"})
    assert (field["type"], field["autocomplete"], field["tabindex"]) == ("text", "off", "-1")
    box = field.find_parent("div")
    # The attribute takes it from the eye and from assistive technology alike.
    assert box.has_attr("hidden")


def test_form_sent_too_fast_asks_to_submit_again(patient):
    assert patient.send(seconds=2.9).status_code == 200
    assert "submit the form again" in patient.summary()[0]
    assert patient.send(seconds=0.2).status_code == 303


def test_three_seconds_are_enough(patient):
    assert patient.send(seconds=3).status_code == 303


def test_form_open_for_a_day_asks_to_submit_again(patient):
    assert patient.send(seconds=MAXIMUM_SECONDS + 1).status_code == 200
    assert "open for a long time" in patient.summary()[0]
    assert patient.value("name") == "Zoë Lima"
    assert patient.send(seconds=0).status_code == 303
    assert Case.objects.count() == 1


@pytest.mark.parametrize("hours", [0.001, 0.5, 1, 3, 12, 23.9])
def test_form_is_accepted_after_clock_was_set_back(patient, hours):
    assert patient.send(seconds=-hours * 3600).status_code == 303


def test_form_of_a_far_future_is_renewed(patient):
    assert patient.send(seconds=-MAXIMUM_SECONDS - 1).status_code == 200
    assert patient.value("name") == "Zoë Lima"
    assert patient.send(seconds=0).status_code == 303
    assert Case.objects.count() == 1


def test_own_case_and_receipt_work_after_clock_was_set_back(chooser):
    location = chooser.send(start=AT_TEN)["Location"]
    chooser.clock.shift(timedelta(hours=-1))
    assert chooser.client.get(location).status_code == 200
    assert Case.objects.get().reference in chooser.open("?correct=1").text
    path = get_visit_path(Case.objects.get())
    chooser.clock.shift(timedelta(hours=-1))
    assert chooser.client.get(path).status_code == 200


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "\x00", "x" * 10_000])
def test_foreign_token_loses_nothing(patient, token):
    assert patient.send(token=token).status_code == 200
    assert patient.value("name") == "Zoë Lima"
    assert patient.send(seconds=3).status_code == 303


def test_form_keeps_its_key_after_an_error(patient):
    form = patient.page
    patient.send(name="")
    patient.send(seconds=0)
    patient.page = form
    patient.send(seconds=0, message="Another question.")
    assert Case.objects.get().message == "Another question."


def test_new_consent_wording_must_be_ticked_again(patient):
    consultation_settings(consent_wording="We may do much more with it.")
    assert patient.send().status_code == 200
    assert "wording next to the checkbox" in patient.summary()[0]
    assert not patient.page.find(id="id_consent").has_attr("checked")
    assert "We may do much more with it." in patient.page.find("label", attrs={"for": "id_consent"}).text
    assert patient.send(seconds=0).status_code == 303
    assert Case.objects.get().consents.get().wording == "We may do much more with it."


# Logs


def test_request_logs_nothing_about_the_patient(patient, caplog):
    caplog.set_level(0)
    patient.send(phone="12")
    patient.send(website="x")
    patient.client.get(patient.send()["Location"])
    for secret in ("Zoë", "Lima", "zoe@", "0123", "forehead"):
        assert secret not in caplog.text


# The receipt


def test_receipt_shows_nothing_the_patient_wrote(patient):
    location = patient.send()["Location"]
    response = patient.client.get(location)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    page = BeautifulSoup(response.content, "html.parser")
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    for secret in ("Zoë", "Lima", "zoe@", "555-0123", "forehead"):
        assert secret not in response.text + location


def lead(patient, location) -> str:
    page = BeautifulSoup(patient.client.get(location).content, "html.parser")
    return " ".join(page.select_one(".lead").text.split())


def test_receipt_says_when_a_held_time_is_answered(chooser):
    location = chooser.send(start=AT_TEN)["Location"]
    assert lead(chooser, location) == (
        "Tuesday, March 3, 10 am is held for you. We’ll answer by tomorrow, 9 am. All times are Los Angeles time."
    )


def radios(page):
    """Return the times that the form shows, and those that are chosen."""
    shown = page.select("#times input[type=radio]")
    return [radio["value"] for radio in shown], [radio["value"] for radio in shown if radio.has_attr("checked")]


def test_form_that_comes_back_shows_the_own_time_as_chosen(chooser):
    chooser.send(start=AT_TEN)
    page = BeautifulSoup(chooser.client.get("/consultation/").content, "lxml")
    shown, chosen = radios(page)
    assert AT_TEN in shown
    assert chosen == [AT_TEN]
    said = " ".join(page.select_one(".consultation__form [role=status]").text.split())
    assert Case.objects.get().reference in said
    assert "Your time is Tuesday, March 3, 10 am." in said
    other = BeautifulSoup(chooser.client.get("/consultation/?new=1").content, "lxml")
    assert AT_TEN not in radios(other)[0]
    assert not other.select(".consultation__form [role=status]")


@pytest.mark.parametrize("same_token", [True, False])
def test_change_of_a_held_time_is_asked_about_and_told(chooser, same_token):
    first, eleven = chooser.page, "2026-03-03T19:00Z"
    chooser.send(start=AT_TEN)
    chooser.page = first
    if not same_token:
        chooser.open()
    response = chooser.send(start=eleven)
    assert response.status_code == 200
    visit = Appointment.objects.get()
    assert (visit.starts_at, visit.state) == (TUESDAY_10, AppointmentState.HELD)
    page = BeautifulSoup(response.content, "lxml")
    text = " ".join(page.select_one(".error-summary").text.split())
    assert "We hold Tuesday, March 3, 10 am for you already, so nothing was changed." in text
    shown, chosen = radios(page)
    assert (shown[0], chosen) == (eleven, [AT_TEN])
    chooser.page = page
    assert chooser.send(start=AT_TEN).status_code == 303
    assert Appointment.objects.get().starts_at == TUESDAY_10
    assert not Message.objects.filter(kind="held").exists()
    chooser.page = page
    assert chooser.send(start=eleven).status_code == 303
    assert Appointment.objects.live().get().starts_at == TUESDAY_10 + timedelta(hours=1)
    assert Message.objects.get(kind="held").recipient == Case.objects.get().email
    # The first form, which the Back button may bring once more, moves nothing either.
    chooser.page = first
    assert chooser.send(start=AT_TEN).status_code == 200
    assert Appointment.objects.live().get().starts_at == TUESDAY_10 + timedelta(hours=1)
    assert Case.objects.count() == 1


def test_form_of_a_booked_visit_points_to_the_own_page(chooser, policy):
    first = chooser.page
    chooser.send(start=AT_TEN)
    chooser.page = first
    case = Case.objects.get()
    services.confirm(case.pk, actor=make_user("frontdesk"), expected_version=case.version, policy=policy)
    response = chooser.send(start="2026-03-03T19:00Z")
    assert "Your visit is booked for Tuesday, March 3, 10 am." in response.content.decode()
    assert Appointment.objects.get().starts_at == TUESDAY_10


def test_correction_changes_the_own_case(chooser):
    chooser.send(start=AT_TEN)
    chooser.page = BeautifulSoup(chooser.client.get("/consultation/?correct=1").content, "lxml")
    assert chooser.send(start=AT_TEN, phone="(949) 555-0199").status_code == 303
    assert Case.objects.get().phone == "(949) 555-0199"


@pytest.mark.parametrize("query", ["", "?correct=1", "?new=1"])
@pytest.mark.parametrize("opened", ["before", "after"])
def test_same_person_in_the_same_browser_changes_one_request(chooser, query, opened):
    """Reload, Back without JavaScript, a second window, the menu: the form has another token each time."""
    if opened == "before":
        chooser.open(query)
        second, _page = chooser.page, chooser.open()
    chooser.send(start=AT_TEN)
    if opened == "after":
        chooser.open(query)
    else:
        chooser.page = second
    answer = chooser.send(start=AT_TEN, name=ANSWER["name"].upper(), message="Other words.")
    assert answer.status_code == 303
    case = Case.objects.get()
    assert (case.message, Appointment.objects.get().state) == ("Other words.", "held")
    assert lead(chooser, answer["Location"]).startswith("Tuesday, March 3, 10 am is held for you.")


@pytest.mark.parametrize("changes", [{"phone": "", "email": "sr@patient.example.com"}, {"name": "Zoë Smith"}])
def test_another_person_in_the_same_browser_has_their_own_request(chooser, changes):
    chooser.send(start=AT_TEN)
    chooser.open("?new=1")
    assert chooser.send(start="2026-03-03T19:00Z", contact_by="", **changes).status_code == 303
    assert Case.objects.count() == Appointment.objects.live().count() == 2


def test_correction_changes_a_name_and_keeps_the_time(chooser):
    chooser.send(start=AT_TEN, name="Ana Lmia")
    chooser.open("?correct=1")
    assert chooser.send(start=AT_TEN, name="Ana Lima").status_code == 303
    assert Case.objects.get().name == "Ana Lima"
    assert Appointment.objects.get().state == "held"


def test_canceled_time_that_is_chosen_anew_is_held(chooser, policy):
    chooser.send(start=AT_TEN)
    services.cancel(Case.objects.get().pk, actor=make_user("frontdesk"), expected_version=1, policy=policy)
    chooser.clock.shift(timedelta(seconds=10))
    chooser.open()
    location = chooser.send(start=AT_TEN)["Location"]
    assert [visit.state for visit in Appointment.objects.order_by("pk")] == ["canceled", "held"]
    assert lead(chooser, location).startswith("Tuesday, March 3, 10 am is held for you.")


def test_receipt_without_a_time_says_answer_by(chooser):
    chooser.clock.move_to(datetime(2026, 3, 6, 23, 0, tzinfo=UTC), tick=False)  # Friday, 3 pm
    chooser.open()
    assert chooser.send(seconds=0, start="").status_code == 200  # Too fast.
    location = chooser.send(seconds=30)["Location"]
    assert lead(chooser, location).startswith("We’ll answer by Monday, 12 pm.")


def test_receipt_of_answered_case_promises_no_answer(chooser):
    location = chooser.send()["Location"]
    services.record_call(Case.objects.get().pk, "reached", actor=make_user("frontdesk"), expected_version=1)
    assert lead(chooser, location) == "We answer within one business day."


def test_receipt_says_the_time_has_expired(chooser):
    location = chooser.send(start=AT_TEN)["Location"]
    chooser.clock.move_to(datetime(2026, 3, 3, 18, 31, tzinfo=UTC), tick=False)
    before = lead(chooser, location)
    services.expire_holds()
    assert "could not hold Tuesday, March 3, 10 am any longer" in before
    assert lead(chooser, location) == before


def test_receipt_says_the_time_is_booked(chooser, policy):
    location = chooser.send(start=AT_TEN)["Location"]
    services.confirm(Case.objects.get().pk, actor=make_user("frontdesk"), expected_version=1, policy=policy)
    assert lead(chooser, location).startswith("You are booked for Tuesday, March 3, 10 am.")
    chooser.clock.move_to(TUESDAY_10 + timedelta(hours=1), tick=False)
    assert lead(chooser, location).startswith("Your time was Tuesday, March 3, 10 am.")


def test_receipt_says_the_time_was_canceled(chooser, policy):
    location = chooser.send(start=AT_TEN)["Location"]
    services.cancel(Case.objects.get().pk, actor=make_user("frontdesk"), expected_version=1, policy=policy)
    assert lead(chooser, location).startswith("Tuesday, March 3, 10 am is no longer held for you.")


def test_receipt_says_the_time_was_not_held(chooser):
    chooser.send(start=AT_TEN)
    chooser.client.cookies.clear()  # In another browser
    chooser.open()
    location = chooser.send(start="2026-03-04T18:00Z", message="Another thing.")["Location"]
    assert Case.objects.filter(events__data__not_held=True).count() == 1
    assert lead(chooser, location).startswith("No time is held for you yet.")


def test_receipt_of_deleted_case_is_not_shown(chooser):
    location = chooser.send()["Location"]
    Case.objects.all().delete()
    assert chooser.client.get(location).status_code == 404


def test_changed_receipt_link_shows_no_receipt(patient):
    location = patient.send()["Location"].rstrip("/")
    other = get_receipt_path(make_case()).rstrip("/")
    reference, _colon, signature = other.rpartition("/")[2].partition(":")
    for address in (
        location[:-1],
        location + "x",
        f"/consultation/received/{reference}",
        f"{location[:-5]}{signature}",
    ):
        response = patient.client.get(address + "/")
        assert response.status_code == 404
        assert "This page cannot be shown" in response.text


def test_logged_in_staff_see_the_same_form(patient):
    patient.client.force_login(make_user("admin"))
    assert patient.open().status_code == 200
