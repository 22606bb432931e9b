from collections.abc import Iterable
from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import RevisionMixin
from wagtail.search import index

from clinic.models import BasePage
from clinic.pages.base import newest
from clinic.pages.blocks import SMALL_TEXT_FEATURES, BodyBlock, QuestionBlock, StepBlock
from clinic.pages.fields import optional_key

# The sections of a treatment page, in the order in which they are edited.
SECTIONS = ("what_it_is", "who_it_suits", "who_should_not", "how_it_goes", "afterwards", "side_effects", "questions")
SEARCHED = ("introduction", *SECTIONS, "body")


class AreaOfConcern(RevisionMixin, models.Model):
    """Group the treatments by what patients come for, such as "scars"."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    introduction = models.TextField(_("introduction"), max_length=300, blank=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = ["name", "slug", "introduction", "sort_order"]

    class Meta:
        verbose_name = _("area of concern")
        verbose_name_plural = _("areas of concern")
        ordering = ["sort_order", "name"]

    def __str__(self):
        return self.name


class TreatmentIndexPage(BasePage):
    schema_type, top_field, top_shape = "CollectionPage", "", ""
    lists_pages = True

    introduction = models.TextField(_("introduction"), max_length=400, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("content under the list"), blank=True)

    content_panels = [*BasePage.content_panels, "introduction", "body"]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    parent_page_types = ["clinic.HomePage"]
    subpage_types = ["treatments.TreatmentPage"]
    max_count = 1

    class Meta:
        verbose_name = _("treatment index")

    @property
    def listed_date(self):
        return newest(self, TreatmentPage.objects.child_of(self).live().public())

    @cached_property
    def groups(self) -> "TreatmentGroups":
        """Return live treatments by area. Those without an area come last."""
        return group_by_area(
            TreatmentPage.objects.child_of(self)
            .live()
            .public()
            .select_related("area", "listing_image")
            .prefetch_related("listing_image__renditions")
            .defer_streamfields()
            .order_by("path")
        )


class TreatmentPage(BasePage):
    """Describe one treatment in fixed sections, so that patients can compare."""

    schema_type = "MedicalWebPage"

    area = optional_key(AreaOfConcern, _("area of concern"), related_name="treatments")
    introduction = models.TextField(
        _("introduction"), max_length=400, help_text=_("What the treatment does, in two sentences.")
    )
    duration = models.CharField(_("duration"), max_length=60, blank=True, help_text=_("For example 20–30 minutes."))
    price_from = models.DecimalField(
        _("price from"), max_digits=8, decimal_places=2, null=True, blank=True, help_text=_("US dollars.")
    )
    price_note = models.CharField(_("price note"), max_length=120, blank=True, help_text=_("For example: per area."))
    downtime = models.CharField(_("downtime"), max_length=80, blank=True)
    results_show = models.CharField(_("results show"), max_length=80, blank=True)
    results_last = models.CharField(_("results last"), max_length=80, blank=True)
    how_often = models.CharField(_("how often"), max_length=120, blank=True)

    what_it_is = RichTextField(_("what it is"), blank=True, features=SMALL_TEXT_FEATURES)
    who_it_suits = RichTextField(_("who it suits"), blank=True, features=SMALL_TEXT_FEATURES)
    who_should_not = RichTextField(
        _("who should wait or choose something else"), blank=True, features=SMALL_TEXT_FEATURES
    )
    how_it_goes = StreamField([("step", StepBlock())], verbose_name=_("how it goes"), blank=True)
    afterwards = RichTextField(_("what to expect after"), blank=True, features=SMALL_TEXT_FEATURES)
    side_effects = RichTextField(_("side effects and risks"), blank=True, features=SMALL_TEXT_FEATURES)
    questions = StreamField([("question", QuestionBlock())], verbose_name=_("questions and answers"), blank=True)
    sources = RichTextField(_("sources"), blank=True, features=["ol", "ul", "link", "italic"])
    body = StreamField(BodyBlock(), verbose_name=_("more content"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        "introduction",
        "area",
        MultiFieldPanel(
            [
                FieldRowPanel(["duration", "downtime"]),
                FieldRowPanel(["results_show", "results_last"]),
                "how_often",
                FieldRowPanel(["price_from", "price_note"]),
            ],
            heading=_("At a glance"),
        ),
        *SECTIONS,
        "body",
        "sources",
    ]
    search_fields = [
        *BasePage.search_fields,
        *map(index.SearchField, SEARCHED),
    ]
    kind_label = _("Treatment")
    unlinked_fields = ("sources",)
    parent_page_types = ["treatments.TreatmentIndexPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("treatment")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price_from__isnull=True) | models.Q(price_from__gte=0),
                name="treatments_price_not_negative",
                violation_error_message=_("The price cannot be negative."),
            ),
        ]

    def same_area(self):
        """Return the other live treatments of the same area."""
        others = TreatmentPage.objects.sibling_of(self, inclusive=False).live().public()
        return others.filter(area_id=self.area_id).order_by("path").only("title", "url_path", "slug")


TreatmentGroups = list[tuple[AreaOfConcern | None, list[TreatmentPage]]]


def group_by_area(treatments: Iterable[TreatmentPage]) -> TreatmentGroups:
    """Group by the order of the areas. Treatments without an area come last."""
    by_area: dict[AreaOfConcern | None, list[TreatmentPage]] = {}
    for treatment in treatments:
        by_area.setdefault(treatment.area, []).append(treatment)
    return sorted(by_area.items(), key=lambda group: (group[0] is None, group[0] and group[0].sort_order))
