from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from bookings import form_token, services, views
from bookings.models import Appointment, AppointmentState, Case, EventKind, Message, Resource, Status
from clinic.models import OpeningHours
from tests.counting import queries_for
from tests.factories import consultation_settings, make_case, make_treatment, make_user, opening_hours

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
    """Somebody with a browser: opens the form, takes her time, sends it."""

    def __init__(self, client: Client, time_machine):
        self.client, self.clock = client, time_machine
        self.page: BeautifulSoup | None = None

    def open(self, query: str = ""):
        return self._see(self.client.get(URL + query))

    def send(self, seconds: float = 30, **changes):
        """Post the form that is open, with every hidden value that it slots; a change to None leaves a field out."""
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
        return [tag.get("value", "on") for tag in self.page.select(f"form.form input[name={name}][checked]")]

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
    """The same patient at a clinic that has given its hours. On this Monday at noon the first time is Tuesday, 9 am."""
    opening_hours()
    cache.clear()  # the page before was made without them
    patient.open()
    return patient


@pytest.fixture
def calendar(profile, consultation_settings):
    def current():
        return BookingPolicy.build(consultation_settings, OpeningHours.for_site(profile.site).schedule(profile))

    return current


def make_appointment(start=TUESDAY_10, **fields):
    case = make_case(email="somebody.else@patient.example.com", phone="")
    known = {"state": AppointmentState.BOOKED, "ends_at": start + timedelta(minutes=30), "resource": Resource.objects.get()}
    appointment = Appointment.objects.create(case=case, starts_at=start, **{**known, **fields})
    for at in (start, start + timedelta(minutes=15)):
        appointment.slots.create(resource=appointment.resource, at=at, expires_at=appointment.held_until)
    return appointment


def days_in(page) -> list[str]:
    return [tag.text for tag in page.select("details.question summary b")]


def times_in(page) -> list[str]:
    return [tag["value"] for tag in page.select("input[name=start]")]


# Asking


def test_a_request_is_saved_and_leads_to_its_receipt(patient):
    response = patient.send()
    case = Case.objects.get()
    assert response.status_code == 303
    assert (case.name, case.phone, case.email) == ("Zoë Lima", "(949) 555-0123", "zoe@patient.example.com")
    assert (case.contact_by, case.contact_time, case.message) == ("phone", "morning", "Lines on my forehead.")
    receipt = patient.client.get(response["Location"])
    assert case.reference in receipt.text
    assert "We answer within one opening day." in receipt.text
    assert "(949) 555-0100" in receipt.text


def test_the_consent_is_kept_in_the_words_that_were_shown(patient):
    shown = patient.page.find("label", attrs={"for": "id_consent"}).text
    patient.send()
    assert Case.objects.get().consents.get().wording == shown


@pytest.mark.parametrize("missing", ["phone", "email"])
def test_one_way_to_reach_her_is_enough(patient, missing):
    assert patient.send(**{missing: "", "contact_by": ""}).status_code == 303


def test_only_what_is_needed_is_asked_for(patient):
    answer = dict.fromkeys(("phone", "contact_by", "contact_time", "message"))
    assert patient.send(**answer).status_code == 303
    assert Case.objects.get().contact_time == "any"


def test_a_double_click_makes_one_request(patient):
    form = patient.page
    first = patient.send()
    patient.page = form
    assert patient.send()["Location"] == first["Location"]
    assert (Case.objects.count(), Message.objects.count()) == (1, 2)


def test_back_and_corrected_changes_the_same_request(patient):
    form = patient.page
    patient.send()
    patient.page = form
    patient.send(phone="(949) 555-0199")
    assert Case.objects.get().phone_e164 == "+19495550199"


def test_a_fresh_form_with_the_same_content_makes_one_request(patient):
    first = patient.send()
    patient.open()
    assert patient.send()["Location"] == first["Location"]


def test_a_page_of_the_past_is_never_shown(patient):
    response = patient.open("?treatment=lip-filler")
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


def test_a_post_needs_the_browsers_own_cookie(patient):
    assert Client(enforce_csrf_checks=True).post(URL, ANSWER).status_code == 403


def test_only_get_and_post_are_answered(patient):
    assert patient.client.put(URL).status_code == 405


# Treatments


def test_treatments_stand_under_their_area_and_only_live_ones(patient):
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


