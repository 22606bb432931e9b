from collections.abc import Iterable
from datetime import datetime
from functools import cached_property, partial

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.panels import MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from clinic.addresses.reserved import is_reserved, refuse_reserved
from clinic.keywords.models import lock_groups
from clinic.keywords.page_field import KeywordsPanel, join_merged_keywords
from clinic.keywords.report import add_findings
from clinic.undo.models import TrashPage
from clinic.undo.rows import RowsForm

from .fields import optional_key
from .scheduling import SchedulePageForm, SchedulePanel

BREADCRUMBS_FROM = 4  # the depth of a page whose parent is not the home page
KEYWORDS = "page_keywords"


class BasePageForm(RowsForm, SchedulePageForm):
    def clean_slug(self):
        refuse_reserved(self.cleaned_data["slug"], self.parent_page)
        return self.cleaned_data["slug"]


class BaseCopyForm(CopyForm):
    def clean(self):
        cleaned = super().clean()
        if slug := cleaned.get("new_slug"):
            try:
                refuse_reserved(slug, cleaned.get("new_parent_page") or self.page.get_parent())
            except ValidationError as error:
                self.add_error("new_slug", error)
        return cleaned


class BasePage(Page):
    """Add to Wagtail's page how it is found, shared and listed."""

    listing_summary = models.TextField(
        _("summary for lists"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences for cards and lists. Leave it blank to use the search description."),
    )
    listing_image = optional_key(
        "clinic.ClinicImage",
        _("picture"),
        help_text=_(
            "Shown on cards, where it is decorative: the title is next to it. Articles, treatments, contact and "
            "standard pages also show it at the top, with its alt text."
        ),
    )
    social_image = optional_key(
        "clinic.ClinicImage",
        _("picture for sharing"),
        help_text=_("Shown when the page is shared. Leave it blank for one that the site draws with the title."),
    )
    noindex = models.BooleanField(
        _("hide from search engines"),
        default=False,
        help_text=_("Asks search engines not to list this page, and removes it from the sitemap."),
    )

    # When what visitors read last changed, and a digest of it: see clinic/seo/changes.py.
    changed_at = models.DateTimeField(null=True, editable=False)
    content_digest = models.CharField(max_length=64, blank=True, editable=False)

    exclude_fields_in_copy = ["changed_at", "content_digest", KEYWORDS]
    base_form_class = BasePageForm
    copy_form_class = BaseCopyForm
    content_panels = [*Page.content_panels, "listing_image"]
    promote_panels = [
        MultiFieldPanel(
            ["slug", "seo_title", "search_description", "noindex"],
            heading=_("For search engines"),
        ),
        KeywordsPanel(
            KEYWORDS,
            heading=_("Keywords"),
            label=_("Keyword"),
            help_text=_("What people search for when they should find this page. Never shown on the page."),
        ),
        MultiFieldPanel(["listing_summary", "social_image"], heading=_("For lists and sharing")),
        MultiFieldPanel(["show_in_menus"], heading=_("In the menu")),
    ]
    settings_panels = [SchedulePanel(), *Page.settings_panels[1:]]
    search_fields = [
        *Page.search_fields,
        index.SearchField("listing_summary"),
        index.SearchField("search_description"),
        index.FilterField("noindex"),
    ]

    kind_label = _("Page")  # in search results
    unlinked_fields: tuple[str, ...] = ()  # rich text in which no link is suggested

    class Meta:
        abstract = True

    og_type = "website"  # what the page is, in the terms of https://ogp.me
    schema_type = "WebPage"  # and of https://schema.org
    # The picture at the top of the page, and its place in SHAPES. Empty if there is none.
    top_field, top_shape = "listing_image", "top"

    lists_pages = False  # whether it is an index of the pages below it

    @property
    def heading(self) -> str:
        return self.title

    @property
    def top_image(self):
        return getattr(self, self.top_field) if self.top_field else None

    @property
    def content_date(self):
        """Return the instant of the last change that visitors can read, or None for a page that was never published."""
        return self.changed_at or self.last_published_at

    @cached_property
    def breadcrumbs(self) -> list[tuple[str, str]]:
        """Return title and address of the pages above, from the home page on. Empty for the pages right below it."""
        if not self.depth or self.depth < BREADCRUMBS_FROM:
            return []
        parent = self.get_parent()
        above = [parent]
        if self.depth > BREADCRUMBS_FROM:
            above = [*parent.get_ancestors().filter(depth__gte=BREADCRUMBS_FROM - 1), parent]
        return make_breadcrumbs(above)

    @property
    def opening_text(self) -> str:
        """Return the text under the title."""
        return getattr(self, "introduction", "")

    @classmethod
    def can_create_at(cls, parent):
        """Return whether a page of this type can be made there. Those in the trash do not count."""
        if cls.max_count is None:
            return super().can_create_at(parent)
        count = TrashPage.exclude_from(cls.objects.all()).count()
        return cls.is_creatable and cls.can_exist_under(parent) and count < cls.max_count

    @property
    def summary(self) -> str:
        """Return the text for cards and lists."""
        return self.listing_summary or self.search_description or self.opening_text

    @property
    def meta_description(self) -> str:
        texts = (self.search_description, self.listing_summary, self.opening_text)
        return next((text for text in texts if text.strip()), "")

    # Wagtail asks these two before it saves a page, also a draft, a copy, and one that code makes.

    def _check_slug_is_unique(self):
        try:
            refuse_reserved(self.slug, self.get_parent())
        except ValidationError as error:
            raise ValidationError({"slug": error}) from error
        super()._check_slug_is_unique()

    @staticmethod
    def _slug_is_available(slug, parent_page, page=None):
        return not is_reserved(slug, parent_page) and Page._slug_is_available(slug, parent_page, page)

    def serve_password_required_response(self, request, form, action_url):
        """Return the same to everybody, without a token: the proxy puts it in place of the page that was there before.

        Whoever makes a browser send the right password knows it, so a forged request gains nothing.
        """
        response = super().serve_password_required_response(request, form, action_url)
        response.context_data["csrf_token"] = ""
        return response

    def serve_preview(self, request, mode_name):
        response = super().serve_preview(request, mode_name)
        if getattr(request, "in_preview_panel", False) and hasattr(response, "add_post_render_callback"):
            response.add_post_render_callback(partial(add_findings, request=request, page=self))
        return response

    # A copy, an alias and a translation would compete with their page.

    def copy_all_child_relations(self, target, exclude=None, commit=False, append=False):
        return super().copy_all_child_relations(target, [*(exclude or []), KEYWORDS], commit, append)

    def with_content_json(self, content):
        """Return an earlier version. What visitors read is still what was published last."""
        page = super().with_content_json({**content, KEYWORDS: []} if self.alias_of_id else content)
        page.changed_at, page.content_digest = self.changed_at, self.content_digest
        join_merged_keywords(page)
        return page

    @transaction.atomic
    def save(self, *args, **kwargs):
        lock_groups(row.group_id for row in getattr(self, "_cluster_related_objects", {}).get(KEYWORDS, ()))
        return super().save(*args, **kwargs)

    def get_sitemap_urls(self, request=None):
        if self.noindex or self.alias_of_id:  # an alias would compete with its source
            return []
        return [{"location": self.get_full_url(request), "lastmod": self.listed_date}]

    @property
    def listed_date(self):
        """Return the instant of the last change here or, on an index, of a page that it lists."""
        return self.content_date


def make_breadcrumbs(above: Iterable[Page]) -> list[tuple[str, str]]:
    return [(gettext("Home"), "/"), *((page.title, page.url) for page in above if page.live and page.url)]


def find_listed(page: Page) -> Page:
    """Return the page that search engines shall list: of an alias its source, if visitors can open that one."""
    while page.alias_of_id and (source := Page.objects.live().public().filter(pk=page.alias_of_id).first()):
        page = source
    return page


def newest(page: BasePage, listed: models.QuerySet) -> datetime | None:
    """Return the last change of a page and of those that it lists."""
    date = listed.aggregate(date=models.Max(Coalesce("changed_at", "last_published_at")))["date"]
    return max(filter(None, (page.content_date, date)), default=None)
