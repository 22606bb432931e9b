from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin

from .words import split_words


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
        ordering = ["words"]

    def __str__(self):
        return self.words
