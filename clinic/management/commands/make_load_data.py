"""Fill a database with made-up articles and cases, to time the lists.

All but the forms' keys comes from fixed lists and one seeded ``random.Random``: a seed makes the same data again.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from random import Random

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from wagtail.signal_handlers import disable_reference_index_auto_update

from blog.models import BlogCategory, BlogIndexPage, BlogPage, BlogPageTreatment
from bookings import models
from bookings.contact_details import get_contact_words, get_words
from bookings.models import (
    AppointmentState,
    CaseKind,
    ContactBy,
    EventKind,
    MessageKind,
    Outcome,
    Status,
    TaskKind,
    TaskResult,
)
from bookings.scheduling.availability import slots_between
from clinic.demo.content import read_yaml
from clinic.demo.copies import CaseCopier
from treatments.models import AreaOfConcern, TreatmentIndexPage, TreatmentPage

BATCH = 2_000
DAYS = 3 * 365
# Above so many cases, old ones are copied: to make a million one by one takes more than an hour.
MAX_MADE = 100_000
# Then the cases are as many a day as the rooms take, and older ones instead of more.
MADE_DAYS = 400
FRESH = timedelta(days=10)
# Every so many cases are a complaint, or a change by the patient that nobody has seen.
EACH_COMPLAINT = 50
# Made-up cases have this domain, which RFC 2606 reserves, and 555 numbers, which belong to no patient.
MADE_UP_DOMAIN = "@example.com"
MADE_UP_PHONE = r"^\+1\d{3}555\d{4}$"

WORDS = read_yaml("load.yaml")
FIRST_NAMES, LAST_NAMES, AREA_CODES = (WORDS[kind].split() for kind in ("first_names", "last_names", "area_codes"))

# A treated patient stays in care until the repeat.
SEASON = timedelta(days=100)
# Where cases stand, with weights: old ones, those of a season, and those of the last days.
OLD_STAGES = {Status.CLOSED: 998, AppointmentState.TREATED: 1, AppointmentState.CHECKED_IN: 1}
SEASON_STAGES = {Status.CLOSED: 60, AppointmentState.TREATED: 39, Status.CONTACTING: 1}
FRESH_STAGES = {
    Status.NEW: 25,
    AppointmentState.HELD: 5,
    Status.CONTACTING: 30,
    AppointmentState.BOOKED: 25,
    AppointmentState.CHECKED_IN: 5,
    Status.CLOSED: 10,
}
# How the visit of a closed case ended. The other outcomes had none.
VISITS_OF_CLOSED = {Outcome.COMPLETED: AppointmentState.TREATED, Outcome.NO_SHOW: AppointmentState.NO_SHOW}
# The way of a case, for its timeline.
WAY = (Status.NEW, Status.CONTACTING, AppointmentState.BOOKED, AppointmentState.CHECKED_IN, AppointmentState.TREATED)
# Rooms of its own, switched off: the visits fill the calendar and take no time that is on offer.
ROOMS = tuple(f"Load room {number}" for number in range(1, 11))
OPENS, STARTS_A_DAY = time(17, tzinfo=UTC), 16  # 9 am to 5 pm in California's winter, by the half hour


class Command(BaseCommand):
    help = "Make up many articles and cases, to measure lists and searches."

    def add_arguments(self, parser):
        parser.add_argument("--treatments", type=int, default=0, help="how many treatments to add (default none)")
        parser.add_argument("--articles", type=int, default=1_000, help="how many articles to add (default 1000)")
        parser.add_argument("--requests", type=int, default=100_000, help="how many cases to add (default 100000)")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other data (default 1)")
        parser.add_argument("--yes", action="store_true", help="even into a database that holds real patients' cases")

    def handle(self, *, treatments, articles, requests, seed, yes, **options):
        made_up = Q(email__endswith=MADE_UP_DOMAIN) | Q(email="", phone_e164__regex=MADE_UP_PHONE)
        if not yes and models.Case.objects.exclude(made_up).exists():
            raise CommandError(
                "This database holds cases that are not made up. Use a database of its own "
                "(DATABASE_URL=sqlite:////tmp/load.sqlite3), or say --yes."
            )
        random = Random(seed)  # noqa: S311  made-up data, not secrets
        if treatments:
            add_treatments(treatments, random)
            self.stdout.write(f"{treatments} treatments")
        if articles:
            add_articles(articles, random)
            self.stdout.write(f"{articles} articles")
        made = min(requests, MAX_MADE)
        maker = CaseMaker(random, days=MADE_DAYS if requests > MAX_MADE else DAYS)
        for done in range(0, made, BATCH):
            maker.add(min(BATCH, made - done))
        if requests > made:
            # The visits of an old case end some weeks after the request, and no quarter hour is taken twice.
            first = maker.now - timedelta(days=MADE_DAYS)
            copier = CaseCopier(after=first, before=maker.now - SEASON, days=MADE_DAYS)
            for done in range(made, requests, copier.count):
                copier.add(min(copier.count, requests - done))
        self.stdout.write(f"{requests} cases")


def add_treatments(count: int, random: Random) -> None:
    index = TreatmentIndexPage.objects.first()
    if index is None:
        raise CommandError("There is no page to put treatments under. Run `manage.py load_demo` first.")
    areas, taken = list(AreaOfConcern.objects.all()), index.get_children().count()
    with transaction.atomic(), disable_reference_index_auto_update():
        for number in range(taken, taken + count):
            subject = f"Treatment {number}"
            treatment = TreatmentPage(
                title=subject,
                slug=f"load-{number}",
                area=random.choice(areas) if areas else None,
                introduction=f"Made up, to see how the site carries many treatments such as {subject}.",
                search_description=f"A made-up treatment, {subject}.",
                what_it_is=WORDS["paragraph"].format(subject=subject, number=1),
                afterwards=WORDS["paragraph"].format(subject=subject, number=2),
            )
            index.add_child(instance=treatment)


def add_articles(count: int, random: Random) -> None:
    index = BlogIndexPage.objects.first()
    if index is None:
        raise CommandError("There is no blog to put articles into. Run `manage.py load_demo` first.")
    treatments, categories = list(TreatmentPage.objects.live()), list(BlogCategory.objects.all())
    today, taken = timezone.localdate(), index.get_children().count()
    with transaction.atomic(), disable_reference_index_auto_update():
        for number in range(taken, taken + count):
            treatment = random.choice(treatments) if treatments else None
            subject = treatment.title if treatment else "skin care"
            title = f"{random.choice(WORDS['titles']).format(subject)} ({number})"
            article = BlogPage(
                title=title[:1].upper() + title[1:],
                slug=slugify(f"load-{number}-{title}")[:200],
                date=today - timedelta(days=random.randrange(DAYS)),
                intro=f"Made up, to see how the site carries many articles about {subject}.",
                search_description=f"A made-up article about {subject}.",
                body=[
                    {"type": "text", "value": WORDS["paragraph"].format(subject=subject, number=part)}
                    for part in range(random.randint(4, 9))
                ],
            )
            article.categories = random.sample(categories, min(len(categories), 1))
            if treatment:
                article.related_treatments = [BlogPageTreatment(treatment=treatment, sort_order=0)]
            index.add_child(instance=article)


class CaseMaker:
    """Make up cases of so many days until now, the newest ones still open."""

    def __init__(self, random: Random, *, days: int):
        self.random, self.days = random, days
        self.now = timezone.now().replace(microsecond=0)
        self.number = models.Case.objects.count()
        self.pages = list(TreatmentPage.objects.live())
        self.visit_type = models.VisitType.objects.first()
        self.rooms = [
            models.Resource.objects.get_or_create(name=name, defaults={"is_active": False})[0] for name in ROOMS
        ]
        visits = models.Appointment.objects.filter(slots__resource__in=self.rooms).distinct()
        self.visits_on = Counter(start.date() for start in visits.values_list("starts_at", flat=True))

    @transaction.atomic
    def add(self, count: int) -> None:
        """Add so many cases with everything that belongs to them."""
        made = [self.make_case() for _number in range(count)]
        cases = [case for case, _visit in made]
        visits = [visit for _case, visit in made if visit]
        models.Patient.objects.bulk_create(case.patient for case in cases)
        models.Case.objects.bulk_create(cases)
        models.Appointment.objects.bulk_create(visits)
        models.Slot.objects.bulk_create(
            models.Slot(resource=visit.room, at=at, appointment=visit, expires_at=visit.held_until)
            for visit in visits
            for at in slots_between(visit.starts_at, visit.ends_at)
        )
        models.CaseTreatment.objects.bulk_create(row for case in cases for row in self.make_treatments(case))
        events = [row for case, visit in made for row in self.make_events(case, visit)]
        models.Event.objects.bulk_create(events)
        models.SearchWord.objects.bulk_create(make_search_words(cases, events))
        models.Task.objects.bulk_create(make_tasks(made, events))
        models.Message.objects.bulk_create(row for case, visit in made for row in self.make_messages(case, visit))
        models.Consent.objects.bulk_create(
            models.Consent(case=case, wording="Yes.", given_at=case.created_at) for case in cases
        )

    def make_case(self) -> tuple[models.Case, models.Appointment | None]:
        random, self.number = self.random, self.number + 1
        name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        received = self.now - timedelta(seconds=random.randrange(60, self.days * 86_400))
        age = self.now - received
        stages = FRESH_STAGES if age < FRESH else SEASON_STAGES if age < SEASON else OLD_STAGES
        (stage,) = random.choices(list(stages), stages.values())
        status = {AppointmentState.HELD: Status.NEW}.get(stage, stage if stage in Status else Status.CONTACTING)
        status = Status.IN_CARE if stage in models.ATTENDED else status
        is_complaint = self.number % EACH_COMPLAINT == 0
        outcome = random.choice(Outcome.values) if status == Status.CLOSED else ""
        phone = f"{random.choice(AREA_CODES)}555{random.randrange(10_000):04}" if random.random() < 0.8 else ""
        case = models.Case(
            reference=f"{self.number:08}",
            kind=CaseKind.COMPLAINT if is_complaint else CaseKind.CONSULTATION,
            severity=models.Severity.CLINICAL if is_complaint else "",
            status=status,
            outcome=outcome,
            name=name,
            email=f"{slugify(name).replace('-', '.')}{random.randrange(1_000)}{MADE_UP_DOMAIN}",
            phone=f"({phone[:3]}) {phone[3:6]}-{phone[6:]}" if phone else "",
            phone_e164=f"+1{phone}" if phone else "",
            contact_by=random.choice(ContactBy.values) if phone else ContactBy.EMAIL,
            contact_time=random.choice(models.ContactTime.values),
            message=random.choice(WORDS["messages"]),
            submission_key=uuid.uuid4(),
            fingerprint=f"{random.getrandbits(256):064x}",
            created_at=received,
            closed_at=self.later(received, hours=24 * 60) if status == Status.CLOSED else None,
        )
        case.patient = models.Patient(name=case.name, email=case.email, phone_e164=case.phone_e164)
        state = stage if stage in AppointmentState else VISITS_OF_CLOSED.get(outcome)
        return case, self.make_visit(case, state) if state else None

    def later(self, instant: datetime, *, hours: int) -> datetime:
        """Return an instant within ``hours`` after this one, not in the future."""
        return min(self.now, instant + timedelta(minutes=self.random.randrange(1, hours * 60)))

    def make_visit(self, case: models.Case, state: AppointmentState) -> models.Appointment:
        """Return a visit ahead if held or booked, else one after the request."""
        is_held = state == AppointmentState.HELD
        if is_held or state == AppointmentState.BOOKED:
            day = self.now.date() + timedelta(days=self.random.randrange(1, 22))
        else:
            day = self.later(case.created_at, hours=500).date()
        while self.visits_on[day] == len(ROOMS) * STARTS_A_DAY:
            day += timedelta(days=1)
        half_hour, room = divmod(self.visits_on[day], len(ROOMS))
        self.visits_on[day] += 1
        start = datetime.combine(day, OPENS) + timedelta(minutes=30 * half_hour)
        visit = models.Appointment(
            case=case,
            visit_type=self.visit_type,
            state=state,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            held_until=min(start, self.now + timedelta(hours=4)) if is_held else None,
            created_at=min(case.created_at, start),
        )
        visit.room = self.rooms[room]
        return visit

    def make_treatments(self, case: models.Case) -> Iterator[models.CaseTreatment]:
        for page in self.random.sample(self.pages, min(len(self.pages), self.random.choice((1, 1, 1, 2, 3)))):
            yield models.CaseTreatment(case=case, page=page, title=page.title)

    def make_events(self, case: models.Case, visit: models.Appointment | None) -> Iterator[models.Event]:
        yield models.Event(case=case, kind=EventKind.RECEIVED, at=case.created_at)
        at, steps = case.created_at, [Status.NEW]
        if case.status != Status.NEW:
            last = visit.state if visit and visit.state in WAY else Status.CONTACTING
            steps = [*WAY[: WAY.index(last) + 1], *([Status.CLOSED] if case.status == Status.CLOSED else [])]
        for before, after in pairwise(steps):
            at = self.later(at, hours=48)
            note = {"note": self.random.choice(WORDS["notes"])} if self.random.random() < 0.2 else {}
            if after == AppointmentState.BOOKED:
                kind, data = EventKind.BOOKED, {"starts_at": visit.starts_at}
            else:
                kind, data = EventKind.STAGE, {"from": before, "to": after}
            yield models.Event(case=case, kind=kind, at=at, actor_name="Front desk", data=data | note)

    def make_messages(self, case: models.Case, visit: models.Appointment | None) -> Iterator[models.Message]:
        kinds = [MessageKind.RECEIPT, MessageKind.DESK_NOTICE]
        if visit and visit.state != AppointmentState.HELD:
            kinds.append(MessageKind.BOOKED)
        for kind in kinds:
            # One in two thousand never left: enough to be seen, as on a bad day.
            failed = self.random.random() < 0.0005
            yield models.Message(
                case=case,
                kind=kind,
                state=models.MessageState.FAILED if failed else models.MessageState.SENT,
                appointment=visit if kind == MessageKind.BOOKED else None,
                starts_at=visit.starts_at if kind == MessageKind.BOOKED else None,
                recipient=case.email,
                subject="Your request",
                text="A made-up message that was never written and never sent.",
                dedupe_key=f"{kind}:{case.reference}",
                attempts=8 if failed else 1,
                due_at=case.created_at,
                sent_at=None if failed else case.created_at,
                created_at=case.created_at,
            )


def make_tasks(
    made: list[tuple[models.Case, models.Appointment | None]], events: list[models.Event]
) -> Iterator[models.Task]:
    """Yield what was owed about each case, and what still is. The moments are rough: no opening hours are asked."""
    by_case: dict[models.Case, list[models.Event]] = {}
    for event in events:
        by_case.setdefault(event.case, []).append(event)
    for case, visit in made:
        first, *later = by_case[case]
        answer = TaskKind.COMPLAINT if case.is_complaint else TaskKind.ANSWER
        yield make_task(answer, first, first.at, closed_by=later[0] if later else None)
        if visit and visit.state != AppointmentState.HELD:
            yield from make_tasks_of_visit(case, visit, first, later[-1])
        elif case.status == Status.CONTACTING:
            yield make_task(TaskKind.SIGN_OFF if case.is_complaint else TaskKind.CALL, first, later[-1].at)


def make_tasks_of_visit(
    case: models.Case, visit: models.Appointment, first: models.Event, last: models.Event
) -> Iterator[models.Task]:
    is_closed, was_treated = case.status == Status.CLOSED, visit.state == AppointmentState.TREATED
    closed_by = last if was_treated or is_closed else None
    yield make_task(TaskKind.RECORD_VISIT, first, visit.starts_at, closed_by=closed_by, appointment=visit)
    if was_treated:
        day_after = visit.starts_at + timedelta(days=1)
        is_done = is_closed or day_after < timezone.now() - timedelta(days=2)
        yield make_task(TaskKind.DAY_AFTER, last, day_after, closed_by=last if is_done else None, appointment=visit)
        repeat = visit.starts_at + timedelta(days=84)
        closed_by = last if is_closed else None
        task = make_task(TaskKind.REPEAT, last, repeat - timedelta(days=14), closed_by=closed_by, appointment=visit)
        task.not_before = repeat.date()
        yield task


def make_task(
    kind: TaskKind,
    event: models.Event,
    opens_at: datetime,
    *,
    closed_by: models.Event | None = None,
    appointment: models.Appointment | None = None,
) -> models.Task:
    return models.Task(
        case=event.case,
        kind=kind,
        appointment=appointment,
        counts_from=opens_at,
        opens_at=opens_at,
        due_at=opens_at + timedelta(hours=4),
        opening_event=event,
        closing_event=closed_by,
        result=TaskResult.DONE if closed_by else "",
    )


def make_search_words(cases: list[models.Case], events: list[models.Event]) -> Iterator[models.SearchWord]:
    words = {case: get_contact_words(case) | get_words(case.message) for case in cases}
    for event in events:
        words[event.case] |= get_words(event.data.get("note", ""))
    return (models.SearchWord(case=case, word=word) for case in cases for word in sorted(words[case]))
