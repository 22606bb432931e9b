"""What tests about times share: the clinic's calendar, a clerk, and patients who ask."""

from uuid import uuid4

import pytest

from bookings import services
from clinic.models import OpeningHours
from tests import factories
from tests.opening_hours import at

TUESDAY = at("2027-06-08 10:00")


@pytest.fixture
def calendar(profile, consultation_settings):
    factories.opening_hours()
    schedule = OpeningHours.for_site(profile.site).schedule(profile)
    return services.calendar_of(consultation_settings, schedule)


@pytest.fixture
def clerk(db):
    return factories.make_user("frontdesk", first_name="Fran", last_name="Frontdesk")


@pytest.fixture
def ask(profile, consultation_settings, calendar):
    def submit(start=TUESDAY, **fields):
        known = {"name": "Ana Lima", "email": f"{uuid4().hex}@patient.example.com"}
        request = services.ConsultationRequest(
            **{"consent_wording": "Yes.", "submission_key": uuid4(), "start": start, **known, **fields}
        )
        return services.submit(request, settings=consultation_settings, profile=profile, calendar=calendar).case

    return submit