def test_the_treatment_she_comes_from_is_ticked(patient):
    page = make_treatment("Lip filler", slug="lip-filler")
    make_treatment("Peel")
    patient.open("?treatment=lip-filler")
    assert patient.ticked("treatments") == [str(page.pk)]
    patient.send(treatments=[page.pk])
    assert Case.objects.get().treatments.get().title == "Lip filler"


@pytest.mark.parametrize("slug", ["no-such", "", "'; --", "%00", "lip-filler&treatment=", "secret"])
def test_an_unknown_treatment_in_the_address_is_ignored(patient, slug):
    make_treatment("Lip filler", slug="lip-filler")
    make_treatment("Secret", slug="secret", live=False)
    assert patient.open(f"?treatment={slug}").status_code == 200
    assert patient.ticked("treatments") == []


def test_a_treatment_taken_offline_meanwhile_is_no_mistake_of_hers(patient):
    page = make_treatment("Lip filler")
    patient.open()
    page.unpublish()
    assert patient.send(treatments=[page.pk]).status_code == 303
    assert Case.objects.get().treatments.get().title == "Lip filler"


@pytest.mark.parametrize("value", ["0", "-1", "nonsense", "9" * 19, "9" * 400, "１", ""])
def test_nonsense_for_a_treatment_breaks_nothing(patient, value):
    make_treatment("Lip filler")
    patient.open()
    assert patient.send(treatments=[value]).status_code == 303
    assert not Case.objects.get().treatments.exists()


def test_without_treatments_the_form_still_works(patient):
    assert not patient.page.select("input[name=treatments]")
    assert patient.send().status_code == 303


def test_the_page_takes_few_queries_however_many_treatments(patient, django_assert_max_num_queries):
    for number in range(20):
        make_treatment(f"Treatment {number}", area=f"Area {number % 3}")
    patient.open()
    with django_assert_max_num_queries(12):
        patient.open()


# Choosing a time


def test_next_five_days_with_free_times_are_shown(chooser):
    assert days_in(chooser.page) == [
        "Tuesday, March 3",
        "Wednesday, March 4",
        "Thursday, March 5",
        "Friday, March 6",
        "Monday, March 9",
    ]
    tuesday = chooser.page.select_one(".times")
    assert [label.text.strip() for label in tuesday.select("label")][:5] == [
        "9 am",
        "9:15 am",
        "9:30 am",
        "9:45 am",
        "10 am",
    ]
    assert chooser.page.find(id=tuesday["aria-labelledby"]).text == "Tuesday, March 3"
    assert "All times are Los Angeles time." in chooser.page.select_one("#times").text


def test_first_day_is_open_and_the_others_are_folded(chooser):
    assert [tag.has_attr("open") for tag in chooser.page.select("#times details")] == [True] + [False] * 4


def test_nothing_is_picked_for_her(chooser):
    assert chooser.ticked("start") == []
    assert chooser.ticked("on_waitlist") == []


def test_picked_time_is_kept(chooser):
    response = chooser.send(start=AT_TEN, on_waitlist="on")
    case = Case.objects.get()
    assert response.status_code == 303
    assert case.appointments.get().starts_at == TUESDAY_10
    assert case.on_waitlist


@pytest.mark.parametrize("start", [None, ""])
def test_without_a_time_she_is_called(chooser, start):
    assert chooser.send(start=start).status_code == 303
    assert not Appointment.objects.exists()


def test_enter_in_a_field_sends_the_form(chooser):
    """The browser presses the first button of the form: that must not be one that looks at other days."""
    first = chooser.page.select_one("form.form :is(button, input[type=submit])")
    assert not first.has_attr("name")
    assert not first.has_attr("formnovalidate")


def test_choice_to_be_called_stays_when_the_form_comes_back(chooser):
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
        "\x00",
        "x" * 10_000,
    ],
)
def test_what_is_no_time_of_ours_is_told_beside_the_field(chooser, start):
    assert chooser.send(start=start).status_code == 200
    assert chooser.summary() == ["This is none of our times. Please choose one from the list."]
    assert "none of our times" in chooser.page.find(id="id_start_error").text
    assert chooser.value("name") == "Zoë Lima"
    assert chooser.ticked("start") == []
    assert chooser.send(seconds=0, start=AT_TEN).status_code == 303


def test_time_that_is_too_near_by_now_is_refused(chooser):
    chooser.clock.move_to(datetime(2026, 3, 3, 17, 0, tzinfo=UTC), tick=False)
    assert chooser.send(start=AT_TEN).status_code == 200
    assert not Case.objects.exists()


