"""Work through the admin as an editor: every change goes through its own views, forms, hooks and permissions."""

import random
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client, TestCase
from django.utils import timezone
from wagtail.models import Page

from blog.models import BlogIndexPage, BlogPage
from clinic.models import HomePage, StandardPage
from tests.editing.forms import fill_in
from treatments.models import TreatmentIndexPage, TreatmentPage

CLINIC_ZONE = ZoneInfo("America/Los_Angeles")
WORDS = "skin laser peel glow line chin brow lip care sun rest calm fresh light soft clear".split()


class Editor:
    def __init__(self, seed: int):
        self.random = random.Random(seed)  # noqa: S311
        self.user = User.objects.get(username="editor")
        self.admin = Client()
        self.log: list[str] = []

    def post(self, address: str, data: dict, *, done: int = 302) -> None:
        """Post to the admin, which has to do what was asked."""
        response = self.send(address, data)
        refusals = [str(message) for message in get_messages(response.wsgi_request) if message.level_tag == "error"]
        if response.status_code != done:
            refusals += [f"{address} answers {response.status_code}", *find_errors(response)]
        assert not refusals, "\n".join([*refusals, *self.log])

    def post_in_vain(self, address: str, data: dict) -> None:
        """Post to the admin what cannot be done any more: it may refuse, and may not fail."""
        response = self.send(address, data)
        self.admin = Client()  # the next answer would repeat the message
        assert response.status_code in (200, 302, 403, 404), [address, response.status_code, *self.log]

    def send(self, address: str, data: dict) -> Any:
        self.admin.force_login(self.user)  # a session ends after a working day
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.admin.post(f"/admin/{address}", data)

    def save(self, page: Page, version: int | None = None, **fields: Any) -> None:
        """Save what ``page`` holds in its editor, or in the view that restores a version."""
        address = f"revisions/{version}/revert" if version else "edit"
        self.post(f"pages/{page.pk}/{address}/", self.fill_in(page) | fields)

    def fill_in(self, page: Page) -> dict[str, Any]:
        """Return the fields of the editor. A time that is over has to be emptied."""
        for name in ("go_live_at", "expire_at"):
            moment = getattr(page, name)
            if moment and moment <= timezone.now():
                setattr(page, name, None)
        with timezone.override(CLINIC_ZONE):  # as the admin shows times
            return fill_in(page, self.user)

    def pick(self, *models: type[Page], allowed: Callable[[Page], bool] = bool, **conditions: Any) -> Any:
        """Return one of the pages of the site that can be edited."""
        models = models or (StandardPage, TreatmentPage, BlogPage, TreatmentIndexPage, BlogIndexPage)
        in_site = [model.objects.descendant_of(HomePage.objects.get()) for model in models]
        pages = [page for found in in_site for page in found.filter(**conditions).order_by("pk")]
        # Some are locked, such as a page that is going to be published.
        pages = [page for page in pages if not page.get_lock() and allowed(page)]
        return self.random.choice(pages) if pages else None

    def new_words(self) -> str:
        return " ".join([*self.random.sample(WORDS, 2), str(len(self.log))]).capitalize()


def find_errors(response: Any) -> list[str]:
    """Return what is wrong with the form that is shown again."""
    form = response.context and response.context.get("form")
    if not form:
        return []
    rows = [child.errors for formset in getattr(form, "formsets", {}).values() for child in formset.forms]
    return [str(errors) for errors in [form.errors, *rows] if errors]
