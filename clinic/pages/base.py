from functools import partial

from django.core.exceptions import ValidationError
from django.db import models, transaction
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
        help_text=_("Shown when the page is shared. Leave it blank to use the page's picture."),
    )
    noindex = models.BooleanField(
        _("hide from search engines"),
        default=False,
        help_text=_("Asks search engines not to list this page, and removes it from the sitemap."),
    )

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

    exclude_fields_in_copy = [KEYWORDS]

    kind_label = _("Page")  # in search results

    class Meta:
        abstract = True

    og_type = "website"  # what the page is, in the terms of https://ogp.me

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
        return self.search_description or self.listing_summary or self.opening_text

    @property
    def sharing_image(self):
        return self.social_image or self.listing_image

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

    def serve_preview(self, request, mode_name):
        response = super().serve_preview(request, mode_name)
        if getattr(request, "in_preview_panel", False) and hasattr(response, "add_post_render_callback"):
            response.add_post_render_callback(partial(add_findings, request=request, page=self))
        return response

    # A copy, an alias and a translation would compete with their page.

    def copy_all_child_relations(self, target, exclude=None, commit=False, append=False):
        return super().copy_all_child_relations(target, [*(exclude or []), KEYWORDS], commit, append)

    def with_content_json(self, content):
        page = super().with_content_json({**content, KEYWORDS: []} if self.alias_of_id else content)
        join_merged_keywords(page)
        return page

    @transaction.atomic
    def save(self, *args, **kwargs):
        lock_groups(row.group_id for row in getattr(self, "_cluster_related_objects", {}).get(KEYWORDS, ()))
        return super().save(*args, **kwargs)

    def get_sitemap_urls(self, request=None):
        return [] if self.noindex else super().get_sitemap_urls(request)
