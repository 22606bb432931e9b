"""Ask editors where visitors go."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page, Site

from .resolving import is_shown


class VisitorsForm(forms.Form):
    """Ask which page visitors see instead of ``pages``."""

    send_to = forms.ModelChoiceField(
        Page.objects.all(), required=False, widget=AdminPageChooser, label=_("Send visitors to")
    )

    def __init__(self, pages: Iterable[Page], *args: Any, help_text: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.gone = {page.pk for page in pages}
        self.fields["send_to"].help_text = help_text

    def clean_send_to(self) -> Page | None:
        target = self.cleaned_data["send_to"]
        if target and target.pk in self.gone:
            raise ValidationError(_("Visitors cannot be sent to “%(page)s”."), params={"page": target})
        if target and not is_shown(target, Site.objects.filter(is_default_site=True).first()):
            message = _("Visitors cannot open “%(page)s”. Choose a page that is published and public.")
            raise ValidationError(message, params={"page": target})
        return target
