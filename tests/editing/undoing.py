"""Undo a step through the admin: find what it changed, and put back each of it as an editor would."""

from typing import Any

from django.forms.models import model_to_dict
from wagtail.models import Page, Revision

from blog.models import BlogCategory
from clinic.models import TrashedPage
from tests.editing.actions import Actions
from tests.editing.editor import CLINIC_ZONE
from tests.editing.state import SNIPPETS, PageState, State, take
from treatments.models import AreaOfConcern, TreatmentPage


class Undoing:
    def __init__(self, editor: Actions, known: dict):
        self.editor, self.known = editor, known
        self.again: dict[tuple[type, int], int] = {}  # snippets that were made again have another key

    def put_back(self, before: State, now: State) -> None:
        """Make the site what it was before. It is ``now`` as the step left it."""
        if not before.differences(now):
            return
        for pk, page in now.pages.items():
            if pk not in before.pages or before.pages[pk].told != page.told:
                self.editor.chosen.pop(pk, None)
        self.snippets(before)
        for pk, page in before.pages.items():
            if pk not in now.pages:
                row = TrashedPage.objects.get(page_id=pk)
                self.editor.post(f"trash/{row.pk}/restore/", {"parent": page.parent, "slug": row.slug})
        for pk in reversed(now.pages):
            if pk not in before.pages:
                self.editor.post(f"pages/{pk}/delete/", {"send_to": ""})
        now = take(self.known)
        for pk, was in before.pages.items():
            if now.pages[pk].told != was.told:
                self.page(pk, was)
        self.order(before)
        differences = before.differences(take(self.known))
        assert not differences, "\n".join([*differences, *self.editor.log])

    def snippets(self, before: State) -> None:
        for model in SNIPPETS:
            address = f"snippets/{model._meta.app_label}/{model._meta.model_name}"
            kept = {self.again.get((model, pk), pk): words for pk, words in before.snippets[model].items()}
            now = {row.pk: row for row in model.objects.all()}
            for pk in now.keys() - kept.keys():
                self.editor.post(f"{address}/delete/{pk}/", {})
            for pk, words in kept.items():
                data = {key: "" if value is None else value for key, value in words.items() if value is not False}
                if pk not in now:
                    self.editor.post(f"{address}/add/", data)
                    first = next(old for old, told in before.snippets[model].items() if told == words)
                    self.again[model, first] = model.objects.latest("pk").pk
                elif model_to_dict(now[pk], exclude=["id", "latest_revision"]) != words:
                    # The history of a snippet is deleted with it.
                    version = None if pk in self.again.values() else self.find_version(now[pk], words)
                    view = f"history/{pk}/revisions/{version.pk}/revert" if version else f"edit/{pk}"
                    self.editor.post(f"{address}/{view}/", data)

    def find_version(self, row: Any, words: dict) -> Revision:
        """Return the version in the history that has these words."""
        for version in row.revisions.order_by("-pk"):
            if model_to_dict(version.as_object(), exclude=["id", "latest_revision"]) == words:
                return version
        raise AssertionError(f"The history of {row!r} has no version with {words}")

    def page(self, pk: int, was: PageState) -> None:
        """Put back one page: its place, its schedule, what is live, its draft, and who may see it."""
        now = take(self.known).pages[pk]
        if now.parent != was.parent:
            self.editor.post(f"pages/{pk}/move/{was.parent}/confirm/", {"send_to": ""})
        if now.goes_live and now.goes_live != was.goes_live:
            version = Revision.page_revisions.get(object_id=str(pk), approved_go_live_at__isnull=False)
            self.editor.post(f"pages/{pk}/revisions/{version.pk}/unschedule/", {})
        now = take(self.known).pages[pk]
        if now.told == was.told:
            return
        if was.live is None and now.live is not None:
            self.editor.post(f"pages/{pk}/unpublish/", {"send_to": ""})
        elif was.live is not None and (was.live, was.url, was.times) != (now.live, now.url, now.times):
            self.restore(pk, was.live_version, was, {"action-publish": "1"})
        now = take(self.known).pages[pk]
        if (now.draft, now.times) != (was.draft, was.times):
            self.restore(pk, was.latest_version, was, {})
        if now.is_private != was.is_private:
            self.editor.set_privacy(pk, is_private=was.is_private)

    def restore(self, pk: int, version: int | None, was: PageState, action: dict) -> None:
        """Restore a version from the history, with the categories and areas that were made again."""
        page = Page.objects.get(pk=pk).specific
        revision = page.revisions.filter(pk=version).first() or page.revisions.order_by("pk").first()
        expires = was.times[0].astimezone(CLINIC_ZONE).strftime("%Y-%m-%d %H:%M") if was.times[0] else ""
        fields = {"go_live_at": "", "expire_at": expires, **action}
        words = (action and was.live) or was.draft
        if "categories" in words:
            categories = BlogCategory.objects.filter(slug__in=words["categories"])
            fields["categories"] = list(categories.values_list("pk", flat=True))
        if isinstance(page, TreatmentPage):
            area = AreaOfConcern.objects.filter(slug=words.get("area")).first()
            fields["area"] = area.pk if area else ""
        self.editor.save(revision.as_object(), version=revision.pk, **fields)

    def order(self, before: State) -> None:
        """Drag the pages to their places."""
        for parent in before.pages:
            wanted = before.children(parent)
            for place, pk in enumerate(wanted):
                now = [*Page.objects.get(pk=parent).get_children().values_list("pk", flat=True)]
                if now[place] != pk:
                    self.editor.post(f"pages/{pk}/set_position/?position={place}", {}, done=200)
