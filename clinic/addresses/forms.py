"""Ask editors where visitors go."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import ExternalLinkChooserForm
from wagtail.admin.widgets import AdminPageChooser
from wagtail.contrib.redirects.forms import RedirectForm
from wagtail.contrib.redirects.models import Redirect
from wagtail.coreutils import get_dummy_request
from wagtail.models import Page, Site

from .resolving import (
    NOTHING_THERE,
    OF_SITE,
    find_end,
    find_served,
    get_own_path,
    is_of_site,
    is_shown,
    leads_somewhere,
)
from .spelling import canonical

validate_url = URLValidator(schemes=["http", "https"])


class VisitorsForm(forms.Form):
    """Ask which page visitors see instead of ``pages``."""

    send_to = forms.ModelChoiceField(
        Page.objects.all(), required=False, widget=AdminPageChooser, label=_("Send visitors to")
    )

    is_gone = forms.BooleanField(
        required=False,
        label=_("Say that the page is gone for good (410)"),
        help_text=_(
            "Instead of sending visitors to another page. Search engines then drop the address soon. When the page is "
            "published again, visitors get it."
        ),
    )

    def __init__(self, pages: Iterable[Page], *args: Any, help_text: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.gone = {page.pk for page in pages}
        self.fields["send_to"].help_text = help_text

    def clean_send_to(self) -> Page | None:
        target = self.cleaned_data["send_to"]
        if "is_gone" in self.data:  # the field above it is filled in when the question is asked
            return None
        if target and target.pk in self.gone:
            raise ValidationError(_("Visitors cannot be sent to “%(page)s”."), params={"page": target})
        if target and not is_shown(target, Site.objects.filter(is_default_site=True).first()):
            message = _("Visitors cannot open “%(page)s”. Choose a page that is published and public.")
            raise ValidationError(message, params={"page": target})
        return target


class LinkForm(ExternalLinkChooserForm):
    """Take no link in a text that leads to nothing on this site."""

    def clean_url(self) -> str:
        link = self.cleaned_data["url"]
        if not leads_somewhere(link):
            raise ValidationError(NOTHING_THERE)
        return link


class PathRedirectForm(RedirectForm):
    """Take a path of this site as the target of a redirect too, and no target that ends nowhere."""

    redirect_link = forms.CharField(
        required=False,
        max_length=255,
        label=_("Redirect to any URL"),
        help_text=_("A path of this site, like /prices/, or a whole address, like https://www.example.com/."),
    )

    def clean_old_path(self) -> str:
        return canonical(self.cleaned_data["old_path"])

    def clean_redirect_link(self) -> str:
        link = self.cleaned_data["redirect_link"]
        site = Site.objects.filter(is_default_site=True).first()
        if not link:
            return link
        is_path = link.startswith("/") and not link.startswith(("//", "/\\"))
        try:
            validate_url(f"https://www.example.com{link}" if is_path else link)
        except ValidationError as error:
            message = _("Type a path of this site, like /prices/, or an address that begins with https://.")
            raise ValidationError(message) from error
        return (site and get_own_path(link, site)) or link

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if "old_path" not in data or "redirect_link" not in data:
            return data
        page, link = data.get("redirect_page"), data["redirect_link"]
        if not (page or link):
            raise ValidationError(_("Choose a page, or type an address."))
        site = data.get("site") or Site.objects.filter(is_default_site=True).first()
        if site and not self.instance.pk and find_served(get_dummy_request(site=site), site, data["old_path"]):
            found = _("Visitors find a page there, and would not be redirected. Unpublish it first.")
            self.add_error("old_path", OF_SITE if is_of_site(urlsplit(data["old_path"]).path) else found)
            return data
        row = Redirect(redirect_page=page, redirect_link="" if page else link)
        end = site and find_end(get_dummy_request(site=site), row)
        if not end or end.is_gone or canonical(end.url) == data["old_path"]:
            field = "redirect_page" if page else "redirect_link"
            self.add_error(field, NOTHING_THERE)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # The model takes whole addresses only.
        return {*super()._get_validation_exclusions(), "redirect_link"}
