"""Read and write what search engines show of many pages: title, description, keyword and picture.

A row shows the latest draft. It is saved as a new draft with an entry in the history, and never over a draft that
somebody else saved since the row was shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.images import get_image_model
from wagtail.locks import BasicLock
from wagtail.models import Page, Revision, WorkflowState
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet

from clinic.pages.base import BREADCRUMBS_FROM, BasePage, make_breadcrumbs
from clinic.seo.head import make_description, make_titles
from clinic.site.models import ClinicProfile
from clinic.text import drop_unwanted
from clinic.undo.history import save_first_version

from .matching import spelling_of
from .models import Keyword, KeywordGroup, PageKeyword, find_primary

MAX_TITLE = 255
MAX_DESCRIPTION = 1000
PREVIEW = "max-165x165"  # the size that Wagtail's chooser shows
PRIMARY = PageKeyword.Role.PRIMARY
# What a row shows of a draft, beside its keywords.
FIELDS = ("title", "seo_title", "search_description", "listing_summary", "introduction", "intro", "hero_text", "body")
PICTURES = ("social_image", "listing_image")


@dataclass(frozen=True)
class Texts:
    """Hold the four values of a row. ``picture`` is the key of a picture, or ""."""

    title: str = ""
    description: str = ""
    keyword: str = ""
    picture: str = ""

    @classmethod
    def read(cls, data: Any, prefix: str) -> "Texts":
        values = (" ".join(drop_unwanted(data.get(f"{prefix}-{name}", "")).split()) for name in cls.__match_args__)
        return cls(*values)


@dataclass
class Row:
    """Hold a page of the table: what is stored, what was typed, and why something was not saved."""

    page: Page
    version: str
    stored: Texts
    supports: list[str] = field(default_factory=list)
    lock: str = ""
    typed: Texts | None = None
    conflict: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)
    # What visitors get without a title or description of its own.
    fallback_title: str = ""
    fallback_description: str = ""

    @property
    def shown(self) -> Texts:
        return self.typed or self.stored

    @property
    def is_disabled(self) -> bool:
        """Return whether the row only shows its values. What was typed before a lock stays in its fields."""
        return bool(self.lock) and self.typed is None

    @property
    def prefix(self) -> str:
        return f"page-{self.page.pk}"

    @property
    def has_picture(self) -> bool:
        return isinstance(self.page, BasePage)

    @property
    def fallback_picture(self) -> Any:
        return getattr(self.page, "listing_image", None) if not self.shown.picture else None


# Finding


def lacking(pages: PageQuerySet, what: str) -> PageQuerySet:
    """Return the pages whose latest draft has no description, keyword or picture of its own."""
    draft = "latest_revision__content__"
    with_rows = Exists(PageKeyword.objects.filter(page=OuterRef("pk")))
    no_picture = Q(pk__in=[])
    for model in _page_models():
        no_picture |= Q(pk__in=model.objects.filter(social_image=None, listing_image=None).values("pk"))
    conditions = {
        "title": (Q(seo_title=""), Q(**{f"{draft}seo_title": ""})),
        "description": (Q(search_description=""), Q(**{f"{draft}search_description": ""})),
        "keyword": (~Q(with_rows), Q(**{f"{draft}page_keywords": []})),
        "picture": (no_picture, Q(**{f"{draft}social_image": None, f"{draft}listing_image": None})),
    }
    if what not in conditions:
        return pages
    live, drafted = conditions[what]
    # Few pages have changes that are not published: only their drafts are searched.
    return pages.filter((Q(has_unpublished_changes=False) & live) | (Q(has_unpublished_changes=True) & drafted))


def _page_models() -> list[type[BasePage]]:
    found, left = [], [BasePage]
    while left:
        for model in left.pop().__subclasses__():
            left.append(model)
            if not model._meta.abstract:
                found.append(model)
    return found


# Reading


def load_rows(pages: Iterable[Page], user) -> list[Row]:
    """Return the rows of pages. The number of queries depends on the types of the pages, not on their number."""
    pages = list(pages)
    keys = [page.pk for page in pages]
    bases = Page.objects.select_related("latest_revision", "locked_by").annotate_approved_schedule().in_bulk(keys)
    specifics = {page.pk: page for page in Page.objects.filter(pk__in=keys).specific()}
    keys = [pk for pk in keys if pk in bases and pk in specifics]  # some may be deleted meanwhile
    in_moderation = set(
        WorkflowState.objects.active()
        .filter(base_content_type=ContentType.objects.get_for_model(Page), object_id__in=[str(key) for key in keys])
        .values_list("object_id", flat=True)
    )
    contents = {pk: _draft_of(bases[pk]) for pk in keys}
    keywords = _load_keywords(contents)
    pictures = _load_pictures(contents, specifics)
    rows = []
    for pk in keys:
        page, base, content = specifics[pk], bases[pk], contents[pk]
        for name in FIELDS:
            if content and name in content and hasattr(page, name):
                setattr(page, name, content[name])
        chosen = {}
        for name in PICTURES:
            if isinstance(page, BasePage):
                chosen[name] = content.get(name) if content else getattr(page, f"{name}_id")
                setattr(page, name, pictures.get(chosen[name]))
        primary, supports = keywords[pk]
        stored = Texts(
            " ".join(page.seo_title.split()),
            " ".join(page.search_description.split()),
            primary,
            str(chosen["social_image"]) if pictures.get(chosen.get("social_image")) else "",
        )
        row = Row(page, str(base.latest_revision_id or 0), stored, supports)
        row.lock = _describe_lock(base, user, str(pk) in in_moderation)
        row.pictures = {str(key): picture for key, picture in pictures.items()}
        rows.append(row)
    return rows


def load_fallbacks(rows: list[Row], clinic: ClinicProfile) -> None:
    """Set the texts that the site makes for pages without their own. One query finds the pages above all of them."""
    pages = [row.page for row in rows if isinstance(row.page, BasePage)]
    first = (BREADCRUMBS_FROM - 1) * Page.steplen
    paths = {page: [page.path[:end] for end in range(first, len(page.path), Page.steplen)] for page in pages}
    above = {one.path: one for one in Page.objects.filter(path__in={path for some in paths.values() for path in some})}
    for page in pages:
        page.breadcrumbs = make_breadcrumbs(above[path] for path in paths[page] if path in above)
    for row in rows:
        row.fallback_title = make_titles(row.page, clinic)[0]
        row.fallback_description = make_description(row.page, clinic)


def _draft_of(base: Page) -> dict[str, Any] | None:
    """Return the content of the latest version if it is not what the database has."""
    return base.latest_revision.content if base.has_unpublished_changes and base.latest_revision else None


def _load_keywords(contents: dict[int, dict[str, Any] | None]) -> dict[int, tuple[str, list[str]]]:
    """Return the keyword that each page is for, and those that it supports."""
    found: dict[int, list[tuple[int, str]]] = {
        pk: [(one["group"], one["role"]) for one in content.get("page_keywords", [])]
        for pk, content in contents.items()
        if content
    }
    stored = PageKeyword.objects.filter(page__in=[pk for pk, content in contents.items() if not content])
    for page, group, role in stored.order_by("sort_order", "pk").values_list("page", "group", "role"):
        found.setdefault(page, []).append((group, role))
    keys = {group for rows in found.values() for group, _role in rows}
    groups = KeywordGroup.objects.select_related("merged_into").in_bulk(keys)
    names = {pk: group.current.name for pk, group in groups.items()}
    result = {}
    for page in contents:
        known = [(names[group], role) for group, role in found.get(page, []) if group in names]
        primary = next((name for name, role in known if role == PRIMARY), "")
        result[page] = primary, [name for name, role in known if name != primary]
    return result


def _load_pictures(contents: dict[int, dict[str, Any] | None], specifics: dict[int, Page]) -> dict[int, Any]:
    keys = set()
    for pk, content in contents.items():
        page = specifics[pk]
        for name in PICTURES:
            keys.add(content.get(name) if content else getattr(page, f"{name}_id", None))
    return find_pictures(keys - {None})


def find_pictures(keys: Iterable[Any]) -> dict[int, Any]:
    return get_image_model().objects.prefetch_renditions(PREVIEW).in_bulk(list(keys))


def _describe_lock(base: Page, user, in_moderation: bool) -> str:
    if base.approved_schedule:
        return _("Scheduled to go live. Cancel the schedule before you change it.")
    if base.locked and BasicLock(base).for_user(user):
        return _("Locked by %(name)s.") % {"name": base.locked_by} if base.locked_by else _("Locked.")
    return _("In moderation. Change it in its editor.") if in_moderation else ""


def texts_of_version(revision: Revision) -> Texts:
    """Return what a row showed of an earlier version."""
    content = revision.content
    primary, _supports = _load_keywords({revision.pk: content})[revision.pk]
    texts = (" ".join((content.get(name) or "").split()) for name in ("seo_title", "search_description"))
    return Texts(*texts, primary, str(content.get("social_image") or ""))


# Writing


class ChangedMeanwhileError(Exception):
    """Say that somebody else saved the page."""


def find_group(text: str) -> KeywordGroup | None:
    """Return the group with this name, or with this phrase."""
    active = KeywordGroup.objects.filter(merged_into=None)
    if group := active.filter(name__iexact=text).order_by("pk").first():
        return group
    keyword = Keyword.objects.filter(spelling=spelling_of(text)).select_related("group__merged_into").first()
    return keyword.group.current if keyword else None


def check(row: Row, user) -> KeywordGroup | None:
    """Return the group of the typed keyword, and put faults into ``row.errors``."""
    typed, stored = row.shown, row.stored
    group = None
    if len(typed.title) > MAX_TITLE:
        row.errors["title"] = _("A title has at most %(count)s characters.") % {"count": MAX_TITLE}
    if len(typed.description) > MAX_DESCRIPTION:
        row.errors["description"] = _("A description has at most %(count)s characters.") % {"count": MAX_DESCRIPTION}
    if typed.keyword and typed.keyword != stored.keyword:
        group = find_group(typed.keyword[:400])
        if group is None:
            row.errors["keyword"] = _("There is no keyword “%(name)s”. Choose one of the list, or add it first.") % {
                "name": typed.keyword[:80]
            }
    if typed.picture and typed.picture != stored.picture:
        is_key = typed.picture.isascii() and typed.picture.isdigit() and len(typed.picture) < 19
        allowed = policy_registry.get_by_type(get_image_model()).instances_user_has_permission_for(user, "choose")
        if not row.has_picture or not is_key or not allowed.filter(pk=typed.picture).exists():
            row.errors["picture"] = _("This picture no longer exists. Choose another one.")
    return group


@transaction.atomic
def save_row(row: Row, group: KeywordGroup | None, request, publish: bool) -> bool:
    """Save a row as a new draft, publish it if that changes nothing else, and return whether it was published.

    Raise ChangedMeanwhileError if there is a newer draft, ValidationError if the page cannot be changed now.
    """
    user = request.user
    base = Page.objects.select_for_update().get(pk=row.page.pk)
    if str(base.latest_revision_id or 0) != row.version:
        raise ChangedMeanwhileError
    rights = base.permissions_for_user(user)
    if not rights.can_edit() or rights.page_locked():
        raise ValidationError(_("This page cannot be changed now."))
    had_changes = base.has_unpublished_changes
    save_first_version(request, base.specific)
    draft = Page.objects.get(pk=base.pk).get_latest_revision_as_object()
    typed = row.shown
    draft.seo_title, draft.search_description = typed.title, typed.description
    if row.has_picture:
        draft.social_image_id = int(typed.picture) if typed.picture else None
    if typed.keyword != row.stored.keyword:
        set_primary(draft, group)
    if not draft.live:
        draft.save()  # as the editor does: a page that was never live has its draft in the database, too
    revision = draft.save_revision(user=user, log_action=True, clean=False)
    if not (publish and draft.live and not had_changes and rights.can_publish()):
        return False
    try:
        draft.full_clean()
    except ValidationError:
        return False
    PublishPageRevisionAction(revision, user=user, changed=True).execute(skip_permission_checks=True)
    return True


def set_primary(page: Page, group: KeywordGroup | None) -> None:
    """Make the page the one for this keyword, in place of the keyword that it was for."""
    rows = list(page.page_keywords.select_related("group__merged_into"))
    same = next((one for one in rows if group and one.group.current == group), None)
    for one in rows:
        if one.role == PRIMARY and one is not same:
            page.page_keywords.remove(one)
            break
    if same:
        same.role = PRIMARY
        page.page_keywords.add(same)
    elif group:
        page.page_keywords.add(PageKeyword(group=group, role=PRIMARY, sort_order=len(rows)))


def find_other_page(group: KeywordGroup | None, page: Page) -> Page | None:
    """Return the live page that is the one for this keyword already."""
    holder = find_primary(group).exclude(page=page.pk).select_related("page").first() if group else None
    return holder.page if holder else None
