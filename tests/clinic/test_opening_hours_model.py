"""Test how opening hours are stored, and read as one schedule."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from wagtail.models import Site

from clinic.hours.holidays import LAST, DayOfYear, DaysFrom, NthWeekday, has_calendar, public_holidays, years_around
from clinic.hours.models.fields import SpansField
from clinic.hours.parsing import parse_spans
from clinic.models import (
    ClinicProfile,
    OpeningHours,
    PublicHoliday,
    SeasonalHours,
    SpecialHours,
    YearlyHoliday,
)
from tests import factories
from tests.opening_hours import span

NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)  # a Monday, noon in Los Angeles
DAYTIME = (span("09:00", "16:00"),)
SPLIT = (span("09:00", "12:00"), span("13:00", "17:30"))
NIGHT = (span("22:00", "02:00"),)
ALL_DAY = (span("00:00", "00:00"),)
WEEKS = [(), DAYTIME, SPLIT, NIGHT, ALL_DAY]
Decision = PublicHoliday.Decision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site():
    return Site.objects.get(is_default_site=True)


def scheduled(hours):
    """Return the schedule as stored in the database."""
    stored = OpeningHours.objects.get(pk=hours.pk)
    return stored.schedule(ClinicProfile.for_site(stored.site))


def closed_for(hours, day: str):
    """Return the hours of a date that differs, and the reason."""
    exception = scheduled(hours).exception_on(date.fromisoformat(day))
    return exception and (exception.spans, exception.reason)


class TestSpansField:
    @pytest.mark.parametrize("spans", WEEKS)
    def test_database_gives_back_what_was_saved(self, profile, spans):
        hours = factories.opening_hours(monday=spans)
        assert OpeningHours.objects.get(pk=hours.pk).monday == spans

    @pytest.mark.parametrize(
        ("spans", "stored"), [((), ""), (SPLIT, "09:00-12:00 13:00-17:30"), (NIGHT, "22:00-02:00")]
    )
    def test_is_stored_as_text_that_people_can_read(self, profile, spans, stored):
        factories.opening_hours(monday=spans)
        with connection.cursor() as cursor:
            cursor.execute("SELECT monday FROM clinic_openinghours")
            assert cursor.fetchone() == (stored,)

    @pytest.mark.parametrize("spans", WEEKS)
    def test_revision_gives_back_what_was_saved(self, profile, spans):
        hours = factories.opening_hours(monday=spans)
        revision = hours.save_revision()
        revision.refresh_from_db()
        assert revision.as_object().monday == spans
        assert json.loads(json.dumps(revision.content))["monday"] == SpansField().get_prep_value(spans)

    @pytest.mark.parametrize("spans", WEEKS)
    def test_form_gives_back_what_it_shows(self, profile, spans):
        form_class = forms.modelform_factory(OpeningHours, fields=["monday"])
        shown = form_class(instance=OpeningHours(monday=spans))["monday"].value()
        field = form_class.base_fields["monday"]
        typed = field.prepare_value(shown)
        form = form_class({"monday": typed}, instance=OpeningHours(monday=spans))
        assert form.is_valid()
        assert form.cleaned_data["monday"] == spans
        assert not form.has_changed()

    def test_form_shows_hours_as_people_say_them(self, profile):
        field = SpansField().formfield()
        assert field.prepare_value(SPLIT) == "9 am – 12 pm, 1 pm – 5:30 pm"
        assert field.prepare_value(()) == "Closed"

    def test_form_keeps_what_it_cannot_read_as_it_was_typed(self, profile):
        form = forms.modelform_factory(OpeningHours, fields=["monday"])({"monday": "nine to five"})
        assert 'value="nine to five"' in str(form["monday"])

    def test_form_refuses_what_it_cannot_read_in_the_notations_words(self, profile):
        form = forms.modelform_factory(OpeningHours, fields=["monday"])({"monday": "9-5"})
        assert form.errors["monday"] == ["Is “9-5” morning or evening? Write it like 9 am – 5 pm."]

    def test_the_same_hours_in_other_words_are_no_change(self):
        assert not SpansField().formfield().has_changed(DAYTIME, "09:00 to 16:00")

    def test_what_cannot_be_read_is_a_change(self):
        assert SpansField().formfield().has_changed(DAYTIME, "whenever")

    def test_later_span_given_first_is_stored_in_order(self, profile):
        hours = factories.opening_hours(monday=(SPLIT[1], SPLIT[0]))
        assert OpeningHours.objects.get(pk=hours.pk).monday == SPLIT

    def test_six_openings_of_a_day_fit_into_the_column(self, profile):
        six = parse_spans("1-2 am, 3-4 am, 5-6 am, 7-8 am, 9-10 am, 11 am-11:30 am")
        hours = factories.opening_hours(monday=six)
        hours.full_clean()
        assert OpeningHours.objects.get(pk=hours.pk).monday == six

    def test_text_that_is_no_times_is_refused(self):
        with pytest.raises(ValidationError, match="not opening times"):
            SpansField().clean("nine-five", None)

    @pytest.mark.parametrize("spans", [(), DAYTIME, SPLIT])
    def test_hours_are_found_by_their_times(self, profile, spans):
        hours = factories.opening_hours(monday=spans)
        assert OpeningHours.objects.get(monday=spans) == hours


class TestWeek:
    def test_new_hours_are_closed_all_week(self, site):
        assert set(OpeningHours(site=site).weekly.values()) == {()}

    def test_night_that_runs_into_the_next_morning_is_refused_beside_the_morning(self, site):
        hours = OpeningHours(site=site, friday=NIGHT, saturday=(span("01:00", "05:00"),))
        with pytest.raises(ValidationError) as refusal:
            hours.full_clean()
        assert list(refusal.value.message_dict) == ["saturday"]
        assert "Friday’s 10 pm – 2 am runs into Saturday’s 1 am – 5 am" in refusal.value.messages[0]

    def test_sunday_night_runs_into_monday(self, site):
        with pytest.raises(ValidationError) as refusal:
            OpeningHours(site=site, sunday=NIGHT, monday=ALL_DAY).full_clean()
        assert list(refusal.value.message_dict) == ["monday"]

    def test_night_that_ends_when_the_morning_begins_is_fine(self, site):
        OpeningHours(site=site, friday=NIGHT, saturday=(span("02:00", "05:00"),)).full_clean()

    def test_week_of_a_season_is_checked_as_well(self, profile):
        season = SeasonalHours(
            opening_hours=factories.opening_hours(),
            name="Summer",
            first_day=date(2027, 6, 1),
            friday=NIGHT,
            saturday=ALL_DAY,
        )
        with pytest.raises(ValidationError) as refusal:
            season.full_clean()
        assert list(refusal.value.message_dict) == ["saturday"]


class TestTheDatabaseRefuses:
    """Save without the forms."""

    @pytest.mark.parametrize(
        ("model", "name"),
        [
            (SpecialHours, "clinic_special_hours_end_after_start"),
            (SeasonalHours, "clinic_season_ends_after_it_starts"),
        ],
    )
    def test_days_that_end_before_they_begin(self, profile, model, name):
        hours = factories.opening_hours()
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.create(opening_hours=hours, first_day=date(2026, 12, 24), last_day=date(2026, 12, 23))

    def test_two_decisions_about_one_holiday(self, profile):
        hours = factories.opening_hours()
        for attempt in (1, 2):
            row = PublicHoliday(opening_hours=hours, name="Christmas Day", decision=Decision.CLOSED)
            if attempt == 1:
                row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(ValidationError, match="This holiday already has a decision"):
            row.validate_constraints()

    def test_two_opening_hours_of_one_site(self, profile):
        factories.opening_hours()
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.opening_hours()

    @pytest.mark.parametrize("day", [{}, {"day": 1, "nth": 1, "weekday": 0}, {"nth": 1}])
    def test_yearly_day_that_is_not_one_day(self, profile, day):
        with pytest.raises(IntegrityError, match="clinic_yearly_day_is_one_day"), transaction.atomic():
            YearlyHoliday.objects.create(opening_hours=factories.opening_hours(), name="Day", month=5, **day)

    def test_single_day_and_open_end_are_fine(self, profile):
        hours = factories.opening_hours()
        SpecialHours.objects.create(opening_hours=hours, first_day=date(2026, 12, 24))
        SpecialHours.objects.create(opening_hours=hours, first_day=date(2026, 12, 24), last_day=date(2026, 12, 24))
        SeasonalHours.objects.create(opening_hours=hours, first_day=date(2026, 12, 24))


class TestForSite:
    def test_reading_hours_that_were_never_given_writes_nothing(self, site, django_assert_num_queries):
        with django_assert_num_queries(1) as captured:
            hours = OpeningHours.for_site(site)
        assert captured[0]["sql"].startswith("SELECT")
        assert not hours.was_given
        assert not OpeningHours.objects.exists()

    def test_hours_that_were_given_are_found(self, profile, site):
        hours = factories.opening_hours()
        assert OpeningHours.for_site(site) == hours
        assert OpeningHours.for_site(site).was_given

    def test_another_site_has_hours_of_its_own(self, profile, site):
        factories.opening_hours()
        other = Site.objects.create(hostname="other.example.com", root_page=site.root_page)
        assert not OpeningHours.for_site(other).was_given

    def test_hours_that_were_never_given_have_a_schedule_that_is_closed(self, profile, site):
        schedule = OpeningHours.for_site(site).schedule(profile)
        assert schedule.next_opening(NOW) is None


class TestSchedule:
    def test_week_is_in_the_profiles_time_zone(self, profile):
        profile.time_zone = "America/New_York"
        profile.save()
        schedule = scheduled(factories.opening_hours())
        assert schedule.time_zone.key == "America/New_York"
        assert schedule.is_open(datetime(2026, 11, 2, 14, 0, tzinfo=UTC))
        assert not schedule.is_open(datetime(2026, 11, 2, 22, 0, tzinfo=UTC))

    def test_season_replaces_the_week_and_an_open_one_stays(self, profile):
        hours = factories.opening_hours(
            seasons=[
                SeasonalHours(name="Winter", first_day=date(2026, 12, 1), last_day=date(2026, 12, 31), monday=SPLIT),
                SeasonalHours(name="New", first_day=date(2027, 2, 1), monday=NIGHT),
            ]
        )
        schedule = scheduled(hours)
        assert schedule.spans_on(date(2026, 11, 30)) == DAYTIME
        assert schedule.spans_on(date(2026, 12, 7)) == SPLIT
        assert schedule.spans_on(date(2026, 12, 8)) == ()
        assert schedule.spans_on(date(2027, 1, 4)) == DAYTIME
        assert schedule.spans_on(date(2039, 2, 7)) == NIGHT

    def test_special_day_without_a_last_one_is_a_single_day(self, profile):
        hours = factories.opening_hours(special_hours=[SpecialHours(first_day=date(2026, 11, 4), reason="Training")])
        assert closed_for(hours, "2026-11-04") == ((), "Training")
        assert closed_for(hours, "2026-11-05") is None

    def test_half_day_inside_a_vacation_wins(self, profile):
        hours = factories.opening_hours(
            special_hours=[
                SpecialHours(first_day=date(2026, 12, 23), spans=SPLIT, reason="Gifts"),
                SpecialHours(first_day=date(2026, 12, 21), last_day=date(2026, 12, 31), reason="Vacation"),
            ]
        )
        assert closed_for(hours, "2026-12-22") == ((), "Vacation")
        assert closed_for(hours, "2026-12-23") == (SPLIT, "Gifts")

    def test_closed_holiday_is_closed_on_its_date_of_every_year(self, profile):
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Thanksgiving Day", decision="closed")])
        for day in ("2025-11-27", "2026-11-26", "2027-11-25", "2035-11-22"):
            assert closed_for(hours, day) == ((), "Thanksgiving Day")
        assert closed_for(hours, "2026-11-27") is None

    def test_holiday_may_have_hours_of_its_own(self, profile):
        row = PublicHoliday(name="Veterans Day", decision="hours", spans=SPLIT)
        assert closed_for(factories.opening_hours(public_holidays=[row]), "2026-11-11") == (SPLIT, "Veterans Day")

    def test_as_usual_decides_and_changes_no_hours(self, profile):
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Veterans Day", decision="usual")])
        assert closed_for(hours, "2026-11-11") is None
        assert scheduled(hours).spans_on(date(2026, 11, 11)) == DAYTIME
        assert scheduled(hours).holidays == ()

    def test_as_usual_lets_the_season_decide(self, profile):
        winter = SeasonalHours(name="Winter", first_day=date(2026, 11, 1), wednesday=SPLIT)
        holiday = PublicHoliday(name="Veterans Day", decision="usual")
        hours = factories.opening_hours(seasons=[winter], public_holidays=[holiday])
        assert scheduled(hours).spans_on(date(2026, 11, 11)) == SPLIT

    def test_holiday_of_one_state_is_none_in_another(self, profile):
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Cesar Chavez Day", decision="closed")])
        assert closed_for(hours, "2027-03-31") == ((), "Cesar Chavez Day")
        profile.region = "NY"
        profile.save()
        assert closed_for(hours, "2027-03-31") is None

    @pytest.mark.parametrize(("country", "region"), [("ZZ", "CA"), ("", "")])
    def test_country_without_a_calendar_has_no_holidays(self, profile, country, region):
        profile.country, profile.region = country, region
        profile.save()
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Christmas Day", decision="closed")])
        assert closed_for(hours, "2026-12-25") is None
        assert scheduled(hours).spans_on(date(2026, 12, 25)) == DAYTIME

    def test_unknown_region_has_the_countrys_holidays(self, profile):
        profile.region = "Orange County"
        profile.save()
        hours = factories.opening_hours(
            public_holidays=[
                PublicHoliday(name="Christmas Day", decision="closed"),
                PublicHoliday(name="Cesar Chavez Day", decision="closed"),
            ]
        )
        assert closed_for(hours, "2026-12-25") == ((), "Christmas Day")
        assert closed_for(hours, "2027-03-31") is None

    def test_decision_about_a_holiday_that_left_the_calendar_does_nothing(self, profile):
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Festivus", decision="closed")])
        assert scheduled(hours).exceptions_between(date(2026, 1, 1), date(2027, 12, 31)) == ()

    def test_yearly_day_comes_back_every_year(self, profile):
        hours = factories.opening_hours(
            yearly_holidays=[
                YearlyHoliday(name="Christmas Eve", month=12, day=24, spans=SPLIT),
                YearlyHoliday(name="Inventory", month=11, nth=4, weekday=3, shift=1),
            ]
        )
        assert closed_for(hours, "2026-12-24") == (SPLIT, "Christmas Eve")
        assert closed_for(hours, "2027-12-24") == (SPLIT, "Christmas Eve")
        assert closed_for(hours, "2026-11-27") == ((), "Inventory")

    def test_yearly_day_of_the_clinics_own_beats_the_public_holiday(self, profile):
        hours = factories.opening_hours(
            public_holidays=[PublicHoliday(name="Christmas Day", decision="closed")],
            yearly_holidays=[YearlyHoliday(name="Santa is here", month=12, day=25, spans=SPLIT)],
        )
        assert closed_for(hours, "2026-12-25") == (SPLIT, "Santa is here")

    def test_special_day_beats_every_holiday(self, profile):
        hours = factories.opening_hours(
            public_holidays=[PublicHoliday(name="Christmas Day", decision="closed")],
            special_hours=[SpecialHours(first_day=date(2026, 12, 25), spans=DAYTIME, reason="Only this year")],
        )
        assert closed_for(hours, "2026-12-25") == (DAYTIME, "Only this year")
        assert closed_for(hours, "2028-12-25") == ((), "Christmas Day")

    @pytest.mark.parametrize("children", ["public_holidays", "yearly_holidays"])
    def test_holiday_with_hours_opens_no_day_that_is_closed_anyway(self, profile, children):
        rows = {
            "public_holidays": PublicHoliday(name="Independence Day", decision="hours", spans=SPLIT),
            "yearly_holidays": YearlyHoliday(name="The Fourth", month=7, day=4, spans=SPLIT),
        }
        hours = factories.opening_hours(**{children: [rows[children]]})
        assert scheduled(hours).spans_on(date(2028, 7, 4)) == SPLIT  # a Tuesday
        assert scheduled(hours).spans_on(date(2026, 7, 4)) == ()  # a Saturday

    def test_takes_as_many_queries_with_many_rows_as_with_few(self, profile, django_assert_num_queries):
        hours = factories.opening_hours(
            special_hours=[SpecialHours(first_day=date(2027, 1, 1 + n)) for n in range(20)],
            public_holidays=[PublicHoliday(name=f"Day {n}", decision="closed") for n in range(20)],
        )
        stored = OpeningHours.objects.get(pk=hours.pk)
        with django_assert_num_queries(4):
            stored.schedule(profile)


class TestPublicHolidays:
    def test_calendar_names_every_date(self):
        found = public_holidays("US", "CA", range(2026, 2027))
        assert found["Thanksgiving Day"] == (date(2026, 11, 26),)
        assert found["Independence Day (observed)"] == (date(2026, 7, 3),)

    def test_two_holidays_of_one_date_are_both_there(self):
        found = public_holidays("US", "CA", range(2027, 2028))
        assert found["Presidents' Day"] == found["Susan B. Anthony Day"] == (date(2027, 2, 15),)

    @pytest.mark.parametrize(("country", "known"), [("US", True), ("DE", True), ("ZZ", False), ("", False)])
    def test_countries_without_a_calendar_are_told_apart(self, country, known):
        assert has_calendar(country) is known
        assert bool(public_holidays(country, "", range(2026, 2027))) is known

    def test_years_reach_from_last_year_to_ten_ahead(self):
        years = years_around(date(2026, 6, 1))
        assert (years[0], years[-1]) == (2025, 2036)


class TestDecisions:
    def test_other_hours_need_hours(self, profile):
        row = PublicHoliday(opening_hours=factories.opening_hours(), name="Diwali", decision=Decision.OTHER_HOURS)
        with pytest.raises(ValidationError) as refusal:
            row.full_clean()
        assert refusal.value.message_dict["spans"] == ["Write the hours of that day, like 9 am – 12 pm."]

    @pytest.mark.parametrize("decision", [Decision.CLOSED, Decision.AS_USUAL])
    def test_any_other_decision_drops_its_hours(self, profile, decision):
        row = PublicHoliday(opening_hours=factories.opening_hours(), name="Diwali", decision=decision, spans=SPLIT)
        row.full_clean()
        assert row.spans == ()

    @pytest.mark.parametrize(
        ("day", "field", "sentence"),
        [
            ({"month": 2, "day": 30}, "day", "February has at most 29 days."),
            ({"month": 6, "day": 31}, "day", "June has at most 30 days."),
            ({"month": 5}, "__all__", "Choose a day of the month, or which weekday of the month"),
            ({"month": 5, "weekday": 0}, "__all__", "Choose a day of the month, or which weekday of the month"),
            ({"month": 5, "day": 1, "nth": 1, "weekday": 0}, "__all__", "Choose a day of the month, or which weekday"),
            ({"month": 5, "nth": 6, "weekday": 0}, "nth", "Value 6 is not a valid choice."),
            ({"day": 1}, "month", "This field cannot be null."),
        ],
    )
    def test_yearly_day_is_exactly_one_day(self, profile, day, field, sentence):
        row = YearlyHoliday(opening_hours=factories.opening_hours(), name="Day", **day)
        with pytest.raises(ValidationError) as refusal:
            row.full_clean()
        assert refusal.value.message_dict[field][0].startswith(sentence)

    @pytest.mark.parametrize(
        ("day", "rule"),
        [
            ({"month": 2, "day": 29}, DayOfYear(2, 29)),
            ({"month": 11, "nth": 4, "weekday": 3}, NthWeekday(4, 3, 11)),
            ({"month": 5, "nth": -1, "weekday": 0}, NthWeekday(LAST, 0, 5)),
            ({"month": 11, "nth": 4, "weekday": 3, "shift": 1}, DaysFrom(NthWeekday(4, 3, 11), 1)),
            ({"month": 12, "day": 25, "shift": -1}, DaysFrom(DayOfYear(12, 25), -1)),
        ],
    )
    def test_yearly_day_is_a_rule(self, day, rule):
        row = YearlyHoliday(name="Day", **day)
        row.full_clean(exclude=["opening_hours"])
        assert row.rule == rule


class TestRevisions:
    def test_revision_put_back_brings_every_row_back(self, profile):
        hours = factories.opening_hours(
            saturday="10 am – 2 pm",
            seasons=[SeasonalHours(name="Summer", first_day=date(2027, 6, 1), monday=SPLIT)],
            special_hours=[SpecialHours(first_day=date(2026, 12, 24), spans=SPLIT, reason="Gifts")],
            public_holidays=[PublicHoliday(name="Christmas Day", decision="closed")],
            yearly_holidays=[YearlyHoliday(name="Inventory", month=1, day=2, spans=DAYTIME)],
        )
        before = scheduled(hours)
        revision = hours.save_revision()
        for rows in (hours.seasons, hours.special_hours, hours.public_holidays, hours.yearly_holidays):
            rows.clear()
        hours.saturday = ()
        hours.save()
        hours.save_revision()
        assert scheduled(hours) != before
        revision.as_object().save()
        assert scheduled(hours) == before
        assert [row.name for row in OpeningHours.objects.get().seasons.all()] == ["Summer"]

    def test_decision_made_again_gives_way_to_the_one_put_back(self, profile):
        # The row of the revision is gone, and another one has its name.
        hours = factories.opening_hours(public_holidays=[PublicHoliday(name="Christmas Day", decision="closed")])
        revision = hours.save_revision()
        hours.public_holidays.clear()
        hours.save()
        hours.public_holidays = [PublicHoliday(name="Christmas Day", decision="usual")]
        hours.save()
        revision.as_object().save()
        assert [(row.name, row.decision) for row in PublicHoliday.objects.all()] == [("Christmas Day", "closed")]


class TestContentVersion:
    @pytest.mark.parametrize(
        "row",
        [
            {"special_hours": [SpecialHours(first_day=date(2026, 11, 4), reason="Training")]},
            {"yearly_holidays": [YearlyHoliday(name="Training", month=11, day=4)]},
            {"seasons": [SeasonalHours(name="Training", first_day=date(2026, 11, 1))]},
        ],
        ids=lambda row: next(iter(row)),
    )
    def test_every_row_that_is_saved_shows_on_the_next_page(
        self, client, profile, row, django_capture_on_commit_callbacks
    ):
        hours = factories.opening_hours()
        assert "Training" not in client.get("/").content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            for name, rows in row.items():
                setattr(hours, name, rows)
            hours.save()
        assert "Training" in client.get("/").content.decode()

    def test_profile_in_another_state_shows_its_holidays(self, client, profile, django_capture_on_commit_callbacks):
        holiday = PublicHoliday(name="Election Day", decision="closed")
        factories.opening_hours(public_holidays=[holiday])
        assert "Election Day" not in client.get("/").content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            profile.region = "NY"
            profile.save()
        assert "Election Day" in client.get("/").content.decode()

    def test_version_changes_after_the_commit(self, client, profile, django_capture_on_commit_callbacks):
        # A page rendered before the commit must not be cached under the new version.
        from clinic.caching.version import content_version

        hours = factories.opening_hours()
        before = content_version()
        with django_capture_on_commit_callbacks(execute=True):
            hours.save()
            assert content_version() == before
        assert content_version() != before
