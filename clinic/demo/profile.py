"""Who and where the demo clinic is, and when it is open. Address, phone and people are invented."""

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

OPEN_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OPENING_TIMES = "9 am – 4 pm"

# Public holidays as California's calendar names them. The others nobody has decided yet: the dashboard asks in time.
CLOSED_HOLIDAYS = (
    "New Year's Day",
    "Memorial Day",
    "Independence Day",
    "Labor Day",
    "Thanksgiving Day",
    "Day After Thanksgiving",
    "Christmas Day",
)
USUAL_HOLIDAYS = ("Susan B. Anthony Day", "Presidents' Day", "Cesar Chavez Day", "Diwali", "Veterans Day")
# The clinic's own: name, month, day, hours.
SHORT_HOLIDAYS = (("Christmas Eve", 12, 24, "9 am – 12 pm"),)