def test_taken_time_brings_the_nearest_ones_and_loses_nothing(chooser):
    make_appointment()
    assert chooser.send(start=AT_TEN, on_waitlist="on", treatments=[]).status_code == 200
    assert chooser.summary() == ["This time has just been taken. Please choose another one."]
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


def test_no_time_stands_on_the_page_twice(chooser):
    make_appointment()
    chooser.send(start=AT_TEN)
    assert len(times_in(chooser.page)) == len(set(times_in(chooser.page)))
    assert AT_TEN not in times_in(chooser.page)


def test_taken_time_is_told_together_with_other_mistakes(chooser):
    make_appointment()
    chooser.send(start=AT_TEN, name="")
    assert chooser.summary() == [
        "This time has just been taken. Please choose another one.",
        "Write your name, so that we know how to address you.",
    ]
    assert chooser.page.select("#times .choices__group")


def test_last_time_taken_leaves_the_way_to_be_called(chooser, monkeypatch):
    taken = services.TimeTakenError("This time has just been taken.")

    def refuse(*args, **kwargs):
        Resource.objects.update(is_active=False)
        raise taken

    monkeypatch.setattr(views, "submit", refuse)
    chooser.send(start=AT_TEN)
    assert "no other is free" in chooser.summary()[0]
    assert chooser.page.title.text.startswith("Error:")
    monkeypatch.undo()
    assert chooser.send(seconds=0).status_code == 303


def test_same_form_sent_twice_keeps_one_time_and_refuses_nobody(chooser):
    form = chooser.page
    first = chooser.send(start=AT_TEN)
    chooser.page = form
    assert chooser.send(start=AT_TEN)["Location"] == first["Location"]
    chooser.page = form
    chooser.send(start=AT_TEN, name="")
    assert chooser.summary() == ["Write your name, so that we know how to address you."]
    assert chooser.ticked("start") == [AT_TEN]


def test_last_time_of_all_sent_twice_stays_kept(chooser):
    consultation_settings(horizon_days=1, notice_minutes=0, visit_minutes=420)
    chooser.open()
    form, (only, call_me) = chooser.page, times_in(chooser.page)
    assert (only, call_me) == ("2026-03-03T17:00Z", "")
    first = chooser.send(start=only)
    chooser.page = form
    assert chooser.send(start=only)["Location"] == first["Location"]
    assert Appointment.objects.get().state == AppointmentState.HELD


# Other days


def test_later_days_are_shown_unchecked_with_everything_typed(chooser):
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


def test_errors_come_back_with_the_days_she_was_looking_at(chooser):
    chooser.send(later="2026-03-10")
    chooser.send(seconds=0, start="2026-03-10T17:00Z", name="")
    assert days_in(chooser.page)[0] == "Tuesday, March 10"
    assert chooser.ticked("start") == ["2026-03-10T17:00Z"]


def test_looking_at_other_days_makes_the_form_no_younger(chooser):
    token = form_token.FormToken.read(chooser.value("token"))
    chooser.send(later="2026-03-10")
    assert form_token.FormToken.read(chooser.value("token")) == token


def test_new_consent_wording_is_not_ticked_by_looking_at_other_days(chooser):
    consultation_settings(consent_wording="We may do much more with it.")
    chooser.send(later="2026-03-10")
    assert chooser.ticked("consent") == []


@pytest.mark.parametrize("day", ["", "nonsense", "\x00", "9999-12-31", "0001-01-01", "x" * 10_000])
@pytest.mark.parametrize("name", ["later", "days_from"])
def test_nonsense_for_a_day_breaks_nothing(chooser, name, day):
    assert chooser.send(**{name: day}, consent=None, start=AT_TEN, token="nonsense").status_code == 200
    assert len(days_in(chooser.page)) == 5
    assert chooser.value("name") == "Zoë Lima"


# No times


def test_clinic_without_hours_calls(patient):
    assert patient.page.legend.text == "When would you like to come?"
    assert "we will get in touch to find a time" in patient.page.select_one("form.form fieldset").text
    assert not patient.page.select("[name=start], [name=on_waitlist], [name=later]")
    assert patient.send(start=AT_TEN).status_code == 303


