"""Fill a database with made-up articles and requests, to time the lists.

Everything but the form keys comes from fixed lists and one seeded ``random.Random``: a seed makes the same data again.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from wagtail.signal_handlers import disable_reference_index_auto_update

from blog.models import BlogCategory, BlogIndexPage, BlogPage, BlogPageTreatment
from bookings.contact_details import search_text_for
from bookings.models import (
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    Case,
    CaseTreatment,
    Consent,
    ConsultationSettings,
    ContactBy,
    ContactTime,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Outcome,
    Status,
)
from treatments.models import TreatmentPage

BATCH = 2_000
YEARS = 3
# Made-up requests have this domain, which RFC 2606 reserves, and 555 numbers, which belong to no patient.
MADE_UP_DOMAIN = "@example.com"
MADE_UP_PHONE = r"^\+1\d{3}555\d{4}$"


FIRST_NAMES = (
    "Ana Amelia Beatriz Carmen Chloe Daniela Diana Elena Eliza Emma Fatima Grace Hannah Helen Ines Isabel Jade "
    "Jasmine Joan Julia Karen Keiko Laura Leah Lena Linh Lucia Maya Mei Mia Nadia Naomi Nina Nora Olga Olivia Paula "
    "Priya Rachel Renée Rosa Ruth Sandra Sara Sofía Tala Tessa Uma Vera Yuki Zoë Adam Andre Ben Carlos Daniel David "
    "Ethan Felix Hugo Ian James Jorge Kevin Leo Luis Marco Minh Noah Omar Peter Quinn Rafael Sam Tomás Victor"
).split()
LAST_NAMES = (
    "Abbott Alvarez Baker Bennett Bauer Castillo Chang Chen Cruz Dang Delgado Díaz Duran Evans Farah Fischer Flores "
    "Foster Garcia Gill Gómez Grant Gupta Hahn Hayes Herrera Hoang Hughes Ibrahim Ito Jensen Jones Kaur Kelly Khan "
    "Kim King Kowalski Lam Le Lee Lopez Ma Martin Mendoza Meyer Moore Morales Müller Nakamura Nguyen Novak Núñez "
    "O'Brien Ortiz Osman Park Patel Pham Price Quach Ramos Reed Reyes Rivera Romero Rossi Ruiz Russo Santos Schmidt "
    "Shah Silva Singh Smith Soto Suzuki Tanaka Taylor Tran Vargas Vega Wagner Wang Weber White Wong Wu Yang Young"
).split()
AREA_CODES = ("949", "714", "657", "562", "310")
# A third write nothing, as on the real form.
WORDS = (
    "",
    "",
    "I would like to know what it costs and how long I should plan for it.",
    "A friend of mine was very happy with you. Could you tell me whether this is something for me?",
    "I have had this done elsewhere two years ago. It wore off faster than I expected, and I would like to hear "
    "what you would do differently.",
    "I am nervous about needles and would rather talk first. Mornings are best, I work from home until noon.",
)
NOTES = ("Left a voice message.", "Asked to call back next week.", "Wants to bring a friend.", "Sent the price list.")
# Where a request stands once it is old, out of a hundred.
OLD_STATUSES = (Status.CLOSED,) * 88 + (Status.TREATED,) * 5 + (Status.ATTENDED,) * 3 + (Status.SCHEDULED,) * 4
# And in the first days after it arrived.
FRESH_STATUSES = (
    (Status.NEW,) * 30 + (Status.CONTACTING,) * 30 + (Status.SCHEDULED,) * 25 + (Status.ATTENDED,) * 5
) + (Status.CLOSED,) * 10
FRESH = timedelta(days=10)
# The steps before a status, for the timeline.
WAY = (Status.NEW, Status.CONTACTING, Status.SCHEDULED, Status.ATTENDED, Status.TREATED, Status.CLOSED)
TITLES_WITHOUT_PAGES = ("Botox for frown lines", "Lip fillers", "Laser hair removal", "Acne scar treatment")

ARTICLE_SUBJECTS = (
    "What to expect from {}",
    "How {} works",
    "Before you decide on {}",
    "{}: questions patients ask",
    "The week after {}",
    "{} in winter",
)
PARAGRAPH = (
    "<p>Patients often ask us about {subject}. This paragraph stands here so that lists, pages and the search have "
    "something to carry: it is as long as an ordinary paragraph, mentions {subject} a second time, and says nothing "
    "anybody should rely on. Number {number} of its kind.</p>"
)


class Command(BaseCommand):
    help = "Makes up many articles and consultation requests, to measure lists and searches."

    def add_arguments(self, parser):
        parser.add_argument("--articles", type=int, default=1_000, help="how many articles to add (default 1000)")
        parser.add_argument("--requests", type=int, default=100_000, help="how many requests to add (default 100000)")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other data (default 1)")
        parser.add_argument(
            "--yes", action="store_true", help="even into a database that holds requests of real patients"
        )

    def handle(self, *, articles, requests, seed, yes, **options):
        if not yes and holds_patients_requests():
            raise CommandError(
                "This database holds requests that are not made up. Use a database of its own "
                "(DATABASE_URL=sqlite:////tmp/load.sqlite3), or say --yes."
            )
        randomly = random.Random(seed)  # noqa: S311  made-up data, not secrets
        self.stdout.write(f"{add_articles(articles, randomly)} articles")
        self.stdout.write(f"{add_requests(requests, randomly, self.stdout)} requests")


def holds_patients_requests() -> bool:
    """Return whether the database holds requests that are not made up."""
    without_address = Q(email="", phone_e164__regex=MADE_UP_PHONE)
    return Case.objects.exclude(Q(email__endswith=MADE_UP_DOMAIN) | without_address).exists()


def add_articles(count: int, randomly: random.Random) -> int:
    if not count:
        return 0
    index = BlogIndexPage.objects.first()
    if index is None:
        raise CommandError("There is no blog to put articles into. Run `manage.py load_demo` first.")
    treatments = list(TreatmentPage.objects.live())
    categories = list(BlogCategory.objects.all())
    today = timezone.localdate()
    taken = index.get_children().count()
    with transaction.atomic(), disable_reference_index_auto_update():
        for number in range(taken, taken + count):
            treatment = randomly.choice(treatments) if treatments else None
            article = made_up_article(number, treatment.title if treatment else "skin care", randomly)
            article.date = today - timedelta(days=randomly.randrange(365 * YEARS))
            article.categories = randomly.sample(categories, min(len(categories), 1))
            if treatment:
                article.related_treatments = [BlogPageTreatment(treatment=treatment, sort_order=0)]
            index.add_child(instance=article)
    return count


def made_up_article(number: int, subject: str, randomly: random.Random) -> BlogPage:
    title = f"{randomly.choice(ARTICLE_SUBJECTS).format(subject)} ({number})"
    paragraphs = [
        {"type": "text", "value": PARAGRAPH.format(subject=subject, number=part)}
        for part in range(randomly.randint(4, 9))
    ]
    return BlogPage(
        title=title[:1].upper() + title[1:],
        slug=slugify(f"load-{number}-{title}")[:200],
        intro=f"Made up, to see how the site carries many articles about {subject}.",
        search_description=f"A made-up article about {subject}.",
        body=paragraphs,
    )


def add_requests(count: int, randomly: random.Random, out) -> int:
    maker = RequestMaker(randomly)
    made = maker.requests(count)
    done = 0
    while batch := list(islice(made, BATCH)):
        save(batch, maker)
        done += len(batch)
        if done % 20_000 == 0:
            out.write(f"  {done} …")
    return done


@transaction.atomic
def save(cases: list[Case], maker: "RequestMaker") -> None:
    Case.objects.bulk_create(cases)
    CaseTreatment.objects.bulk_create(row for case in cases for row in maker.treatments_of(case))
    Event.objects.bulk_create(row for case in cases for row in maker.events_of(case))
    Message.objects.bulk_create(row for case in cases for row in maker.messages_of(case))
    Consent.objects.bulk_create(
        Consent(case=case, wording=maker.consent_wording, given_at=case.created_at) for case in cases
    )


class RequestMaker:
    """Make up requests of the last three years, the newest ones still open."""

    def __init__(self, randomly: random.Random):
        self.randomly = randomly
        self.now = timezone.now().replace(microsecond=0)
        self.references = set(Case.objects.values_list("reference", flat=True))
        self.pages = list(TreatmentPage.objects.live())
        self.consent_wording = ConsultationSettings._meta.get_field("consent_wording").default

    def requests(self, count: int) -> Iterator[Case]:
        for _number in range(count):
            yield self.request()

    def request(self) -> Case:
        randomly = self.randomly
        name = f"{randomly.choice(FIRST_NAMES)} {randomly.choice(LAST_NAMES)}"
        received = self.now - timedelta(seconds=randomly.randrange(60, 365 * YEARS * 86_400))
        fresh = self.now - received < FRESH
        status = randomly.choice(FRESH_STATUSES if fresh else OLD_STATUSES)
        phone = f"{randomly.choice(AREA_CODES)}555{randomly.randrange(10_000):04}" if randomly.random() < 0.8 else ""
        case = Case(
            reference=self.reference(),
            status=status,
            outcome=randomly.choice(Outcome.values) if status == Status.CLOSED else "",
            name=name,
            email=f"{slugify(name).replace('-', '.')}{randomly.randrange(1_000)}{MADE_UP_DOMAIN}",
            phone=f"({phone[:3]}) {phone[3:6]}-{phone[6:]}" if phone else "",
            phone_e164=f"+1{phone}" if phone else "",
            contact_by=randomly.choice(ContactBy.values) if phone else ContactBy.EMAIL,
            contact_time=randomly.choice(ContactTime.values),
            message=randomly.choice(WORDS),
            submission_key=uuid.uuid4(),
            fingerprint=f"{randomly.getrandbits(256):064x}",
            created_at=received,
            answered_at=None if status == Status.NEW else self.later(received, hours=30),
            closed_at=self.later(received, hours=24 * 60) if status == Status.CLOSED else None,
        )
        case.search_text = search_text_for(case)
        return case

    def reference(self) -> str:
        while True:
            reference = "".join(self.randomly.choices(REFERENCE_ALPHABET, k=REFERENCE_LENGTH))
            if reference not in self.references:
                self.references.add(reference)
                return reference

    def later(self, instant: datetime, *, hours: int) -> datetime:
        """Return an instant within ``hours`` after ``instant``, not in the future."""
        return min(self.now, instant + timedelta(minutes=self.randomly.randrange(1, hours * 60)))

    def treatments_of(self, case: Case) -> Iterator[CaseTreatment]:
        how_many = self.randomly.choice((1, 1, 1, 2, 3))
        for page in self.randomly.sample(self.pages, min(how_many, len(self.pages))):
            yield CaseTreatment(case=case, page=page, title=page.title)
        if not self.pages:
            yield CaseTreatment(case=case, title=self.randomly.choice(TITLES_WITHOUT_PAGES))

    def events_of(self, case: Case) -> Iterator[Event]:
        yield Event(case=case, kind=EventKind.RECEIVED, at=case.created_at)
        at = case.created_at
        for before, after in pairwise(self.steps_to(case.status)):
            at = self.later(at, hours=48)
            yield Event(
                case=case,
                kind=EventKind.STATUS,
                at=at,
                actor_name="Front desk",
                from_status=before,
                to_status=after,
                text=self.randomly.choice(NOTES) if self.randomly.random() < 0.2 else "",
            )

    def steps_to(self, status: str) -> list[str]:
        """Return the statuses on the way to ``status``.

        Most closed requests went through two or three of them.
        """
        way = [step for step in WAY[: WAY.index(status) + 1] if step != status]
        if status == Status.CLOSED:
            way = way[: self.randomly.choice((2, 2, 3, 5))]
        return [*way, status]

    def messages_of(self, case: Case) -> Iterator[Message]:
        for kind in MessageKind.values:
            # One message in two thousand was not sent, so that the list shows some.
            failed = self.randomly.random() < 0.0005
            yield Message(
                case=case,
                kind=kind,
                state=MessageState.FAILED if failed else MessageState.SENT,
                recipient=case.email,
                subject="Your request",
                text="A made-up message that was never written and never sent.",
                dedupe_key=f"{kind}:{case.reference}",
                attempts=8 if failed else 1,
                due_at=case.created_at,
                sent_at=None if failed else case.created_at,
                created_at=case.created_at,
            )
