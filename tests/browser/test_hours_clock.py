"""Test that no page calls a closed clinic open.

The page may be old, and the visitor's clock wrong. Nothing here waits for real time. Django renders the page and
/hours.json in this process at the times a test names, and the browser, in Tokyo, gets them from a host that only exists
here. Its clock stands still until a test moves it.
"""

import re
from contextvars import copy_context
from datetime import timedelta
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.core.cache import cache
from wagtail.models import Site

from clinic.hours.models import WEEKDAYS
from clinic.models import Announcement, OpeningHours, SpecialHours
from tests.opening_hours import FRI, MON, NIGHTS, OFFICE, SAT, at, on, span, utc

pytestmark = pytest.mark.same_everywhere

ORIGIN = "https://clinic.test"
OPEN = "Open now · until 4 pm"
CLOSED = "Closed · opens Monday 9 am"
DATA_BLOCK = re.compile(r'<script id="hours-data".*?</script>', re.DOTALL)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Record every claim that the page makes, and the answers that it waits for.
WATCH = """
  window.said = [];
  window.awaited = [];
  const keep = (promise) => (awaited.push(promise.catch(() => {})), promise);
  const { fetch } = window, { json } = Response.prototype;
  window.fetch = (...request) => keep(fetch(...request));
  Response.prototype.json = function () { return keep(json.call(this)); };
  new MutationObserver(() => {
    for (const line of document.querySelectorAll("[data-open-state]:not([hidden])")) said.push(line.textContent);
  }).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
"""
ANSWERED = "async () => { for (let n; n !== awaited.length; ) { n = awaited.length; await Promise.all(awaited); } }"

# What may come instead of /hours.json.
FAILURES = {
    "nothing": "dead",
    "server error": {"status": 500, "body": "<h1>Server Error</h1>", "content_type": "text/html"},
    "other page": {"body": "<h1>Free wireless network</h1>", "content_type": "text/html"},
    "cut off": {"body": '{"now": 1812', "content_type": "application/json"},
    "other json": {"json": {"ok": True}},
    "null": {"body": "null", "content_type": "application/json"},
}


