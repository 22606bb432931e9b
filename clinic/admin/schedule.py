"""Show what goes live, ends, is announced or closed in a month, on one page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.models import Page, Revision, Site
from wagtail.permissions import policy_registry

from clinic.hours.formatting import format_spans, format_time
from clinic.hours.models import OpeningHours
from clinic.hours.schedule import MIDNIGHT, instant_of
from clinic.keywords.models import Keyword, PageKeyword
from clinic.site.models import Announcement, ClinicProfile

from .access import PageEditorsView
from .panels import editable_pages

FIRST_YEAR, LAST_YEAR = 2000, 2100
MAX_PLANNED = 100
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Month:
    """Name a month, with the ones before and after it."""

    first: date

    @classmethod
    def read(cls, text: str, today: date) -> "Month":
        """Return the month of "2026-12", or the one of today."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text)
        if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR and 1 <= int(match[2]) <= 12:
            return cls(date(int(match[1]), int(match[2]), 1))
        return cls(today.replace(day=1))

    @property
    def next_first(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def last(self) -> date:
        return self.next_first - DAY

    @property
    def previous(self) -> "Month | None":
        before = (self.first - DAY).replace(day=1)
        return Month(before) if before.year >= FIRST_YEAR else None

    @property
    def next(self) -> "Month | None":
        return Month(self.next_first) if self.next_first.year <= LAST_YEAR else None

    @property
    def parameter(self) -> str:
        return f"{self.first:%Y-%m}"

    def __str__(self) -> str:
        return date_format(self.first, "F Y")


@dataclass(frozen=True)
class Entry:
    """Hold what happens on a day. ``moment`` is on the clinic's clock, or None for the whole day."""

    day: date
    what: str
    text: str
    url: str = ""
    moment: datetime | None = None

    @property
    def time(self) -> str:
        return format_time(self.moment) if self.moment else ""


@dataclass
class Day:
    date: date
    is_today: bool
    entries: list[Entry] = field(default_factory=list)

    @property
    def label(self) -> str:
        return date_format(self.date, "D, M j")


class MonthEntries:
    """Collect the entries of a month that a user may see."""

    def __init__(self, month: Month, user, profile: ClinicProfile):
        self.month, self.user, self.profile = month, user, profile
        self.zone: ZoneInfo = profile.zone
        # A midnight that the clock skips is the first instant after it.
        self.start = instant_of(month.first, MIDNIGHT, self.zone)
        self.end = instant_of(month.next_first, MIDNIGHT, self.zone)

    def by_day(self, today: date) -> list[Day]:
        found = [*self.pages(), *self.announcements(), *self.hours()]
        # By the instant: on the night that repeats an hour, a clock time comes twice.
        found.sort(key=lambda one: (one.moment is not None, one.moment.timestamp() if one.moment else 0, one.text))
        days = [Day(self.month.first + number * DAY, False) for number in range(self.month.last.day)]
        for entry in found:
            days[entry.day.day - 1].entries.append(entry)
        for day in days:
            day.is_today = day.date == today
        return days

    def _may(self, model: type, *actions: str) -> bool:
        return policy_registry.get_by_type(model).user_has_any_permission(self.user, actions)

    def _at(self, moment: datetime, what: str, text: str, url: str = "") -> Entry:
        local = moment.astimezone(self.zone)
        return Entry(local.date(), what, text, url, local)

    def _in_month(self, name: str) -> Q:
        return Q(**{f"{name}__gte": self.start, f"{name}__lt": self.end})

    def pages(self) -> Iterator[Entry]:
        pages = editable_pages(self.user)
        rows = Revision.page_revisions.exclude(approved_go_live_at=None)
        rows = rows.values_list("object_id", "approved_go_live_at", "content__expire_at")
        scheduled = {int(pk): (starts_at, _parse(ends_at)) for pk, starts_at, ends_at in rows}
        for page in pages.filter(pk__in=scheduled):
            starts_at, ends_at = scheduled[page.pk]
            yield from self._of_page(page, starts_at, _("Changes go live") if page.live else _("Goes live"))
            yield from self._of_page(page, ends_at, _("Comes off the site"))
        for page in pages.filter(self._in_month("expire_at")).filter(Q(live=True) | Q(expired=True)):
            # From when its scheduled version is live on, the time in that version counts.
            if page.pk not in scheduled or page.expire_at < scheduled[page.pk][0]:
                what = _("Came off the site") if page.expired else _("Comes off the site")
                yield from self._of_page(page, page.expire_at, what)
        yield from self._drafts(set(scheduled))

    def _drafts(self, scheduled: set[int]) -> Iterator[Entry]:
        """Yield the times that were typed in drafts which nobody has scheduled or published."""
        begun = editable_pages(self.user).filter(has_unpublished_changes=True).exclude(pk__in=scheduled)
        draft = "latest_revision__content__"
        rows = begun.exclude(latest_revision=None).values_list("pk", f"{draft}go_live_at", f"{draft}expire_at")
        typed = {pk: (_parse(starts_at), _parse(ends_at)) for pk, starts_at, ends_at in rows}
        in_month = {pk for pk, moments in typed.items() if any(map(self._holds, moments))}
        for page in begun.filter(pk__in=in_month):
            starts_at, ends_at = typed[page.pk]
            yield from self._of_page(page, starts_at, _("Draft for this time, not scheduled yet"))
            if ends_at != page.expire_at or not page.live:
                yield from self._of_page(page, ends_at, _("Comes off the site, in a draft that is not published"))

    def _of_page(self, page: Page, moment: datetime | None, what: str) -> Iterator[Entry]:
        """Yield the entry, if it is in this month."""
        if self._holds(moment):
            yield self._at(moment, what, page.get_admin_display_title(), _edit(page))

    def _holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    def announcements(self) -> Iterator[Entry]:
        if not self._may(Announcement, "add", "change", "delete", "view"):
            return
        url_name = Announcement.snippet_viewset.get_url_name("edit")
        for row in Announcement.objects.filter(self._in_month("starts_at") | self._in_month("ends_at")):
            url = reverse(url_name, args=[row.pk]) if self._may(Announcement, "change") else ""
            if self._holds(row.starts_at):
                yield self._at(row.starts_at, _("Announcement begins"), row.text, url)
            if self._holds(row.ends_at):
                yield self._at(row.ends_at, _("Announcement ends"), row.text, url)

    def hours(self) -> Iterator[Entry]:
        schedule = OpeningHours.schedule_for(self.profile)
        if not schedule:
            return
        url = reverse("opening_hours:list") if self._may(OpeningHours, "add", "change") else ""
        first, last = self.month.first, self.month.last
        for found in schedule.exceptions_between(first, last):
            what = _("Other hours") if found.spans else _("Closed")
            text = ", ".join(filter(None, [found.reason, format_spans(found.spans) if found.spans else ""]))
            for number in range((min(found.last, last) - max(found.first, first)).days + 1):
                yield Entry(max(found.first, first) + number * DAY, what, text or what, url)
        for season in schedule.seasons:
            if first <= season.first <= last:
                yield Entry(season.first, _("Hours change"), season.name, url)
            if first <= season.last <= last:
                yield Entry(season.last, _("Last day of these hours"), season.name, url)


def _edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def _parse(text: str | None) -> datetime | None:
    try:
        moment = parse_datetime(text or "")
    except ValueError:
        return None
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def find_planned(user) -> list[Keyword]:
    """Return the keywords with the status "Planned", with the pages for them, also drafts, in ``planned_pages``."""
    if not policy_registry.get_by_type(Keyword).user_has_permission(user, "change"):
        return []
    planned = Keyword.objects.filter(status=Keyword.Status.PLANNED, merged_into=None)
    keywords = list(planned.select_related("group", "owner").order_by("priority", "phrase", "pk")[: MAX_PLANNED + 1])
    rows = PageKeyword.objects.filter(group__in={one.group_id for one in keywords}, page__in=editable_pages(user))
    pages: dict[int, list[Page]] = {}
    for row in rows.select_related("page").order_by("-is_live", "role", "pk"):
        pages.setdefault(row.group_id, []).append(row.page)
    for keyword in keywords:
        keyword.planned_pages = pages.get(keyword.group_id, [])
    return sorted(keywords, key=attrgetter("priority"))


class ScheduleView(PageEditorsView, TemplateView):
    """Show a month. ``?month=2026-12`` chooses it."""

    page_title = gettext_lazy("Publishing schedule")
    header_icon = "calendar"
    template_name = "clinic/admin/schedule.html"

    def get_context_data(self, **kwargs):
        site = Site.find_for_request(self.request) or Site.objects.filter(is_default_site=True).first()
        profile = ClinicProfile.for_site(site)
        today = profile.today(timezone.now())
        month = Month.read(self.request.GET.get("month", ""), today)
        days = MonthEntries(month, self.request.user, profile).by_day(today)
        planned = find_planned(self.request.user)
        return super().get_context_data(
            **kwargs,
            month=month,
            this_month=Month(today.replace(day=1)),
            days=days,
            is_empty=not any(day.entries for day in days),
            first_column=month.first.weekday() + 1,
            planned=planned[:MAX_PLANNED],
            planned_more=len(planned) > MAX_PLANNED,
            keyword_edit=Keyword.snippet_viewset.get_url_name("edit"),
            zone=profile.time_zone_city,
        )
