"""Show what is to be done about keywords, section by section. Everything is read from stored rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.models import Page

from . import coverage, evidence
from .access import KeywordAccessMixin
from .evidence import Findings
from .models import PageKeyword

LINES = 25  # on a page of a section
MAX_PAGE = 400


@dataclass(frozen=True)
class Action:
    """Hold a button: a link, or a form with the fields if it changes something."""

    label: str
    url: str
    fields: dict[str, Any] | None = None
    is_main: bool = False


@dataclass(frozen=True)
class Line:
    text: str
    details: list[str] = field(default_factory=list)
    url: str = ""
    actions: list[Action] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """Hold a list of the board. ``find`` takes how many rows to read, and ``show`` turns one into a line."""

    slug: str
    title: str | Promise
    help: str | Promise
    empty: str | Promise
    find: Callable[[int], Findings[Any]]
    show: Callable[[Any], Line]


_sections: list[Section] = []


def register_section(section: Section) -> None:
    """Add a section to the board. Call it in ``AppConfig.ready()``, or where hooks are registered."""
    _sections.append(section)


def edit_url(page: Page | int) -> str:
    return reverse("wagtailadmin_pages:edit", args=[getattr(page, "pk", page)])


def title_of(page: Page) -> str:
    return page.get_admin_display_title()


class BoardView(KeywordAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show how much is to be done in each section, and the lines of one."""

    template_name = "clinic/admin/keywords/board.html"
    page_title = gettext_lazy("Keywords")
    header_icon = "tag"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        totals = {section.slug: section.find(0).total for section in _sections}
        shown = self.get_section(totals)
        number = self.get_number(totals[shown.slug])
        rows = shown.find(number * LINES).rows[(number - 1) * LINES :]
        return super().get_context_data(
            sections=[(section, totals[section.slug]) for section in _sections],
            shown=shown,
            total=totals[shown.slug],
            lines=[shown.show(row) for row in rows],
            number=number,
            last=max(1, -(-totals[shown.slug] // LINES)),
            state=evidence.get_reading_state(),
            here=self.request.get_full_path(),
            **kwargs,
        )

    def get_section(self, totals: dict[str, int]) -> Section:
        """Return the section that was asked for, or else the first one with something to do."""
        asked = self.request.GET.get("section")
        if asked:
            for section in _sections:
                if section.slug == asked:
                    return section
            raise Http404
        return next((section for section in _sections if totals[section.slug]), _sections[0])

    def get_number(self, total: int) -> int:
        """Return which page of the section is shown. Anything else than a number is the first."""
        asked = self.request.GET.get("p", "")
        number = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
        return min(max(number, 1), max(1, -(-total // LINES)), MAX_PAGE)


# What a row of each section says, and where it is mended


def show_gap(group) -> Line:
    details = [ngettext("%(count)s phrase", "%(count)s phrases", group.phrases_count) % {"count": group.phrases_count}]
    if group.searches:
        details.append(_("%(count)s searches a month") % {"count": f"{group.searches:,}"})
    if group.best == 1:
        details.append(_("high priority"))
    choose = Action(_("Choose a page"), reverse("keyword_assign", args=[group.pk]), is_main=True)
    return Line(group.name, details, reverse("wagtailsnippets_clinic_keywordgroup:edit", args=[group.pk]), [choose])


def show_page_without_keyword(page: Page) -> Line:
    needs_none = Action(_("Needs none"), reverse("keyword_needs_none", args=[page.pk]), {})
    edit = Action(_("Choose a keyword"), f"{edit_url(page)}#tab-promote", is_main=True)
    return Line(title_of(page), [page.url_path.partition("/")[2]], edit_url(page), [edit, needs_none])


def show_conflict(found: evidence.Conflict) -> Line:
    places = [label for label, here in ((_("title"), found.in_title), (_("first heading"), found.in_heading)) if here]
    said = _("says “%(keyword)s” in its %(places)s, but “%(owner)s” is the page for it") % {
        "keyword": found.group, "places": _(" and ").join(places), "owner": found.owner.title,
    }  # fmt: skip
    supporting = {"page": found.page.pk, "role": PageKeyword.Role.SUPPORTING}
    return Line(
        title_of(found.page),
        [said],
        edit_url(found.page),
        [
            Action(_("Change the text"), edit_url(found.page), is_main=True),
            Action(_("It supports that page"), reverse("keyword_assign", args=[found.group.pk]), supporting),
        ],
    )


def show_stray_link(found: evidence.StrayLink) -> Line:
    said = _("links the words “%(words)s” to “%(target)s”, but “%(owner)s” is the page for them") % {
        "words": found.words, "target": title_of(found.target), "owner": found.owner.title,
    }  # fmt: skip
    change = Action(_("Change the link"), edit_url(found.page), is_main=True)
    return Line(title_of(found.page), [said], edit_url(found.page), [change])


def show_silent_page(found: evidence.SilentPage) -> Line:
    said = _("is the page for “%(keyword)s”, but says it in neither title, heading nor opening paragraph")
    edit = Action(_("Edit the page"), edit_url(found.page), is_main=True)
    return Line(title_of(found.page), [said % {"keyword": found.group}], edit_url(found.page), [edit])


def show_stale_page(found: coverage.StalePage) -> Line:
    if found.is_live:
        said = _("the page for “%(keyword)s”, last published %(day)s") % {
            "keyword": found.group, "day": found.page.last_published_at and found.page.last_published_at.date(),
        }  # fmt: skip
        actions = [Action(_("Read it again"), edit_url(found.page), is_main=True)]
    else:
        said = _("was the page for “%(keyword)s”, and is not published any more") % {"keyword": found.group}
        choose = Action(_("Choose another page"), reverse("keyword_assign", args=[found.group.pk]))
        actions = [Action(_("Open the page"), edit_url(found.page), is_main=True), choose]
    return Line(title_of(found.page), [said], edit_url(found.page), actions)


def show_alike_pair(found: evidence.AlikePair) -> Line:
    said = _("%(percent)s %% the same as “%(other)s”, apart from names of places") % {
        "percent": found.percent, "other": title_of(found.second),
    }  # fmt: skip
    actions = [
        Action(_("Edit this page"), edit_url(found.first), is_main=True),
        Action(_("Edit the other"), edit_url(found.second)),
    ]
    return Line(title_of(found.first), [said], edit_url(found.first), actions)


def show_link_suggestion(found: evidence.LinkSuggestion) -> Line:
    text = _("“%(words)s” could link to “%(owner)s”") % {"words": found.words, "owner": found.owner.title}
    add = Action(_("Add the link"), reverse("keyword_link_add", args=[found.pk]), {}, is_main=True)
    ignore = Action(_("Ignore"), reverse("keyword_link_ignore", args=[found.pk]), {})
    return Line(title_of(found.page), [text, found.excerpt], edit_url(found.page), [add, ignore])


def own_sections() -> Iterator[Section]:
    yield Section(
        "gaps", gettext_lazy("Searches without a page"),
        gettext_lazy("People search for this, and no live page answers it."),
        gettext_lazy("Every keyword has a page."), coverage.find_gaps, show_gap,
    )  # fmt: skip
    yield Section(
        "pages", gettext_lazy("Pages without a keyword"),
        gettext_lazy("Say which search a page answers, or that it needs none, such as a privacy notice."),
        gettext_lazy("Every page has a keyword."), coverage.find_pages_without_keyword, show_page_without_keyword,
    )  # fmt: skip
    yield Section(
        "conflicts", gettext_lazy("Pages in each other’s way"),
        gettext_lazy("Two pages that say the same phrase in title or first heading compete for one search."),
        gettext_lazy("No page is in another’s way."), evidence.find_conflicts, show_conflict,
    )  # fmt: skip
    yield Section(
        "silent", gettext_lazy("Pages that do not say their keyword"),
        gettext_lazy("Visitors should see at the top of the page that it answers what they searched for."),
        gettext_lazy("Every page says its keyword at the top."), evidence.find_silent_pages, show_silent_page,
    )  # fmt: skip
    yield Section(
        "links", gettext_lazy("Links to add"),
        gettext_lazy("These words are a keyword of another page. The link goes into the draft; you publish it."),
        gettext_lazy("No link is missing."), evidence.find_link_suggestions, show_link_suggestion,
    )  # fmt: skip
    yield Section(
        "stray", gettext_lazy("Links to another page"),
        gettext_lazy("The words of the link are a keyword, and the link leads to another page than the page for it."),
        gettext_lazy("All links with a keyword lead to the page for it."), evidence.find_stray_links, show_stray_link,
    )  # fmt: skip
    yield Section(
        "alike", gettext_lazy("Pages that say the same"),
        gettext_lazy(
            "Apart from names of places, these pages are almost the same. Search engines call them doorway pages. "
            "Keep one, or give each something of its own."
        ),
        gettext_lazy("No two pages say the same."), evidence.find_alike_pages, show_alike_pair,
    )  # fmt: skip
    yield Section(
        "stale", gettext_lazy("Pages left alone"),
        gettext_lazy("The page for a keyword is not published any more, or nobody has published it for a year."),
        gettext_lazy("Every page for a keyword is live, and was published within the last year."),
        coverage.find_stale_pages, show_stale_page,
    )  # fmt: skip


_sections.extend(own_sections())
