from django import forms
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db import models
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager, RevisionMixin, Site
from wagtail.query import PageQuerySet
from wagtail.search import index

from clinic.addresses.visibility import keep_public
from clinic.caching.version import CACHE_SECONDS, once_a_version, version_for
from clinic.models import BasePage, ClinicProfile
from clinic.pages.base import newest
from clinic.pages.blocks import BodyBlock
from clinic.pages.fields import optional_key
from clinic.rows import OrderedRow
from clinic.site.context import get_root_url, site_context

from .feeds import AtomFeed, RSSFeed
from .reading import Reading, read

RELATED_ARTICLES = 3


class BlogCategoryQuerySet(models.QuerySet):
    def in_use(self):
        """Return the categories with articles that visitors can open."""
        # Not a join, which would read all articles of each.
        return self.filter(models.Exists(BlogPage.objects.live().public().filter(categories=models.OuterRef("pk"))))


class BlogCategory(RevisionMixin, models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)

    objects = BlogCategoryQuerySet.as_manager()

    panels = ["name", "slug"]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]

    def __str__(self):
        return self.name


class BlogPageQuerySet(PageQuerySet):
    def newest_first(self):
        return self.order_by("-date", "-pk")

    def for_feeds(self):
        """Return live, public articles, newest first, with their texts."""
        return self.live().public().select_related("author").prefetch_related("categories").newest_first()

    def for_lists(self):
        """Return live, public articles, newest first, with all that a card shows."""
        return (
            self.live()
            .public()
            .select_related("listing_image")
            .prefetch_related("listing_image__renditions", "categories")
            .defer_streamfields()
            .newest_first()
        )


BlogPageManager = PageManager.from_queryset(BlogPageQuerySet)


class BlogIndexPage(RoutablePageMixin, BasePage):
    schema_type, top_field, top_shape = "CollectionPage", "", ""
    lists_pages = True

    introduction = models.TextField(_("introduction"), max_length=400, blank=True)
    articles_per_page = models.PositiveSmallIntegerField(_("articles per page"), default=9)

    content_panels = [*BasePage.content_panels, "introduction", "articles_per_page"]
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
                violation_error_message=_("Show at least one article per page."),
            ),
        ]

    def relative_url(self, current_site, request=None):
        """Return "" for a new page, which has no address while it is previewed."""
        return super().relative_url(current_site, request) or ""

    def get_route_paths(self):
        """Return all addresses below the index, which move with it."""
        feeds = (f"/{self.reverse_subpage(name)}" for name in ("feed", "atom"))
        return ["/", *feeds, *map(self.get_category_route, BlogCategory.objects.values_list("slug", flat=True))]

    def get_category_route(self, slug):
        return f"/{self.reverse_subpage('category', args=[slug])}"

    def articles(self, *, with_text: bool = False):
        articles = BlogPage.objects.child_of(self)
        return articles.for_feeds() if with_text else articles.for_lists()

    @path("")
    def all_articles(self, request):
        return self.render_list(request, self.articles())

    @path("category/<slug:slug>/", name="category")
    def category(self, request, slug):
        category = get_object_or_404(BlogCategory, slug=slug)
        return self.render_list(request, self.articles().filter(categories=category), category=category)

    @path("feed/", name="feed")
    def rss(self, request):
        return self.serve_feed(request, RSSFeed)

    @path("feed/atom/", name="atom")
    def atom(self, request):
        return self.serve_feed(request, AtomFeed)

    def serve_feed(self, request, kind):
        """Return the feed. To render the texts of all articles takes a while, and readers ask often."""
        key = f"feed:{kind.__name__}:{self.pk}:{get_root_url(request)}:{version_for(request)}"
        if (feed := cache.get(key)) is None:
            feed = kind(self, site_context(request).profile)(request)
            cache.set(key, feed, CACHE_SECONDS)
        return feed

    def render_list(self, request, articles, category=None):
        paginator = Paginator(articles, self.articles_per_page)
        # To count ten thousand articles takes as long as half of the page.
        paginator.count = once_a_version(request, f"articles:{self.pk}:{category and category.pk}", articles.count)
        page = paginator.get_page(request.GET.get("page"))
        own = self.reverse_subpage("category", args=[category.slug]) if category else ""
        context = {
            "articles": page,
            "page_range": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "category": category,
            "categories": once_a_version(request, f"categories:{self.pk}", lambda: list(BlogCategory.objects.in_use())),
            "canonical_suffix": f"{own}?page={page.number}" if page.number > 1 else own,
            "noindex": page.number > 1,
        }
        if category:
            context["head_title"] = f"{category.name} – {self.title}"
            context["head_description"] = f"{category.name}: {self.meta_description or self.title}"
            context["head_heading"] = category.name
            context["breadcrumbs"] = [(gettext("Home"), "/"), (self.title, self.url)]
        return self.render(request, context_overrides=context)

    @property
    def listed_date(self):
        return newest(self, BlogPage.objects.child_of(self).live().public())

    def get_sitemap_urls(self, request=None):
        """Return the index and the categories with articles, each with the date of its last change.

        The date of the index counts for all, since it tells when an article was taken away.
        """
        own = super().get_sitemap_urls(request)
        if not own:
            return []
        base = self.get_full_url(request)
        articles = BlogPage.objects.live().public()
        dates = BlogCategory.objects.filter(pages__in=articles).annotate(
            newest=models.Max(Coalesce("pages__changed_at", "pages__last_published_at"))
        )
        return own + [
            {
                "location": base + self.reverse_subpage("category", args=[slug]),
                "lastmod": max(filter(None, (lastmod, self.content_date)), default=None),
            }
            for slug, lastmod in dates.values_list("slug", "newest")
        ]


