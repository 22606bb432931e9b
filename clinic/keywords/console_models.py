"""Store what Search Console says about searches, landing pages and keywords."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .console_files import MAX_PATH, MAX_QUERY, PAGES, PAIRS, QUERIES
from .models import KeywordGroup


class SearchUpload(models.Model):
    """Hold what was understood of an upload until somebody saves or discards it."""

    name = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    content = models.BinaryField()  # compressed JSON, without the queries that look personal

    class Meta:
        default_permissions = ()
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.name


class SearchPeriod(models.Model):
    """Hold the results of some days. The period that ends last counts; the older ones stay to be looked up."""

    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("For example: Summer, all devices."))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    imported_at = models.DateTimeField(_("imported"), default=timezone.now)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    digests = models.JSONField(default=dict)  # kind of table: a digest of its lines
    unowned_count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        verbose_name = _("period of Search Console")
        verbose_name_plural = _("periods of Search Console")
        ordering = ["-last_day", "-first_day"]
        constraints = [
            models.UniqueConstraint(fields=("first_day", "last_day"), name="clinic_search_period_once"),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="clinic_search_period_ends_after_start"
            ),
        ]

    def __str__(self):
        return self.name or f"{self.first_day} – {self.last_day}"

    @property
    def has_pairs(self) -> bool:
        """Return whether the period says on which page people land for a query."""
        return PAIRS in self.digests


class SearchResult(models.Model):
    """Store the clicks and impressions of a query, a page, or a query on a page."""

    wagtail_reference_index_ignore = True  # it is no place that uses a page

    class Kind(models.TextChoices):
        QUERY = QUERIES, _("Query")
        PAGE = PAGES, _("Page")
        PAIR = PAIRS, _("Query and page")

    period = models.ForeignKey(SearchPeriod, models.CASCADE, related_name="results")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    query = models.CharField(max_length=MAX_QUERY, blank=True)
    normalized = models.CharField(max_length=3 * MAX_QUERY, blank=True)
    subject = models.CharField(max_length=3 * MAX_QUERY, blank=True)
    path = models.CharField(max_length=MAX_PATH, blank=True)
    page = models.ForeignKey("wagtailcore.Page", models.SET_NULL, null=True, related_name="+")
    clicks = models.PositiveIntegerField()
    impressions = models.PositiveIntegerField()
    position = models.FloatField(null=True)
    # Of queries in the period that counts. refresh_traffic() sets both.
    is_owned = models.BooleanField(default=True)
    is_ignored = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["period", "kind", "subject"], name="clinic_search_subject"),
            models.Index(fields=["period", "kind", "-impressions"], name="clinic_search_impressions"),
            models.Index(
                fields=["period", "-impressions", "-clicks", "query"],
                condition=models.Q(is_owned=False, is_ignored=False),
                name="clinic_search_unowned",
            ),
        ]

    def __str__(self):
        return self.query or self.path


class IgnoredQuery(models.Model):
    """Remember a query that needs no page, in all periods."""

    normalized = models.CharField(max_length=3 * MAX_QUERY, unique=True)
    query = models.CharField(max_length=MAX_QUERY)
    ignored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ignored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["query", "pk"]

    def __str__(self):
        return self.query


class GroupTraffic(models.Model):
    """Store what the period that counts says about a keyword, and on which page most people land.

    It is no column of the group: versions of a group would bring old numbers back.
    """

    wagtail_reference_index_ignore = True

    group = models.OneToOneField(KeywordGroup, models.CASCADE, related_name="traffic")
    clicks = models.PositiveIntegerField(default=0)
    impressions = models.PositiveIntegerField(default=0, db_index=True)
    position = models.FloatField(null=True)
    top_query = models.CharField(max_length=MAX_QUERY, blank=True)
    landing_page = models.ForeignKey("wagtailcore.Page", models.SET_NULL, null=True, related_name="+")
    landing_path = models.CharField(max_length=MAX_PATH, blank=True)
    landing_clicks = models.PositiveIntegerField(default=0)
    landing_impressions = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.group)
