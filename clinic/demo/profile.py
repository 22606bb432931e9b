"""Who and where the demo clinic is, and when it is open. Address, phone and people are invented."""

from datetime import date, time, timedelta

PROFILE = {
    "name": "OC Beauty Medspa",
    "tagline": "A calm medical spa in Newport Beach",
    "street": "1200 Example Avenue, Suite 210",
    "city": "Newport Beach",
    "region": "CA",
    "postal_code": "92660",
    "country": "US",
    "directions_url": "https://www.openstreetmap.org/search?query=Newport%20Beach%2C%20California",
    "phone": "(949) 555-0142",
    "email": "hello@ocbeauty.example.com",
    "physician": "Elena Example, MD",
    "licence": "Example license A 000000, Medical Board of California",
    "emergency_note": "If you find it hard to breathe, swallow or speak, or your sight changes, call 911 first.",
    "time_zone": "America/Los_Angeles",
}

SOCIAL_LINKS = (
    ("Instagram", "https://example.com/ocbeauty/instagram"),
    ("Facebook", "https://example.com/ocbeauty/facebook"),
)

OPENS, CLOSES = time(9), time(16)
OPEN_WEEKDAYS = range(5)  # Monday to Friday


def exceptions(today: date) -> list[dict]:
    """The holidays of the twelve months from ``today``, as the fields of ``HoursException``."""
    ahead = [day for year in (today.year, today.year + 1) for day in _holidays(year)]
    return [day for day in ahead if today <= day.get("last_day", day["first_day"]) < today + timedelta(days=365)]


def _holidays(year: int) -> list[dict]:
    thanksgiving = _fourth_thursday_of_november(year)
    christmas_eve = date(year, 12, 24)
    short_day = {"first_day": christmas_eve, "opens": OPENS, "closes": time(12), "reason": "Christmas Eve"}
    return [
        {"first_day": date(year, 1, 1), "reason": "New Year’s Day"},
        {"first_day": thanksgiving, "last_day": thanksgiving + timedelta(days=1), "reason": "Thanksgiving"},
        # It shortens a working day; it does not open a weekend.
        *([short_day] if christmas_eve.weekday() in OPEN_WEEKDAYS else []),
        {"first_day": date(year, 12, 25), "reason": "Christmas Day"},
    ]


def _fourth_thursday_of_november(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
