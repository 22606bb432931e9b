"""Store what the live pages say, so that the board only reads rows. The worker writes them all."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .models import KeywordGroup

PAGE = "wagtailcore.Page"


class PageReading(models.Model):
    """Store the texts of a live page that everybody can open, and when it is read again."""

    wagtail_reference_index_ignore = True  # what nobody typed uses no page

    page = models.OneToOneField(PAGE, models.CASCADE, primary_key=True, related_name="keyword_reading")
    due_at = models.DateTimeField(default=timezone.now, null=True, db_index=True)  # null: nothing to read
    read_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32, blank=True)  # of the texts
    # {"title": …, "heading": …, …, "lines": paragraphs that can hold links}. See reading.PageText.
    texts = models.JSONField(default=dict)
    is_indexed = models.BooleanField(default=True)
    # The keywords and word rules that the evidence was found with. See vocabulary.py.
    vocabulary = models.CharField(max_length=32, blank=True, db_index=True)
    matched_at = models.DateTimeField(null=True, db_index=True)
    # The body without places: its digest, its number of words and its MinHash. See likeness.py.
    bare_digest = models.CharField(max_length=32, blank=True, db_index=True)
    word_count = models.PositiveIntegerField(default=0)
    signature = models.BinaryField(default=bytes)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.page_id)


class SignatureBand(models.Model):
    """Store a part of a page's signature. Two pages that share one may be alike."""

    wagtail_reference_index_ignore = True

    reading = models.ForeignKey(PageReading, models.CASCADE, related_name="bands")
    band = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.band)


class PageEvidence(models.Model):
    """Store where a page says a phrase of a group, and where it could link to the page for it."""

    wagtail_reference_index_ignore = True

    page = models.ForeignKey(PAGE, models.CASCADE, related_name="keyword_evidence")
    group = models.ForeignKey(KeywordGroup, models.CASCADE, related_name="evidence")
    in_title = models.BooleanField(default=False)
    in_heading = models.BooleanField(default=False)
    in_opening = models.BooleanField(default=False)
    in_headings = models.BooleanField(default=False)
    in_body = models.BooleanField(default=False)
    in_alts = models.BooleanField(default=False)
    in_address = models.BooleanField(default=False)
    is_headline = models.BooleanField(default=False)  # title or heading is about it
    excerpt = models.CharField(max_length=400, blank=True)
    # A mention in rich text without a link: the words as written, and those around.
    mention = models.CharField(max_length=200, blank=True)
    mention_excerpt = models.CharField(max_length=400, blank=True)
    linked_at = models.DateTimeField(null=True)  # when the link was put into the draft

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("page", "group"), name="clinic_evidence_once")]
        indexes = [
            models.Index(fields=["group", "page"], condition=Q(is_headline=True), name="clinic_evidence_headline"),
            models.Index(fields=["group", "page"], condition=~Q(mention=""), name="clinic_evidence_mention"),
        ]

    def __str__(self):
        return f"{self.group}: {self.excerpt}"

    @property
    def is_prominent(self) -> bool:
        return self.in_title or self.in_heading or self.in_opening


class PageLink(models.Model):
    """Store a link of a page's content to another page of the site."""

    wagtail_reference_index_ignore = True

    page = models.ForeignKey(PAGE, models.CASCADE, related_name="keyword_links")
    target = models.ForeignKey(PAGE, models.CASCADE, related_name="keyword_links_here")
    words = models.CharField(max_length=200, blank=True)
    is_in_text = models.BooleanField(default=True)  # False: a card, a list of pages or a button
    group = models.ForeignKey(  # whose phrase the words are
        KeywordGroup, models.SET_NULL, null=True, related_name="links"
    )

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["group", "target"], name="clinic_link_group"),
            models.Index(fields=["page", "target"], name="clinic_link_between"),
        ]

    def __str__(self):
        return self.words


class AlikePages(models.Model):
    """Store that the texts of two pages are almost the same without the names of places."""

    wagtail_reference_index_ignore = True

    first = models.ForeignKey(PAGE, models.CASCADE, related_name="+")
    second = models.ForeignKey(PAGE, models.CASCADE, related_name="+")
    percent = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=("first", "second"), name="clinic_alike_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="clinic_alike_in_order"),
        ]

    def __str__(self):
        return f"{self.first_id}, {self.second_id}: {self.percent} %"


class IgnoredLink(models.Model):
    """Store that a page needs no link to another one."""

    wagtail_reference_index_ignore = True

    page = models.ForeignKey(PAGE, models.CASCADE, related_name="+")
    target = models.ForeignKey(PAGE, models.CASCADE, related_name="+")
    ignored_at = models.DateTimeField(default=timezone.now)
    ignored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("page", "target"), name="clinic_ignored_link_once")]

    def __str__(self):
        return f"{self.page_id} → {self.target_id}"