class Visit:
    """Open a page that was made at ``made``, at the true time ``now``.

    The computer's clock is ahead by ``fast``. ``hours_json`` is "alive", "dead", "held" until ``release()``, or the
    response.
    """

    def __init__(self, browser, client, made, now, *, fast=timedelta(0), hours_json="alive", javascript=True):
        self.client, self.now, self.hours_json = client, now, hours_json
        self.held, self.paths, self.strangers, self.complaints = [], [], set(), []
        self.test = copy_context()  # of the test's database; Playwright calls ``serve`` in another one
        self.html = self.answer_at(made, "/")
        self.context = browser.new_context(timezone_id="Asia/Tokyo", java_script_enabled=javascript)
        self.context.route("**/*", self.serve)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self.listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if javascript:
            self.page.clock.install(time=now + fast - MINUTE)
            self.page.clock.pause_at(now + fast)
        self.page.goto(ORIGIN)
        if javascript:
            self.wait_for_answers()

    # The host

    def answer_at(self, moment, path):
        """Return Django's response at this moment, with an empty cache."""
        cache.clear()
        with time_machine.travel(moment, tick=False):
            response = self.test.run(self.client.get, path)
        assert response.status_code == HTTPStatus.OK
        return {"body": response.content.decode(), "headers": dict(response.headers)}

    def serve(self, route):
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != ORIGIN:
            self.strangers.add(url.netloc)
            route.abort()
            return
        self.paths.append(url.path)
        if url.path == "/":
            route.fulfill(**self.html)
        elif url.path == "/hours.json":
            self.serve_hours(route)
        elif file := finders.find(url.path.removeprefix("/static/")):
            route.fulfill(body=Path(file).read_bytes(), content_type=guess_type(file)[0])
        else:
            route.fulfill(status=404)

    def serve_hours(self, route):
        if self.hours_json == "alive":
            route.fulfill(**self.answer_at(self.now, "/hours.json"))
        elif self.hours_json == "held":
            self.held.append(route)
        elif self.hours_json == "dead":
            route.abort()
        else:
            route.fulfill(**self.hours_json)

    def listen(self, message):
        """Collect errors, except those that browsers log for a failed request."""
        expected = message.location["url"] == f"{ORIGIN}/hours.json" and message.text.startswith("Failed to load")
        if message.type == "error" and not expected:
            self.complaints.append(message.text)

    # Time

    def wait_for_answers(self):
        if self.hours_json != "held":
            self.page.evaluate(ANSWERED)

    def release(self):
        self.hours_json = "alive"
        for route in self.held:
            self.serve_hours(route)
        self.wait_for_answers()

    def pass_time(self, duration):
        """Let time pass in steps of a minute, so that responses arrive."""
        while duration:
            step = min(duration, MINUTE)
            self.now += step
            self.page.clock.run_for(step // timedelta(milliseconds=1))
            self.wait_for_answers()
            duration -= step

    def set_clock(self, moment):
        """Set the visitor's clock, with no time passing."""
        self.page.clock.set_system_time(moment)

    def sleep_until(self, moment, *, counted):
        """Let the computer sleep.

        Some systems count that time in ``performance.now()``, others do not.
        """
        self.page.evaluate("said.length = 0")
        if counted:
            self.page.clock.fast_forward((moment - self.now) // timedelta(milliseconds=1))
        else:
            self.set_clock(moment)
        self.now = moment

    def wake(self, event):
        """Send the event of a page that is shown again."""
        self.page.evaluate(
            """(event) => event === "pageshow"
              ? dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))
              : document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))""",
            event,
        )

    # What the visitor sees

    @property
    def badge(self):
        """Return the claim that all places show, or ""."""
        texts = {line.inner_text().strip() if line.is_visible() else "" for line in self.all("[data-open-state]")}
        assert len(texts) == 1
        return texts.pop()

    @property
    def said(self):
        """Return all claims that were ever made."""
        return set(self.page.evaluate("said"))

    @property
    def today(self):
        """Return the beginnings of the rows that are marked as today's."""
        return {row.locator("th, strong").inner_text() for row in self.all("[data-day][aria-current=date]")}

    def all(self, selector):
        return self.page.locator(selector).all()

    @property
    def text(self):
        return self.page.locator("body").inner_text()

    @property
    def hours_asked(self):
        return self.paths.count("/hours.json")


@pytest.fixture
def visit(chromium, client, office):
    visits = []

    def open_page(made, now=None, **options):
        visits.append(Visit(chromium, client, made, now or made, **options))
        return visits[-1]

    yield open_page
    for one in visits:
        one.context.close()
        assert one.complaints == []
        assert one.strangers == set()
        assert one.paths.count("/") == 1  # the page was never loaded again


@pytest.fixture
def office(profile):
    """Open Monday to Friday from 9 to 4."""
    return give_hours(OFFICE)


def give_hours(weekly):
    days = {name: weekly.get(number, ()) for number, name in enumerate(WEEKDAYS)}
    site = Site.objects.get(is_default_site=True)
    return OpeningHours.objects.update_or_create(site=site, defaults=days)[0]


# Open and closed at their minute


@pytest.mark.parametrize(
    ("moment", "before", "after"),
    [(f"{FRI} 15:59:07", OPEN, CLOSED), (f"{MON} 08:59:07", "Closed · opens today 9 am", OPEN)],
)
def test_badge_changes_at_the_minute_without_a_reload(visit, moment, before, after):
    page = visit(at(moment))
    assert page.badge == before
    page.pass_time(timedelta(seconds=52))
    assert page.badge == before
    page.pass_time(timedelta(seconds=1))
    assert page.badge == after


@pytest.mark.parametrize(
    ("evening", "closes", "words"),
    [
        # 02:30 comes once, but an hour later than on other nights: the hour from 1 to 2 came twice.
        ("2027-11-06 23:00", "2027-11-07 10:30", "2:30 am"),
        # 02:30 never comes: the clocks jump from 2 to 3.
        ("2027-03-13 23:00", "2027-03-14 10:00", "3 am"),
    ],
)
def test_night_of_the_clock_change_ends_at_its_instant(visit, evening, closes, words):
    give_hours(NIGHTS)
    page = visit(at(evening), utc(closes) - MINUTE)
    assert page.badge == f"Open now · until {words}"
    page.pass_time(MINUTE - timedelta(seconds=1))
    assert page.badge == f"Open now · until {words}"
    page.pass_time(timedelta(seconds=1))
    assert page.badge == "Closed · opens today 10 pm"


def test_badge_changes_while_an_answer_hangs(visit):
    page = visit(at(f"{FRI} 15:45"))
    page.hours_json = "held"
    page.pass_time(15 * MINUTE - timedelta(seconds=1))
    assert page.held
    assert page.badge == OPEN
    page.pass_time(timedelta(seconds=1))
    assert page.badge == CLOSED


# Old pages


def test_page_an_hour_old_never_says_open(visit):
    page = visit(at(f"{FRI} 15:30"), at(f"{FRI} 16:30"), hours_json="dead")
    page.pass_time(5 * MINUTE)
    assert page.said == set()
    page.hours_json = "alive"
    page.pass_time(3 * MINUTE)
    assert page.said == {CLOSED}


def test_page_an_hour_old_claims_nothing_before_the_answer(visit):
    page = visit(at(f"{FRI} 15:30"), at(f"{FRI} 16:30"), hours_json="held")
    page.pass_time(5 * MINUTE)
    assert (page.badge, page.today, page.said) == ("", set(), set())
    page.release()
    assert page.badge == CLOSED
    assert page.said == {CLOSED}


def test_page_of_friday_says_closed_on_saturday(visit):
    page = visit(at(f"{FRI} 12:00"), at(f"{SAT} 12:00"))
    assert page.said == {CLOSED}
    assert page.today == {"Sat – Sun"}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_page_of_friday_claims_nothing_on_saturday_when_the_hours_cannot_be_had(visit, failure):
    page = visit(at(f"{FRI} 12:00"), at(f"{SAT} 12:00"), hours_json=failure)
    assert (page.badge, page.today, page.said) == ("", set(), set())
    assert "9 am – 4 pm" in page.text
    assert "undefined" not in page.text


def test_page_just_made_needs_no_answer(visit):
    page = visit(at(f"{FRI} 15:56"), at(f"{FRI} 15:59"), hours_json="dead")
    assert page.badge == OPEN
    assert page.today == {"Mon – Fri"}
    page.pass_time(MINUTE)
    assert page.badge == CLOSED


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_failed_answer_takes_nothing_from_the_page(visit, failure):
    page = visit(at(f"{FRI} 12:00"))
    page.hours_json = failure
    page.pass_time(11 * MINUTE)
    assert page.hours_asked > 1
    assert page.badge == OPEN
    assert "9 am – 4 pm" in page.text


def test_page_without_javascript_has_the_table_and_no_claim(visit):
    page = visit(at(f"{FRI} 12:00"), at(f"{SAT} 12:00"), javascript=False)
    assert (page.badge, page.today) == ("", set())
    assert "9 am – 4 pm" in page.text
    assert "All times are Los Angeles time." in page.text
    assert "Open now" not in page.text


def test_html_claims_nothing(visit):
    html = visit(at(f"{FRI} 12:00")).html["body"]
    assert "until 4 pm" in html
    assert "until 4 pm" not in DATA_BLOCK.sub("", html)
    assert "Open now" not in html
    assert 'aria-current="date"' not in html


@pytest.mark.parametrize("days", [13, 14])
def test_page_of_past_days_claims_nothing_when_the_hours_cannot_be_had(visit, days):
    page = visit(at(f"{FRI} 12:00"), at(f"{FRI} 12:00") + days * DAY, hours_json="dead")
    assert (page.badge, page.today, page.said) == ("", set(), set())


def test_page_left_open_claims_nothing_after_the_two_weeks_it_knows(visit):
    page = visit(at(f"{FRI} 12:00"))
    page.hours_json = "dead"
    page.sleep_until(at("2027-06-24 23:59"), counted=True)
    assert page.badge == "Closed · opens tomorrow 9 am"
    page.pass_time(MINUTE)
    assert (page.badge, page.today) == ("", set())


def test_answer_from_a_shared_cache_counts_with_its_age(visit, client):
    moment = at(f"{FRI} 16:01")
    answer = visit(moment).answer_at(moment - 7 * MINUTE, "/hours.json")
    assert visit(moment - HOUR, moment, hours_json=answer).badge == ""
    answer["headers"]["Age"] = str(7 * 60)
    assert visit(moment - HOUR, moment, hours_json=answer).badge == CLOSED


# Wrong clocks


@pytest.mark.parametrize("minutes", [-10, 10, 24 * 60])
def test_wrong_clock_gets_no_claim(visit, minutes):
    page = visit(at(f"{FRI} 12:00"), fast=minutes * MINUTE)
    page.pass_time(3 * MINUTE)
    assert (page.badge, page.today, page.said) == ("", set(), set())


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clock_a_little_off_gets_the_claim(visit, minutes):
    page = visit(at(f"{FRI} 12:00"), fast=minutes * MINUTE)
    assert page.badge == OPEN
    assert page.today == {"Mon – Fri"}


def test_clock_as_wrong_as_the_page_is_old_gets_no_claim(visit):
    page = visit(at(f"{FRI} 15:30"), at(f"{FRI} 16:30"), fast=-HOUR, hours_json="held")
    page.pass_time(MINUTE)
    assert page.said == set()
    page.release()
    page.pass_time(3 * MINUTE)
    assert page.said == set()


@pytest.mark.parametrize("at_first", ["alive", "dead"])
@pytest.mark.parametrize("later", ["alive", "dead"])
def test_claim_goes_when_the_clock_is_set_wrong(visit, at_first, later):
    page = visit(at(f"{FRI} 16:10"), hours_json=at_first)
    assert page.badge == CLOSED
    page.hours_json = later
    page.set_clock(at(f"{FRI} 15:10"))
    page.pass_time(timedelta(seconds=20))
    assert (page.badge, page.today) == ("", set())
    page.pass_time(12 * MINUTE)
    assert page.said == {CLOSED}
    assert page.badge == ""


def test_claim_comes_back_when_the_clock_is_set_right(visit):
    page = visit(at(f"{FRI} 12:00"), fast=HOUR)
    page.set_clock(page.now)
    page.pass_time(timedelta(seconds=20))
    assert page.badge == OPEN


def test_two_small_errors_of_the_clock_add_up(visit):
    page = visit(at(f"{FRI} 12:00"), fast=-4 * MINUTE)
    page.set_clock(page.now - 8 * MINUTE)
    page.pass_time(timedelta(seconds=20))
    assert page.badge == ""


# Sleep


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("network", ["alive", "dead", "held"])
def test_computer_that_slept_over_closing_time_does_not_wake_up_open(visit, counted, network):
    page = visit(at(f"{FRI} 15:50"))
    assert page.badge == OPEN
    page.hours_json = network
    page.sleep_until(at(f"{SAT} 10:00"), counted=counted)
    page.pass_time(timedelta(seconds=20))
    assert "Open" not in page.badge
    page.pass_time(3 * MINUTE)
    assert page.said <= {CLOSED}
    if network == "alive":
        assert page.badge == CLOSED
        assert page.today == {"Sat – Sun"}


@pytest.mark.parametrize("event", ["pageshow", "visibilitychange"])
def test_page_that_is_looked_at_again_checks_at_once(visit, event):
    """Test the back/forward cache and tabs in the background.

    Browsers stop the timers of both.
    """
    page = visit(at(f"{FRI} 15:50"))
    asked, page.hours_json = page.hours_asked, "held"
    page.sleep_until(at(f"{SAT} 10:00"), counted=False)
    page.wake(event)
    assert page.badge == ""
    assert page.hours_asked == asked + 1
    page.release()
    assert page.said == {CLOSED}


# Edited hours


def test_old_page_gets_the_edited_hours(visit):
    page = visit(at(f"{FRI} 10:00"), at(f"{FRI} 12:00"), hours_json="held")
    give_hours(OFFICE | {4: (span("10:00", "18:30"),)})
    assert "6:30 pm" not in page.text
    page.release()
    assert page.badge == "Open now · until 6:30 pm"
    assert page.today == {"Fri"}
    assert all("10 am – 6:30 pm" in table.inner_text() for table in page.all("table.hours"))


def test_page_left_open_gets_the_edited_hours(visit):
    page = visit(at(f"{FRI} 12:00"))
    give_hours(OFFICE | {4: (span("09:00", "12:05"),)})
    page.pass_time(11 * MINUTE)
    assert page.badge == CLOSED
    assert page.today == {"Fri"}


# The row of today


def test_mark_moves_at_midnight_of_the_clinic(visit):
    page = visit(at(f"{FRI} 23:59:30"))
    assert page.today == {"Mon – Fri"}
    page.pass_time(timedelta(seconds=29))
    assert page.today == {"Mon – Fri"}
    page.pass_time(timedelta(seconds=1))
    assert page.today == {"Sat – Sun"}


def test_exception_is_marked_and_not_the_weekly_row(visit, office):
    SpecialHours.objects.create(opening_hours=office, first_day=on(FRI), reason="Staff training")
    page = visit(at(f"{FRI} 12:00"))
    assert page.badge == CLOSED
    assert page.today == {"Fri, Jun 11:"}


# Announcements


@pytest.fixture
def announcement(home):
    return Announcement.objects.create(
        text="The lift is being repaired.", starts_at=at(f"{FRI} 12:01"), ends_at=at(f"{FRI} 12:03")
    )


def test_announcement_starts_and_ends_at_its_minute(visit, announcement):
    page = visit(at(f"{FRI} 12:00"))
    shown = []
    for _minute in range(4):
        shown.append(announcement.text in page.text)
        page.pass_time(MINUTE - timedelta(seconds=1))
        shown.append(announcement.text in page.text)
        page.pass_time(timedelta(seconds=1))
    assert shown == [False, False, True, True, True, True, False, False]


def test_announcement_that_is_over_goes_from_an_old_page(visit, announcement):
    page = visit(at(f"{FRI} 12:02"), at(f"{FRI} 13:00"), hours_json="held")
    assert announcement.text in page.text
    page.release()
    assert announcement.text not in page.text


def test_announcement_that_is_over_goes_from_a_page_just_made(visit, announcement):
    page = visit(at(f"{FRI} 12:02"), at(f"{FRI} 12:04"), hours_json="dead")
    assert announcement.text not in page.text


def test_new_announcement_comes_to_a_page_left_open(visit):
    page = visit(at(f"{FRI} 12:00"))
    text = "We close early today."
    Announcement.objects.create(text=text, starts_at=at(f"{FRI} 12:00"), ends_at=at(f"{FRI} 18:00"))
    page.pass_time(11 * MINUTE)
    assert text in page.text


def test_announcement_says_its_end_without_javascript(visit, announcement):
    page = visit(at(f"{FRI} 12:02"), at(f"{FRI} 12:02"), javascript=False)
    assert f"{announcement.text} Until Fri, Jun 11, 12:03 pm." in page.text
