from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin

from clinic.triage.models import Fix, TriagedModel

from .words import split_words

MAX_LOGGED_LETTERS = 80


def split_phrases(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.replace("\n", ",").split(",") if phrase.strip()]


def validate_phrases(text: str) -> None:
    for phrase in split_phrases(text):
        if not split_words(phrase):
            raise ValidationError(_("“%(phrase)s” contains no word."), params={"phrase": phrase})


class Synonym(RevisionMixin, models.Model):
    """Store what visitors type, and what the pages call it."""

    words = models.CharField(
        _("visitors type"),
        max_length=300,
        validators=[validate_phrases],
        help_text=_(
            "Words or phrases that people search for, separated by commas, for example: wrinkle, wrinkles. "
            "Singular and plural count as the same, and typos are corrected without your help."
        ),
    )
    means = models.CharField(
        _("your pages say"),
        max_length=300,
        validators=[validate_phrases],
        help_text=_(
            "Words or phrases on your pages that mean the same, separated by commas, for example: lines. "
            "A search for what visitors type also finds the pages with these words."
        ),
    )

    panels = ["words", "means"]

    class Meta:
        verbose_name = _("search synonym")
        verbose_name_plural = _("search synonyms")
        ordering = ["words", "pk"]

    def __str__(self):
        return self.words


class SearchPhrase(TriagedModel):
    """Store words that visitors searched for, with the sums of its days, and nothing about the visitors."""

    words = models.CharField(_("words"), max_length=MAX_LOGGED_LETTERS, unique=True)
    searches = models.PositiveIntegerField(_("searches"), default=0)
    zero_hits = models.PositiveIntegerField(_("without a result"), default=0)
    clicks = models.PositiveIntegerField(_("clicks on a result"), default=0)
    hits = models.PositiveIntegerField(_("results"), default=0)  # of the last search
    last_day = models.DateField(_("last searched"))

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        ordering = ["-searches", "words"]
        default_permissions = ("change",)
        indexes = [
            models.Index(fields=["state", "-zero_hits", "-last_day"], name="clinic_search_open"),
            models.Index(fields=["last_day"], name="clinic_search_last_day"),
        ]

    state_url_name = "search_log_state"

    def __str__(self):
        return self.words

    def get_keyword_words(self) -> str:
        return self.words

    def get_fix(self) -> Fix:
        add = f"{reverse(Synonym.snippet_viewset.get_url_name('add'))}?{urlencode({'words': self.words})}"
        return Fix(_("Add a synonym"), add)


class SearchDay(models.Model):
    """Count the searches for one phrase on one day of the clinic."""

    wagtail_reference_index_ignore = True

    phrase = models.ForeignKey(SearchPhrase, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(db_index=True)
    searches = models.PositiveIntegerField(default=0)
    zero_hits = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)  # of the last search

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("phrase", "day"), name="clinic_search_day_once")]

    def __str__(self):
        return f"{self.phrase_id} {self.day}"
