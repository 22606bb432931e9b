import os
import socket

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from .demo import copy_demo
from .provide import find, launch_arguments
from .server import Site

WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")
HEIGHT = 900
PRODUCTION = {
    "SECRET_KEY": "a-secret-for-one-test-run-that-is-long-enough-and-0123456789-different",
    "ALLOWED_HOSTS": "127.0.0.1",
    "DEFAULT_FROM_EMAIL": "clinic@example.com",
    "HTTPS": "False",
}


@pytest.fixture(scope="package")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    copy_demo(folder)
    with Site(folder) as running:
        yield running


@pytest.fixture(scope="module")
def production(site):
    """Run production settings on the database and folder of the demo site."""
    with socket.create_server(("127.0.0.1", 0)) as sink:
        mail = f"smtp://127.0.0.1:{sink.getsockname()[1]}"  # listens and never answers
        settings = PRODUCTION | {"EMAIL_URL": mail, "DATABASE_URL": site.environment["DATABASE_URL"]}
        with Site(site.folder, name="production", web="web", **settings) as running:
            yield running


@pytest.fixture(scope="package")
def chromium(django_db_setup):
    path = find()
    if not path:
        pytest.fail("No Chromium or Chrome is installed; `make test` installs one.")
    # Playwright's event loop lives in this thread, which Django takes for an asynchronous view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    contents = getattr(connection, "_test_serialized_contents", None)
    with sync_playwright() as playwright:
        # The loop also gives the thread another database connection, which needs the rows of serialized_rollback, too.
        if contents is not None:
            connection._test_serialized_contents = contents
        browser = playwright.chromium.launch(executable_path=path, args=launch_arguments())
        yield browser
        browser.close()
        # No other code can close that connection once the loop is gone, and PostgreSQL drops no database in use.
        connection.close()


@pytest.fixture
def open_page(chromium, site):
    """Return a function that opens a page in a browser context of its own.

    It takes ``path``, ``width``, ``scheme`` and options of the context.
    """
    contexts = []

    def open_path(path="/", *, width=390, scheme="light", **options):
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(path)
        return page

    yield open_path
    for context in contexts:
        context.close()
    site.open_mailed_links()
