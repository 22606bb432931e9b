"""Find where an old address leads, in one hop.

A row of Wagtail's redirects names a page or an address. The end of the way is always a page that visitors can open, or
an address of another site; there may be other rows and unpublished pages between.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.coreutils import get_dummy_request
from wagtail.documents import get_document_model
from wagtail.models import Page, Site

from .models import Forwarding, GoneAddress
from .spelling import canonical

OF_SITE = _("The site itself uses this address. Choose another one.")
NOTHING_THERE = _("Visitors would find nothing there. Choose a page that is published.")


class End(NamedTuple):
    """Hold where a way ends. It is not permanent while a page is unpublished."""

    url: str
    is_permanent: bool
    is_gone: bool = False  # an editor said that nothing will be there again


GONE = End("", is_permanent=False, is_gone=True)


def find_row(site: Site, paths: list[str]) -> Redirect | None:
    """Return the redirect of the first of these paths that has one.

    One that an editor made beats one that was made by itself, and one of this site beats one of all sites.
    """
    paths = spell(paths)
    rows = Redirect.objects.filter(Q(site=site) | Q(site=None), old_path__in=paths).select_related("redirect_page")
    ranked = sorted(
        rows, key=lambda row: (paths.index(row.old_path), row.automatically_created, row.site_id is None, -row.pk)
    )
    return ranked[0] if ranked else find_unpublished(site, urlsplit(paths[-1]).path)


def spell(paths: list[str]) -> list[str]:
    """Return the spellings in which rows hold these paths: the usual one, or one that was saved past the forms."""
    paths = ["/" + path.lstrip("/") for path in paths]  # "//" would begin a host
    typed = [(path, Redirect.normalise_path(path, decode_unicode=False)) for path in paths]
    found = [spelling for path, old in typed for spelling in (canonical(path), uri_to_iri(old), old)]
    return [spelling for spelling in found if "\0" not in spelling]


def is_gone(paths: list[str], row: Redirect | None) -> bool:
    """Return whether one of these paths is gone for good. ``row`` is what ``find_row`` found for them.

    A redirect that an editor made is the later word: making it forgets that the address was gone.
    """
    is_chosen = row is not None and row.pk is not None and not row.automatically_created
    return not is_chosen and GoneAddress.objects.filter(path__in=spell(paths)).exists()


def find_unpublished(site: Site, path: str) -> Redirect | None:
    """Return an unsaved redirect to a page that had visitors, and now has this address as a draft.

    Links of other pages still lead there. A draft that nobody has seen stays unknown.
    """
    url_path = f"{site.root_page.url_path.rstrip('/')}{path.rstrip('/')}/"
    above = [url_path[: place + 1] for place, letter in enumerate(url_path) if letter == "/"]
    drafts = Page.objects.filter(url_path__in=above, live=False, first_published_at__isnull=False)
    page = drafts.order_by("-path").specific(defer=True).first()
    is_address = page and url_path[len(page.url_path) - 1 :] in page.get_route_paths()
    return Redirect(redirect_page=page, old_path=path) if is_address else None


def find_end(request: HttpRequest, row: Redirect) -> End | None:
    """Follow the redirects from ``row`` on. Return None if they end nowhere, or where they began."""
    site = Site.find_for_request(request)
    seen: set[int] = set()
    while row and row.pk not in seen:
        seen.add(row.pk)
        if row.redirect_page:
            return end_at_page(request, site, row)
        path = get_own_path(row.redirect_link, site)
        if path is None:
            return End(row.redirect_link, row.is_permanent) if row.redirect_link else None
        if address := find_served(request, site, path):
            return End(address, row.is_permanent)
        paths = [path, urlsplit(path).path]
        row = find_row(site, paths)
        if is_gone(paths, row):
            return GONE
    return None


def end_at_page(request: HttpRequest, site: Site, row: Redirect) -> End | None:
    page = row.redirect_page.specific_deferred
    if not (page.live and page.get_url(request)):
        substitute = find_substitute(page, site)
        if substitute is GONE:
            return GONE
        return End(substitute.get_url(request), is_permanent=False) if substitute else None
    route = row.redirect_page_route_path
    url = page.get_url(request)
    with_route = route and find_served(request, site, url.rstrip("/") + route)
    return End(with_route or url, row.is_permanent)


def find_substitute(page: Page, site: Site | None) -> Page | End | None:
    """Return the page that visitors see instead of one that is not shown, or ``GONE``.

    It is the one that an editor chose for the page or for one above it, else the nearest page above it.
    """
    seen: set[int] = set()
    while page and page.pk not in seen:
        seen.add(page.pk)
        lineage = [page, *page.get_ancestors().order_by("-path")]
        rows = Forwarding.objects.filter(page__in=lineage).select_related("target")
        chosen = {row.page_id: row.target for row in rows}
        for step in lineage:
            if step != page and is_shown(step, site):
                return step
            if step.pk in chosen:
                target = chosen[step.pk]
                if target is None:
                    return GONE
                if is_shown(target, site):
                    return target
                page = target  # it was taken away as well
                break
        else:
            page = None
    home = site and site.root_page
    return home if home and home.live else None


def with_aliases(pages: Iterable[Page]) -> list[Page]:
    """Return the pages with their live aliases, which are unpublished with them."""
    found = {page.pk: page for page in pages}
    while more := Page.objects.live().filter(alias_of__in=list(found)).exclude(pk__in=list(found)).in_bulk():
        found |= more
    return list(found.values())


def has_visitors(page: Page) -> bool:
    """Return whether the page is published, or was: then its visitors are led elsewhere."""
    return bool(page.live or page.first_published_at)


def get_followable_url(page: Page | None) -> str:
    """Return the address for a link to the page, or an empty text if it would lead to nothing."""
    return (page.url or "") if page and has_visitors(page) else ""


def is_shown(page: Page, site: Site | None) -> bool:
    """Return whether every visitor can open the page at an address of the site."""
    is_inside = site and page.url_path.startswith(site.root_page.url_path)
    return bool(is_inside and page.live and not page.get_view_restrictions().exists())


def leads_somewhere(link: str) -> bool:
    """Return whether visitors find something at an address of the site. Those of other sites are taken as they are."""
    site = Site.objects.filter(is_default_site=True).first()
    if not site:
        return True
    if urlsplit(link).scheme not in ("", "http", "https") or get_own_path(link, site) is None:
        return True
    end = find_end(get_dummy_request(site=site), Redirect(redirect_link=link))
    return end is not None and not end.is_gone


def get_own_path(link: str, site: Site) -> str | None:
    """Return path, query and fragment of an address of this site, or None for one of another."""
    parts, own = urlsplit(link), urlsplit(site.root_url)
    if not link or (parts.netloc and find_origin(parts, own.scheme) != find_origin(own, own.scheme)):
        return None
    return urlunsplit(("", "", *parts[2:]))


def find_origin(parts: SplitResult, scheme: str) -> tuple[str | None, str, int | None] | None:
    """Return the user, the host and the port, or None if the port is none. The usual port is left out."""
    usual = {"http": 80, "https": 443}.get(parts.scheme or scheme)
    try:
        port = parts.port
    except ValueError:
        return None
    return parts.username, (parts.hostname or "").rstrip("."), None if port == usual else port


def find_served(request: HttpRequest, site: Site, address: str) -> str | None:
    """Return the address, with its last slash, if a view, a file or a live page answers there."""
    parts = urlsplit(address)
    if parts.path.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return address if is_file(unquote(parts.path)) else None
    for path in (parts.path, f"{parts.path}/"):
        try:
            if not answers(request, site, path, resolve(uri_to_iri(path))):
                continue
        except (Resolver404, Http404):
            continue
        return urlunsplit(parts._replace(path=path))
    return None


def answers(request: HttpRequest, site: Site, path: str, match: ResolverMatch) -> bool:
    """Return whether something is there. A page or a view may match an address, and find nothing for it."""
    if match.url_name == "wagtaildocs_serve":
        document = get_document_model().objects.filter(pk=match.kwargs["document_id"]).first()
        return document is not None and document.filename == match.kwargs["filename"]
    if match.url_name == "wagtail_serve":
        page, args, kwargs = site.root_page.specific.route(request, [part for part in path.split("/") if part])
        if any(args[1:]):  # a part of the page that is named in the address, such as a category
            page.serve(request, *args, **kwargs)
    return True


def is_of_site(path: str) -> bool:
    """Return whether the site itself answers at the path: a view or a file, and no page of an editor."""
    if path.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return True
    for spelling in (path, f"{path}/"):
        try:
            return resolve(uri_to_iri(spelling)).url_name != "wagtail_serve"
        except Resolver404:
            continue
    return False


def is_file(path: str) -> bool:
    try:
        if path.startswith(settings.MEDIA_URL):
            return Path(FileSystemStorage().path(path.removeprefix(settings.MEDIA_URL))).is_file()
        name = path.removeprefix(settings.STATIC_URL)
        return any(Path(found).is_file() for found in (staticfiles_storage.path(name), finders.find(name)) if found)
    except SuspiciousFileOperation:  # a path that leads out of the folder
        return False