def test_clinic_without_rooms_calls(chooser):
    Resource.objects.update(is_active=False)
    chooser.open()
    assert not chooser.page.select("[name=start]")
    assert chooser.send(start="nonsense").status_code == 303


def test_clinic_that_is_booked_out_calls(chooser):
    consultation_settings(horizon_days=1, notice_minutes=10_000)
    chooser.open()
    assert not chooser.page.select("[name=start]")
    assert chooser.send(later="2026-03-10").status_code == 200


# The page


def test_page_with_times_stays_small_and_asks_no_more_with_more_visits(chooser):
    few = queries_for(chooser.client, URL)
    for number in range(8):
        make_appointment(TUESDAY_10 + timedelta(days=1, minutes=30 * number))
    assert queries_for(chooser.client, URL) == few <= 12
    assert len(chooser.open().content) <= 60 * 1024


def test_every_id_and_label_is_whole_with_times(chooser):
    make_appointment()
    chooser.send(start=AT_TEN)
    ids = [tag["id"] for tag in chooser.page.select("[id]")]
    assert len(ids) == len(set(ids))
    named = [one for tag in chooser.page.select("#times, #times *") for one in tag.get("aria-describedby", "").split()]
    named += [tag["aria-labelledby"] for tag in chooser.page.select("#times [aria-labelledby]")]
    assert set(named) <= set(ids)


# Mistakes


def test_an_empty_form_says_everything_at_once(patient):
    response = patient.send(**dict.fromkeys(ANSWER))
    assert response.status_code == 200
    assert patient.page.title.text.startswith("Error: Ask for a free consultation")
    assert patient.summary() == [
        "Write your name, so that we know how to address you.",
        "Give us a phone number or an e-mail address, so that we can answer.",
        "Tick the box if you agree. Without it we may not keep your request.",
    ]
    assert not Case.objects.exists()


def test_every_line_of_the_summary_leads_to_its_field(patient):
    patient.send(name="", phone="", consent=None)
    links = patient.page.select(".error-summary a")
    assert len(links) == 3
    for link in links:
        target = patient.page.find(id=link["href"].removeprefix("#"))
        assert target.name == "input"


def test_the_summary_takes_the_focus_and_is_read_out(patient):
    patient.send(name="")
    summary = patient.page.select_one(".error-summary")
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    assert summary.has_attr("autofocus")


def test_an_error_stands_beside_its_field_and_is_tied_to_it(patient):
    patient.send(phone="", email="")
    for name in ("phone", "email"):
        field = patient.page.find(attrs={"name": name})
        assert field["aria-invalid"] == "true"
        described = [patient.page.find(id=one) for one in field["aria-describedby"].split()]
        assert [" ".join(one["class"]) for one in described] == ["field__hint", "field__error"]
        assert "Give us a phone number" in described[1].text


def test_groups_are_named_and_tied_to_their_errors(patient):
    make_treatment("Lip filler", area="Volume")
    patient.open()
    patient.send(phone="", contact_by="text")
    group = patient.page.find("input", attrs={"name": "contact_by"}).find_parent("fieldset", class_="field")
    assert group.legend.text.strip().startswith("How shall we contact you?")
    assert patient.page.find(id=group["aria-describedby"].split()[-1])["class"] == ["field__error"]
    assert all(fieldset.legend for fieldset in patient.page.select("form.form fieldset"))


def test_every_id_is_there_once_and_every_field_has_a_label(patient):
    make_treatment("Lip filler", area="Volume")
    patient.open()
    patient.send(name="")
    ids = [tag["id"] for tag in patient.page.select("[id]")]
    assert len(ids) == len(set(ids))
    for field in patient.page.select("form.form :is(input, textarea)"):
        if field.get("type") not in ("hidden", "submit"):
            assert patient.page.find("label", attrs={"for": field["id"]}), field


def test_nothing_typed_is_lost(patient):
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
        ({"email": "zoe@"}, "This is no complete e-mail address."),
        ({"email": "zoe@example.com,all@example.com"}, "This is no complete e-mail address."),
        ({"phone": "", "contact_by": "phone"}, "To be called or texted"),
        ({"phone": "", "contact_by": "text"}, "To be called or texted"),
        ({"email": "", "contact_by": "email"}, "To be answered by e-mail"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"message": "x" * 4001}, "at most 4000 characters"),
        ({"email": "x" * 250 + "@example.com"}, "at most 254 characters"),
        ({"name": "\x00\r\n \t"}, "Write your name"),
        ({"contact_by": "pigeon"}, "pigeon is not one of the available choices"),
    ],
)
def test_what_cannot_work_is_told_in_plain_words(patient, changes, error):
    patient.send(**changes)
    assert len(patient.summary()) == 1
    assert error in patient.summary()[0]
    assert not Case.objects.exists()


