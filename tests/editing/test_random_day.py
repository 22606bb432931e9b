"""Let an editor work through the admin for a day, at random, and visit the site as everybody else does.

In the evening every step is undone, the last one first: then the site is as it was in the morning. The numbers come
from ``SEED``, so that a day can be repeated. ``FULL=1`` makes a long day.
"""

import os
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import TestCase
from wagtail.models import Page

from blog.models import BlogIndexPage
from clinic.management.commands import run_worker
from tests.editing.actions import WEIGHTS, Actions
from tests.editing.crawl import Visitor
from tests.editing.editor import CLINIC_ZONE
from tests.editing.state import State, take
from tests.editing.undoing import Undoing
from tests.sizes import size

MORNING = datetime(2026, 3, 2, 9, tzinfo=CLINIC_ZONE)
ACTIONS = size(16, 200)
BETWEEN_VISITS = size(8, 20)


class Day(Actions):
    """Hold an editor's day: what was done, which addresses were seen, and where they should lead."""

    def __init__(self, seed: int, clock):
        super().__init__(seed)
        self.clock = clock
        self.visitor = Visitor()
        self.feed_ids: dict[str, str] = {}
        self.known: dict = {}
        self.states: list[State] = [take(self.known)]

    def act(self) -> None:
        name = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.log.append(f"{len(self.log) + 1}. {name}")
        self.log[-1] += f" {getattr(self, name)() or '(nothing to do)'}"
        self.clock.shift(timedelta(minutes=15))
        with TestCase.captureOnCommitCallbacks(execute=True):
            run_worker.publish_scheduled()
        assert not run_worker.Job.failing, self.log
        self.states.append(take(self.known))
        # Also what was open between two visits.
        self.addresses |= {page.url: pk for pk, page in self.states[-1].pages.items() if page.live and page.url}

    def undo_all(self) -> None:
        undoing = Undoing(self, self.known)
        for step, before, after in reversed([*zip(self.log, self.states, self.states[1:], strict=False)]):
            self.log.append(f"undo {step}")
            undoing.put_back(before, after)
            self.addresses |= {page.url: pk for pk, page in before.pages.items() if page.live and page.url}

    def visit(self) -> dict[str, int | None]:
        """Check each address that was ever open. Return those that are linked now, and their pages."""
        found = self.visitor.crawl()
        self.addresses |= {path: page for path, page in found.pages.items() if "?" not in path}
        faults = found.faults
        for path, pk in self.addresses.items():
            if path not in found.pages:
                faults += self.visitor.faults_of(path, f"once of page {pk}", self.get_expected(pk))
        index = BlogIndexPage.objects.filter(live=True).first()
        is_open = index and not index.get_view_restrictions().exists()
        faults += self.visitor.feed_faults(index, self.feed_ids) if is_open else []
        faults += self.visitor.sitemap_faults()
        assert not faults, "\n".join([*faults, *self.log])
        return {path: page for path, page in found.pages.items() if "?" not in path}

    def get_expected(self, pk: int | None) -> str | None:
        """Return where an old address has to lead, if that is certain."""
        page = Page.objects.filter(pk=pk).first()
        if page and page.specific_class is BlogIndexPage:
            return None  # the addresses below it: categories
        if page and page.live:
            return page.url
        target = Page.objects.live().public().filter(pk=self.chosen.get(pk)).first()
        return target.url if target else None


@pytest.mark.parametrize("seed", [int(os.environ.get("SEED", 13))])
def test_random_day_of_editing_leads_nobody_astray(demo, seed):
    with time_machine.travel(MORNING, tick=False) as clock:
        day = Day(seed, clock)
        morning = day.visit()
        for number in range(1, ACTIONS + 1):
            day.act()
            if number % BETWEEN_VISITS == 0:
                day.visit()
        day.undo_all()
        assert day.visit() == morning