class BlogPage(BasePage):
    date = models.DateField(
        _("date that readers see"),
        null=True,
        blank=True,
        help_text=_(
            "Leave it blank for the day it first goes live. Type a date for an article that appeared elsewhere before."
        ),
    )
    author = optional_key("clinic.Person", _("author"), related_name="articles")
    categories = ParentalManyToManyField(BlogCategory, verbose_name=_("categories"), blank=True, related_name="pages")
    intro = models.TextField(_("introduction"), max_length=500, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("content"), blank=True)
    sources = RichTextField(_("sources"), blank=True, features=["ol", "ul", "link", "italic"])
    # SHA-256 of the imported text, so that a file is imported once.
    legacy_key = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    objects = BlogPageManager()
    og_type = "article"

    content_panels = [
        *BasePage.content_panels,
        "intro",
        MultiFieldPanel(
            ["author", FieldPanel("categories", widget=forms.CheckboxSelectMultiple)],
            heading=_("Author and categories"),
        ),
        "body",
        "sources",
        InlinePanel("related_treatments", heading=_("Treatments in this article"), label=_("Treatment"), max_num=6),
        InlinePanel(
            "picked_articles",
            heading=_("Articles to read next"),
            label=_("Article"),
            max_num=3,
            help_text=_("Shown first, followed by articles about the same treatments, then the newest."),
        ),
        MultiFieldPanel(["date"], heading=_("Date"), classname="collapsed"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("intro"), index.SearchField("body")]
    kind_label = _("Article")
    unlinked_fields = ("sources",)
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("article")
        indexes = [models.Index(fields=["-date", "-page_ptr"], name="blog_newest_first")]

    @property
    def opening_text(self) -> str:
        return self.intro

    def save(self, *args, **kwargs):
        """Date a live article, unless an editor has, by the day on which it first went live."""
        if self.live and self.date is None:
            site = self.get_site() or Site.objects.get(is_default_site=True)
            self.date = ClinicProfile.for_site(site).today(self.first_published_at or timezone.now())
        return super().save(*args, **kwargs)

    def reading(self) -> Reading:
        return read(self.body.render_as_block())

    def index(self) -> BlogIndexPage:
        return self.get_parent().specific

    def treatments(self):
        links = self.related_treatments.select_related("treatment__listing_image")
        links = links.prefetch_related("treatment__listing_image__renditions")
        return keep_public(link.treatment for link in links)

    def related_articles(self):
        """Return the editor's picks, then same treatments, then the newest."""
        picks = [row.article_id for row in self.picked_articles.all()]
        treatments = [row.treatment_id for row in self.related_treatments.all()]
        others = BlogPage.objects.sibling_of(self, inclusive=False)
        same = others.filter(pk__in=BlogPageTreatment.objects.filter(treatment__in=treatments).values("page"))
        # A few of each kind: to rank all articles takes longer the more there are.
        few = [rows.live().public().newest_first()[:RELATED_ARTICLES] for rows in (same, others)]
        chosen = [
            others.filter(pk__in=keys).order_by().values("pk") for keys in (picks, *(rows.values("pk") for rows in few))
        ]
        ranked = (
            others.filter(pk__in=chosen[0].union(*chosen[1:]))
            .for_lists()
            .annotate(
                rank=models.Case(
                    *(models.When(pk=pk, then=place) for place, pk in enumerate(picks)),
                    models.When(pk__in=same.values("pk"), then=len(picks)),
                    default=len(picks) + 1,
                    output_field=models.IntegerField(),
                )
            )
            .order_by("rank", "-date", "-pk")
        )
        return list(ranked[:RELATED_ARTICLES])

    def newer(self):
        """Return the next article by date, then by creation, or None."""
        return self.siblings_by_date("gt").order_by("date", "pk").first()

    def older(self):
        """Return the previous article by date, or None."""
        return self.siblings_by_date("lt").order_by("-date", "-pk").first()

    def siblings_by_date(self, comparison):
        """Return the live articles with a later ("gt") or earlier ("lt") date than this one.

        Drafts may lack a date, and a new article its key.
        """
        if self.date is None:
            return BlogPage.objects.none()
        is_apart = models.Q(**{f"date__{comparison}": self.date})
        if self.pk:
            is_apart |= models.Q(**{"date": self.date, f"pk__{comparison}": self.pk})
        articles = BlogPage.objects.sibling_of(self, inclusive=False).live().public()
        return articles.filter(is_apart).only("title", "url_path", "slug", "date")


class BlogPageTreatment(OrderedRow):
    page = ParentalKey(BlogPage, on_delete=models.CASCADE, related_name="related_treatments")
    treatment = models.ForeignKey("treatments.TreatmentPage", on_delete=models.CASCADE, related_name="article_links")

    panels = ["treatment"]

    class Meta(OrderedRow.Meta):
        verbose_name = _("treatment of an article")
        constraints = [models.UniqueConstraint(fields=("page", "treatment"), name="blog_treatment_once")]

    def __str__(self):
        return str(self.treatment_id)


class BlogPagePick(OrderedRow):
    page = ParentalKey(BlogPage, on_delete=models.CASCADE, related_name="picked_articles")
    article = models.ForeignKey(BlogPage, on_delete=models.CASCADE, related_name="+")

    panels = ["article"]

    class Meta(OrderedRow.Meta):
        verbose_name = _("picked article")
        constraints = [models.UniqueConstraint(fields=("page", "article"), name="blog_pick_once")]

    def __str__(self):
        return str(self.article_id)
