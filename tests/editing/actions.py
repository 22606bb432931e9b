"""List what an editor does in a day: each action goes through the admin and says what it did."""

from datetime import datetime, timedelta
from typing import Any

from django.test import TestCase
from django.utils.text import slugify
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, PageViewRestriction, Revision

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.models import ClinicImage, HomePage, Person, StandardPage, Testimonial, TrashedPage
from tests.editing.editor import CLINIC_ZONE, WORDS, Editor
from treatments.models import AreaOfConcern, TreatmentIndexPage, TreatmentPage

WEIGHTS = {
    "create": 4, "edit": 3, "move": 4, "rename": 6, "unpublish": 4, "delete": 4, "schedule": 3, "copy": 2,
    "restore_version": 2, "restore_deleted": 3, "republish": 4, "rename_category": 2, "unpublish_two": 2,
    "add_redirect": 2, "save_draft": 2, "delete_two": 2, "move_two": 2, "publish_two": 2, "take_target": 3,
    "change_privacy": 3, "delete_category": 1, "rename_area": 1, "delete_area": 1, "edit_snippet": 1,
    "take_slug_of_deleted": 2, "restore_elsewhere": 2, "schedule_both": 2, "import_article": 2, "delete_picture": 1,
    "save_after_delete": 1, "save_after_move": 1, "submit_twice": 2, "drag": 2, "restore_snippet": 1,
}  # fmt: skip


