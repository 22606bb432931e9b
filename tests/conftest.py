"""Provide what every test may use.

The database holds what the migrations made, the root page, the site and the groups, and the site's home page.
A test that needs real transactions (threads, ``live_server``) empties the whole database when it ends. Mark it with
``@pytest.mark.django_db(transaction=True, serialized_rollback=True)``: then it starts with the same rows, and they are
put back after it.
"""

import gc

import django
import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django.plugin import blocking_manager_key
from xdist.scheduler import LoadScopeScheduling

from clinic.caching import version
from tests import database, factories

# What takes longest begins first, so that no process ends long after the others.
LONGEST = (
    "tests/browser/",
    "tests/simulation/",
    "tests/test_hostile_walk.py",
    "tests/editing/",
    "tests/bookings/test_role_matrix.py",
)


def pytest_configure(config):
    """Treat warnings as errors on the LTS of Django.

    On newer Django, Wagtail itself still calls what is deprecated there.
    """
    if django.VERSION < (6,):
        config.addinivalue_line("filterwarnings", "error")
        # Wagtail leaves uploads and the temporary files of renditions to the garbage collector.
        for category in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
            for left_open in ("SpooledTemporaryFile", "original_images", "private/documents"):
                config.addinivalue_line("filterwarnings", f"ignore:.*{left_open}:{category}")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish():
    """Collect garbage seldom, and never among what the imports made.

    That took a quarter of the time of a file that renders many pages of the admin.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Scheduler(LoadScopeScheduling):
    """Keep the tests of a file in one process, and all browser tests in one.

    A file shares what is expensive to set up, the browser tests share a site and a browser.
    """

    def _split_scope(self, nodeid):
        return "tests/browser" if nodeid.startswith("tests/browser/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config, log):
    return Scheduler(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Put the first rows back after a test with real transactions.

    Such a test empties the database.
    """
    result = yield
    marker = item.get_closest_marker("django_db")
    if nextitem is None:  # The database is gone by now.
        return result
    if "transactional_db" in item.fixturenames or (marker and marker.kwargs.get("transaction")):
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)
    return result


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """Give each test process a copy of the migrated database, with a home.

    pytest-django's own would run all migrations in each process, 9 s of computing. Tests with real transactions get
    the same rows back from ``_test_serialized_contents``.
    """
    with django_db_blocker.unblock(), database.migrated_copy():
        factories.make_home()
        connection._test_serialized_contents = connection.creation.serialize_db_to_string()
        yield


@pytest.fixture(autouse=True)
def empty_cache():
    """Clear the cache, in which Wagtail stores the addresses of the sites."""
    cache.clear()
    version._built.clear()


@pytest.fixture
def home(db):
    return factories.make_home()


@pytest.fixture
def no_home(db):
    factories.remove_home()


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
