"""What every test may use.

A test that needs real transactions (threads, ``live_server``) empties the whole database when it ends. Mark it with
``@pytest.mark.django_db(transaction=True, serialized_rollback=True)``: then it starts with what the migrations made,
the root page, the site and the groups.
"""

import django
import pytest
from django.core.cache import cache

from tests import factories


def pytest_configure(config):
    """Warnings are errors on the LTS. On newer Django, Wagtail itself still calls what is deprecated there."""
    if django.VERSION < (6,):
        config.addinivalue_line("filterwarnings", "error")
        # Wagtail leaves uploaded pictures and the temporary files of renditions to the garbage collector.
        for category in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
            for left_open in ("SpooledTemporaryFile", "original_images"):
                config.addinivalue_line("filterwarnings", f"ignore:.*{left_open}:{category}")


@pytest.fixture(autouse=True)
def empty_cache():
    """Wagtail keeps the addresses of the sites in the cache; each test has its own sites."""
    cache.clear()


@pytest.fixture
def home(db):
    return factories.make_home()


@pytest.fixture
def treatment_index(home):
    return factories.make_treatment_index()


@pytest.fixture
def blog_index(home):
    return factories.make_blog_index()


@pytest.fixture
def profile(home):
    return factories.clinic_profile()


@pytest.fixture
def consultation_settings(home):
    return factories.consultation_settings()
