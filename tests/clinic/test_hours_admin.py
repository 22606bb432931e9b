"""Test the opening hours in the admin, filled in as a browser would.

What is posted is what the page shows.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.text import slugify
from wagtail import hooks
from wagtail.models import ModelLogEntry, Site

from clinic.hours.admin.visits import VISITS_HOOK, VisitInHours
from clinic.hours.formatting import format_spans
from clinic.hours.holidays import DayOfYear
from clinic.models import ClinicProfile, OpeningHours, PublicHoliday, SeasonalHours, SpecialHours, YearlyHoliday
from tests import factories
from tests.counting import queries_for

NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)  # a Monday, noon in Los Angeles
HOURS = "/admin/hours/"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MORE_FIELDS = {"seasons": WEEKDAYS, "yearly_holidays": ("month", "day", "nth", "weekday")}


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hours(profile):
    hours = factories.opening_hours()
    hours.save_revision()
    return hours


@pytest.fixture
def log_in(profile):
    """Return a function that logs somebody in, in a browser of their own."""

    def log_in_as(role, **names):
        client = Client()
        client.force_login(factories.make_user(role, **names))
        return client

    return log_in_as


@pytest.fixture
def erin(log_in, hours):
    """Return the page as an editor has it open."""
    return Screen(log_in("editor", first_name="Erin", last_name="Example"))


@pytest.fixture
def max_too(log_in, erin):
    """Return the page as a manager opened it at the same time."""
    return Screen(log_in("manager", first_name="Max", last_name="Example"))


class Screen:
    """Show the page as one person has it open.

    It holds the fields as they stand, and does what that person can do with them.
    """

    def __init__(self, client, path=HOURS):
        self.client = client
        self.look(client.get(path, follow=True))

    def look(self, response):
        assert response.status_code == 200
        self.page = BeautifulSoup(response.content, "lxml")
        self.form = self.page.select_one("form[data-edit-form]")
        for template in self.form.find_all("template"):
            template.extract()  # rows that are not there yet
        self.data = dict(fields_of(self.form))
        return self

    def __setitem__(self, name, value):
        assert name in self.data, name
        self.data[name] = value

    def __getitem__(self, name):
        return self.data[name]

    def add(self, prefix, **fields):
        """Add a row with these fields, and return its prefix."""
        number = int(self.data[f"{prefix}-TOTAL_FORMS"])
        self.data[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
        blank = dict.fromkeys(("id", "DELETE", *MORE_FIELDS.get(prefix, ())), "")
        blank |= {"shift": "0"} if prefix == "yearly_holidays" else {}
        self.data |= {f"{prefix}-{number}-{name}": value for name, value in {**blank, **fields}.items()}
        return f"{prefix}-{number}"

    def remove(self, row):
        self.data[f"{row}-DELETE"] = "on"

    def row(self, prefix, value):
        """Return the prefix of the row in which some field has this value."""
        (row,) = {name.rpartition("-")[0] for name in self.data if name.startswith(prefix) and self.data[name] == value}
        return row

    @staticmethod
    def holiday(name):
        return f"holiday-{slugify(name)}"

    def save(self, **extra):
        """Save, and look at the page that follows: saved, or to be fixed."""
        response = self.client.post(self.form["action"], {**self.data, **extra})
        self.was_saved = response.status_code == 302
        return self.look(self.client.get(HOURS, follow=True) if self.was_saved else response)

    def preview(self, asked=""):
        return self.client.post(f"{self.form['action']}?preview", {**self.data, "asked": asked}).json()

    def answer(self, asked):
        """Return the answer to "What will visitors see at …?"."""
        found = BeautifulSoup(self.preview(asked)["html"], "lxml").select_one("template[data-answer]")
        return found and " ".join(found.get_text().split())

    @property
    def said(self):
        return self.page.get_text(" ", strip=True)

    @property
    def errors(self):
        """Return the error messages by the name of their field."""
        boxes = self.form.select("[data-field]:has(.error-message)")
        return {
            box.select_one("[name]:not([name^=initial])")["name"]: box.select_one(".error-message").get_text(strip=True)
            for box in boxes
        }


def fields_of(form):
    for field in form.select("input[name], select[name]"):
        if field.get("form") == "none" or (field.get("type") == "checkbox" and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            yield field["name"], chosen["value"] if chosen else ""
        else:
            yield field["name"], field.get("value", "on" if field.get("type") == "checkbox" else "")


def stored() -> OpeningHours:
    return OpeningHours.objects.get()


def week() -> list[str]:
    return [format_spans(spans) for spans in stored().weekly.values()]


def special_days() -> list[str]:
    return [
        f"{row.first_day} {row.last_day} {format_spans(row.spans)} {row.reason}" for row in SpecialHours.objects.all()
    ]


def path_of(view, *args):
    return reverse(f"opening_hours:{view}", args=[stored().pk, *args])


def entries():
    return ModelLogEntry.objects.for_instance(stored()).order_by("pk")


class TestWhoMay:
    @pytest.mark.parametrize("role", ["editor", "manager", "admin"])
    def test_those_who_change_the_hours_may(self, log_in, hours, role):
        screen = Screen(log_in(role))
        assert "Opening hours" in screen.said
        assert screen.client.get(path_of("history")).status_code == 200
        screen["monday"] = "closed"
        assert screen.save().was_saved
        assert week()[0] == "Closed"

    @pytest.mark.parametrize("role", ["frontdesk", "clinician"])
    def test_the_desk_and_the_clinicians_may_not(self, log_in, hours, role):
        client = log_in(role)
        edit, add = path_of("edit"), reverse("opening_hours:add")
        for path in (HOURS, edit, f"{edit}?preview", path_of("history"), add):
            for response in (client.get(path), client.post(path, {"monday": "closed"})):
                assert (response.status_code, response.url) == (302, "/admin/")
        assert week()[0] == "9 am – 4 pm"

    def test_strangers_are_asked_to_log_in(self, client, log_in, hours):
        for path in (HOURS, path_of("edit"), path_of("history")):
            for response in (client.get(path), client.post(path)):
                assert response.status_code == 302
                assert response.url.startswith("/account/login/")

    def test_account_without_a_role_is_refused(self, log_in, hours):
        client = log_in("")
        for path in (HOURS, path_of("edit"), path_of("history")):
            for response in (client.get(path), client.post(path)):
                assert response.status_code == 403

    def test_address_leads_to_the_one_page(self, log_in, hours):
        client = log_in("editor")
        assert client.get(HOURS).url == path_of("edit")
        menu = BeautifulSoup(client.get("/admin/").content, "lxml").select_one("#wagtail-sidebar-props")
        assert f'"url": "{HOURS}"' in menu.string

    def test_hours_cannot_be_deleted_or_copied(self, log_in, hours):
        client = log_in("admin")
        assert client.post(f"{HOURS}copy/{hours.pk}/").status_code == 404
        log_in("editor").post(path_of("delete"))
        assert stored() == hours


class TestTheWeek:
    def test_page_shows_the_hours_as_people_say_them(self, erin):
        assert [erin[day] for day in WEEKDAYS] == ["9 am – 4 pm"] * 5 + ["Closed"] * 2

    def test_changed_week_is_saved(self, erin):
        erin["monday"], erin["saturday"], erin["friday"] = "10-12, 1pm-6pm", "9:30 am to 2 pm", "closed"
        assert erin.save().was_saved
        assert week() == [
            "10 am – 12 pm, 1 pm – 6 pm",
            *["9 am – 4 pm"] * 3,
            "Closed",
            "9:30 am – 2 pm",
            "Closed",
        ]
        assert erin["monday"] == "10 am – 12 pm, 1 pm – 6 pm"
        assert "The opening hours are saved." in erin.said

    def test_saving_what_is_unchanged_makes_no_new_version(self, erin):
        before = stored().latest_revision_id
        assert erin.save().was_saved
        assert stored().latest_revision_id == before
        assert not entries().exists()

    def test_hours_that_were_never_given_can_be_given(self, log_in, profile):
        screen = Screen(log_in("editor"))
        assert not OpeningHours.objects.exists()
        screen["monday"] = "9 am – 4 pm"
        screen.add("special_hours", first_day="2026-12-24", last_day="", spans="", reason="Party")
        assert screen.save().was_saved
        assert week()[:2] == ["9 am – 4 pm", "Closed"]
        assert special_days() == ["2026-12-24 None Closed Party"]
        assert entries().get().action == "wagtail.create"

    def test_clinic_without_any_hours_can_say_that_it_is_closed(self, log_in, profile):
        assert Screen(log_in("editor")).save().was_saved
        assert stored().was_given

    def test_nonsense_is_refused_beside_its_field_in_the_notations_words(self, erin):
        for typed, sentence in (
            ("9-5", "Is “9-5” morning or evening? Write it like 9 am – 5 pm."),
            ("noonish to 5", "“noonish” is not a time that we can read. Write the times like 9 am – 4 pm, or closed."),
            (
                "<b>9 am",
                "“<b>9 am” needs an opening time and a closing time. Write the times like 9 am – 4 pm, or closed.",
            ),
        ):
            erin["tuesday"] = typed
            assert not erin.save().was_saved
            assert list(erin.errors) == ["tuesday"]
            assert erin.errors["tuesday"].startswith(sentence)
            assert "Not saved: please fix the following." in erin.said
        assert week()[1] == "9 am – 4 pm"

    def test_night_that_runs_into_the_morning_is_refused_beside_the_morning(self, erin):
        erin["friday"], erin["saturday"] = "6 pm – 2 am", "1 am – 3 am"
        assert not erin.save().was_saved
        assert list(erin.errors) == ["saturday"]

    def test_nothing_that_was_typed_is_lost_when_something_is_refused(self, erin):
        erin["monday"], erin["tuesday"] = "9-5", "7 to noon"
        special = erin.add(
            "special_hours", first_day="2026-12-24", last_day="2026-12-20", spans="whenever", reason="Gifts"
        )
        season = erin.add("seasons", name="", first_day="", last_day="2027-01-01", monday="soon", sunday="9 am – 1 pm")
        yearly = erin.add("yearly_holidays", name="Eve", month="6", day="31", spans="9 am – 12 pm")
        holiday = erin.holiday("Veterans Day")
        erin[holiday], erin[f"{holiday}-hours"] = "hours", "early"
        typed = dict(erin.data)
        assert not erin.save().was_saved
        shown = {name: value for name, value in erin.data.items() if name != "csrfmiddlewaretoken"}
        assert shown == {name: value for name, value in typed.items() if name != "csrfmiddlewaretoken"}
        assert set(erin.errors) == {
            "monday",
            f"{special}-last_day",
            f"{special}-spans",
            f"{season}-name",
            f"{season}-first_day",
            f"{season}-monday",
            f"{yearly}-day",
            f"{holiday}-hours",
        }
        assert stored().latest_revision_id == int(erin["loaded_revision_id"])

    def test_row_that_was_marked_as_removed_stays_marked_when_something_else_is_refused(self, log_in, profile):
        factories.opening_hours(special_hours=[SpecialHours(first_day=date(2026, 12, 24), reason="Party")])
        screen = Screen(log_in("editor"))
        row = screen.row("special_hours", "Party")
        screen.remove(row)
        screen["monday"] = "9-5"
        assert not screen.save().was_saved
        assert screen[f"{row}-DELETE"] == "on"


class TestRows:
    """Add, change and remove each kind of row."""

    def test_special_day(self, erin):
        erin.add("special_hours", first_day="2026-12-24", last_day="", spans="9 am – 12 pm", reason="Gifts")
        erin.add("special_hours", first_day="2026-12-27", last_day="2027-01-02", spans="", reason="Vacation")
        assert erin.save().was_saved
        assert special_days() == ["2026-12-24 None 9 am – 12 pm Gifts", "2026-12-27 2027-01-02 Closed Vacation"]
        row = erin.row("special_hours", "Vacation")
        erin[f"{row}-last_day"], erin[f"{row}-reason"] = "2026-12-31", "A rest"
        assert erin.save().was_saved
        assert special_days()[1] == "2026-12-27 2026-12-31 Closed A rest"
        erin.remove(erin.row("special_hours", "Gifts"))
        assert erin.save().was_saved
        assert special_days() == ["2026-12-27 2026-12-31 Closed A rest"]

    def test_season(self, erin):
        erin.add("seasons", name="Summer", first_day="2027-06-01", last_day="2027-08-31", monday="8 am – 1 pm")
        assert erin.save().was_saved
        (season,) = SeasonalHours.objects.all()
        assert (season.name, format_spans(season.monday), season.tuesday) == ("Summer", "8 am – 1 pm", ())
        row = erin.row("seasons", "Summer")
        erin[f"{row}-last_day"], erin[f"{row}-tuesday"] = "", "24 hours"
        assert erin.save().was_saved
        (season,) = SeasonalHours.objects.all()
        assert (season.last_day, format_spans(season.tuesday)) == (None, "24 hours")
        erin.remove(row)
        assert erin.save().was_saved
        assert not SeasonalHours.objects.exists()

    def test_new_season_starts_from_the_usual_week(self, erin):
        row = erin.client.get(HOURS, follow=True).context["form"].formsets["seasons"].empty_form
        assert {day: row[day].value() for day in WEEKDAYS} == {day: erin[day] for day in WEEKDAYS}

    def test_season_that_is_a_copy_of_the_usual_week_is_saved(self, erin):
        copy = {day: erin[day] for day in WEEKDAYS}
        erin.add("seasons", name="Summer", first_day="2027-06-01", last_day="", **{**copy, "friday": "closed"})
        assert erin.save().was_saved
        (season,) = SeasonalHours.objects.all()
        assert {day: format_spans(getattr(season, day)) for day in WEEKDAYS} == {**copy, "friday": "Closed"}

    @pytest.mark.parametrize("typed", [{}, {"tuesday": "10 am – 3 pm"}])
    def test_new_season_that_is_left_alone_is_not_saved(self, erin, typed):
        for day, text in typed.items():
            erin[day] = text
        erin.add("seasons", name="", first_day="", last_day="", **{day: erin[day] for day in WEEKDAYS})
        assert erin.save().was_saved
        assert not SeasonalHours.objects.exists()

    @pytest.mark.parametrize("typed", [{"name": "Summer"}, {"last_day": "2027-06-01"}, {"monday": "closed"}])
    def test_new_season_with_anything_typed_asks_for_the_rest(self, erin, typed):
        copy = {day: erin[day] for day in WEEKDAYS}
        row = erin.add("seasons", **{"name": "", "first_day": "", "last_day": "", **copy, **typed})
        saved = erin.save()
        assert not saved.was_saved
        assert all(erin[f"{row}-{name}"] == value for name, value in typed.items())

    def test_yearly_day(self, erin):
        erin.add("yearly_holidays", name="Christmas Eve", month="12", day="24", spans="9 am – 12 pm")
        assert erin.save().was_saved
        row = erin.row("yearly_holidays", "Christmas Eve")
        erin[f"{row}-day"], erin[f"{row}-spans"] = "23", "closed"
        assert erin.save().was_saved
        (day,) = YearlyHoliday.objects.all()
        assert (day.rule, day.spans) == (DayOfYear(12, 23), ())
        erin.remove(row)
        assert erin.save().was_saved
        assert not YearlyHoliday.objects.exists()

    def test_new_row_that_is_removed_again_is_not_saved(self, erin):
        erin.remove(erin.add("special_hours", first_day="2026-12-24", last_day="", spans="nonsense", reason="Gifts"))
        assert erin.save().was_saved
        assert special_days() == []

    def test_new_row_into_which_nothing_is_typed_is_not_saved(self, erin):
        erin.add("special_hours", first_day="", last_day="", spans="", reason="")
        erin.add("seasons", name="", first_day="", last_day="")
        erin.add("yearly_holidays", name="", month="", spans="")
        assert erin.save().was_saved
        assert (special_days(), SeasonalHours.objects.count(), YearlyHoliday.objects.count()) == ([], 0, 0)

    def test_one_of_two_equal_rows_can_be_removed(self, erin):
        for _twice in range(2):
            erin.add("yearly_holidays", name="Eve", month="12", day="24", spans="9 am – 12 pm")
        assert erin.save().was_saved
        assert YearlyHoliday.objects.count() == 2
        erin.remove("yearly_holidays-1")
        assert erin.save().was_saved
        assert YearlyHoliday.objects.count() == 1

    @pytest.mark.parametrize("prefix", ["special_hours", "seasons"])
    def test_another_year_alone_is_a_change(self, erin, prefix):
        fields = {"special_hours": {"spans": "", "reason": "Same"}, "seasons": {"name": "Same"}}[prefix]
        erin.add(prefix, first_day="2027-06-01", last_day="2027-08-31", **fields)
        assert erin.save().was_saved
        erin[f"{erin.row(prefix, 'Same')}-last_day"] = "2028-08-31"
        assert erin.save().was_saved
        model = {"special_hours": SpecialHours, "seasons": SeasonalHours}[prefix]
        assert model.objects.get().last_day == date(2028, 8, 31)

    def test_special_days_that_are_over_are_kept(self, log_in, profile):
        factories.opening_hours(
            special_hours=[SpecialHours(first_day=date(2026, 11, 1)), SpecialHours(first_day=date(2026, 11, 2))]
        )
        screen = Screen(log_in("editor"))
        assert screen.form.select_one("[data-today]")["data-today"] == "2026-11-02"  # hours.js folds those before
        screen["monday"] = "closed"
        assert screen.save().was_saved
        assert len(special_days()) == 2


class TestDatesThatMeet:
    @pytest.mark.parametrize("prefix", ["special_hours", "seasons"])
    @pytest.mark.parametrize(
        ("first", "second", "allowed"),
        [
            (("2026-12-20", "2026-12-26"), ("2026-12-24", "2026-12-31"), False),
            (("2026-12-24", "2026-12-31"), ("2026-12-20", "2026-12-24"), False),
            (("2026-12-24", "2026-12-26"), ("2026-12-24", "2026-12-26"), False),
            (("2026-12-20", "2026-12-31"), ("2026-12-24", "2026-12-26"), True),
            (("2026-12-24", "2026-12-26"), ("2026-12-20", "2026-12-31"), True),
            (("2026-12-20", "2026-12-31"), ("2026-12-20", "2026-12-26"), True),
            (("2026-12-20", "2026-12-26"), ("2026-12-27", "2026-12-31"), True),
        ],
    )
    def test_days_may_lie_inside_others_and_not_overlap(self, erin, prefix, first, second, allowed):
        rest = {"special_hours": {"spans": "", "reason": ""}, "seasons": {"name": "Week"}}[prefix]
        erin.add(prefix, first_day=first[0], last_day=first[1], **rest)
        later = erin.add(prefix, first_day=second[0], last_day=second[1], **rest)
        assert erin.save().was_saved is allowed
        assert list(erin.errors) == ([] if allowed else [f"{later}-first_day"])
        if not allowed:
            assert "These days overlap with" in erin.errors[f"{later}-first_day"]

    def test_single_day_inside_a_vacation_is_fine_and_twice_the_same_is_not(self, erin):
        erin.add("special_hours", first_day="2026-12-20", last_day="2026-12-31", spans="", reason="Vacation")
        erin.add("special_hours", first_day="2026-12-23", last_day="", spans="9 am – 12 pm", reason="Gifts")
        assert erin.save().was_saved
        row = erin.add("special_hours", first_day="2026-12-23", last_day="2026-12-23", spans="", reason="Party")
        assert not erin.save().was_saved
        assert erin.errors == {
            f"{row}-first_day": "These days overlap with Wed, Dec 23. Change one of the two.",
        }

    def test_new_hours_from_a_date_on_may_follow_others_that_stay(self, erin):
        erin.add("seasons", name="New", first_day="2027-01-01", last_day="", monday="8 am – 1 pm")
        erin.add("seasons", name="Newer", first_day="2027-06-01", last_day="", monday="8 am – 2 pm")
        assert erin.save().was_saved
        schedule = stored().schedule(ClinicProfile.objects.get())
        assert format_spans(schedule.spans_on(date(2027, 5, 31))) == "8 am – 1 pm"
        assert format_spans(schedule.spans_on(date(2027, 6, 7))) == "8 am – 2 pm"

    def test_days_that_are_removed_meet_nothing(self, erin):
        erin.add("special_hours", first_day="2026-12-20", last_day="2026-12-26", spans="", reason="Old")
        assert erin.save().was_saved
        erin.remove(erin.row("special_hours", "Old"))
        erin.add("special_hours", first_day="2026-12-24", last_day="2026-12-31", spans="", reason="New")
        mistake = erin.add("special_hours", first_day="", last_day="", spans="", reason="When?")
        assert not erin.save().was_saved
        assert list(erin.errors) == [f"{mistake}-first_day"]
        erin[f"{mistake}-first_day"] = "2027-03-01"
        assert erin.save().was_saved

    @pytest.mark.parametrize(
        ("prefix", "rest"), [("special_hours", {"spans": "", "reason": ""}), ("seasons", {"name": "Summer"})]
    )
    def test_last_day_before_the_first_is_refused_beside_it(self, erin, prefix, rest):
        row = erin.add(prefix, first_day="2026-12-24", last_day="2026-12-23", **rest)
        assert not erin.save().was_saved
        assert erin.errors == {f"{row}-last_day": "The last day is before the first."}

    def test_date_that_is_none_is_refused_beside_it_and_kept(self, erin):
        row = erin.add("special_hours", first_day="", last_day="", spans="", reason="")
        for day in ("tomorrow", "2026-02-30", "24.12.2026"):
            erin[f"{row}-first_day"] = day
            assert not erin.save().was_saved
            assert list(erin.errors) == [f"{row}-first_day"]
            assert erin[f"{row}-first_day"] == day

    def test_yearly_day_needs_one_day(self, erin):
        empty = {"month": "", "day": "", "nth": "", "weekday": ""}
        row = erin.add("yearly_holidays", name="Eve", spans="", **empty)
        for day, sentence in (
            ({"month": "6", "day": "31"}, "June has at most 30 days."),
            ({"day": "1"}, "This field is required."),
            ({"month": "13", "day": "1"}, "Select a valid choice."),
            ({"month": "5"}, "Choose a day of the month, or which weekday of the month"),
            ({"month": "5", "nth": "1"}, "Choose a day of the month, or which weekday of the month"),
            ({"month": "5", "day": "1", "nth": "1", "weekday": "0"}, "Choose a day of the month, or which weekday"),
        ):
            for name, value in {**empty, **day}.items():
                erin[f"{row}-{name}"] = value
            assert not erin.save().was_saved
            assert sentence in erin.said


class TestPublicHolidays:
    def test_every_undecided_holiday_of_eighteen_months_is_proposed(self, erin):
        names = [label.get_text(strip=True) for label in erin.form.select("[data-holiday] label")][::2]
        assert names[:4] == ["Diwali", "Veterans Day", "Thanksgiving Day", "Day After Thanksgiving"]
        assert len(names) == len(set(names))
        assert all(erin[erin.holiday(name)] == "" for name in names)

    def test_holiday_is_shown_with_its_coming_dates(self, erin):
        (row,) = [box for box in erin.form.select("[data-holiday]") if "Veterans Day" in box.get_text()]
        assert "Wed, Nov 11, 2026 · Thu, Nov 11, 2027" in row.get_text(" ", strip=True)

    def test_page_that_is_saved_without_a_decision_decides_nothing(self, erin):
        erin["monday"] = "closed"
        assert erin.save().was_saved
        assert not PublicHoliday.objects.exists()

    def test_decision_is_made_changed_and_taken_back(self, erin):
        erin[erin.holiday("Veterans Day")] = "closed"
        assert erin.save().was_saved
        assert PublicHoliday.objects.get().decision == "closed"
        row = erin.holiday("Veterans Day")
        erin[row], erin[f"{row}-hours"] = "hours", "9 am – 12 pm"
        assert erin.save().was_saved
        assert (PublicHoliday.objects.get().decision, format_spans(PublicHoliday.objects.get().spans)) == (
            "hours",
            "9 am – 12 pm",
        )
        erin[erin.holiday("Veterans Day")] = ""
        assert erin.save().was_saved
        assert not PublicHoliday.objects.exists()
        assert erin[erin.holiday("Veterans Day")] == ""

    def test_decided_holiday_is_proposed_no_more(self, erin):
        for name, decision in {"Veterans Day": "usual", "Christmas Day": "closed"}.items():
            erin[erin.holiday(name)] = decision
        assert erin.save().was_saved
        assert {row.name: row.decision for row in PublicHoliday.objects.all()} == {
            "Veterans Day": "usual",
            "Christmas Day": "closed",
        }
        assert erin[erin.holiday("Veterans Day")] == "usual"

    def test_other_hours_need_hours(self, erin):
        row = erin.holiday("Veterans Day")
        erin[row] = "hours"
        assert not erin.save().was_saved
        assert erin.errors == {f"{row}-hours": "Write the hours of that day, like 9 am – 12 pm."}
        assert erin[row] == "hours"

    def test_other_hours_that_cannot_be_read_are_refused_in_the_notations_words(self, erin):
        row = erin.holiday("Veterans Day")
        erin[row], erin[f"{row}-hours"] = "hours", "9-5"
        assert not erin.save().was_saved
        assert list(erin.errors) == [f"{row}-hours"]
        assert erin.errors[f"{row}-hours"] == "Is “9-5” morning or evening? Write it like 9 am – 5 pm."

    @pytest.mark.parametrize("decision", ["closed", "usual"])
    def test_hours_that_a_decision_does_not_ask_for_are_not_read(self, erin, decision):
        # Their field is hidden then, so an error beside it would not be seen.
        row = erin.holiday("Veterans Day")
        erin[row], erin[f"{row}-hours"] = decision, "9-5"
        assert erin.save().was_saved
        assert (PublicHoliday.objects.get().decision, PublicHoliday.objects.get().spans) == (decision, ())

    def test_decision_that_is_none_deletes_nothing(self, erin):
        erin[erin.holiday("Veterans Day")] = "closed"
        erin.save()
        erin[erin.holiday("Veterans Day")] = "maybe"
        assert not erin.save().was_saved
        assert PublicHoliday.objects.get().decision == "closed"

    def test_decision_about_a_holiday_that_left_the_calendar_is_shown_and_can_go(self, log_in, profile):
        factories.opening_hours(public_holidays=[PublicHoliday(name="Festivus", decision="closed")])
        screen = Screen(log_in("editor"))
        assert "this decision does nothing" in screen.said
        screen[screen.holiday("Festivus")] = ""
        assert screen.save().was_saved
        assert not PublicHoliday.objects.exists()

    def test_country_without_a_calendar_is_named(self, log_in, profile):
        profile.country = "ZZ"
        profile.save()
        screen = Screen(log_in("editor"))
        assert "We know no calendar of public holidays for “ZZ”." in screen.said
        assert screen.save().was_saved


class TestTwoPeopleAtOnce:
    def test_second_is_told_keeps_what_they_typed_and_can_save_again(self, erin, max_too):
        erin["tuesday"] = "closed"
        assert erin.save().was_saved
        max_too["monday"] = "7 am – 1 pm"
        row = max_too.add("special_hours", first_day="2026-12-24", last_day="", spans="", reason="Party")
        assert not max_too.save().was_saved
        assert "Someone else has changed the hours since you opened this page." in max_too.said
        assert week()[:2] == ["9 am – 4 pm", "Closed"]
        assert (max_too["monday"], max_too[f"{row}-reason"]) == ("7 am – 1 pm", "Party")
        assert max_too.save().was_saved
        assert week()[0] == "7 am – 1 pm"
        assert special_days() == ["2026-12-24 None Closed Party"]

    def test_second_is_told_also_beside_a_mistake(self, erin, max_too):
        erin["tuesday"] = "closed"
        erin.save()
        max_too["monday"] = "9-5"
        assert not max_too.save().was_saved
        assert "Someone else has changed the hours" in max_too.said
        assert list(max_too.errors) == ["monday"]
        assert week()[:2] == ["9 am – 4 pm", "Closed"]

    def test_second_is_told_also_after_reading_the_list_of_visits(self, erin, max_too):
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-09")):
            max_too["monday"] = "closed"
            assert not max_too.save().was_saved
            seen = max_too.form.find("button", {"name": "visits_seen"})["value"]
            erin["tuesday"] = "closed"
            assert erin.save().was_saved
            assert not max_too.save(visits_seen=seen).was_saved
        assert "Someone else has changed the hours" in max_too.said
        assert week()[:2] == ["9 am – 4 pm", "Closed"]

    def test_second_who_saves_again_before_reading_is_told_of_a_third_change(self, erin, max_too):
        erin["tuesday"] = "closed"
        erin.save()
        max_too["monday"] = "closed"
        assert not max_too.save().was_saved
        erin["wednesday"] = "closed"
        assert erin.save().was_saved
        assert not max_too.save().was_saved
        assert max_too.save().was_saved

    @pytest.mark.parametrize("prefix", ["special_hours", "seasons", "yearly_holidays"])
    def test_row_that_the_first_removed_and_the_second_changed_is_kept_as_the_second_typed_it(
        self, log_in, profile, prefix
    ):
        hours = factories.opening_hours(
            special_hours=[SpecialHours(first_day=date(2026, 12, 24), reason="Row")],
            seasons=[SeasonalHours(name="Row", first_day=date(2027, 6, 1))],
            yearly_holidays=[YearlyHoliday(name="Row", month=12, day=24)],
        )
        hours.save_revision()
        first, second = Screen(log_in("editor")), Screen(log_in("manager"))
        first.remove(first.row(prefix, "Row"))
        assert first.save().was_saved
        field = "reason" if prefix == "special_hours" else "name"
        second[f"{second.row(prefix, 'Row')}-{field}"] = "Changed"
        assert not second.save().was_saved
        assert "Someone else" in second.said
        assert second.row(prefix, "Changed")
        assert second.save().was_saved
        assert [getattr(row, field) for row in getattr(stored(), prefix).all()] == ["Changed"]

    def test_row_that_both_removed_is_gone(self, log_in, profile):
        hours = factories.opening_hours(special_hours=[SpecialHours(first_day=date(2026, 12, 24), reason="Row")])
        hours.save_revision()
        first, second = Screen(log_in("editor")), Screen(log_in("manager"))
        for screen in (first, second):
            screen.remove(screen.row("special_hours", "Row"))
        assert first.save().was_saved
        assert not second.save().was_saved
        assert second.save().was_saved
        assert special_days() == []

    @pytest.mark.parametrize(("mine", "saved"), [("usual", "usual"), ("closed", "closed"), ("", "closed")])
    def test_holiday_that_both_decided_has_the_decision_of_the_second(self, erin, max_too, mine, saved):
        erin[erin.holiday("Veterans Day")] = "closed"
        assert erin.save().was_saved
        max_too["monday"] = "closed"
        max_too[max_too.holiday("Veterans Day")] = mine
        assert not max_too.save().was_saved
        assert max_too.save().was_saved
        assert [row.decision for row in PublicHoliday.objects.all()] == [saved]

    def test_decision_that_the_first_took_back_and_the_second_changed_is_kept(self, log_in, profile):
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Veterans Day", decision="closed")])
        hours.save_revision()
        first, second = Screen(log_in("editor")), Screen(log_in("manager"))
        first[first.holiday("Veterans Day")] = ""
        second[second.holiday("Veterans Day")] = "usual"
        assert first.save().was_saved
        assert not second.save().was_saved
        assert second.save().was_saved
        assert [row.decision for row in PublicHoliday.objects.all()] == ["usual"]

    def test_two_who_give_the_first_hours_are_told_apart(self, log_in, profile):
        first, second = Screen(log_in("editor")), Screen(log_in("manager"))
        first["monday"] = second["tuesday"] = "9 am – 4 pm"
        assert first.save().was_saved
        assert not second.save().was_saved
        assert "Someone else has changed the hours" in second.said
        assert second["tuesday"] == "9 am – 4 pm"
        assert week()[:2] == ["9 am – 4 pm", "Closed"]


class TestPreview:
    def test_is_what_visitors_would_read_and_saves_nothing(self, erin):
        erin["monday"] = "8 am – 1 pm"
        erin.add("special_hours", first_day="2026-12-24", last_day="", spans="", reason="Party")
        before = stored().latest_revision_id
        found = erin.preview()
        assert found["errors"] == {}
        text = " ".join(BeautifulSoup(found["html"], "lxml").get_text(" ").split())
        assert "Open now · until 1 pm" in text
        assert "Mon 8 am – 1 pm" in text
        assert "Thu, Dec 24, 2026: Closed (Party)" in text
        assert (week()[0], special_days(), stored().latest_revision_id) == ("9 am – 4 pm", [], before)
        assert not entries().exists()

    def test_names_what_is_wrong_by_the_id_of_its_field(self, erin):
        erin["monday"] = "9-5"
        row = erin.add("special_hours", first_day="2026-12-24", last_day="2026-12-23", spans="", reason="")
        found = erin.preview()
        assert "html" not in found
        assert set(found["errors"]) == {"id_monday", f"id_{row}-last_day"}
        assert erin.form.select_one("[data-field]:has(#id_monday) [data-field-errors]")

    def test_works_before_anybody_has_given_hours(self, log_in, profile):
        screen = Screen(log_in("editor"))
        screen["monday"] = "9 am – 4 pm"
        assert "9 am – 4 pm" in screen.preview()["html"]
        assert not OpeningHours.objects.exists()

    def test_warns_of_a_week_without_an_open_day(self, erin):
        assert "temporarily closed" not in erin.preview()["html"]
        erin.add("special_hours", first_day="2026-12-21", last_day="2027-01-03", spans="", reason="Vacation")
        html = erin.preview()["html"]
        assert "temporarily closed" in html
        assert "Dec 19, 2026 – Jan 3, 2027 (16 days)" in html

    def test_escapes_what_was_typed(self, erin):
        erin.add("special_hours", first_day="2026-11-04", last_day="", spans="", reason="<script>alert(1)</script>")
        assert "<script>" not in erin.preview()["html"]

    def test_of_an_earlier_version_is_of_that_version(self, erin):
        number = stored().latest_revision_id
        erin["monday"] = "8 am – 1 pm"
        erin.save()
        assert "Open now · until 4 pm" in Screen(erin.client, path_of("revisions_revert", number)).preview()["html"]

    def test_is_on_the_page_from_the_start(self, erin):
        aside = erin.form.select_one("[data-hours-preview]").get_text(" ", strip=True)
        assert "Open now · until 4 pm" in aside
        assert "Mon – Fri 9 am – 4 pm" in aside


class TestWhatWillVisitorsSee:
    def test_at_a_moment_of_the_clinics_clock(self, erin):
        assert erin.answer("2026-11-03T15:30") == (
            "Tue, Nov 3, 2026: 9 am – 4 pm. The badge says: “Open now · until 4 pm”"
        )
        assert erin.answer("2026-11-06T16:00") == (
            "Fri, Nov 6, 2026: 9 am – 4 pm. The badge says: “Closed · opens Monday 9 am”"
        )

    def test_of_hours_that_are_not_saved_yet_and_why(self, erin):
        erin[erin.holiday("Thanksgiving Day")] = "closed"
        assert erin.answer("2026-11-26T10:00") == (
            "Thu, Nov 26, 2026: Closed (Thanksgiving Day). The badge says: “Closed · opens tomorrow 9 am”"
        )

    def test_in_a_night_in_which_the_clocks_change(self, erin):
        for day in WEEKDAYS:
            erin[day] = "closed"
        erin["saturday"] = "10 pm – 2:30 am"
        for asked, badge in (
            ("2027-03-14T01:59", "Open now · until 3 am"),  # 2:30 am does not come
            ("2027-03-14T02:30", "Closed · opens Saturday 10 pm"),
            ("2027-11-07T01:30", "Open now · until 2:30 am"),  # comes twice
            ("2027-11-07T02:30", "Closed · opens Saturday 10 pm"),
        ):
            assert erin.answer(asked).endswith(f"“{badge}”"), asked

    @pytest.mark.parametrize(
        "asked", ["", "soon", "2026-02-30T10:00", "25:00", "9999-12-31T23:59", "2026-11-03T10:00+99:00", "x" * 5000]
    )
    def test_nonsense_gets_no_answer_and_breaks_nothing(self, erin, asked):
        assert erin.answer(asked) is None
        assert erin.preview(asked)["errors"] == {}

    @pytest.mark.parametrize("asked", ["0001-01-01T00:00", "1883-11-18T12:00", "2500-06-01T12:00"])
    def test_distant_times_break_nothing(self, erin, asked):
        assert erin.preview(asked)["errors"] == {}


class TestHistory:
    def page(self, client, *, view="history", args=()):
        return BeautifulSoup(client.get(path_of(view, *args)).content, "lxml")

    def test_says_who_saved_and_when(self, erin, max_too):
        erin["tuesday"] = "closed"
        erin.save()
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            later = Screen(max_too.client)
            later["wednesday"] = "closed"
            assert later.save().was_saved
        text = self.page(erin.client).select_one("table").get_text(" ", strip=True)
        assert text.index("Max Example") < text.index("Erin Example")
        assert [entry.action for entry in entries()] == ["wagtail.edit"] * 2

    def test_compares_two_versions_as_people_read_them(self, erin):
        before = stored().latest_revision_id
        erin["tuesday"] = "closed"
        erin.add("special_hours", first_day="2026-12-24", last_day="", spans="9 am – 12 pm", reason="Gifts")
        erin[erin.holiday("Christmas Day")] = "closed"
        erin.add("seasons", name="Summer", first_day="2027-06-01", last_day="2027-08-31", monday="8 am – 1 pm")
        erin.add("yearly_holidays", name="Eve", month="12", day="24", spans="")
        assert erin.save().was_saved
        page = self.page(erin.client, view="revisions_compare", args=(before, "latest"))
        text = " ".join(page.select_one("main").get_text(" ", strip=True).split())
        for part in ("9 am – 4 pm", "Closed", "Gifts", "Summer", "8 am – 1 pm", "Eve", "December"):
            assert part in text

    def test_leads_to_each_earlier_version(self, erin):
        for monday in ("closed", "8 am – 1 pm"):
            erin["monday"] = monday
            erin.save()
        links = [link["href"] for link in self.page(erin.client).select('a[href*="/revert/"]')]
        assert links == [path_of("revisions_revert", entries().first().revision_id)]

    def test_hours_from_before_there_was_a_history_can_be_put_back(self, log_in, profile):
        factories.opening_hours(special_hours=[SpecialHours(first_day=date(2026, 12, 24), reason="Party")])
        screen = Screen(log_in("editor"))
        screen["monday"] = "closed"
        screen.remove(screen.row("special_hours", "Party"))
        assert screen.save().was_saved
        assert [entry.action for entry in entries()] == ["wagtail.create", "wagtail.edit"]
        earlier = Screen(screen.client, path_of("revisions_revert", entries().first().revision_id))
        assert earlier.save().was_saved
        assert (week()[0], special_days()) == ("9 am – 4 pm", ["2026-12-24 None Closed Party"])


class TestPutBack:
    @pytest.fixture
    def earlier(self, erin):
        """Return the number of a version whose rows are all gone by now."""
        erin.add("special_hours", first_day="2026-12-24", last_day="", spans="9 am – 12 pm", reason="Gifts")
        erin.add("seasons", name="Summer", first_day="2027-06-01", last_day="2027-08-31", monday="8 am – 1 pm")
        erin.add("yearly_holidays", name="Eve", month="12", day="31", spans="")
        erin[erin.holiday("Christmas Day")] = "closed"
        assert erin.save().was_saved
        number = stored().latest_revision_id
        erin["monday"] = "closed"
        for prefix, value in {"special_hours": "Gifts", "seasons": "Summer", "yearly_holidays": "Eve"}.items():
            erin.remove(erin.row(prefix, value))
        erin[erin.holiday("Christmas Day")] = ""
        assert erin.save().was_saved
        assert not PublicHoliday.objects.exists()
        return number

    def test_looking_at_a_version_changes_nothing(self, erin, earlier):
        screen = Screen(erin.client, path_of("revisions_revert", earlier))
        assert "You are viewing a previous version of this Opening hours" in screen.said
        assert screen["monday"] == "9 am – 4 pm"
        assert week()[0] == "Closed"

    def test_saving_it_puts_everything_back_and_is_logged(self, erin, earlier):
        assert Screen(erin.client, path_of("revisions_revert", earlier)).save().was_saved
        assert week()[0] == "9 am – 4 pm"
        assert special_days() == ["2026-12-24 None 9 am – 12 pm Gifts"]
        assert [row.name for row in SeasonalHours.objects.all()] == ["Summer"]
        assert [row.name for row in YearlyHoliday.objects.all()] == ["Eve"]
        assert [row.name for row in PublicHoliday.objects.all()] == ["Christmas Day"]
        entry = entries().last()
        assert (entry.action, entry.data["revision"]["id"]) == ("wagtail.revert", earlier)
        assert "Reverted" in erin.client.get(path_of("history")).content.decode()

    def test_it_may_be_changed_on_the_way(self, erin, earlier):
        screen = Screen(erin.client, path_of("revisions_revert", earlier))
        screen["sunday"] = "1 pm – 5 pm"
        screen.remove(screen.row("special_hours", "Gifts"))
        assert screen.save().was_saved
        assert (week()[0], week()[6], special_days()) == ("9 am – 4 pm", "1 pm – 5 pm", [])

    def test_holiday_that_was_decided_anew_gives_way(self, erin, earlier):
        erin[erin.holiday("Christmas Day")] = "usual"
        erin.save()
        assert Screen(erin.client, path_of("revisions_revert", earlier)).save().was_saved
        assert [row.decision for row in PublicHoliday.objects.all()] == ["closed"]

    def test_somebody_who_was_quicker_is_not_overwritten(self, erin, max_too, earlier):
        screen = Screen(erin.client, path_of("revisions_revert", earlier))
        other = Screen(max_too.client)
        other["friday"] = "closed"
        assert other.save().was_saved
        assert not screen.save().was_saved
        assert "Someone else" in screen.said
        assert week()[4] == "Closed"
        assert screen.save().was_saved
        assert week()[4] == "9 am – 4 pm"

    def test_version_that_is_not_of_these_hours_is_not_found(self, erin, home):
        of_a_page = home.save_revision().pk
        other = Site.objects.create(hostname="other.example.com", root_page=home)
        of_another_site = OpeningHours.objects.create(site=other).save_revision().pk
        hours = OpeningHours.objects.get(site__is_default_site=True)
        for number in (of_a_page, of_another_site, 0, 10**6):
            path = reverse("opening_hours:revisions_revert", args=[hours.pk, number])
            assert erin.client.get(path).status_code == 404
            assert erin.client.post(path, erin.data).status_code == 404


def visits_on(*days, asked=None):
    """Return a function that has a visit at 10 am on each of these days."""

    def list_visits(intervals, user):
        if asked is not None:
            asked.append((intervals, user))
        moments = [datetime.fromisoformat(f"{day}T18:00+00:00") for day in days]  # 10 am in Los Angeles
        return [
            VisitInHours(moment, f"Visit {number}", "/admin/case/")
            for number, moment in enumerate(moments, start=1)
            if any(opens <= moment < closes for opens, closes in intervals)
        ]

    return list_visits


class TestVisits:
    def seen(self, screen):
        button = screen.form.find("button", {"name": "visits_seen"})
        return button and button["value"]

    def test_closing_a_day_with_visits_lists_them_first_and_saves_when_they_are_seen(self, erin):
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11", "2026-11-18", "2026-11-19")):
            erin["wednesday"] = "closed"
            assert not erin.save().was_saved
            assert "There are 2 visits in the times you are closing" in erin.said
            assert "Wed, Nov 11, 2026, 10 a.m.: Visit 1" in erin.said
            assert "Visit 3" not in erin.said
            assert week()[2] == "9 am – 4 pm"
            assert erin["wednesday"] == "closed"
            assert erin.save(visits_seen=self.seen(erin)).was_saved
        assert week()[2] == "Closed"

    def test_saving_again_without_having_said_so_asks_again(self, erin):
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11")):
            erin["wednesday"] = "closed"
            assert not erin.save().was_saved
            assert not erin.save().was_saved
            assert not erin.save(visits_seen="yes").was_saved

    def test_list_that_has_changed_asks_again(self, erin):
        erin["wednesday"] = "closed"
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11")):
            erin.save()
            agreed = self.seen(erin)
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11", "2026-11-18")):
            assert not erin.save(visits_seen=agreed).was_saved
            assert self.seen(erin) != agreed
            assert "There are 2 visits" in erin.said
            assert erin.save(visits_seen=self.seen(erin)).was_saved

    def test_agreement_to_one_closing_is_none_to_another(self, erin):
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11", "2026-11-12")):
            erin["wednesday"] = "closed"
            erin.save()
            agreed = self.seen(erin)
            erin["thursday"] = "closed"
            assert not erin.save(visits_seen=agreed).was_saved

    @pytest.mark.parametrize(
        ("day", "typed"), [("wednesday", "10:30 am – 4 pm"), ("wednesday", "1 am – 2 am"), ("wednesday", "")]
    )
    def test_shorter_day_counts_as_closing(self, erin, day, typed):
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11")):
            erin[day] = typed
            assert not erin.save().was_saved
            assert "There is 1 visit in the times you are closing" in erin.said

    def test_holiday_that_is_decided_counts_as_closing(self, erin):
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11")):
            erin[erin.holiday("Veterans Day")] = "closed"
            assert not erin.save().was_saved
            assert "Visit 1" in erin.said

    def test_putting_an_earlier_version_back_lists_them_too(self, erin):
        number = stored().latest_revision_id
        erin["saturday"] = "9 am – 4 pm"
        erin.save()
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-14")):
            screen = Screen(erin.client, path_of("revisions_revert", number))
            assert not screen.save().was_saved
            assert screen.save(visits_seen=self.seen(screen)).was_saved
        assert week()[5] == "Closed"

    def test_opening_longer_calls_no_hook(self, erin):
        asked = []
        with hooks.register_temporarily(VISITS_HOOK, visits_on("2026-11-11", asked=asked)):
            erin["wednesday"] = "8 am – 5 pm"
            assert erin.save().was_saved
        assert asked == []

    def test_hook_gets_the_lost_times_and_the_user(self, erin):
        asked = []
        with hooks.register_temporarily(VISITS_HOOK, visits_on(asked=asked)):
            erin.add("special_hours", first_day="2026-11-11", last_day="", spans="9 am – 12 pm", reason="")
            assert erin.save().was_saved
        ((intervals, user),) = asked
        assert [tuple(edge.isoformat() for edge in interval) for interval in intervals] == [
            ("2026-11-11T12:00:00-08:00", "2026-11-11T16:00:00-08:00")
        ]
        assert user.first_name == "Erin"

    def test_what_is_over_today_is_not_asked_about(self, erin):
        asked = []
        with hooks.register_temporarily(VISITS_HOOK, visits_on(asked=asked)):
            erin.add("special_hours", first_day="2026-11-02", last_day="", spans="", reason="Storm")
            erin.save()
        ((intervals, _user),) = asked
        assert intervals[0].opens.astimezone(UTC) == NOW

    def test_hook_without_visits_may_return_nothing(self, erin):
        with hooks.register_temporarily(VISITS_HOOK, lambda intervals, user: None):
            erin["wednesday"] = "closed"
            assert erin.save().was_saved


class TestHolidayPanel:
    def task(self, client, name="Thanksgiving Day"):
        page = BeautifulSoup(client.get("/admin/").content, "lxml")
        return next((row for row in page.select("#holidays li, section li") if name in row.get_text()), None)

    @pytest.fixture
    def thirty_days_before(self):
        with time_machine.travel(datetime(2026, 10, 27, 19, 0, tzinfo=UTC), tick=False):
            yield

    @pytest.mark.usefixtures("thirty_days_before")
    @pytest.mark.parametrize("role", ["editor", "manager", "admin"])
    def test_holiday_is_asked_about_thirty_days_ahead(self, log_in, hours, role):
        row = self.task(log_in(role))
        assert "Thursday, November 26" in row.get_text()
        assert row.a["href"] == f"{HOURS}#holidays"
        assert Screen(log_in(role)).form.select_one("#holidays")

    @pytest.mark.parametrize(
        ("moment", "asked"),
        [
            (datetime(2026, 10, 27, 6, 59, tzinfo=UTC), False),  # Oct 26, 11:59 pm in Los Angeles
            (datetime(2026, 10, 27, 7, 0, tzinfo=UTC), True),
            (datetime(2026, 11, 27, 7, 59, tzinfo=UTC), True),  # the last minute of the day itself
            (datetime(2026, 11, 27, 8, 0, tzinfo=UTC), False),
        ],
    )
    def test_days_are_counted_by_the_clinics_calendar(self, log_in, hours, moment, asked):
        with time_machine.travel(moment, tick=False):
            assert bool(self.task(log_in("editor"))) is asked

    @pytest.mark.usefixtures("thirty_days_before")
    @pytest.mark.parametrize("role", ["frontdesk", "clinician"])
    def test_nobody_else_is_asked(self, log_in, hours, role):
        assert self.task(log_in(role)) is None

    @pytest.mark.usefixtures("thirty_days_before")
    @pytest.mark.parametrize("decision", PublicHoliday.Decision)
    def test_decided_holiday_is_not_asked_about(self, log_in, profile, decision):
        factories.opening_hours(public_holidays=[PublicHoliday(name="Thanksgiving Day", decision=decision)])
        assert self.task(log_in("editor")) is None

    @pytest.mark.usefixtures("thirty_days_before")
    @pytest.mark.parametrize(
        "row",
        [
            {"special_hours": [SpecialHours(first_day=date(2026, 11, 23), last_day=date(2026, 11, 27))]},
            {"yearly_holidays": [YearlyHoliday(name="Ours", month=11, nth=4, weekday=3)]},
            {"thursday": ""},
            {"seasons": [SeasonalHours(name="Autumn", first_day=date(2026, 11, 1))]},
        ],
        ids=["special day", "yearly day", "closed weekday", "closed season"],
    )
    def test_day_about_which_something_is_said_or_that_is_closed_anyway_is_not_asked_about(self, log_in, profile, row):
        factories.opening_hours(**row)
        assert self.task(log_in("editor")) is None

    @pytest.mark.usefixtures("thirty_days_before")
    def test_before_anybody_has_given_hours_nothing_is_asked(self, log_in, profile):
        assert self.task(log_in("editor")) is None

    @pytest.mark.usefixtures("thirty_days_before")
    def test_holiday_that_was_decided_is_asked_about_no_more(self, log_in, hours):
        screen = Screen(log_in("editor"))
        screen[screen.holiday("Thanksgiving Day")] = "usual"
        assert screen.save().was_saved
        assert self.task(screen.client) is None
        assert self.task(screen.client, "Veterans Day")


class TestSpeed:
    def test_page_asks_as_often_with_100_special_days_as_with_one(self, log_in, hours):
        client = log_in("editor")
        SpecialHours.objects.create(opening_hours=hours, first_day=date(2026, 12, 1))
        queries_for(client, path_of("edit"))
        few = queries_for(client, path_of("edit"))
        for number in range(99):
            SpecialHours.objects.create(opening_hours=hours, first_day=date(2026, 12, 2) + timedelta(days=number))
        assert queries_for(client, path_of("edit")) == few
        assert few <= 30

    def test_preview_reads_no_table_for_each_of_100_special_days(self, log_in, hours):
        for number in range(100):
            SpecialHours.objects.create(opening_hours=hours, first_day=date(2026, 12, 1) + timedelta(days=number))
        screen = Screen(log_in("editor"))
        with CaptureQueriesContext(connection) as captured:
            assert screen.preview()["errors"] == {}
        assert len([query for query in captured if " FROM " in query["sql"]]) <= 25


def test_bookmark_of_the_history_opens_the_editor(erin):
    response = erin.client.get(f"{HOURS}history/")
    assert response.status_code == 302
    assert response["Location"] == HOURS
