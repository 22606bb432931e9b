from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError
from django.test import Client

from bookings import form_token, views
from bookings.models import Case, Message
from tests.factories import consultation_settings, make_case, make_treatment, make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
URL = "/consultation/"
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
        """Post the form that is open, with every hidden value that it holds; a change to None leaves a field out."""
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
        return [tag["value"] for tag in self.page.select(f"form.form input[name={name}][checked]")]

    def summary(self) -> list[str]:
        return [" ".join(line.text.split()) for line in self.page.select(".error-summary li")]


@pytest.fixture
def patient(client, time_machine, profile, consultation_settings):
    time_machine.move_to(NOON, tick=False)
    patient = Patient(client, time_machine)
    patient.open()
    return patient


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
