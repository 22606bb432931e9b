"""Plan what a list of old addresses changes, then save it in one transaction."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import ModelLogEntry, Site

from .forms import validate_url
from .known import KnownAddresses
from .lists import Kind, Line
from .models import MAX_PATH, GoneAddress
from .recording import mark_handled
from .resolving import OF_SITE, is_of_site
from .spelling import canonical

FAULTS = {
    "no_old": gettext_lazy("There is no old address in this line."),
    "no_new": gettext_lazy("There is no new address in this line. Write 410 there if the old one is gone for good."),
    "kind": gettext_lazy("The type is unknown. Write 301, 302 or 410, or leave it blank."),
    "pattern": gettext_lazy("This is a pattern. Write each address in a line of its own."),
    "unreadable": gettext_lazy("This cannot be read as an address."),
}
NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass
class Row:
    """Hold what one line changes."""

    line: Line
    old: str = ""
    link: str = ""  # the target, unless it is a page
    page_id: int | None = None
    status: str = REFUSED
    reason: str = ""  # why it is refused, or what it replaces

    @property
    def target(self) -> str:
        return _("gone for good (410)") if self.line.kind is Kind.GONE else self.line.new

    def refuse(self, reason: str) -> None:
        self.status, self.reason = REFUSED, str(reason)


@dataclass
class Plan:
    rows: list[Row]
    old_hosts: list[str] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        counts = Counter(row.status for row in self.rows)
        return {status: counts[status] for status in (NEW, CHANGED, SAME, REFUSED)}

    @property
    def digest(self) -> str:
        """Return what changes with any row, also with what it led to before."""
        rows = [(row.old, row.link, row.page_id, row.line.kind, row.status, str(row.reason)) for row in self.rows]
        return hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest()

    def having(self, *statuses: str) -> list[Row]:
        return [row for row in self.rows if row.status in statuses]


def make_plan(lines: list[Line], site: Site) -> Plan:
    known = KnownAddresses(site)
    hosts = {line.old_host for line in lines if line.old_host}
    own_hosts = {site.hostname.lower(), *hosts}
    rows = [Row(line) for line in lines]
    first: dict[str, Row] = {}
    for row in rows:
        check_old(row, known, first)
    for row in first.values():
        find_target(row, known, own_hosts)
    # A target may be the old address of another line, which may be refused itself.
    while refused := [row for row in first.values() if row.status != REFUSED and not check_end(row, known, first)]:
        for row in refused:
            row.status = REFUSED
    for row in first.values():
        if row.status != REFUSED:
            compare(row, known)
    for row in rows:
        if row.status == SAME and row.old and first.get(row.old) is not row:
            row.status = first[row.old].status if first[row.old].status == REFUSED else SAME
            row.reason = _("As line %(number)s.") % {"number": first[row.old].line.number}
    return Plan(rows, sorted(hosts - {site.hostname.lower()}))


def check_old(row: Row, known: KnownAddresses, first: dict[str, Row]) -> None:
    """Refuse a line without a usable old address, and note the first line of each."""
    if row.line.fault:
        row.refuse(FAULTS[row.line.fault])
        return
    row.old = canonical(row.line.old)
    path = urlsplit(row.line.old).path
    if row.old == "/":
        row.refuse(_("This is the home page."))
    elif len(row.old) > MAX_PATH:
        row.refuse(_("The old address is longer than 255 characters."))
    elif known.serves(path):
        found = _("Visitors find a page at the old address, and would not be redirected. Unpublish it first.")
        row.refuse(OF_SITE if is_of_site(path) else found)
    elif row.old not in first:
        first[row.old] = row
        row.status = NEW
    elif (first[row.old].line.new, first[row.old].line.kind) == (row.line.new, row.line.kind):
        row.status = SAME
    else:
        other = first[row.old].line.number
        row.refuse(_("Line %(number)s has the same old address and another target.") % {"number": other})


def find_target(row: Row, known: KnownAddresses, own_hosts: set[str]) -> None:
    if row.line.kind is Kind.GONE:
        return
    parts = urlsplit(row.line.new)
    try:
        is_own = not parts.netloc or (parts.hostname or "").lower() in own_hosts
        link = urlunsplit(("", "", parts.path or "/", *parts[3:])) if is_own else row.line.new
        validate_url(f"https://www.example.com{link}" if is_own else link)
    except (ValidationError, ValueError):
        row.refuse(
            _("The new address cannot be read. Write a path like /prices/, or an address that begins with https://.")
        )
        return
    if len(link) > MAX_PATH:
        row.refuse(_("The new address is longer than 255 characters."))
    elif is_own and not parts.query and not parts.fragment and (page_id := known.find_page(parts.path or "/")):
        row.page_id = page_id
    else:
        row.link = link


def check_end(row: Row, known: KnownAddresses, first: dict[str, Row]) -> bool:
    """Return whether the target leads somewhere. Write down the reason if it does not."""
    seen = {row.old}
    link = row.link
    while link.startswith("/") and not known.serves(urlsplit(link).path):
        step = next((path for path in spell(link) if path in first or path in known.redirects), None)
        if step in seen:
            row.reason = _("The addresses lead in a circle.")
            return False
        listed = first.get(step) if step else None
        if step is None or (listed and (listed.status == REFUSED or listed.line.kind is Kind.GONE)):
            row.reason = _("Visitors would find nothing at %(target)s.") % {"target": row.line.new}
            return False
        seen.add(step)
        link = listed.link if listed else known.redirects[step].redirect_link
    return True


def spell(link: str) -> list[str]:
    return [canonical(link), canonical(urlsplit(link).path)]


def compare(row: Row, known: KnownAddresses) -> None:
    """Say whether the row is new, changes what is there, or is there already."""
    there = known.redirects.get(row.old)
    there = None if there is None or there.automatically_created else there
    if row.line.kind is Kind.GONE:
        row.status = CHANGED if there else SAME if row.old in known.gone else NEW
    elif there is None:
        row.status = CHANGED if row.old in known.gone else NEW
    else:
        wanted = (row.page_id, row.link, row.line.kind is Kind.PERMANENT)
        row.status = SAME if (there.redirect_page_id, there.redirect_link, there.is_permanent) == wanted else CHANGED
    if row.status == CHANGED:
        before = there.link or there.redirect_link if there else _("gone for good (410)")
        row.reason = _("Led to %(target)s before.") % {"target": before} if there else _("Was gone for good (410).")


@transaction.atomic
def save(plan: Plan, site: Site, user: Any) -> None:
    """Save the new and changed rows of a plan that was just made."""
    rows = plan.having(NEW, CHANGED)
    paths = [row.old for row in rows]
    gone = [row.old for row in rows if row.line.kind is Kind.GONE]
    known = KnownAddresses(site)
    made, changed = [], []
    for row in rows:
        if row.line.kind is Kind.GONE:
            continue
        there = known.redirects.get(row.old)
        is_there = there is not None and not there.automatically_created
        redirect = there if is_there else Redirect()
        redirect.old_path = row.old
        redirect.redirect_page_id, redirect.redirect_link = row.page_id, row.link
        redirect.redirect_page_route_path, redirect.is_permanent = "", row.line.kind is Kind.PERMANENT
        (changed if is_there else made).append(redirect)
    for start in range(0, len(paths), 500):
        part = paths[start : start + 500]
        GoneAddress.objects.filter(path__in=set(part) - set(gone)).delete()
        Redirect.objects.filter(old_path__in=set(part) & set(gone), automatically_created=False).delete()
        mark_handled(part)
    Redirect.objects.bulk_create(made, batch_size=500)
    fields = ["old_path", "redirect_page", "redirect_link", "redirect_page_route_path", "is_permanent"]
    Redirect.objects.bulk_update(changed, fields, batch_size=200)
    GoneAddress.objects.bulk_create((GoneAddress(path=path) for path in gone), batch_size=500, ignore_conflicts=True)
    log_changes({"wagtail.create": made, "wagtail.edit": changed}, user)


def log_changes(changes: dict[str, list[Redirect]], user: Any) -> None:
    """Write to the site's history, as Wagtail does for one redirect at a time."""
    kind, now = ContentType.objects.get_for_model(Redirect), timezone.now()
    entries = (
        ModelLogEntry(
            content_type=kind, object_id=str(row.pk), label=row.old_path, action=action, user=user, timestamp=now,
            content_changed=True,
        )
        for action, rows in changes.items()
        for row in rows
    )  # fmt: skip
    ModelLogEntry.objects.bulk_create(entries, batch_size=500)
