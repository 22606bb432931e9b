"""Let patients ask, come, change their minds and complain."""

from dataclasses import replace
from uuid import UUID

from bookings import services
from bookings.models import AppointmentState, Case, CaseKind, Source, Status
from bookings.services import DeskRequest
from bookings.services.limits import REQUESTS_PER_CONTACT
from tests import factories

from .clinic import (
    CLOSES,
    DAY,
    FIRST_DAY,
    HOUR,
    LAST_NEWCOMER_BEFORE_END,
    OPENS,
    Clinic,
    instant,
    is_business_day,
    local,
)

FIRST = ("Ana", "Bo", "Cleo", "Dov", "Eva", "Fay", "Gus", "Ida", "Jon", "Kim")
COMPLAINTS = (
    "My eyelid droops since yesterday.",
    "I cannot breathe well.",
    "It is hard to swallow.",
    "The receptionist was rude and I waited an hour.",
    "It hurts and is red.",
)
# A patient who does nothing for so long is not followed any more.
LOOKS = 14


class Patient:
    """Hold a person and what they are like."""

    def __init__(self, clinic: Clinic, number: int):
        random = clinic.random
        self.clinic, self.number = clinic, number
        self.name = f"{random.choice(FIRST)} Patient{number:04}"
        self.phone = f"+1949{200 + number // 10000}{number % 10000:04}"
        self.email = f"patient{number}@patient.example.com" if random.random() < 0.85 else ""
        self.network = f"network {number}"
        self.answers = random.choice((0.2, 0.6, 0.9))
        # Somebody has sent so many requests with this phone number that the next one is quarantined.
        self.is_flooded = number % 9 == 7
        self.shows: dict[int, bool] = {}
        self.looks = 0
        self.submission = None

    def comes_to(self, visit) -> bool:
        """Return whether the patient comes, which is decided once for each visit."""
        return self.shows.setdefault(visit.pk, not self.clinic.chance(0.12))

    def plan_arrival(self) -> None:
        clinic, random = self.clinic, self.clinic.random
        days = (clinic.last_day - LAST_NEWCOMER_BEFORE_END - FIRST_DAY).days
        channel = "web" if self.is_flooded else random.choice(("web", "web", "web", "phone", "phone", "door"))
        day = FIRST_DAY + random.randrange(days) * DAY
        while channel != "web" and not is_business_day(day):
            day += DAY
        hour = random.randrange(24) if channel == "web" else random.randrange(OPENS, CLOSES - 1)
        minute = random.randrange(60)
        clinic.plan(instant(day, hour, minute), {"web": self.ask, "phone": self.call, "door": self.walk_in}[channel])

    # Asking

    def ask(self) -> None:
        """Send the form, with a free time or without."""
        clinic = self.clinic
        if self.is_flooded:
            factories.use_up(REQUESTS_PER_CONTACT, self.phone)
        start = None if clinic.chance(0.3) else clinic.find_free(clinic.policy)
        self.submission = factories.make_submission(
            name=self.name,
            email=self.email,
            phone=self.phone,
            start=start,
            network=self.network,
            message=f"Number {clinic.random.random()}",
            submission_key=self.new_key(),
        )
        self.send(f"asked for {'a time' if start else 'a call'}")
        self.look_later()

    def send(self, path: str) -> None:
        clinic = self.clinic
        clinic.do(
            path,
            services.submit,
            self.submission,
            settings=clinic.settings,
            profile=clinic.profile,
            policy=clinic.policy,
        )

    def new_key(self) -> UUID:
        return UUID(int=self.clinic.random.getrandbits(128), version=4)

    def call(self, known: Case | None = None) -> None:
        """Call the desk, which books a time or writes down a request."""
        start = self.clinic.find_free(self.clinic.policy) if self.clinic.chance(0.6) else None
        path = "booked by phone" if start else "asked by phone"
        self.open_case("second visit by phone" if known else path, start=start, known=known)

    def walk_in(self) -> None:
        self.open_case("walked in", has_come=True, source=Source.DOOR)

    def open_case(self, path: str, known: Case | None = None, **fields) -> None:
        clinic = self.clinic
        request = DeskRequest(
            name=self.name,
            email=self.email,
            phone=self.phone,
            phone_e164=self.phone,
            consent_wording="" if known else clinic.settings.spoken_wording,
            submission_key=self.new_key(),
            known_id=known.pk if known else None,
            **fields,
        )
        clinic.do(
            path,
            services.open_case,
            request,
            actor=clinic.random.choice(clinic.staff["frontdesk"]),
            policy=clinic.policy,
        )
        self.look_later()

    # Later on

    def look_later(self, days: float = 4) -> None:
        at = self.clinic.now + self.clinic.random.uniform(3, 24 * days) * HOUR
        at += 9 * HOUR if local(at).hour < 8 else 0 * HOUR  # Few people look at night.
        self.clinic.plan(at, self.look)

    def look(self) -> None:
        """Look at the visit again, and perhaps change something."""
        self.looks += 1
        if self.looks > LOOKS:
            return
        cases = Case.objects.filter(phone_e164=self.phone).exclude(kind=CaseKind.COMPLAINT)
        case = cases.order_by("-created_at", "-pk").first()
        visit = case.appointments.live().first()
        treated = case.appointments.filter(state=AppointmentState.TREATED).order_by("starts_at").last()
        if visit:
            self.change(case, visit)
        elif treated and self.clinic.now - treated.starts_at < 10 * DAY:
            if self.clinic.chance(0.12):
                self.complain(case)
        elif case.status == Status.CLOSED:
            self.come_back(case)
        elif case.status != Status.QUARANTINED and self.clinic.chance(0.2):
            self.change_without_visit(case)
        self.look_later(20 if case.status == Status.CLOSED else 4)

    def change(self, case: Case, visit) -> None:
        """Cancel or move the visit on their own page, or by phone, which they may also do at the last moment."""
        clinic, draw = self.clinic, self.clinic.random.random()
        policy, is_near = clinic.policies[visit.visit_type_id], visit.starts_at - clinic.now < 24 * HOUR
        calls = self.is_open_now() and (is_near or clinic.chance(0.6)) and visit.starts_at > clinic.now
        common = clinic.by_desk(case) if calls else {}
        if draw < 0.18:
            path = "canceled by the desk" if calls else "canceled too late" if is_near else "canceled by the patient"
            clinic.do(path, services.cancel, case.pk, policy=policy, **common)
        elif draw < 0.45 and (start := clinic.find_free(policy, after=(clinic.now + 2 * DAY).date())):
            path = "moved by the desk" if calls else "moved too late" if is_near else "moved by the patient"
            clinic.do(path, services.book if calls else services.move, case.pk, start, policy=policy, **common)
        elif draw < 0.5:
            clinic.do("joined the waitlist", services.set_waitlist, case.pk, not case.on_waitlist)

    def change_without_visit(self, case: Case) -> None:
        clinic = self.clinic
        start = clinic.find_free(clinic.policy)
        if start and clinic.chance(0.6):
            clinic.do("chose a time", services.choose_time, case.pk, start, policy=clinic.policy)
        elif self.submission:
            self.submission = replace(self.submission, message=f"Changed {clinic.random.random()}")
            self.send("sent the form again")

    def complain(self, case: Case) -> None:
        clinic = self.clinic
        text = clinic.random.choice(COMPLAINTS)
        clinic.do(
            "complained",
            services.file_complaint,
            case.pk,
            text,
            settings=clinic.settings,
            profile=clinic.profile,
            network=self.network,
        )

    def come_back(self, case: Case) -> None:
        """Ask again after the case was closed: by the form, or by phone on the next business day."""
        clinic = self.clinic
        if not clinic.chance(0.15):
            return
        if clinic.chance(0.5):
            day = local(clinic.now).date() + DAY
            while not is_business_day(day):
                day += DAY
            clinic.plan(instant(day, OPENS + 1, clinic.random.randrange(60)), lambda: self.call(known=case))
        else:
            clinic.taken["asked again after closing"] += 1
            self.ask()

    def is_open_now(self) -> bool:
        now = local(self.clinic.now)
        return is_business_day(now.date()) and OPENS <= now.hour < CLOSES
