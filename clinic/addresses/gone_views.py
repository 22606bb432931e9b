"""Let editors list, add and delete the addresses that are gone for good."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.contrib.redirects.models import Redirect
from wagtail.coreutils import get_dummy_request
from wagtail.models import Site

from clinic.admin.ordering import TotalOrderMixin

from .models import GoneAddress
from .resolving import OF_SITE, find_served, is_of_site
from .spelling import canonical


class GoneAddressForm(WagtailAdminModelForm):
    def clean_path(self) -> str:
        path = canonical(self.cleaned_data["path"])
        site = Site.objects.filter(is_default_site=True).first()
        if path == "/":
            raise ValidationError(_("This is the home page. It cannot be gone."))
        if site and find_served(get_dummy_request(site=site), site, path):
            raise ValidationError(
                OF_SITE if is_of_site(urlsplit(path).path) else _("Visitors find a page there. Unpublish it first.")
            )
        if Redirect.objects.filter(old_path=path, automatically_created=False).exists():
            raise ValidationError(_("A redirect leads from there to another page. Delete the redirect first."))
        if GoneAddress.objects.filter(path=path).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This address is in the list already."))
        return path


class GoneAddressIndexView(TotalOrderMixin, IndexView):
    pass


class GoneAddressViewSet(ModelViewSet):
    """Keep the addresses without a page. Those of unpublished and deleted pages belong to their pages."""

    model = GoneAddress
    index_view_class = GoneAddressIndexView
    icon = "cross"
    menu_label = _("Gone addresses")
    menu_name = "gone-addresses"
    menu_order = 805
    add_to_settings_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = ["path", DateColumn("created_at", label=_("Added"), sort_key="created_at")]
    search_fields = ["path"]

    def get_edit_handler(self):
        return ObjectList(["path"], base_form_class=GoneAddressForm).bind_to_model(self.model)