class Actions(Editor):
    def __init__(self, seed: int):
        super().__init__(seed)
        self.chosen: dict[int, int] = {}  # page that was taken away -> the page that the editor chose instead
        self.addresses: dict[str, int | None] = {}  # every address that was ever open, and its page

    def create(self) -> str:
        model, parent = self.random.choice(
            [
                (BlogPage, self.pick(BlogIndexPage)),
                (TreatmentPage, self.pick(TreatmentIndexPage)),
                (StandardPage, HomePage.objects.get()),
                (StandardPage, self.pick(StandardPage) or HomePage.objects.get()),
            ]
        )
        if parent is None:
            return ""
        title = self.new_words()
        self.add(model, parent, title, slugify(title))
        return f"{title} below {parent}"

    def add(self, model: type[Page], parent: Page, title: str, slug: str) -> None:
        told = {"date": "2026-03-02"} if model == BlogPage else {"introduction": "Words."}
        publish = {"action-publish": "1"} if self.random.random() < 0.8 else {}
        data = self.fill_in(model(title=title, slug=slug, **told)) | publish
        self.post(f"pages/add/{model._meta.app_label}/{model._meta.model_name}/{parent.pk}/", data)

    def edit(self) -> str:
        page = self.pick()
        if self.is_taken(page.get_latest_revision_as_object()):
            return ""
        self.chosen.pop(page.pk, None)
        self.save(page.get_latest_revision_as_object(), title=self.new_words(), **{"action-publish": "1"})
        return page.title

    def rename(self) -> str:
        page = self.pick(live=True)
        # One of few words, so that addresses are used again by the same page, or by another.
        slug = self.random.choice(WORDS)
        if page.get_siblings(inclusive=False).filter(slug=slug).exists():
            slug = f"{slug}-{len(self.log)}"
        self.chosen.pop(page.pk, None)
        self.save(page, slug=slug, **{"action-publish": "1"})
        return f"{page.slug} to {slug}"

    def rename_category(self) -> str:
        category = self.random.choice([*BlogCategory.objects.all()] or [None])
        slug = f"{self.random.choice(WORDS)}-{len(self.log) % 7}"
        if not category or BlogCategory.objects.filter(slug=slug).exists():
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
        self.bring_back(row, row.parent, row.slug)
        return row.slug

    def pick_target(self, page: Page, gone) -> Page:
        """Return the page that the dialog offers, or another."""
        gone = [old.pk for old in gone]
        shown = Page.objects.live().public().filter(depth__gt=1).not_descendant_of(page, inclusive=True)
        return self.random.choice([*shown.exclude(pk__in=gone).order_by("pk")])

    def schedule(self) -> str:
        page = self.pick()
        field = "expire_at" if page.live else "go_live_at"
        at = datetime.now(CLINIC_ZONE) + timedelta(minutes=self.random.randrange(20, 200))
        self.chosen.pop(page.pk, None)
        times = {"go_live_at": "", "expire_at": "", field: f"{at:%Y-%m-%d %H:%M}"}
        self.save(page, **times, **{"action-publish": "1"})
        return f"{page}: {field} {at:%H:%M}"

    def republish(self) -> str:
        page = self.pick(live=False)
        if not page or self.is_taken(page.get_latest_revision_as_object()):
            return ""
        self.chosen.pop(page.pk, None)
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
        self.chosen.pop(page.pk, None)
        self.save(page, revision.pk, go_live_at="", expire_at="", **{"action-publish": "1"})
        return f"{page} of {revision.created_at:%H:%M}"

    # Several pages at once

    def bulk(self, action: str, pages: list, **answer: Any) -> None:
        keys = "&".join(f"id={page.pk}" for page in pages)
        self.post(f"bulk/wagtailcore/page/{action}/?next=/admin/&{keys}", answer)

    def pick_two(self, *models: type[Page], **conditions: Any) -> list:
        pages = [page for model in models for page in model.objects.filter(**conditions).order_by("pk")]
        site = HomePage.objects.get().path
        pages = [page for page in pages if page.path.startswith(site) and not page.get_lock()]
        return self.random.sample(pages, 2) if len(pages) > 1 else []

    def delete_two(self) -> str:
        if not (pages := self.pick_two(StandardPage, BlogPage, TreatmentPage, numchild=0)):
            return ""
        gone = [page.pk for page in pages]
        shown = Page.objects.live().public().filter(depth__gt=1).exclude(pk__in=gone).order_by("pk")
        target = self.random.choice([*shown])
        self.bulk("delete", pages, send_to=target.pk)
        self.chosen |= dict.fromkeys(gone, target.pk)
        return f"{pages}, visitors go to {target}"

    def publish_two(self) -> str:
        if not (pages := self.pick_two(StandardPage, BlogPage, TreatmentPage, live=False)):
            return ""
        if len({self.get_place(page.get_latest_revision_as_object()) for page in pages}) < 2:
            return ""
        if any(self.is_taken(page.get_latest_revision_as_object()) for page in pages):
            return ""
        self.bulk("publish", pages)
        for page in pages:
            self.chosen.pop(page.pk, None)
        return str(pages)

    def get_place(self, page: Page) -> tuple:
        return page.get_parent().pk, page.slug

    def is_taken(self, page: Page) -> bool:
        """Return whether another page has the slug that the draft of this one would take."""
        return page.get_siblings(inclusive=False).filter(slug=page.slug).exists()

    def move_two(self) -> str:
        """Move two pages, and send their visitors elsewhere if the dice say so."""
        pages = self.pick_two(StandardPage)
        if not pages or pages[0].slug == pages[1].slug:
            return ""
        if any(page.is_descendant_of(other) for page in pages for other in pages):
            return ""
        home = HomePage.objects.get()
        places = [home, *StandardPage.objects.descendant_of(home).order_by("pk")]
        places = [place for place in places if not any(place == page or place.is_descendant_of(page) for page in pages)]
        slugs = [page.slug for page in pages]
        places = [place for place in places if not place.get_children().filter(slug__in=slugs).exists()]
        if not places:
            return ""
        place = self.random.choice(places)
        self.bulk("move", pages, chooser=place.pk, send_to="")
        return f"{pages} below {place}"

    # What others lean on

    def take_target(self) -> str:
        """Take away the page that others send their visitors to."""
        targets = set(self.chosen.values())
        page = self.pick(StandardPage, TreatmentPage, BlogPage, live=True, allowed=lambda page: page.pk in targets)
        if page is None:
            return ""
        if page.numchild or self.random.random() < 0.5:
            self.post(f"pages/{page.pk}/unpublish/", {"send_to": ""})
            self.chosen.pop(page.pk, None)
            return f"{page} unpublished"
        self.post(f"pages/{page.pk}/delete/", {"send_to": ""})
        self.chosen.pop(page.pk, None)
        return f"{page} deleted"

    def change_privacy(self) -> str:
        page = self.pick()
        is_private = not PageViewRestriction.objects.filter(page=page).exists()
        self.set_privacy(page.pk, is_private=is_private)
        return f"{page} {'private' if is_private else 'public'}"

    def set_privacy(self, pk: int, *, is_private: bool) -> None:
        told = {"restriction_type": "password", "password": "open"} if is_private else {"restriction_type": "none"}
        self.post(f"pages/{pk}/privacy/", told, done=200)

    def drag(self) -> str:
        """Drag a page to another place in its list."""
        page = self.pick(StandardPage, TreatmentPage)
        place = self.random.randrange(page.get_parent().numchild)
        self.post(f"pages/{page.pk}/set_position/?position={place}", {}, done=200)
        return f"{page} to {place}"

    # Snippets

    def delete_category(self) -> str:
        return self.delete_row(BlogCategory)

    def delete_area(self) -> str:
        return self.delete_row(AreaOfConcern)

    def delete_row(self, model: type) -> str:
        row = self.random.choice([*model.objects.order_by("pk")] or [None])
        if row is None:
            return ""
        self.post(f"snippets/{model._meta.app_label}/{model._meta.model_name}/delete/{row.pk}/", {})
        return row.slug

    def rename_area(self) -> str:
        area = self.random.choice([*AreaOfConcern.objects.order_by("pk")] or [None])
        if area is None:
            return ""
        told = {"name": self.new_words(), "slug": area.slug, "introduction": area.introduction, "sort_order": 1}
        self.post(f"snippets/treatments/areaofconcern/edit/{area.pk}/", told)
        return f"{area} to {told['name']}"

    def edit_snippet(self) -> str:
        if self.random.random() < 0.5:
            person = self.random.choice(Person.objects.order_by("pk"))
            self.post(f"snippets/clinic/person/edit/{person.pk}/", self.as_person(person) | {"name": self.new_words()})
            return str(person)
        quote = self.random.choice(Testimonial.objects.order_by("pk"))
        told = {"quote": self.new_words(), "attribution": quote.attribution, "is_example": "on"}
        self.post(f"snippets/clinic/testimonial/edit/{quote.pk}/", told)
        return str(quote)

    def as_person(self, person: Person) -> dict:
        names = ("name", "credentials", "role", "bio", "sort_order")
        return {name: getattr(person, name) for name in names} | {"photo": person.photo_id or ""}

    def restore_snippet(self) -> str:
        """Restore the first version of a person."""
        people = [person for person in Person.objects.order_by("pk") if person.revisions.exists()]
        if not people:
            return ""
        person = self.random.choice(people)
        first = person.revisions.order_by("pk").first()
        told = self.as_person(first.as_object())
        self.post(f"snippets/clinic/person/history/{person.pk}/revisions/{first.pk}/revert/", told)
        return f"{person} of {first.created_at:%H:%M}"

    def delete_picture(self) -> str:
        """Upload a picture and delete it."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            picture = ClinicImage.objects.create(title=self.new_words(), file=get_test_image_file())
        self.post(f"images/{picture.pk}/delete/", {})
        assert not ClinicImage.objects.filter(pk=picture.pk).exists(), self.log
        return str(picture)

    # More of the trash

    def list_deleted(self) -> list[TrashedPage]:
        return [*TrashedPage.objects.select_related("parent").order_by("pk")]

    def take_slug_of_deleted(self) -> str:
        """Create a page where a deleted one was, then restore that one under another slug."""
        site = HomePage.objects.get().path
        rows = [row for row in self.list_deleted() if row.parent and row.parent.path.startswith(site)]
        rows = [row for row in rows if not row.parent.get_children().filter(slug=row.slug).exists()]
        if not rows:
            return ""
        row = self.random.choice(rows)
        model = row.page.specific_class
        self.add(model, row.parent, self.new_words(), row.slug)
        self.post_in_vain(f"trash/{row.pk}/restore/", {"parent": row.parent_id, "slug": row.slug})
        assert TrashedPage.objects.filter(pk=row.pk).exists(), self.log
        self.bring_back(row, row.parent, f"again-{len(self.log)}")
        return f"{row.slug} of {row.parent}"

    def restore_elsewhere(self) -> str:
        """Restore a page whose parent is deleted as well. If there is none, delete both first."""
        home = HomePage.objects.get()
        rows = [row for row in self.list_deleted() if row.page.specific_class == StandardPage]
        rows = [row for row in rows if not row.parent or not row.parent.path.startswith(home.path)]
        if not rows:
            child = self.pick(StandardPage, numchild=0, depth__gt=3)
            if child is None or child.get_parent().numchild > 1:
                return ""
            parent = child.get_parent()
            for page in (child, parent):
                self.post(f"pages/{page.pk}/delete/", {"send_to": ""})
                self.chosen.pop(page.pk, None)
            return f"only {child} and {parent} deleted"
        row = self.random.choice(rows)
        self.bring_back(row, home, f"elsewhere-{len(self.log)}")
        return f"{row.slug} below {home}"

    def bring_back(self, row: TrashedPage, parent: Page, slug: str) -> None:
        self.post(f"trash/{row.pk}/restore/", {"parent": parent.pk, "slug": slug})
        page = Page.objects.get(pk=row.page_id)
        assert (page.live, page.slug, page.get_parent().pk) == (bool(row.live), slug, parent.pk), self.log
        for pk in row.live:
            self.chosen.pop(int(pk), None)

    # Times, imports, windows

    def schedule_both(self) -> str:
        """Publish a draft later, and for some hours only."""
        page = self.pick(live=False)
        if page is None:
            return ""
        opens = datetime.now(CLINIC_ZONE) + timedelta(minutes=self.random.randrange(5, 60))
        closes = opens + timedelta(minutes=self.random.randrange(5, 90))
        times = {"go_live_at": f"{opens:%Y-%m-%d %H:%M}", "expire_at": f"{closes:%Y-%m-%d %H:%M}"}
        draft = page.get_latest_revision_as_object()
        if self.is_taken(draft):
            return ""
        self.save(draft, **times, **{"action-publish": "1"})
        self.chosen.pop(page.pk, None)
        return f"{page} from {opens:%H:%M} to {closes:%H:%M}"

    def save_draft(self) -> str:
        page = self.pick()
        self.save(page.get_latest_revision_as_object(), title=self.new_words())
        return str(page)

    def import_article(self) -> str:
        if not BlogIndexPage.objects.descendant_of(HomePage.objects.get()).exists():
            return ""
        title = self.new_words()
        text = f"# {title}\n\nMay 4, 2023\n\nSkin needs rest. Drink water.\n\n## Is it safe?\n\nYes, it is."
        self.post("articles/import/", {"text": text, "create": "1"})
        return title

    def save_after_delete(self) -> str:
        """Delete a page in one window, and save it in another where it is still open."""
        page = self.pick(StandardPage, TreatmentPage, BlogPage, numchild=0)
        shown = self.fill_in(page.get_latest_revision_as_object())
        self.post(f"pages/{page.pk}/delete/", {"send_to": ""})
        self.chosen.pop(page.pk, None)
        self.post_in_vain(f"pages/{page.pk}/edit/", shown | {"title": self.new_words(), "action-publish": "1"})
        assert not Page.objects.get(pk=page.pk).live, self.log
        return str(page)

    def save_after_move(self) -> str:
        """Move a page in one window, and publish it in another: it stays where it was moved to."""
        page, home = self.pick(StandardPage, depth__gt=3), HomePage.objects.get()
        if page is None or home.get_children().filter(slug=page.slug).exists():
            return ""
        draft = page.get_latest_revision_as_object()
        if home.get_children().filter(slug=draft.slug).exists():
            return ""
        shown = self.fill_in(draft)
        self.post(f"pages/{page.pk}/move/{home.pk}/confirm/", {"send_to": ""})
        self.post(f"pages/{page.pk}/edit/", shown | {"title": self.new_words(), "action-publish": "1"})
        self.chosen.pop(page.pk, None)
        assert Page.objects.get(pk=page.pk).get_parent().pk == home.pk, self.log
        return str(page)

    def submit_twice(self) -> str:
        """Go back in the browser, and send the same form again."""
        before, address, data = self.send, "", {}

        def remember(told, answer):
            nonlocal address, data
            address, data = told, answer
            return before(told, answer)

        action = self.random.choice(["create", "unpublish", "delete", "move", "restore_deleted"])
        self.send = remember
        try:
            done = getattr(self, action)()
        finally:
            self.send = before
        if address:
            self.post_in_vain(address, data)
        return f"{action} {done}"
