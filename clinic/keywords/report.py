"""Tell an editor what search engines will find on a page, read from its preview."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lxml import etree
from wagtail.models import Page

from .evidence import get_links_to
from .models import KeywordGroup, PageKeyword, find_primary, get_language
from .page_models import PageLink
from .reading import MAX_HTML, Evidence, find_evidence, read_page

MAX_KEYWORDS = 20  # of a page, in the report
MAX_WORDS = 5  # of links, in a line
FINDINGS = "clinic-findings"  # the name of the meta tag that the content checks read


@dataclass(frozen=True)
class Head:
    """Hold what the head of a page tells search engines and social networks."""

    title: str = ""
    description: str = ""
    address: str = ""
    is_hidden: bool = False
    card_title: str = ""
    card_description: str = ""
    image: str = ""
    image_alt: str = ""
    site_name: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def steps(self) -> list[str]:
        """Return the parts of the address as a search engine shows them."""
        return [part for part in urlsplit(self.address).path.split("/") if part]

    @property
    def image_source(self) -> str:
        """Return where the admin finds the picture: on its own host, if the site serves it."""
        parts = urlsplit(self.image)
        is_ours = parts.netloc in ("", self.host) or parts.path.startswith(settings.MEDIA_URL)
        return parts._replace(scheme="", netloc="").geturl() if is_ours else self.image


def read_head(html: str) -> Head:
    """Return what the head says. Never raises, whatever the HTML is."""
    source = html[:MAX_HTML].encode("utf-8", "replace").replace(b"\0", b"")
    try:
        tree = etree.fromstring(source or b" ", etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except etree.LxmlError:
        tree = None
    if tree is None:
        return Head()
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = (tag.get("property") or tag.get("name") or "").lower()
        found.setdefault(name, " ".join((tag.get("content") or "").split()))
    links = (tag.get("href") or "" for tag in tree.iter("link") if (tag.get("rel") or "").lower() == "canonical")
    title = next(tree.iter("title"), None)
    image = found.get("og:image", "")
    return Head(
        title=" ".join("".join(title.itertext()).split()) if title is not None else "",
        description=found.get("description", ""),
        address=next(links, "") or found.get("og:url", ""),
        is_hidden="noindex" in found.get("robots", ""),
        card_title=found.get("og:title", ""),
        card_description=found.get("og:description", ""),
        image=image if urlsplit(image).scheme in ("", "http", "https") else "",
        image_alt=found.get("og:image:alt", ""),
        site_name=found.get("og:site_name", ""),
    )


@dataclass(frozen=True)
class Line:
    """Hold one place of a page in words, and whether the keyword is there."""

    is_there: bool
    text: str


@dataclass
class KeywordReport:
    group: KeywordGroup
    role: str
    holder: Page | None
    evidence: Evidence
    phrases: list[str] = field(default_factory=list)
    state: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def is_missing(self) -> bool:
        """Return whether the page is for the keyword and does not say it where people look first."""
        return self.role == PageKeyword.Role.PRIMARY and not self.evidence.is_prominent


def report_keywords(page: Page, html: str, head: Head) -> list[KeywordReport]:
    """Return a report for each keyword of the page as its form has it."""
    rows = [row for row in page.page_keywords.all() if row.group_id][:MAX_KEYWORDS]
    if not rows:
        return []
    groups = KeywordGroup.objects.prefetch_related("keywords").in_bulk([row.group_id for row in rows])
    language = get_language()
    words = {
        group.pk: [language.words_of(keyword.phrase) for keyword in group.keywords.all()] for group in groups.values()
    }
    text = read_page(html, head.address, head.site_name)
    found = find_evidence(text, {phrase for phrases in words.values() for phrase in phrases}, language)
    links = list(get_links_to(page)) if page.pk else []
    reports = []
    for row in rows:
        if group := groups.get(row.group_id):
            evidence = join_evidence(found[phrase] for phrase in words[group.pk] if phrase in found)
            holder = find_primary(group).exclude(page=page.pk).select_related("page").first()
            phrases = [keyword.phrase for keyword in group.keywords.all() if keyword.phrase != group.name]
            report = KeywordReport(group, row.role, holder and holder.page, evidence, phrases)
            report.state = " ".join(filter(None, [describe_state(row, holder, is_live=page.live), cite_reason(holder)]))
            report.lines = list_lines(report, links)
            reports.append(report)
    return reports


def join_evidence(found: Iterable[Evidence]) -> Evidence:
    """Return where a page says any of the phrases of a group."""
    found = list(found)
    names = [name for name in Evidence.__dataclass_fields__ if name != "excerpt"]
    # The phrase that stands in the most telling place gives the words around.
    first = next((one for one in found if one.is_prominent), found[0] if found else Evidence())
    return Evidence(**{name: any(getattr(one, name) for one in found) for name in names}, excerpt=first.excerpt)


def describe_state(row: PageKeyword, holder: PageKeyword | None, *, is_live: bool) -> str:
    """Return in words whether the page is the page for the keyword."""
    other = {"page": holder.page.get_admin_display_title()} if holder else {}
    if not row.is_primary:
        if holder:
            return _("Supports “%(page)s”, which is the page for it.") % other
        return _("Supports it. No page is the page for it yet.")
    if not holder:
        return _("This is the page for it.") if is_live else _("This is the page for it as soon as it is live.")
    if row.may_replace(holder):
        return _("When you publish, this page takes the place of “%(page)s”.") % other
    return (
        _(
            "“%(page)s” is the page for it. When you publish, this page supports it. If this page should be the page "
            "for it instead, type a reason under Promote."
        )
        % other
    )


def cite_reason(holder: PageKeyword | None) -> str:
    """Return why the page for the keyword took the place of another one, or "".

    Who edits the page that had the place reads it.
    """
    reason = holder.used_reason if holder else ""
    return _("Reason given: “%(reason)s”.") % {"reason": reason} if reason else ""


def list_lines(report: KeywordReport, links: list[PageLink]) -> list[Line]:
    """Return where the page says the keyword, and what to do where it does not."""
    evidence = report.evidence
    if report.role != PageKeyword.Role.PRIMARY:
        return list(_list_lines_of_support(report))
    texts = [
        (evidence.in_title, _("The title says it."),
         _("The title does not say it yet. Name it there, near the beginning.")),
        (evidence.in_heading, _("The first heading says it."),
         _("The first heading does not say it yet. Say there what the page is about.")),
        (evidence.in_opening, _("The opening paragraph says it."),
         _("The opening paragraph does not say it yet. Answer the search in the first sentences.")),
        (evidence.in_headings, _("Another heading says it."),
         _("No other heading says it. Use it in one where it helps to find the place.")),
        (evidence.in_alts, _("The description of a picture says it."),
         _("No description of a picture says it. Use it only where the picture shows it.")),
        (evidence.in_address, _("The address says it."),
         _("The address does not say it. That matters little: do not change a live address for it.")),
    ]  # fmt: skip
    lines = [Line(is_there, there if is_there else absent) for is_there, there, absent in texts]
    count = len({link.page_id for link in links})
    linked = ngettext("%(count)s other page links here", "%(count)s other pages link here", count) % {"count": count}
    words = list(dict.fromkeys(f"“{link.words}”" for link in links if link.is_in_text and link.words))[:MAX_WORDS]
    told = f"{linked}: {', '.join(words)}." if words else f"{linked}."
    absent = _("No other page links here yet. Link to this page where another one mentions it.")
    return [*lines, Line(count > 0, told if count else absent)]


def _list_lines_of_support(report: KeywordReport) -> Iterable[Line]:
    evidence, other = report.evidence, report.holder and report.holder.get_admin_display_title()
    if other and (evidence.in_title or evidence.in_heading):
        text = _(
            "The title or the first heading says it, so this page competes with “%(page)s”. Say there what is "
            "different about this page."
        )
        yield Line(False, text % {"page": other})
    if evidence.in_body or evidence.in_opening or evidence.in_headings:
        text = _("The text mentions it. Link the mention to “%(page)s”.") if other else _("The text mentions it.")
        yield Line(True, text % {"page": other} if other else text)
    else:
        yield Line(False, _("The text does not mention it. Mention it where it fits, or remove it from this page."))


def add_findings(response: HttpResponse, request: HttpRequest, page: Page) -> HttpResponse:
    """Tell the content checks of the editor what only the server can know. The visitors' page has none of it."""
    html = response.content.decode(response.charset, "replace")
    findings = ["description"] if not page.meta_description.strip() else []
    if any(report.is_missing for report in report_keywords(page, html, read_head(html))):
        findings.append("keyword")
    meta = f'<meta name="{FINDINGS}" content="{escape(" ".join(findings))}"></head>'
    response.content = html.replace("</head>", meta, 1)
    return response
