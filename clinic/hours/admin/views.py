"""The page "Opening hours": the week, what differs from it, and beside it what visitors will read."""

import hashlib
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms.models import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic.base import TemplateResponseMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry
from wagtail.models import Revision, Site
from wagtail.utils.timestamps import ensure_utc

from clinic.models import ClinicProfile, OpeningHours

from . import holidays
from .changes import changes
from .forms import HoursForms
from .preview import long_closures, preview
from .visits import VisitInHours, visits_hit

ENTRIES_SHOWN = 50


def may_change_hours(user: AbstractBaseUser) -> bool:
    return user.has_perm("clinic.change_openinghours")


class HoursAdminView(WagtailAdminTemplateMixin, View):
    """For those who may change the hours of the request's site."""

    page_title = gettext_lazy("Opening hours")
    header_icon = "opening-hours"

    def dispatch(self, request, *args, **kwargs):
        if not may_change_hours(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def site(self) -> Site:
        return Site.find_for_request(self.request) or Site.objects.get(is_default_site=True)

    @cached_property
    def profile(self) -> ClinicProfile:
        return ClinicProfile.for_site(self.site)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def stored(self) -> OpeningHours:
        return OpeningHours.for_site(self.site)

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": reverse("opening_hours:edit"), "label": self.page_title}]


class EditView(HoursAdminView):
    """GET shows the hours, or with ``?revision=`` an earlier version to be put back; POST saves what is typed."""

    template_name = "clinic/admin/hours/edit.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.forms())

    def post(self, request: HttpRequest) -> HttpResponse:
        forms = self.forms(request.POST)
        if not forms.is_valid():
            messages.error(request, _("Not saved: something has to be mended first. It is marked below."))
            return self.show(forms)
        new = forms.apply()
        visits = visits_hit(self.stored.schedule(self.profile), new.schedule(self.profile), self.now, request.user)
        if visits and request.POST.get("visits_seen") != digest(visits):
            messages.warning(request, _("Not saved yet: visits fall into the times you close. See the list below."))
            return self.show(forms, visits=visits)
        if not save(new, self.site, request.user, forms.week.cleaned_data["loaded_revision"], self.earlier):
            messages.error(
                request,
                _("Somebody else has changed the hours since you opened this page. What you typed is still here: ")
                + _("compare it with the history, then save again."),
            )
            return self.show(forms, told_of=self.stored.latest_revision_id)
        messages.success(request, _("The opening hours are saved. Every page shows them now."))
        if closures := long_closures(new.schedule(self.profile), self.profile.today(self.now)):
            text = _("Closed for seven days or more: %(dates)s. Set Google’s Business Profile to “temporarily closed”.")
            messages.warning(request, text % {"dates": "; ".join(closures)})
        return redirect("opening_hours:edit")

    @cached_property
    def earlier(self) -> Revision | None:
        """The version to be put back, if the address names one."""
        number = self.request.GET.get("revision", "")
        if not number:
            return None
        found = self.stored.revisions.filter(pk=number).first() if self.stored.pk and number.isdecimal() else None
        if found is None:
            raise Http404
        return found

    @cached_property
    def coming_holidays(self) -> list[holidays.PublicDates]:
        return holidays.coming(self.profile, self.profile.today(self.now))

    def forms(self, data=None) -> HoursForms:
        # An object of its own: binding a form writes into it, and the stored hours are compared with it later.
        hours = self.earlier.as_object() if self.earlier else OpeningHours.for_site(self.site)
        proposals = [one.name for one in holidays.undecided(hours, self.coming_holidays)]
        return HoursForms(hours, proposals=proposals, loaded_revision=self.stored.latest_revision_id, data=data)

    def show(
        self, forms: HoursForms, *, visits: list[VisitInHours] | None = None, told_of: int | None = None
    ) -> HttpResponse:
        """``told_of`` is the version of somebody else's about which this answer tells: it may be replaced then."""
        today = self.profile.today(self.now)
        dates = {one.name: one.dates for one in self.coming_holidays}
        context = self.get_context_data(
            forms=forms,
            preview=preview(self.previewed(forms).schedule(self.profile), self.profile, self.now),
            public_rows=sorted(
                ((form, dates.get(form["name"].value(), ())) for form in forms.public), key=undecided_then_next
            ),
            special_rows=[form for form in forms.special if not form.is_past(today)],
            past_rows=[form for form in forms.special if form.is_past(today)],
            visits=visits,
            visits_seen=digest(visits) if visits else "",
            earlier=self.earlier,
            loaded_revision=told_of or forms.week["loaded_revision"].value(),
            profile=self.profile,
        )
        return self.render_to_response(context)

    def previewed(self, forms: HoursForms) -> OpeningHours:
        if forms.week.is_bound:
            return forms.apply() if forms.is_valid() else self.stored
        return forms.hours

    @property
    def header_buttons(self):
        return [HeaderButton(_("History"), url=reverse("opening_hours:history"), icon_name="history")]


class PreviewView(EditView):
    """POST of the form as it stands: what visitors would read, and what is wrong beside which field. Saves nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("opening_hours:edit")

    def post(self, request: HttpRequest) -> HttpResponse:
        forms = self.forms(request.POST)
        if not forms.is_valid():
            return JsonResponse({"errors": forms.errors()})
        schedule = forms.apply().schedule(self.profile)
        context = preview(schedule, self.profile, self.now, request.POST.get("asked", ""))
        return JsonResponse(
            {"errors": {}, "html": render_to_string("clinic/admin/hours/preview.html", context, request)}
        )


class HistoryView(HoursAdminView, TemplateResponseMixin):
    """Who changed what, and a way back to each version."""

    template_name = "clinic/admin/hours/history.html"
    page_subtitle = gettext_lazy("History")

    def get(self, request: HttpRequest) -> HttpResponse:
        entries = log_registry.get_logs_for_instance(self.stored) if self.stored.pk else ()
        if entries:
            entries = entries.select_related("user", "revision").order_by("-timestamp", "-pk")[:ENTRIES_SHOWN]
        context = self.get_context_data(
            entries=entries, latest=self.stored.latest_revision_id, zone=self.profile.time_zone
        )
        return self.render_to_response(context)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_subtitle}]


@transaction.atomic
def save(
    hours: OpeningHours, site: Site, user: AbstractBaseUser, loaded_revision: int | None, earlier: Revision | None
) -> bool:
    """Store the hours as a new revision with a line in the history; False when somebody else was quicker."""
    stored = OpeningHours.objects.select_for_update().filter(site=site).first()
    if (stored.latest_revision_id if stored else None) != loaded_revision:
        return False
    differences = changes(stored or OpeningHours(site=site), hours)
    if stored and not differences:
        return True
    if stored and not stored.latest_revision_id:
        # From before there was a history, or made by a program: else nobody could put these hours back.
        log(stored, "wagtail.create", revision=stored.save_revision(clean=False), content_changed=True)
    hours.save()
    revision = hours.save_revision(user=user, clean=False)
    log(
        hours,
        "wagtail.revert" if earlier else "wagtail.edit" if stored else "wagtail.create",
        user=user,
        revision=revision,
        content_changed=True,
        data={"changes": differences} | (reverted(earlier) if earlier else {}),
    )
    return True


def reverted(earlier: Revision) -> dict[str, Any]:
    # The form in which Wagtail writes the line of the history, and its own reports.
    return {"revision": {"id": earlier.pk, "created": ensure_utc(earlier.created_at)}}


def undecided_then_next(row: tuple[ModelForm, tuple[date, ...]]) -> tuple:
    form, dates = row
    return bool(form["decision"].value()), dates or (date.max,)


def digest(visits: list[VisitInHours]) -> str:
    """Changes with the list: what was agreed to is what is closed."""
    content = "".join(f"{visit.starts_at.isoformat()}{visit.label}" for visit in visits)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
