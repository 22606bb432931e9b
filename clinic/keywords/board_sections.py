"""Say what a row of each section of the board tells, and where it is mended."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Page

from clinic.addresses import missing
from clinic.addresses.models import MissingAddress
from clinic.search import log
from clinic.search.models import SearchPhrase
from clinic.triage.models import State, TriagedModel
from clinic.triage.views import get_actions

from . import coverage, evidence, search_console
from .board import Action, Line, Section
from .console_models import SearchResult
from .evidence import Findings
from .models import PageKeyword


def edit_url(page: Page | int) -> str:
    return reverse("wagtailadmin_pages:edit", args=[getattr(page, "pk", page)])


def title_of(page: Page) -> str:
    return page.get_admin_display_title()


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


def show_refused_page(row: PageKeyword) -> Line:
    said = _("was published for “%(keyword)s”, but another page is the page for it. This one supports it now.") % {
        "keyword": row.group
    }
    title = title_of(row.page)
    agree = {"page": row.page_id, "role": PageKeyword.Role.SUPPORTING}
    assign = reverse("keyword_assign", args=[row.group_id])
    actions = [Action(_("Choose the page"), assign, is_main=True), Action(_("It supports that page"), assign, agree)]
    return Line(title, [said], edit_url(row.page_id), actions)


def show_landing(row: PageKeyword) -> Line:
    traffic = row.group.traffic
    landing = title_of(traffic.landing_page) if traffic.landing_page else traffic.landing_path
    said = _("people land on “%(landing)s”, but “%(page)s” is the page for it") % {
        "landing": landing, "page": title_of(row.page),
    }  # fmt: skip
    count = ngettext("%(count)s click", "%(count)s clicks", traffic.landing_clicks)
    choose = Action(_("Choose the page"), reverse("keyword_assign", args=[row.group_id]), is_main=True)
    actions = [choose, Action(_("Edit the page for it"), edit_url(row.page_id))]
    if traffic.landing_page:
        actions.append(Action(_("Edit where they land"), edit_url(traffic.landing_page)))
    details = [said, count % {"count": f"{traffic.landing_clicks:,}"}]
    return Line(row.group.name, details, edit_url(row.page_id), actions)


def show_query(row: SearchResult) -> Line:
    counts = [
        _("%(count)s times seen in Google") % {"count": f"{row.impressions:,}"},
        ngettext("%(count)s click", "%(count)s clicks", row.clicks) % {"count": f"{row.clicks:,}"},
    ]
    make = Action(_("Make a keyword"), reverse("keyword_from_words"), {"words": row.query}, is_main=True)
    ignore = Action(_("Ignore"), reverse("search_console_ignore"), {"query": row.query})
    return Line(row.query, [", ".join(counts)], "", [make, ignore])


def show_search(row: SearchPhrase) -> Line:
    details = ngettext("found nothing %(count)s time", "found nothing %(count)s times", row.zero_hits)
    return Line(row.words, [details % {"count": f"{row.zero_hits:,}"}], "", list_triage_actions(row))


def show_missing_address(row: MissingAddress) -> Line:
    details = [ngettext("%(count)s time", "%(count)s times", row.times) % {"count": f"{row.times:,}"}]
    if row.referrer:
        details.append(_("from %(referrer)s") % {"referrer": row.referrer})
    return Line(row.path, details, "", list_triage_actions(row))


def list_triage_actions(row: TriagedModel) -> list[Action]:
    found = get_actions(row)
    actions = [Action(found["fix"].label, found["fix"].url, is_main=True)] if found["fix"] else []
    if found["words"]:
        actions.append(Action(_("Make a keyword"), found["make_keyword"], {"words": found["words"]}))
    actions.append(Action(_("Ignore"), found["set_state"], {"state": State.IGNORED}))
    return actions


def list_sections() -> Iterator[Section]:
    yield Section(
        "gaps", gettext_lazy("Searches without a page"),
        gettext_lazy("People search for this, and no live page answers it."),
        gettext_lazy("Every keyword has a page."),
        coverage.list_groups_without_page, coverage.find_gaps, show_gap,
    )  # fmt: skip
    yield Section(
        "pages", gettext_lazy("Pages without a keyword"),
        gettext_lazy("Say which search a page answers, or that it needs none, such as a privacy notice."),
        gettext_lazy("Every page has a keyword."),
        coverage.list_pages_without_keyword, coverage.find_pages_without_keyword, show_page_without_keyword,
    )  # fmt: skip
    yield Section(
        "conflicts", gettext_lazy("Pages in each other’s way"),
        gettext_lazy("Two pages that say the same phrase in title or first heading compete for one search."),
        gettext_lazy("No page is in another’s way."),
        evidence.list_conflicts, evidence.find_conflicts, show_conflict,
    )  # fmt: skip
    yield Section(
        "silent", gettext_lazy("Pages that do not say their keyword"),
        gettext_lazy("Visitors should see at the top of the page that it answers what they searched for."),
        gettext_lazy("Every page says its keyword at the top."),
        evidence.list_silent_pages, evidence.find_silent_pages, show_silent_page,
    )  # fmt: skip
    yield Section(
        "links", gettext_lazy("Links to add"),
        gettext_lazy("These words are a keyword of another page. The link goes into the draft; you publish it."),
        gettext_lazy("No link is missing."),
        evidence.list_link_suggestions, evidence.find_link_suggestions, show_link_suggestion,
    )  # fmt: skip
    yield Section(
        "stray", gettext_lazy("Links to another page"),
        gettext_lazy("The words of the link are a keyword, and the link leads to another page than the page for it."),
        gettext_lazy("All links with a keyword lead to the page for it."),
        evidence.list_stray_links, evidence.find_stray_links, show_stray_link,
    )  # fmt: skip
    yield Section(
        "alike", gettext_lazy("Pages that say the same"),
        gettext_lazy(
            "Apart from names of places, these pages are almost the same. Search engines call them doorway pages. "
            "Keep one, or give each something of its own."
        ),
        gettext_lazy("No two pages say the same."),
        evidence.list_alike_pages, evidence.find_alike_pages, show_alike_pair,
    )  # fmt: skip
    yield Section(
        "stale", gettext_lazy("Pages left alone"),
        gettext_lazy("The page for a keyword is not published any more, or nobody has published it for a year."),
        gettext_lazy("Every page for a keyword is live, and was published within the last year."),
        coverage.list_stale_pages, coverage.find_stale_pages, show_stale_page,
    )  # fmt: skip
    yield Section(
        "refused", gettext_lazy("Second pages for a keyword"),
        gettext_lazy("Only one page can be the page for a keyword. These were published for one that had its page."),
        gettext_lazy("No keyword has a second page."),
        coverage.list_refused_pages, coverage.find_refused_pages, show_refused_page,
    )  # fmt: skip
    yield Section(
        "landings", gettext_lazy("People land elsewhere"),
        gettext_lazy(
            "Google leads most people who search for this to another page than the one you chose. Choose the page "
            "where they land, or make yours the better answer and link to it from there."
        ),
        gettext_lazy("Visitors of every keyword land on the page for it, as far as the imported files say."),
        search_console.find_other_landings, search_console.find_landings, show_landing,
    )  # fmt: skip
    yield Section(
        "queries", gettext_lazy("Google searches without a keyword"),
        gettext_lazy("People saw this site in Google for these words. The latest Search Console file says so."),
        gettext_lazy("Every query of the imported files has a keyword, or is ignored."),
        search_console.list_unowned, search_console.find_queries, show_query,
    )  # fmt: skip
    yield Section(
        "searches", gettext_lazy("Site searches that found nothing"),
        gettext_lazy("Visitors typed these words into the search of the site, and no page has them."),
        gettext_lazy("Every search found something."),
        log.list_open, find_searches, show_search,
    )  # fmt: skip
    yield Section(
        "missing", gettext_lazy("Missing addresses"),
        gettext_lazy("Visitors asked for these addresses, and there is no page."),
        gettext_lazy("No visitor missed a page."),
        missing.list_open, find_missing_addresses, show_missing_address,
    )  # fmt: skip


def find_searches(limit: int) -> Findings[SearchPhrase]:
    return Findings(log.list_open().count(), list(log.list_open()[:limit]))


def find_missing_addresses(limit: int) -> Findings[MissingAddress]:
    return Findings(missing.list_open().count(), list(missing.list_open()[:limit]))
