from django.core.paginator import Paginator
from django.db import models
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from clinic.blocks import BodyBlock
from clinic.models import BasePage

from .feeds import AtomFeed, RSSFeed

# Addresses below the index that are not articles.
RESERVED_SLUGS = {"feed", "category"}


class BlogCategory(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)

    panels = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]

    def __str__(self):
        return self.name


class BlogPageQuerySet(PageQuerySet):
    def newest_first(self):
        return self.order_by("-date", "-pk")


BlogPageManager = PageManager.from_queryset(BlogPageQuerySet)


class BlogIndexPage(RoutablePageMixin, BasePage):
    introduction = models.TextField(_("introduction"), max_length=400, blank=True)
    articles_per_page = models.PositiveSmallIntegerField(_("articles on a page"), default=9)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("introduction"),
        FieldPanel("articles_per_page"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction")]
    parent_page_types = ["clinic.HomePage"]
    subpage_types = ["blog.BlogPage"]
    max_count = 1

    class Meta:
        verbose_name = _("blog index")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(articles_per_page__gte=1),
                name="blog_index_shows_articles",
                violation_error_message=_("Show at least one article on a page."),
            ),
        ]

    def articles(self):
        """Live, public articles for lists, newest first."""
        return (
            BlogPage.objects.child_of(self)
            .live()
            .public()
            .select_related("listing_image", "author")
            .prefetch_related("listing_image__renditions", "categories")
            .defer_streamfields()
            .newest_first()
        )

    @path("")
    def all_articles(self, request):
        return self.render_list(request, self.articles())

    @path("category/<slug:slug>/", name="category")
    def category(self, request, slug):
        category = get_object_or_404(BlogCategory, slug=slug)
        return self.render_list(request, self.articles().filter(categories=category), category=category)

    @path("feed/", name="feed")
    def rss(self, request):
        return RSSFeed(self)(request)

    @path("feed/atom/", name="atom")
    def atom(self, request):
        return AtomFeed(self)(request)

    def render_list(self, request, articles, category=None):
        page = Paginator(articles, self.articles_per_page).get_page(request.GET.get("page"))
        categories = BlogCategory.objects.filter(pages__live=True).distinct()
        return self.render(
            request, context_overrides={"articles": page, "category": category, "categories": categories}
        )

    def get_sitemap_urls(self, request=None):
        own = super().get_sitemap_urls(request)
        used = BlogCategory.objects.filter(pages__live=True).distinct()
        base = self.get_full_url(request)
        return [
            *own,
            *({"location": f"{base}{self.reverse_subpage('category', args=[c.slug])}"} for c in used),
        ]


class BlogPageForm(WagtailAdminPageForm):
    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            self.add_error("slug", _("The blog itself uses this address. Choose another."))
        return slug


class BlogPage(BasePage):
    # Null in the database only: a draft may still lack it, publishing asks for it.
    date = models.DateField(_("date"), null=True, help_text=_("The day it was first published."))
    author = models.ForeignKey(
        "clinic.Person",
        verbose_name=_("author"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
    )
    categories = ParentalManyToManyField(BlogCategory, verbose_name=_("categories"), blank=True, related_name="pages")
    intro = models.TextField(_("introduction"), max_length=500, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("content"), blank=True)
    sources = RichTextField(_("sources"), blank=True, features=["ol", "ul", "link", "italic"])
    # SHA-256 of the imported text: the same file is never imported twice.
    legacy_key = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    objects = BlogPageManager()

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("date"), FieldPanel("author")]), FieldPanel("categories")],
            heading=_("When, who, where"),
        ),
        FieldPanel("body"),
        FieldPanel("sources"),
        InlinePanel("related_treatments", heading=_("Treatments it is about"), label=_("Treatment"), max_num=6),
        InlinePanel(
            "picked_articles",
            heading=_("Articles to read next"),
            label=_("Article"),
            max_num=3,
            help_text=_(
                "Shown first. Free places are filled with articles about the same treatments, then the newest."
            ),
        ),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("intro"), index.SearchField("body")]
    base_form_class = BlogPageForm
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("article")
        indexes = [models.Index(fields=["-date", "-page_ptr"], name="blog_newest_first")]


class BlogPageTreatment(Orderable):
    page = ParentalKey(BlogPage, on_delete=models.CASCADE, related_name="related_treatments")
    treatment = models.ForeignKey("treatments.TreatmentPage", on_delete=models.CASCADE, related_name="article_links")

    panels = [PageChooserPanel("treatment", "treatments.TreatmentPage")]

    class Meta(Orderable.Meta):
        verbose_name = _("treatment of an article")
        constraints = [models.UniqueConstraint(fields=("page", "treatment"), name="blog_treatment_once")]

    def __str__(self):
        return str(self.treatment_id)


class BlogPagePick(Orderable):
    page = ParentalKey(BlogPage, on_delete=models.CASCADE, related_name="picked_articles")
    article = models.ForeignKey(BlogPage, on_delete=models.CASCADE, related_name="+")

    panels = [PageChooserPanel("article", "blog.BlogPage")]

    class Meta(Orderable.Meta):
        verbose_name = _("picked article")
        constraints = [models.UniqueConstraint(fields=("page", "article"), name="blog_pick_once")]

    def __str__(self):
        return str(self.article_id)
