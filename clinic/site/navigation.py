"""Store what editors choose for the menu and the footer, and find out what of it visitors can open."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page, RevisionMixin, Site

from clinic.addresses.resolving import NOTHING_THERE, leads_somewhere
from clinic.addresses.visibility import keep_public

MAX_LINKS = 8  # of the menu, and below each of its links
MAX_COLUMNS = 3

validate_url = URLValidator(schemes=["http", "https"])
PHONE = re.compile(r"\+?[0-9][0-9().\- ]{2,30}(;ext=[0-9]{1,7})?")


def validate_address(address: str) -> None:
    """Raise ValidationError unless a browser opens the address and runs nothing: those allowed are listed here."""
    scheme, _colon, rest = address.partition(":")
    try:
        if address.startswith("/") and not address.startswith(("//", "/\\")):
            validate_url(f"https://www.example.com{address}")
        elif scheme.lower() == "tel" and PHONE.fullmatch(rest):
            return
        elif scheme.lower() == "mailto":
            validate_email(rest.partition("?")[0])
        else:
            validate_url(address)
    except ValidationError as error:
        message = _(
            "Type an address that begins with https://, mailto: or tel:, or a path of this site, like /prices/. "
            "Other addresses are not safe for visitors, or lead nowhere."
        )
        raise ValidationError(message) from error


def is_address(text: str) -> bool:
    try:
        validate_address(text)
    except ValidationError:
        return False
    return True


class LinkBlock(blocks.StructBlock):
    page = blocks.PageChooserBlock(
        label=_("Page"), required=False, help_text=_("Visitors see the link while the page is published and public.")
    )
    address = blocks.CharBlock(
        label=_("Or an address"),
        required=False,
        max_length=500,
        validators=[validate_address],
        help_text=_("For example https://www.example.com/, /blog/feed/, tel:+19495550142 or mailto:hello@example.com."),
    )
    label = blocks.CharBlock(
        label=_("Label"), required=False, max_length=60, help_text=_("Empty means the title of the page.")
    )

    class Meta:
        icon = "link"
        label = _("Link")

    def clean(self, value):
        value = super().clean(value)
        if errors := {name: ValidationError(message) for name, message in self.find_faults(value).items()}:
            raise StructBlockValidationError(block_errors=errors)
        return value

    def find_faults(self, value) -> dict:
        """Return a message for each field that is wrong."""
        if value["page"] and value["address"]:
            return {"address": _("Choose a page or type an address, not both.")}
        if value["address"] and not value["label"]:
            return {"label": _("Type a label. Only a page has a title.")}
        if not value["page"] and not value["address"]:
            return {"page": _("Choose a page, or type an address.")}
        if value["address"] and not leads_somewhere(value["address"]):
            return {"address": NOTHING_THERE}
        return {}


class MenuItemBlock(LinkBlock):
    children = blocks.ListBlock(
        LinkBlock(),
        label=_("Links below it"),
        max_num=MAX_LINKS,
        default=[],
        help_text=_("With links below it, a click opens the list. The page itself is its first link."),
    )

    class Meta:
        label = _("Link")
        label_format = "{label} {page} {address}"

    def find_faults(self, value) -> dict:
        faults = super().find_faults(value)
        if "page" in faults and value["children"]:
            return {} if value["label"] else {"label": _("Type the label that opens the links below it.")}
        return faults


class FooterColumnBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=60)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1, max_num=12)

    class Meta:
        icon = "list-ul"
        label = _("Column")
        label_format = "{heading}"


@register_setting(icon="list-ul", order=105)
class Navigation(RevisionMixin, BaseSiteSetting):
    """Store the links of the menu and of the footer. Empty ones list the pages below the home page."""

    menu = StreamField(
        [("link", MenuItemBlock())],
        verbose_name=_("menu"),
        blank=True,
        max_num=MAX_LINKS,
        help_text=_(
            "The links at the top of every page, in this order. While there are none, the menu lists the pages below "
            "the home page that have “Show in menus” checked. The search is always there."
        ),
    )
    footer = StreamField(
        [("column", FooterColumnBlock())],
        verbose_name=_("footer"),
        blank=True,
        max_num=MAX_COLUMNS,
        help_text=_(
            "Columns of links beside the address and the opening hours. While there are none, one column lists the "
            "consultation form and the pages below the home page that are not in the menu."
        ),
    )

    panels = [FieldPanel("menu"), FieldPanel("footer")]

    class Meta:
        verbose_name = _("menu and footer")

    def __str__(self):
        return str(self._meta.verbose_name).capitalize()


@dataclass(frozen=True)
class Link:
    """Hold a link that visitors can follow. Without a URL it only opens the links below it."""

    title: str
    url: str = ""
    children: tuple["Link", ...] = ()

    def get_current(self, path: str) -> str:
        """Return the value of ``aria-current`` on the page at ``path``, or an empty text.

        It is "true" on the pages below the link's own, unless that is the home page.
        """
        parts = urlsplit(self.url)
        if parts.scheme or not parts.path:
            return ""
        if path == parts.path:
            return "page"
        return "true" if parts.path != "/" and path.startswith(f"{parts.path.rstrip('/')}/") else ""


@dataclass(frozen=True)
class Column:
    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class NavigationLinks:
    """Hold the links of every page. Without columns, the footer shows ``others``."""

    menu: tuple[Link, ...] = ()
    columns: tuple[Column, ...] = ()
    others: tuple[Link, ...] = ()


def build_navigation(navigation: Navigation, site: Site) -> NavigationLinks:
    urls = find_urls(navigation, site)
    menu = tuple(link for block in navigation.menu for link in show(block.value, urls))
    columns = [
        Column(block.value["heading"], tuple(link for row in block.value["links"] for link in show(row, urls)))
        for block in navigation.footer
    ]
    columns = tuple(column for column in columns if column.links)
    if navigation.menu and navigation.footer:
        return NavigationLinks(menu, columns)
    pages = [(page, page.get_url(current_site=site)) for page in site.root_page.get_children().live().public()]
    in_menu, others = (
        tuple(Link(page.title, url) for page, url in pages if url and page.show_in_menus == is_shown)
        for is_shown in (True, False)
    )
    return NavigationLinks(menu if navigation.menu else in_menu, columns, () if navigation.footer else others)


def find_urls(navigation: Navigation, site: Site) -> dict[int, str]:
    """Return the addresses of the chosen pages that every visitor can open, by key."""
    rows = [block.value for block in navigation.menu]
    rows += [child for row in rows for child in row["children"]]
    rows += [row for block in navigation.footer for row in block.value["links"]]
    pages: Iterable[Page] = keep_public({row["page"].pk: row["page"] for row in rows if row["page"]}.values())
    return {page.pk: url for page in pages if (url := page.get_url(current_site=site))}


def show(row: blocks.StructValue, urls: Mapping[int, str]) -> Iterator[Link]:
    """Yield the link. Without a target and a label, yield the links below it: a hidden page's title stays hidden."""
    page, address = row["page"], row["address"] or ""
    url = urls.get(page.pk, "") if page else (address if is_address(address) else "")
    title = row["label"] or (page.title if page and url else "")
    children = tuple(link for child in row.get("children", ()) for link in show(child, urls))
    if title and (url or children):
        yield Link(title, url, children)
    else:
        yield from children
