"""Test the version under which content is cached."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError, transaction
from wagtail.models import PageViewRestriction, Site

from blog.models import BlogCategory
from clinic import models
from clinic.caching import version
from clinic.caching.version import ContentVersion, content_version, release
from tests import factories
from treatments.models import AreaOfConcern


@pytest.fixture
def count_renewals(monkeypatch):
    """Return a function that gives the number of new versions so far."""
    renewals = []
    original = version.renew

    def record():
        renewals.append(1)
        original()

    monkeypatch.setattr(version, "renew", record)
    return lambda: len(renewals)


@pytest.mark.parametrize(
    "change",
    [
        lambda: BlogCategory.objects.create(name="Skin", slug="skin"),
        lambda: AreaOfConcern.objects.create(name="Scars", slug="scars"),
        lambda: models.Testimonial.objects.create(quote="Kind.", attribution="A patient", is_example=True),
        lambda: models.SocialLink.objects.create(
            profile=factories.clinic_profile(), name="Photos", url="https://example.com"
        ),
        lambda: PageViewRestriction.objects.create(page=factories.make_article(), restriction_type="login"),
        lambda: Site.objects.get().save(),
        lambda: factories.make_article().delete(),
    ],
    ids=["category", "area", "testimonial", "social link", "view restriction", "site", "deleted page"],
)
def test_each_content_model_renews_the_version(home, change, django_capture_on_commit_callbacks):
    before = content_version()
    with django_capture_on_commit_callbacks(execute=True):
        change()
    assert content_version() != before


def test_patient_request_keeps_content_version(home, profile, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factories.make_case()  # The first one creates the settings.
    before = content_version()
    with django_capture_on_commit_callbacks(execute=True):
        factories.make_case()
    assert content_version() == before


def test_one_transaction_renews_the_version_once(profile, count_renewals, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hours = factories.opening_hours(
            special_hours=[models.SpecialHours(first_day="2027-07-05"), models.SpecialHours(first_day="2027-07-06")]
        )
        hours.save()
        profile.save()
    assert count_renewals() == 1


def test_second_transaction_renews_again(profile, count_renewals, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            profile.save()
    assert count_renewals() == 2


def test_rolled_back_change_keeps_the_version(profile, count_renewals, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        profile.save()
        transaction.set_rollback(True)
    assert count_renewals() == 0


def test_change_before_rolled_back_savepoint_still_renews(profile, count_renewals, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        profile.save()
        with transaction.atomic():
            profile.save()
            transaction.set_rollback(True)
    assert count_renewals() == 1


def test_new_release_starts_with_a_new_version(home, monkeypatch):
    before = content_version()
    monkeypatch.setattr(version, "release", lambda: "next-release")
    assert content_version() != before


def test_release_is_known_by_the_content_of_its_files(monkeypatch, tmp_path, settings):
    app = tmp_path / "app"
    app.mkdir()
    (app / "models.py").write_text("before")
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(version.apps, "get_app_configs", lambda: [SimpleNamespace(path=str(app))])
    before = release.__wrapped__()
    assert release.__wrapped__() == before
    (app / "models.py").write_text("after")
    assert release.__wrapped__() != before


def test_version_is_one_row(profile, django_capture_on_commit_callbacks):
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            profile.save()
    assert ContentVersion.objects.count() == 1


@pytest.fixture
def refuse(monkeypatch):
    """Let the database refuse the next two renewals."""
    refusals, original = iter([OperationalError, OperationalError]), version.renew

    def renew():
        if error := next(refusals, None):
            raise error
        original()

    monkeypatch.setattr(version, "renew", renew)
    yield
    version._owed.clear()


def test_saved_change_does_not_fail_with_its_version(profile, refuse, caplog, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        profile.save()
    assert "OperationalError" in caplog.text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_request_after_a_refused_renewal_tries_again(refuse):
    before = content_version()
    BlogCategory.objects.create(name="Skin", slug="skin")
    assert content_version() == before  # refused again, and the page is shown
    renewed = content_version()
    assert renewed != before
    assert content_version() == renewed
