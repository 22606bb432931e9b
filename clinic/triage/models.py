from datetime import date, timedelta
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=396)  # 13 months


class Fix(NamedTuple):
    """Hold the button that leads to the remedy of a row."""

    label: str
    url: str


class State(models.TextChoices):
    OPEN = "open", _("open")
    HANDLED = "handled", _("handled")
    IGNORED = "ignored", _("ignored")


class TriagedModel(models.Model):
    """Add to a row of a log whether an editor has dealt with it."""

    wagtail_reference_index_ignore = True

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    # What is handled and happens again on a later day is open again.
    handled_on = models.DateField(null=True, editable=False)

    class Meta:
        abstract = True

    state_url_name: str  # of the view that changes the state

    def get_keyword_words(self) -> str:
        raise NotImplementedError

    def get_fix(self) -> Fix:
        raise NotImplementedError


def reopened(day: date) -> models.Case:
    """Return the value of ``state`` after something happened on ``day`` again."""
    is_over = models.When(state=State.HANDLED, handled_on__lt=day, then=models.Value(State.OPEN))
    return models.Case(is_over, default=models.F("state"))
