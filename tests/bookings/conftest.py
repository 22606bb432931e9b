"""What tests about times share: the clinic's booking policy, a clerk, and patients who ask."""

import pytest

from bookings import services
from bookings.messaging.rendering import render
from bookings.models import VisitType
from bookings.scheduling.policy import BookingPolicy
from clinic.models import OpeningHours
from tests import factories
from tests.opening_hours import at

TUESDAY = at("2027-06-08 10:00")


@pytest.fixture
def policy(profile, consultation_settings):
    factories.opening_hours()
    schedule = OpeningHours.for_site(profile.site).schedule(profile)
    return BookingPolicy.build(consultation_settings, schedule, VisitType.get_default())


@pytest.fixture
def clerk(db):
    return factories.make_user("frontdesk", first_name="Fran", last_name="Frontdesk")


@pytest.fixture
def desk(client, profile):
    """Return a browser with ``desk.user``, a front desk user, logged in."""
    client.user = factories.make_user("frontdesk", first_name="Fay", last_name="Desk")
    client.force_login(client.user)
    return client


@pytest.fixture
def ask(profile, consultation_settings, policy):
    """Return a function that requests a time, and returns its case."""

    def submit(start=TUESDAY, **fields):
        submission = factories.make_submission(start=start, **fields)
        case, _created = services.submit(submission, settings=consultation_settings, profile=profile, policy=policy)
        return case

    return submit


@pytest.fixture
def file_complaint(profile, consultation_settings):
    """Return a function that files a patient's complaint about the visit of a case."""

    def file(case, text="It hurts."):
        return services.file_complaint(case.pk, text, settings=consultation_settings, profile=profile)

    return file


@pytest.fixture
def written():
    """Return a function that writes the text of a queued message.

    The worker does so right before it sends the message.
    """

    def write(message):
        render(message)
        message.save(update_fields=["subject", "text", "html", "calendar"])
        return message

    return write


@pytest.fixture
def manager(db):
    return factories.make_user("manager")


@pytest.fixture
def toxin(db):
    return VisitType.objects.create(name="Toxin", minutes=30, is_treatment=True, repeat_after_days=84, sort_order=9)