def test_a_mistyped_number_is_the_only_error_when_there_is_no_address(patient):
    patient.send(phone="12", email="")
    assert len(patient.summary()) == 1


def test_line_breaks_count_once(patient):
    assert patient.send(message="x\r\n" * 2000).status_code == 303


@pytest.mark.parametrize("text", NAUGHTY)
def test_any_text_is_kept_and_shown_as_text(patient, text):
    assert patient.send(message="!" + text, name="!" + text).status_code == 303
    case = Case.objects.get()
    assert "\x00" not in case.message + case.name
    assert Case.objects.search(text[:10]).get() == case
    patient.open()
    patient.send(name="!" + text, consent=None)
    assert "<script>alert" not in str(patient.page)
    assert patient.value("name").startswith("!")


@pytest.mark.parametrize("field", ["name", "email", "phone"])
def test_a_line_break_cannot_start_a_mail_header(patient, field):
    patient.send(**{field: f"{ANSWER[field]}\r\nBcc: all@example.com"})
    for case in Case.objects.all():
        assert "\n" not in case.name + case.email + case.phone
    assert not Message.objects.filter(recipient__contains="all@").exists()


# Machines, haste and patience


def test_whoever_fills_the_hidden_field_is_asked_once_more_and_loses_nothing(patient):
    response = patient.send(website="http://spam.example")
    assert response.status_code == 200
    assert "send it once more" in patient.summary()[0]
    assert (patient.value("name"), patient.value("website")) == ("Zoë Lima", "")
    assert not Case.objects.exists()
    assert patient.send(seconds=0).status_code == 303


def test_the_hidden_field_is_hidden_from_everybody(patient):
    field = patient.page.find(attrs={"name": "website"})
    assert (field["type"], field["autocomplete"], field["tabindex"]) == ("text", "off", "-1")
    box = field.find_parent("div")
    # The attribute takes it from the eye and from assistive technology alike.
    assert box.has_attr("hidden")


def test_faster_than_a_person_can_type_is_asked_once_more(patient):
    assert patient.send(seconds=2.9).status_code == 200
    assert "send it once more" in patient.summary()[0]
    assert patient.send(seconds=0.2).status_code == 303


def test_three_seconds_are_enough(patient):
    assert patient.send(seconds=3).status_code == 303


def test_a_form_open_for_a_day_is_still_taken_and_then_asked_for_once_more(patient):
    assert patient.send(seconds=form_token.MAXIMUM_SECONDS + 1).status_code == 200
    assert "open for a long time" in patient.summary()[0]
    assert patient.value("name") == "Zoë Lima"
    assert patient.send(seconds=0).status_code == 303
    assert Case.objects.count() == 1


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "\x00", "x" * 10_000])
def test_a_token_that_is_not_ours_loses_nothing(patient, token):
    assert patient.send(token=token).status_code == 200
    assert patient.value("name") == "Zoë Lima"
    assert patient.send(seconds=3).status_code == 303


def test_after_an_error_the_form_is_still_the_same_one(patient):
    form = patient.page
    patient.send(name="")
    patient.send(seconds=0)
    patient.page = form
    patient.send(seconds=0, name="Zoë de Lima")
    assert Case.objects.get().name == "Zoë de Lima"


def test_nobody_agrees_to_words_she_did_not_see(patient):
    consultation_settings(consent_wording="We may do much more with it.")
    assert patient.send().status_code == 200
    assert "wording beside the box" in patient.summary()[0]
    assert not patient.page.find(id="id_consent").has_attr("checked")
    assert "We may do much more with it." in patient.page.find("label", attrs={"for": "id_consent"}).text
    assert patient.send(seconds=0).status_code == 303
    assert Case.objects.get().consents.get().wording == "We may do much more with it."


# When something else breaks


