"""Hold what editors keep of the site: pages, their places and texts, and snippets. Keys of rows may change."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from wagtail.models import Page, PageViewRestriction, Revision

from blog.models import BlogCategory
from clinic.models import HomePage, Person, Testimonial
from treatments.models import AreaOfConcern

SNIPPETS = (BlogCategory, AreaOfConcern, Person, Testimonial)
# What Wagtail counts and notes beside the words of a page, and the keys of rows.
NOT_WORDS = {
    "pk", "page", "path", "depth", "numchild", "url_path", "draft_title", "live", "has_unpublished_changes", "expired",
    "owner", "locked", "locked_at", "locked_by", "latest_revision", "latest_revision_created_at", "live_revision",
    "first_published_at", "last_published_at", "go_live_at", "expire_at", "content_type", "content_object",
    "sort_order", "id", "search_description_embedding", "claimed_at", "took_over", "changed_at", "content_digest",
}  # fmt: skip

BLOCK_KEY = re.compile(r' data-block-key="\w+"')  # the text editor writes another one whenever it is opened

Words = dict[str, Any]


@dataclass
class PageState:
    parent: int
    url: str | None
    live: Words | None  # what visitors read, None for a draft
    draft: Words | None  # what the editor shows
    live_version: int | None
    latest_version: int | None
    expires: datetime | None
    goes_live: datetime | None
    is_private: bool

    @property
    def times(self) -> list[datetime | None]:
        """Return when the page ends and goes live. Moments that are over are none."""
        return [moment if moment and moment > timezone.now() else None for moment in (self.expires, self.goes_live)]

    @property
    def told(self) -> tuple:
        """Return what has to be the same."""
        return self.parent, self.url, self.live, self.draft, *self.times, self.is_private


@dataclass
class State:
    pages: dict[int, PageState]  # in the order of the tree
    snippets: dict[type, dict[int, Words]]

    def children(self, parent: int) -> list[int]:
        return [pk for pk, page in self.pages.items() if page.parent == parent]

    def differences(self, other: "State") -> list[str]:
        """Return what the other state has otherwise."""
        found = []
        for pk in self.pages.keys() | other.pages.keys():
            one, two = self.pages.get(pk), other.pages.get(pk)
            if not (one and two):
                found.append(f"page {pk} was {one and one.url}, is {two and two.url}")
            elif one.told != two.told:
                names = ("parent", "url", "live", "draft", "expires", "goes_live", "is_private")
                for name, was, now in zip(names, one.told, two.told, strict=True):
                    found += [f"{name} of page {pk} {tell(was, now)}"] if was != now else []
        if list(self.pages) != list(other.pages):
            found.append(f"the order was {list(self.pages)}, is {list(other.pages)}")
        for model in SNIPPETS:
            was, now = ([words for _pk, words in sorted(state.snippets[model].items())] for state in (self, other))
            if sorted(map(str, was)) != sorted(map(str, now)):
                found.append(
                    f"{model._meta.verbose_name}: {[one for one in was if one not in now]} became "
                    f"{[one for one in now if one not in was]}"
                )
        return found


def tell(was: Any, now: Any) -> str:
    if isinstance(was, dict) and isinstance(now, dict):
        keys = [key for key in was.keys() | now.keys() if was.get(key) != now.get(key)]
        return ", ".join(f"{key}: {tell(was.get(key), now.get(key))}" for key in keys)
    one, two = str(was), str(now)
    first = next((place for place, letters in enumerate(zip(one, two, strict=False)) if len(set(letters)) > 1), 0)
    start = max(first - 60, 0)
    return f"{one[start : start + 200]} became {two[start : start + 200]}"


def take(known: dict[tuple, Words]) -> State:
    """Return the state of now. ``known`` holds the words of versions, which do not change."""
    slugs = {model: dict(model.objects.values_list("pk", "slug")) for model in (BlogCategory, AreaOfConcern)}
    goes_live = dict(
        Revision.page_revisions.filter(approved_go_live_at__isnull=False).values_list(
            "object_id", "approved_go_live_at"
        )
    )
    private = set(PageViewRestriction.objects.values_list("page_id", flat=True))
    site = HomePage.objects.get()
    rows = list(Page.objects.descendant_of(site, inclusive=True).order_by("path").specific())
    keys = {page.path: page.pk for page in rows}
    pages = {}
    latest = Revision.objects.in_bulk([page.latest_revision_id for page in rows if page.latest_revision_id])
    for page in rows:
        version = latest.get(page.latest_revision_id)
        if version and (version.pk, version.created_at) not in known:
            known[version.pk, version.created_at] = keep_draft(version.content)
        content = version.content if version else page.serializable_data()
        draft = known[version.pk, version.created_at] if version else keep_draft(page.serializable_data())
        live = keep_words(page.serializable_data()) if page.live else None
        expires = page.expire_at if page.live else content.get("expire_at")
        pages[page.pk] = PageState(
            parent=keys.get(page.path[: -Page.steplen], 0),
            url=page.url,
            live=live and by_slug(live, slugs),
            draft=by_slug(draft, slugs),
            live_version=page.live_revision_id,
            latest_version=page.latest_revision_id,
            expires=parse_datetime(expires) if isinstance(expires, str) else expires,
            goes_live=goes_live.get(str(page.pk)),
            is_private=page.pk in private,
        )
    snippets = {
        model: {row.pk: model_to_dict(row, exclude=["id", "latest_revision"]) for row in model.objects.all()}
        for model in SNIPPETS
    }
    return State(pages, snippets)


def keep_words(data: Any) -> Any:
    """Return what a page holds without keys of rows and blocks, and numbers as the database writes them."""
    if isinstance(data, dict):
        words = {key: keep_words(value) for key, value in data.items() if key not in NOT_WORDS and value is not None}
        return words | {name: sorted(words[name], key=str) for name in ("page_keywords",) if name in words}
    if isinstance(data, list):
        return [keep_words(value) for value in data]
    if isinstance(data, str) and data.startswith("[{"):  # blocks
        return keep_words(json.loads(data))
    if isinstance(data, str):
        return BLOCK_KEY.sub("", data).replace("<p></p>", "")
    if isinstance(data, date):
        return data.isoformat()
    return f"{data:f}".removesuffix(".00") if isinstance(data, Decimal) else data


def keep_draft(data: Words) -> Words:
    """Return what a version holds. Whether its keywords were live is what was so when it was saved."""
    words = keep_words(data)
    for row in words.get("page_keywords", ()):
        row.pop("is_live", None)
    return words


def by_slug(words: Words, slugs: dict[type, dict[int, str]]) -> Words:
    """Name categories and areas by their slugs: one that is made again has another key. Leave out deleted ones."""
    words = dict(words)
    if "categories" in words:
        words["categories"] = sorted(filter(None, (slugs[BlogCategory].get(int(pk)) for pk in words["categories"])))
    if area := slugs[AreaOfConcern].get(words.pop("area", None)):
        words["area"] = area
    return words
