"""Let an editor work through the admin for a day, at random, and visit the site as everybody else does.

Every action goes through the admin's own views, as a click of an editor: forms, hooks and permissions run. The numbers
come from ``SEED``, so that a day can be repeated. ``FULL=1`` makes a long day.
"""

import os
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client, TestCase
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page, Revision

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.management.commands import run_worker
from clinic.models import HomePage, StandardPage, TrashedPage
from tests.editing.crawl import Visitor
from tests.editing.forms import fill_in
from tests.sizes import size
from treatments.models import TreatmentIndexPage, TreatmentPage

CLINIC_ZONE = ZoneInfo("America/Los_Angeles")
MORNING = datetime(2026, 3, 2, 9, tzinfo=CLINIC_ZONE)
ACTIONS = size(40, 200)
BETWEEN_VISITS = 10
WEIGHTS = {
    "create": 4, "edit": 3, "move": 4, "rename": 6, "unpublish": 4, "delete": 4, "schedule": 3, "copy": 2,
    "restore_version": 2, "restore_deleted": 3, "republish": 4, "rename_category": 2, "unpublish_two": 2,
    "add_redirect": 2,
}  # fmt: skip
WORDS = "skin laser peel glow line chin brow lip care sun rest calm fresh light soft clear".split()


class Day:
    """Hold an editor's day: what was done, which addresses were seen, and where they should lead."""

    def __init__(self, seed: int, clock):
        self.random, self.clock = random.Random(seed), clock  # noqa: S311
        self.user = User.objects.get(username="editor")
        self.admin = Client()
        self.visitor = Visitor()
        self.addresses: dict[str, int | None] = {}  # every address that was ever open, and its page
        self.chosen: dict[int, int] = {}  # page that was taken away -> the page that the editor chose instead
        self.feed_ids: dict[str, str] = {}
        self.log: list[str] = []

    # What an editor does

    def act(self) -> None:
        self.admin.force_login(self.user)  # a session ends after a working day
        name = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.log.append(f"{len(self.log) + 1}. {name} {getattr(self, name)() or '(nothing to do)'}")
        self.clock.shift(timedelta(minutes=15))
        with TestCase.captureOnCommitCallbacks(execute=True):
            run_worker.publish_scheduled()
        assert not run_worker.Job.failing, self.log

    def pick(self, *models, **conditions):
        """Return one of the pages of the site that can be edited."""
        models = models or (StandardPage, TreatmentPage, BlogPage, TreatmentIndexPage, BlogIndexPage)
        in_site = [model.objects.descendant_of(HomePage.objects.get()) for model in models]
        pages = [page for found in in_site for page in found.filter(**conditions).order_by("pk")]
        pages = [page for page in pages if not page.get_lock()]  # such as a page that is going to be published
        return self.random.choice(pages) if pages else None

    def new_words(self) -> str:
        return " ".join([*self.random.sample(WORDS, 2), str(len(self.log))]).capitalize()

    def post(self, address: str, data: dict) -> None:
        """Post to the admin, which has to do what was asked."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.admin.post(f"/admin/{address}", data)
        refusals = [str(message) for message in get_messages(response.wsgi_request) if message.level_tag == "error"]
        if response.status_code != 302:
            refusals += [f"{address} answers {response.status_code}", *find_errors(response)]
        assert not refusals, "\n".join([*refusals, *self.log])

    def save(self, page: Page, **fields) -> None:
        self.chosen.pop(page.pk, None)
        with timezone.override(CLINIC_ZONE):  # as the admin shows times
            shown = fill_in(page, self.user)
        self.post(f"pages/{page.pk}/edit/", shown | fields)

    def create(self) -> str:
        model, parent = self.random.choice(
            [
                (BlogPage, BlogIndexPage.objects.first()),
                (TreatmentPage, TreatmentIndexPage.objects.first()),
                (StandardPage, HomePage.objects.get()),
                (StandardPage, self.pick(StandardPage) or HomePage.objects.get()),
            ]
        )
        if parent is None:
            return ""
        title = self.new_words()
        told = {"date": MORNING.date()} if model == BlogPage else {"introduction": "Words."}
        page = model(title=title, slug=slugify(title), **told)
        publish = {"action-publish": "1"} if self.random.random() < 0.8 else {}
        data = fill_in(page, self.user) | publish
        self.post(f"pages/add/{model._meta.app_label}/{model._meta.model_name}/{parent.pk}/", data)
        return f"{title} below {parent}"

    def edit(self) -> str:
        page = self.pick()
        self.save(page.get_latest_revision_as_object(), title=self.new_words(), **{"action-publish": "1"})
        return page.title

    def rename(self) -> str:
        page = self.pick(live=True)
        # One of few words, so that addresses are used again by the same page, or by another.
        slug = self.random.choice(WORDS)
        if page.get_siblings(inclusive=False).filter(slug=slug).exists():
            slug = f"{slug}-{len(self.log)}"
        self.save(page, slug=slug, **{"action-publish": "1"})
        return f"{page.slug} to {slug}"

    def rename_category(self) -> str:
        category = self.random.choice(BlogCategory.objects.all())
        slug = f"{self.random.choice(WORDS)}-{len(self.log) % 7}"
        if BlogCategory.objects.filter(slug=slug).exists():
            return ""
        self.post(f"snippets/blog/blogcategory/edit/{category.pk}/", {"name": category.name, "slug": slug})
        return f"{category.slug} to {slug}"

    def move(self) -> str:
        home, page = HomePage.objects.get(), self.pick(StandardPage)
        if page is None:
            return ""
        others = StandardPage.objects.descendant_of(home).not_descendant_of(page, inclusive=True).order_by("pk")
        parents = [parent for parent in [home, *others] if not parent.get_children().filter(slug=page.slug).exists()]
        if not parents:
            return ""
        parent = self.random.choice(parents)
        self.post(f"pages/{page.pk}/move/{parent.pk}/confirm/", {"send_to": ""})
        return f"{page} below {parent}"

    def copy(self) -> str:
        page = self.pick(StandardPage, TreatmentPage, BlogPage)
        title = self.new_words()
        copied = {"new_title": title, "new_slug": slugify(title), "new_parent_page": page.get_parent().pk}
        self.post(f"pages/{page.pk}/copy/", copied | {"publish_copies": "on", "copy_subpages": "on"})
        return f"{page} as {title}"

    def unpublish(self) -> str:
        if not (page := self.pick(live=True)):
            return ""
        whole = self.random.random() < 0.5
        gone = page.get_descendants(inclusive=True).live() if whole else [page]
        target = self.pick_target(page, gone)
        self.chosen |= {old.pk: target.pk for old in gone}
        answer = {"send_to": target.pk} | ({"include_descendants": "on"} if whole else {})
        self.post(f"pages/{page.pk}/unpublish/", answer)
        return f"{page}, visitors go to {target}"

    def unpublish_two(self) -> str:
        """Unpublish two pages in the list, and leave the answer to the dialog."""
        shown = [page for model in (StandardPage, BlogPage) for page in model.objects.filter(live=True).order_by("pk")]
        if len(shown) < 2:
            return ""
        pages = self.random.sample(shown, 2)
        for page in pages:
            self.chosen.pop(page.pk, None)
        self.post(f"bulk/wagtailcore/page/unpublish/?next=/admin/&id={pages[0].pk}&id={pages[1].pk}", {"send_to": ""})
        return f"{pages[0]} and {pages[1]}"

    def add_redirect(self) -> str:
        """Redirect an address on a flyer to a page, or to where the page is now."""
        page = self.pick(live=True)
        old_path = f"/flyer-{len(self.log)}/"
        is_page = self.random.random() < 0.5
        target = {"redirect_page": page.pk} if is_page else {"redirect_link": page.url}
        self.post("redirects/add/", {"old_path": old_path, "is_permanent": "on"} | target)
        self.addresses[old_path] = page.pk if is_page else None  # another page may be there one day
        return f"{old_path} to {target}"

    def delete(self) -> str:
        page = self.pick(StandardPage, TreatmentPage, BlogPage, numchild=0)  # editors delete no others
        target = self.pick_target(page, [page])
        self.chosen[page.pk] = target.pk
        self.post(f"pages/{page.pk}/delete/", {"send_to": target.pk})
        assert not Page.objects.filter(pk=page.pk, live=True).exists(), (page, self.log)
        return f"{page}, visitors go to {target}"

    def restore_deleted(self) -> str:
        """Put a page back from the trash, if its place is free."""
        rows = TrashedPage.objects.select_related("parent").order_by("pk")
        site = HomePage.objects.get().path
        rows = [row for row in rows if row.parent and row.parent.path.startswith(site)]
        rows = [row for row in rows if not row.parent.get_children().filter(slug=row.slug).exists()]
        if not rows:
            return ""
        row = self.random.choice(rows)
        self.post(f"trash/{row.pk}/restore/", {"parent": row.parent_id, "slug": row.slug})
        page = Page.objects.get(pk=row.page_id)
        assert (page.live, page.slug, page.get_parent().pk) == (bool(row.live), row.slug, row.parent_id), self.log
        if page.live:
            self.chosen.pop(page.pk, None)
        return str(page)

    def pick_target(self, page: Page, gone) -> Page:
        """Return the page that the dialog offers, or another."""
        gone = [old.pk for old in gone]
        shown = Page.objects.live().public().filter(depth__gt=1).not_descendant_of(page, inclusive=True)
        return self.random.choice([*shown.exclude(pk__in=gone).order_by("pk")])

    def schedule(self) -> str:
        page = self.pick()
        field = "expire_at" if page.live else "go_live_at"
        at = datetime.now(CLINIC_ZONE) + timedelta(minutes=self.random.randrange(20, 200))
        times = {"go_live_at": "", "expire_at": "", field: f"{at:%Y-%m-%d %H:%M}"}
        self.save(page, **times, **{"action-publish": "1"})
        return f"{page}: {field} {at:%H:%M}"

    def republish(self) -> str:
        if not (page := self.pick(live=False)):
            return ""
        self.save(page.get_latest_revision_as_object(), go_live_at="", expire_at="", **{"action-publish": "1"})
        return str(page)

    def restore_version(self) -> str:
        """Restore an earlier version from the history."""
        pages = [str(page.pk) for page in Page.objects.descendant_of(HomePage.objects.get()).order_by("pk")]
        old = Revision.objects.page_revisions().filter(object_id__in=pages).order_by("pk")
        old = [revision for revision in old if not revision.is_latest_revision()]
        if not old:
            return ""
        revision = self.random.choice(old)
        page = revision.as_object()
        current = Page.objects.get(pk=page.pk)
        if current.get_lock() or current.get_siblings(inclusive=False).filter(slug=page.slug).exists():
            return ""
        self.save(page, revision=revision.pk, go_live_at="", expire_at="", **{"action-publish": "1"})
        return f"{page} of {revision.created_at:%H:%M}"

    # What others see

    def visit(self) -> None:
        found = self.visitor.crawl()
        self.addresses |= {path: page for path, page in found.pages.items() if "?" not in path}
        faults = found.faults
        for path, pk in self.addresses.items():
            if path not in found.pages:
                faults += self.visitor.faults_of(path, f"once of page {pk}", self.get_expected(pk))
        index = BlogIndexPage.objects.filter(live=True).first()
        faults += self.visitor.feed_faults(index, self.feed_ids) if index else []
        faults += self.visitor.sitemap_faults()
        assert not faults, "\n".join([*faults, *self.log])

    def get_expected(self, pk: int | None) -> str | None:
        """Return where an old address has to lead, if that is certain."""
        page = Page.objects.filter(pk=pk).first()
        if page and page.specific_class is BlogIndexPage:
            return None  # the addresses below it: categories
        if page and page.live:
            return page.url
        target = Page.objects.filter(pk=self.chosen.get(pk), live=True).first()
        return target.url if target else None


def find_errors(response) -> list[str]:
    """Return what is wrong with the form that is shown again."""
    form = response.context["form"]
    rows = [child.errors for formset in getattr(form, "formsets", {}).values() for child in formset.forms]
    return [str(errors) for errors in [form.errors, *rows] if errors]


@pytest.mark.parametrize("seed", [int(os.environ.get("SEED", 13))])
def test_random_day_of_editing_leads_nobody_astray(demo, seed):
    with time_machine.travel(MORNING, tick=False) as clock:
        day = Day(seed, clock)
        day.visit()
        for number in range(1, ACTIONS + 1):
            day.act()
            if number % BETWEEN_VISITS == 0:
                day.visit()