def test_a_database_that_is_busy_loses_nothing_and_logs_no_patient(patient, monkeypatch, caplog):
    def busy(*args, **kwargs):
        raise OperationalError("Failing row contains (Zoë Lima, zoe@patient.example.com)")

    monkeypatch.setattr(views, "submit", busy)
    patient.send()
    assert "could not save" in patient.summary()[0]
    assert patient.value("name") == "Zoë Lima"
    assert "OperationalError" in caplog.text
    assert "lima" not in caplog.text.lower()
    monkeypatch.undo()
    assert patient.send(seconds=0).status_code == 303


def test_a_whole_visit_logs_nothing_about_the_patient(patient, caplog):
    caplog.set_level(0)
    patient.send(phone="12")
    patient.send(website="x")
    patient.client.get(patient.send()["Location"])
    for secret in ("Zoë", "Lima", "zoe@", "0123", "forehead"):
        assert secret not in caplog.text


# The receipt


def test_the_receipt_shows_nothing_that_the_patient_wrote(patient):
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


def test_receipt_says_until_when_the_time_is_kept(chooser):
    location = chooser.send(start=AT_TEN)["Location"]
    assert lead(chooser, location) == (
        "Tuesday, March 3, 10 am is kept for you until tomorrow, 9 am. We answer by then. "
        "All times are Los Angeles time."
    )


def test_receipt_without_a_time_says_when_we_answer(chooser):
    chooser.clock.move_to(datetime(2026, 3, 6, 23, 0, tzinfo=UTC), tick=False)  # Friday, 3 pm
    chooser.open()
    location = chooser.send(seconds=0, start="", token=chooser.value("token"))
    assert location.status_code == 200  # too fast
    location = chooser.send(seconds=30)["Location"]
    assert lead(chooser, location).startswith("We answer by Monday, 12 pm.")


def test_receipt_after_the_desk_has_answered_promises_nothing_more(chooser):
    location = chooser.send()["Location"]
    Case.objects.update(status=Status.CONTACTING)
    assert lead(chooser, location) == "We answer within one opening day."


def test_receipt_says_that_the_time_has_run_out(chooser):
    location = chooser.send(start=AT_TEN)["Location"]
    chooser.clock.move_to(datetime(2026, 3, 3, 17, 1, tzinfo=UTC), tick=False)
    before = lead(chooser, location)
    services.expire_holds()
    assert "could not keep Tuesday, March 3, 10 am any longer" in before
    assert lead(chooser, location) == before


def test_receipt_says_that_the_time_is_booked(chooser, policy):
    location = chooser.send(start=AT_TEN)["Location"]
    services.confirm(Case.objects.get().pk, actor=make_user("frontdesk"), expected_version=1, policy=policy())
    assert lead(chooser, location).startswith("You are booked for Tuesday, March 3, 10 am.")
    chooser.clock.move_to(TUESDAY_10 + timedelta(hours=1), tick=False)
    assert lead(chooser, location).startswith("Your time was Tuesday, March 3, 10 am.")


def test_receipt_says_that_the_time_was_canceled(chooser, policy):
    location = chooser.send(start=AT_TEN)["Location"]
    services.cancel(Case.objects.get().pk, actor=make_user("frontdesk"), expected_version=1, policy=policy())
    assert lead(chooser, location).startswith("Tuesday, March 3, 10 am is no longer kept for you.")


def test_receipt_says_that_the_time_could_not_be_kept(chooser):
    chooser.send(start=AT_TEN)
    chooser.open()
    location = chooser.send(start="2026-03-04T18:00Z", message="Another thing.")["Location"]
    assert Case.objects.filter(events__kind=EventKind.NOT_HELD).count() == 1
    assert lead(chooser, location).startswith("We could not keep the time you chose.")


def test_receipt_of_a_request_that_is_gone_is_not_shown(chooser):
    location = chooser.send()["Location"]
    Case.objects.all().delete()
    assert chooser.client.get(location).status_code == 404


def test_a_receipt_link_that_was_changed_shows_none(patient):
    location = patient.send()["Location"].rstrip("/")
    other = views.receipt_url(make_case().reference).rstrip("/")
    reference, _colon, signature = other.rpartition("/")[2].partition(":")
    for address in (
        location[:-1],
        location + "x",
        f"/consultation/received/{reference}",
        f"{location[:-5]}{signature}",
    ):
        response = patient.client.get(address + "/")
        assert response.status_code == 404
        assert "This receipt cannot be shown" in response.text


def test_staff_who_are_logged_in_see_the_same_page(patient):
    patient.client.force_login(make_user("admin"))
    assert patient.open().status_code == 200
