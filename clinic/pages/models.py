from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from clinic.addresses.visibility import keep_public
from clinic.rows import OrderedRow

from .base import BasePage
from .blocks import BodyBlock
from .fields import optional_key


class HomePage(BasePage):
    hero_heading = models.CharField(_("heading"), max_length=120)
    hero_text = models.TextField(_("text"), max_length=400, blank=True)
    hero_image = optional_key("clinic.ClinicImage", _("picture"))
    hero_button = models.CharField(_("button"), max_length=40, default="Ask for a free consultation")
    treatments_heading = models.CharField(_("heading"), max_length=120, blank=True)
    treatments_text = models.TextField(_("text"), max_length=400, blank=True)
    why_us = optional_key("clinic.WhyChooseUs", _("why choose us"))
    body = StreamField(BodyBlock(), verbose_name=_("more content"), blank=True)
    testimonials_heading = models.CharField(_("testimonials heading"), max_length=120, blank=True)
    articles_heading = models.CharField(_("articles heading"), max_length=120, blank=True)
    closing_heading = models.CharField(_("heading"), max_length=120, blank=True)
    closing_text = models.TextField(_("text"), max_length=400, blank=True)

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            ["hero_heading", "hero_text", "hero_image", "hero_button"],
            heading=_("Top of the page"),
        ),
        MultiFieldPanel(
            [
                "treatments_heading",
                "treatments_text",
                InlinePanel("featured_treatments", label=_("Treatment"), max_num=6),
            ],
            heading=_("Featured treatments"),
        ),
        "why_us",
        "body",
        "testimonials_heading",
        "articles_heading",
        MultiFieldPanel(["closing_heading", "closing_text"], heading=_("Closing invitation")),
    ]
    search_fields = [
        *BasePage.search_fields,
        *map(index.SearchField, ("hero_heading", "hero_text", "treatments_text", "body", "closing_text")),
    ]
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1

    class Meta:
        verbose_name = _("home page")

    top_field, top_shape = "hero_image", "arch"

    @property
    def heading(self) -> str:
        return self.hero_heading

    @property
    def opening_text(self) -> str:
        return self.hero_text

    def featured(self) -> list:
        """Return the featured treatments that visitors can open, in the editor's order."""
        rows = self.featured_treatments.select_related("treatment__listing_image")
        rows = rows.prefetch_related("treatment__listing_image__renditions")
        return keep_public(row.treatment for row in rows)


class HomeFeaturedTreatment(OrderedRow):
    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="featured_treatments")
    treatment = models.ForeignKey("treatments.TreatmentPage", on_delete=models.CASCADE, related_name="+")

    panels = ["treatment"]

    class Meta(OrderedRow.Meta):
        verbose_name = _("featured treatment")
        constraints = [models.UniqueConstraint(fields=("page", "treatment"), name="clinic_featured_once")]

    def __str__(self):
        return str(self.treatment_id)


class StandardPage(BasePage):
    introduction = models.TextField(_("introduction"), max_length=400, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("content"), blank=True)

    content_panels = [*BasePage.content_panels, "introduction", "body"]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    parent_page_types = ["clinic.HomePage", "clinic.StandardPage"]
    subpage_types = ["clinic.StandardPage"]

    class Meta:
        verbose_name = _("standard page")


class ContactPage(BasePage):
    schema_type = "ContactPage"

    introduction = models.TextField(_("introduction"), max_length=400, blank=True)
    visiting = RichTextField(
        _("visiting us"),
        blank=True,
        features=["bold", "italic", "link", "ul"],
        help_text=_("Parking, access, walking in."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("more content"), blank=True)

    content_panels = [*BasePage.content_panels, "introduction", "visiting", "body"]
    search_fields = [*BasePage.search_fields, *map(index.SearchField, ("introduction", "visiting", "body"))]
    parent_page_types = ["clinic.HomePage"]
    subpage_types = []
    max_count = 1

    class Meta:
        verbose_name = _("contact page")
