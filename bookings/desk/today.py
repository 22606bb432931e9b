"""Show Today: what the desk owes now, a line for each thing, with the one thing to do next."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Case as CaseWhen
from django.db.models import CharField, Count, F, Prefetch, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.models import Site
from wagtail.permissions import policy_registry

from bookings import services
from bookings.models import (
    Appointment,
    AppointmentState,
    CallOutcome,
    Case,
    CaseKind,
    Severity,
    Status,
    Task,
    TaskKind,
)
from bookings.scheduling.formatting import format_clock, format_short
from bookings.scheduling.policy import Clock
from bookings.services.calls import GIVEN_UP
from bookings.services.permissions import NEEDS
from bookings.services.tasks import MAX_ATTEMPTS
from bookings.services.transitions import UNDONE, find_obstacle, get_steps
from clinic.caching.version import CACHE_SECONDS, version_for
from clinic.hours.admin.holidays import PublicDates, find_urgent
from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, instant_of
from clinic.models import ClinicProfile, OpeningHours
from clinic.site.context import site_context

from .access import ClinicClockMixin, get_visit_setup, may_see_cases
from .allowed import CALLS, WAYS_IN_WRITING
from .filters import UNCONFIRMED
from .labels import format_age, format_task_age
from .queries import (
    ENDS_SOON,
    FLOOD,
    OLDEST_KINDS,
    is_flooding,
    is_hold_ending,
    oldest_waiting,
    unsent_messages,
)

MAX_LINES = 100
# Visits of days before today whose end nobody recorded stand apart from those of today.
UNRECORDED = "unrecorded"
SECTIONS = {
    TaskKind.COMPLAINT: gettext_lazy("Complaints"),
    TaskKind.ANSWER: gettext_lazy("Requests that wait for an answer"),
    UNRECORDED: gettext_lazy("Earlier visits that nobody has recorded"),
    TaskKind.RECORD_VISIT: gettext_lazy("Visits"),
    TaskKind.CALL: gettext_lazy("Calls"),
    TaskKind.DAY_AFTER: gettext_lazy("Calls on the day after a treatment"),
    TaskKind.NO_SHOW: gettext_lazy("Patients who did not come"),
    TaskKind.CHANGE_SEEN: gettext_lazy("Changes that nobody has seen"),
    TaskKind.SIGN_OFF: gettext_lazy("Complaints to sign off"),
    TaskKind.REPEAT: gettext_lazy("Repeat visits to offer"),
    TaskKind.NEXT_STEP: gettext_lazy("Cases without a next step"),
}
VIEWS = {
    "all": gettext_lazy("All"),
    "mine": gettext_lazy("Mine"),
    "nobody": gettext_lazy("Nobody's"),
    "late": gettext_lazy("Late"),
    "complaints": gettext_lazy("Complaints"),
    "tomorrow": gettext_lazy("Tomorrow"),
}
# Ages are counted anew this often in an open page.
AGES_EVERY = 5 * MINUTE
# Every page of the admin says how long the oldest request has waited. Not each of them asks the database.
OLDEST, OLDEST_SECONDS = "desk-oldest-waiting", 30


class Button(NamedTuple):
    """Hold a button of a line: what it posts, who may press it, and its key in ``keys.js``."""

    name: str
    value: str
    label: Any
    needs: str = "change"
    key: str = ""


class Link(NamedTuple):
    """Hold a view of Today: its name, address and how many things are in it."""

    name: str
    label: Any
    url: str
    count: int
    is_current: bool


class Line(NamedTuple):
    """Hold one thing that is owed, as its line says it."""

    task: Task
    about: str
    phone: str
    moment: str
    due: str
    marks: tuple[str, ...]
    is_late: bool
    is_red: bool
    owner: str
    is_mine: bool
    buttons: list[Button]
    url: str
    token: str


def _make_call_button(outcome: CallOutcome) -> Button:
    label, key = CALLS[outcome]
    return Button("answered", outcome, label, key=key)


CALLED = tuple(map(_make_call_button, (CallOutcome.REACHED, CallOutcome.NO_ANSWER)))
WRITTEN = tuple(map(_make_call_button, WAYS_IN_WRITING))
CONFIRM = Button("action", "confirm", gettext_lazy("Confirm"), key="confirm")
GIVE_UP = Button("action", "give_up", gettext_lazy("Close: could not be reached"))
RECORD = {
    AppointmentState.CHECKED_IN: (gettext_lazy("Check in"), "check-in"),
    AppointmentState.CONSULTED: (gettext_lazy("Consultation done"), "done"),
    AppointmentState.TREATED: (gettext_lazy("Treatment done"), "done"),
    AppointmentState.NO_SHOW: (gettext_lazy("Did not come"), "missed"),
}
FIXED = {
    TaskKind.COMPLAINT: CALLED,
    TaskKind.ANSWER: CALLED,
    TaskKind.CALL: CALLED,
    TaskKind.NO_SHOW: CALLED,
    TaskKind.CHANGE_SEEN: (Button("action", "seen", gettext_lazy("Seen"), key="seen"),),
    TaskKind.SIGN_OFF: (Button("action", "sign_off", gettext_lazy("Sign off"), "sign_off", key="confirm"),),
}


class Board:
    """Read what stands on Today for one user, in the view and on the page of the address, at one moment (aware)."""

    def __init__(self, request: HttpRequest, now: datetime):
        context = site_context(request)
        self.request, self.user, self.now, self.zone = request, request.user, now, context.profile.zone
        self.clock = Clock.build(get_visit_setup(request).settings, context.schedule, self.zone)
        asked = request.GET.get("view")
        self.view = asked if asked in VIEWS else "all"
        today = self.clock.local_date(now)
        following = self.clock.local_date(self.clock.next_business_day(now).opens_at)
        self.midnight = instant_of(today, MIDNIGHT, self.zone)
        self.next_midnight = instant_of(today + DAY, MIDNIGHT, self.zone)
        self.horizon = instant_of(following + DAY, MIDNIGHT, self.zone)
        self.is_next_day = following == today + DAY

    @cached_property
    def may(self) -> set[str]:
        return {action for action in NEEDS if services.may(self.user, action)}

    @cached_property
    def scopes(self) -> dict[str, Q]:
        now = Q(opens_at__lte=self.now)
        return {
            "all": now,
            "mine": now & Q(case__owner=self.user),
            "nobody": now & Q(case__owner__isnull=True),
            "late": now & Q(due_at__lte=self.now),
            "complaints": now & Q(case__kind=CaseKind.COMPLAINT),
            "tomorrow": Q(opens_at__gte=self.next_midnight, opens_at__lt=self.horizon),
        }

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Return how many things are in each view, and what else the page says about all that is owed."""
        is_shown = ~Q(kind=TaskKind.REVIEW)
        open_tasks = Task.objects.open().filter(opens_at__lt=max(self.horizon, self.now))
        return open_tasks.aggregate(
            **{name: Count("pk", filter=scope & is_shown) for name, scope in self.scopes.items()},
            quarantined=Count("pk", filter=Q(kind=TaskKind.REVIEW)),
            flood=Count("pk", filter=is_flooding(self.now)),
            ending=Count("pk", filter=is_hold_ending(self.now)),
            **oldest_waiting(),
        )

    @cached_property
    def page(self) -> Page:
        """Return the page that was asked for, or the last one if the work before it is done."""
        return Paginator(range(self.figures[self.view]), MAX_LINES).get_page(self.request.GET.get("p"))

    @cached_property
    def tasks(self) -> list[Task]:
        """Return the tasks of this page of the view.

        Each section gives its most urgent ones in turn, so that a flood of one kind hides no other.
        """
        section = CaseWhen(
            When(kind=TaskKind.RECORD_VISIT, opens_at__lt=self.midnight, then=Value(UNRECORDED)),
            default=F("kind"),
            output_field=CharField(),
        )
        place = Window(RowNumber(), partition_by=[F("section")], order_by=["due_at", "counts_from", "pk"])
        is_complaint = Q(kind__in=(TaskKind.COMPLAINT, TaskKind.SIGN_OFF))
        first = CaseWhen(When(is_complaint, then=0), default=1)
        shown = Task.objects.open().filter(self.scopes[self.view]).exclude(kind=TaskKind.REVIEW)
        shown = shown.annotate(section=section).annotate(place=place)
        # Chosen by narrow rows, and in a query of its own: in one, PostgreSQL joins all tasks to all that a line says.
        chosen = shown.order_by(first, "place", "due_at", "counts_from", "pk").values_list("pk", flat=True)
        chosen = list(chosen[(self.page.number - 1) * MAX_LINES :][:MAX_LINES])
        visits = [f"{one}__{kind}" for one in ("appointment", "case__about") for kind in ("visit_type", "treatment")]
        held = Appointment.objects.filter(state=AppointmentState.HELD)
        tasks = Task.objects.filter(pk__in=chosen).select_related("case__owner", *visits).annotate(section=section)
        tasks = tasks.prefetch_related("case__treatments", Prefetch("case__appointments", held, to_attr="held"))
        return list(tasks.order_by("due_at", "counts_from", "pk"))

    @cached_property
    def digest(self) -> str:
        """Return a text that changes when something on the page does."""
        tokens = [self._get_token(task) for task in self.tasks]
        ages = int(self.now.timestamp() // AGES_EVERY.total_seconds())
        return _hash(self.view, self.page.number, self.user.pk, ages, sorted(self.figures.items()), tokens)

    @cached_property
    def sections(self) -> list[tuple[str, Any, list[Line]]]:
        """Return each section that has lines: its name, its heading and its lines."""
        by_section: dict[str, list[Task]] = {name: [] for name in SECTIONS}
        for task in self.tasks:
            by_section[task.section].append(task)
        for visits in (by_section[UNRECORDED], by_section[TaskKind.RECORD_VISIT]):
            visits.sort(key=lambda task: (task.appointment.starts_at, task.pk))
        return [
            (name, SECTIONS[name], [self.build_line(task) for task in tasks])
            for name, tasks in by_section.items()
            if tasks
        ]

    @cached_property
    def has_treatments(self) -> bool:
        return any(one.is_treatment for one in get_visit_setup(self.request).visit_types)

    def build_line(self, task: Task) -> Line:
        case, visit = task.case, task.appointment or task.case.about
        is_visit = task.kind == TaskKind.RECORD_VISIT
        owner, is_late = case.owner, task.due_at <= self.now
        return Line(
            task=task,
            about=visit.done.name if visit else ", ".join(one.title for one in case.treatments.all()),
            phone="" if case.phone_is_wrong else case.phone_e164 or case.phone,
            moment=self.format_near(visit.starts_at) if is_visit else self.format_age(task),
            due="" if is_visit else _("by %(time)s") % {"time": self.format_near(task.due_at)},
            marks=tuple(self.find_marks(task)),
            is_late=is_late,
            is_red=task.kind == TaskKind.COMPLAINT or (is_late and task.kind == TaskKind.DAY_AFTER),
            owner=get_user_display_name(owner) if owner else "",
            is_mine=owner == self.user,
            buttons=[button for button in self.find_buttons(task) if button.needs in self.may],
            url=reverse("case:inspect", args=[case.pk]),
            token=self._get_token(task),
        )

    def find_buttons(self, task: Task) -> Iterable[Button]:
        """Yield what may be done about the task now, what is usually done first at the front."""
        if task.kind == TaskKind.ANSWER and any(self.can_confirm(task.case, held) for held in task.case.held):
            yield CONFIRM
        if task.kind == TaskKind.RECORD_VISIT:
            yield from self.find_steps(task.case, task.appointment)
        if task.kind == TaskKind.DAY_AFTER:
            yield Button("well", f"yes:{task.appointment_id}", _("Fine"), key="well")
            yield Button("well", f"no:{task.appointment_id}", _("Not well"), key="not-well")
            yield CALLED[1]
            if task.attempts >= MAX_ATTEMPTS:
                yield Button("well", f"unknown:{task.appointment_id}", _("Stop asking"))
        if task.kind == TaskKind.REPEAT:
            yield Button("open_repeat", str(task.appointment_id), _("Open the repeat"), key="open-repeat")
            yield CALLED[1]
        if task.kind in GIVEN_UP and task.attempts >= MAX_ATTEMPTS:
            yield GIVE_UP
        fixed = FIXED.get(task.kind, ())
        yield from WRITTEN if fixed is CALLED and task.case.is_written_to else fixed

    def can_confirm(self, case: Case, held: Appointment) -> bool:
        """Return whether the held time is ahead. Only a manager confirms a repeat before its date."""
        is_early = case.is_early(held.starts_at, self.zone)
        return held.starts_at > self.now and ("override" in self.may or not is_early)

    def find_steps(self, case: Case, visit: Appointment) -> Iterable[Button]:
        for to in get_steps(case, visit):
            is_usual = to in RECORD and (visit.state, to) not in UNDONE
            # The page of the case asks which treatment was done.
            needs_choice = to == AppointmentState.TREATED and not visit.visit_type.is_treatment and self.has_treatments
            if is_usual and not needs_choice and not find_obstacle(visit, to, self.now, self.zone):
                label, key = RECORD[to]
                yield Button("to_status", f"{to}:{visit.pk}", label, "treat", key)

    def find_marks(self, task: Task) -> Iterable[str]:
        """Yield what else there is to know about the task, in a few words each."""
        case, visit = task.case, task.appointment
        if task.kind == TaskKind.COMPLAINT:
            yield Severity(case.severity).label
        if task.kind == TaskKind.RECORD_VISIT and visit.state != AppointmentState.BOOKED:
            yield visit.get_state_display()
        for held in case.held if task.kind == TaskKind.ANSWER else ():
            words = {"time": self.format_near(held.starts_at), "until": self.format_near(held.held_until)}
            is_near = self.now < held.held_until <= self.now + ENDS_SOON
            yield (_("%(time)s, hold ends %(until)s") if is_near else _("%(time)s held until %(until)s")) % words
        if task.attempts:
            yield ngettext("called once", "called %(count)d times", task.attempts) % {"count": task.attempts}
        if task.not_before:
            yield _("not before %(day)s") % {"day": self._format_day(task)}
        if case.phone_is_wrong:
            yield _("wrong number")

    def format_near(self, at: datetime) -> str:
        """Return the time of a moment of today, and the day with another one."""
        is_today = self.midnight <= at < self.next_midnight
        return format_clock(at, self.zone) if is_today else format_short(at, self.zone, self.now)

    def format_age(self, task: Task) -> str:
        """Return how long it has waited: complaints in real time, all else while the clinic was open."""
        return format_task_age(task, self.now, self.clock) if task.counts_from < self.now else ""

    def get_links(self) -> list[Link]:
        labels = VIEWS | ({} if self.is_next_day else {"tomorrow": _("Next business day")})
        return [
            Link(name, label, self.get_url(name), self.figures[name], name == self.view)
            for name, label in labels.items()
        ]

    def get_url(self, view: str = "", page: int = 0, name: str = "desk_today") -> str:
        """Return the address of a view or a page, or of this one."""
        page = page or (self.page.number if not view else 1)
        query = {key: value for key, value in (("view", view or self.view), ("p", page)) if value not in ("all", 1)}
        return reverse(name, query=query)

    def _format_day(self, task: Task) -> str:
        return format_short(instant_of(task.not_before, MIDNIGHT, self.zone), self.zone, self.now).rpartition(", ")[0]

    def _get_token(self, task: Task) -> str:
        """Return a text that changes when the line of the task does, its age aside."""
        visit = task.appointment
        held = [one.held_until for one in task.case.held]
        is_late, state = task.due_at <= self.now, visit.state if visit else ""
        has_begun = visit is not None and visit.starts_at <= self.now
        moments = task.opens_at, task.due_at, visit.starts_at if visit else None
        return _hash(task.pk, task.case.version, task.attempts, *moments, held, is_late, state, has_begun)


def _hash(*values: Any) -> str:
    return blake2b(repr(values).encode(), digest_size=12).hexdigest()


def get_oldest_age(request: HttpRequest) -> str:
    """Return how long the patient waits who has waited longest for an answer, or ""."""
    now, known = timezone.now(), cache.get(OLDEST)
    if known is None:
        known = Task.objects.open().aggregate(**oldest_waiting())
        cache.set(OLDEST, known, OLDEST_SECONDS)
    since = {kind: known[name] for name, kind in OLDEST_KINDS.items() if known[name] and known[name] < now}
    if not since:
        return ""
    context = site_context(request)
    clock = Clock.build(get_visit_setup(request).settings, context.schedule, context.profile.zone)
    return format_age(since, now, clock)


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class TodayView(ClinicClockMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show Today. Staff land here after they have signed in; who sees no cases goes on to the admin's first page."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/today.html"
    page_title = gettext_lazy("Today")
    header_icon = "list-ul"

    def dispatch(self, request, *args, **kwargs):
        if not may_see_cases(request.user):
            return redirect("wagtailadmin_home")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def board(self) -> Board:
        return Board(self.request, timezone.now())

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": _("Today")}]

    def get_context_data(self, **kwargs):
        figures = self.board.figures
        cache.set(OLDEST, {name: figures[name] for name in OLDEST_KINDS}, OLDEST_SECONDS)  # The menu says it, too.
        pulse_url = self.board.get_url(name="desk_today_pulse")
        lines = get_lines_context(self.board)
        return {**super().get_context_data(**kwargs), **lines, "pulse_url": pulse_url, **self.get_notices()}

    def get_notices(self) -> dict[str, Any]:
        """Return what is to be done that is about no single case."""
        now, list_url, figures = self.board.now, reverse("case:index"), self.board.figures
        is_flood = figures["flood"] >= FLOOD
        return {
            "flood": figures["flood"] if is_flood else 0,
            "unconfirmed": services.unconfirmed_holds(now).count() if is_flood else 0,
            "unconfirmed_url": f"{list_url}?time={UNCONFIRMED}",
            "unsent": unsent_messages(now).count(),
            "unsent_url": f"{list_url}?messages=unsent",
            "ending": figures["ending"],
            "ending_url": f"{list_url}?time=held",
            "quarantined": figures["quarantined"],
            "quarantine_url": f"{list_url}?status={Status.QUARANTINED}",
            "holidays": find_holidays(self.request, now),
            "holidays_url": reverse("opening_hours:list") + "#holidays",
        }


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class TodayPulseView(PermissionCheckedMixin, TemplateView):
    """Return the lines of Today for an open page, or 304 if they are still the same. It writes nothing."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/today_lines.html"
    http_method_names = ["get"]

    def get(self, request, *args, **kwargs) -> HttpResponse:
        board = Board(request, timezone.now())
        etag = quote_etag(board.digest)
        if unchanged := get_conditional_response(request, etag=etag):
            return unchanged
        response = self.render_to_response(get_lines_context(board))
        response["ETag"] = etag
        return response


class TodayMenuItem(MenuItem):
    """Lead to Today, and say how long the oldest request has waited."""

    def is_shown(self, request):
        return may_see_cases(request.user)

    def render_component(self, request):
        age = get_oldest_age(request)
        label = f"{self.label} · {age}" if age else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name)


class TodayPanel(Component):
    """Lead from the admin's first page to Today."""

    name = "today"
    order = 2
    template_name = "bookings/desk/today_panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        board = Board(parent_context["request"], timezone.now())
        return {"counts": board.figures, "url": reverse("desk_today"), "list_url": reverse("case:index")}


def get_lines_context(board: Board) -> dict[str, Any]:
    return {
        "board": board,
        "sections": board.sections,
        "links": board.get_links(),
        "page_obj": board.page,
        "here": board.get_url(),
        "previous_url": board.get_url(page=board.page.number - 1),
        "next_url": board.get_url(page=board.page.number + 1),
        "may_note": "note" in board.may,
        "may_change": "change" in board.may,
    }


def find_holidays(request: HttpRequest, now: datetime) -> list[PublicDates]:
    """Return the public holidays that have to be decided, for those who may change the hours."""
    user: User = request.user
    if not policy_registry.get_by_type(OpeningHours).user_has_permission(user, "change"):
        return []
    site = Site.find_for_request(request)
    today = site_context(request).profile.today(now)
    key = f"urgent-holidays:{site.pk}:{version_for(request)}:{today}"
    found = cache.get(key)
    if found is None:
        hours, profile = OpeningHours.for_site(site), ClinicProfile.for_site(site)
        found = find_urgent(hours, profile, today) if hours.was_given else []
        cache.set(key, found, CACHE_SECONDS)
    return found
