"""Store the opening times of a day, and edit them as a line of text."""

from collections.abc import Iterable
from datetime import time
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.hours.formatting import format_spans
from clinic.hours.parsing import NotationError, parse_spans
from clinic.hours.schedule import Span


class SpansFormField(forms.CharField):
    """Turn text such as "9 am – 12 pm, 1 pm – 5 pm" into spans.

    The error of an unclear text asks for a clear one.
    """

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else format_spans(sorted(value or ()))

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return tuple(value or ())
        try:
            return parse_spans(value)
        except NotationError as error:
            raise ValidationError(str(error), code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


if TYPE_CHECKING:
    SpansColumn = models.CharField[Iterable[Span], tuple[Span, ...]]
else:
    SpansColumn = models.CharField


class SpansField(SpansColumn):
    """Store the ordered spans of a day as ``09:00-12:00 13:00-17:00``.

    The times are wall-clock times. No spans means closed.
    """

    description = _("Opening times of a day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", ())
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> tuple[Span, ...]:
        return self.to_python(value)

    def to_python(self, value: Any) -> tuple[Span, ...]:
        if not isinstance(value, str):
            return tuple(sorted(value or ()))
        try:
            return tuple(_span(part) for part in value.split())
        except ValueError as error:
            raise ValidationError(_("These are not opening times."), code="invalid") from error

    def get_prep_value(self, value: Any) -> str:
        return " ".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def run_validators(self, value: Any) -> None:
        super().run_validators(self.get_prep_value(value))

    def formfield(self, **kwargs: Any) -> Any:
        return super(models.CharField, self).formfield(**{"form_class": SpansFormField, "max_length": 200, **kwargs})


def _span(text: str) -> Span:
    opens, closes = text.split("-")
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))
