"""Edit the opening hours, with what visitors will read beside the form."""

import hashlib
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.compare import TextFieldComparison, register_comparison_class
from wagtail.admin.panels import FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, Panel
from wagtail.models import Site
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from clinic.hours.formatting import format_spans
from clinic.hours.models import WEEKDAYS, OpeningHours
from clinic.hours.models.fields import SpansField
from clinic.models import ClinicProfile

from .forms import DatedFormSet, OpeningHoursForm, RowFormSet, SeasonFormSet
from .preview import find_long_closed_ranges, preview
from .visits import VisitInHours, find_visits_in_closed_time


class SpansComparison(TextFieldComparison):
    """Compare two versions of the hours of a day as people read them."""

    def __init__(self, field, obj_a, obj_b):
        super().__init__(field, obj_a, obj_b)
        self.val_a, self.val_b = format_spans(self.val_a), format_spans(self.val_b)


register_comparison_class(SpansField, comparison_class=SpansComparison)


class RowsPanel(InlinePanel):
    """Edit rows with one of our formsets."""

    def __init__(self, *args, formset=RowFormSet, **kwargs):
        super().__init__(*args, **kwargs)
        self.formset = formset

    def clone_kwargs(self):
        return {**super().clone_kwargs(), "formset": self.formset}

    def get_form_options(self):
        options = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = self.formset
        return options


class PublicHolidaysPanel(Panel):
    """List the public holidays of the next 18 months with their decisions.

    Undecided ones come first.
    """

    class BoundPanel(Panel.BoundPanel):
        template_name = "clinic/admin/hours/public_holidays.html"

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            context["country"] = ClinicProfile.for_site(self.instance.site).country
            context["holidays"] = [
                {
                    "dates": one.dates,
                    "decision": self.form[one.decision],
                    "spans": self.form[one.spans],
                    "initial": [self.form[name].as_hidden(only_initial=True) for name in (one.decision, one.spans)],
                }
                for one in self.form.holidays
            ]
            return context

        def get_comparison(self):
            rows = InlinePanel("public_holidays", ["decision", "spans"])
            bound = rows.bind_to_model(OpeningHours).get_bound_panel(instance=self.instance, request=self.request)
            return bound.get_comparison()


first_and_last_day = FieldRowPanel(["first_day", "last_day"])


class HoursViewMixin:
    """Show the preview, and check hours twice before they are saved.

    They are not saved if somebody else has changed them since the page was opened. If they close times that have
    visits, they are saved only after the list of these visits was shown.
    """

    visits: tuple[VisitInHours, ...] = ()

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.autosave_enabled = False  # the hours have no drafts: half a text would be on every page

    @cached_property
    def site(self) -> Site:
        return Site.find_for_request(self.request)

    @cached_property
    def profile(self) -> ClinicProfile:
        return ClinicProfile.for_site(self.site)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """Save the form, or with ``?preview`` return what visitors would read.

        A preview saves nothing.
        """
        if "preview" not in request.GET:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        form = self.get_form()
        if not form.is_valid():
            return JsonResponse({"errors": form.errors_by_id()})
        schedule = form.save(commit=False).schedule(self.profile)
        context = preview(schedule, self.profile, self.now, request.POST.get("asked", ""))
        return JsonResponse(
            {"errors": {}, "html": render_to_string("clinic/admin/hours/preview.html", context, request)}
        )

    def is_valid(self, form: OpeningHoursForm) -> bool:
        self.produced_error_code = "refused"
        # The lock makes two people who save at once take turns.
        stored = OpeningHours.objects.select_for_update().filter(site=self.site).first()
        if stored and str(stored.latest_revision_id or "") != self.request.POST.get("loaded_revision_id", ""):
            self.produced_error_message = _(
                "Someone else has changed the hours since you opened this page. What you typed is still here: "
                "compare it with the history, then save again."
            )
            form.is_valid()
            return False
        if not super().is_valid(form):
            return False
        old = stored or OpeningHours(site=self.site)
        self.visits = tuple(
            find_visits_in_closed_time(
                old.schedule(self.profile),
                form.save(commit=False).schedule(self.profile),
                self.now,
                self.request.user,
            )
        )
        if self.visits and self.request.POST.get("visits_seen") != digest(self.visits):
            self.produced_error_message = _(
                "Not saved yet: there are visits in the times you are closing. See the list below."
            )
            return False
        return True

    def form_valid(self, form: OpeningHoursForm) -> HttpResponse:
        response = super().form_valid(form)
        if ranges := find_long_closed_ranges(form.instance.schedule(self.profile), self.profile.today(self.now)):
            text = _("Closed for seven days or more: %(dates)s. Set Google’s Business Profile to “temporarily closed”.")
            messages.warning(self.request, text % {"dates": "; ".join(ranges)})
        return response

    def get_success_message(self, instance: OpeningHours | None = None) -> str:
        return _("The opening hours are saved. Every page shows them now.")

    def get_success_buttons(self) -> list:
        return []

    def get_error_message(self) -> str:
        return _("Not saved: please fix the following. It is marked below.")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        if not form.is_bound:
            shown = form.instance
        elif form.is_valid():
            shown = form.save(commit=False)
        else:
            shown = OpeningHours.for_site(self.site)
        return {
            **context,
            "preview": preview(shown.schedule(self.profile), self.profile, self.now),
            "today": self.profile.today(self.now).isoformat(),
            "visits": self.visits,
            "visits_seen": digest(self.visits) if self.visits else "",
            "time_zone": self.profile.zone.key,
        }


class HoursIndexView(IndexView):
    """Go to the one page of the site."""

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        stored = OpeningHours.objects.filter(site=Site.find_for_request(request)).first()
        return redirect(reverse(self.edit_url_name, args=[stored.pk]) if stored else reverse(self.add_url_name))


class HoursCreateView(HoursViewMixin, CreateView):
    def get_initial_form_instance(self) -> OpeningHours:
        return OpeningHours(site=self.site)


class HoursEditView(HoursViewMixin, EditView):
    def form_valid(self, form: OpeningHoursForm) -> HttpResponse:
        if self.view_name == "edit" and self.latest_revision and not form.has_changed():
            return self.save_action()
        return super().form_valid(form)

    def save_instance(self) -> OpeningHours:
        if not self.latest_revision:
            # A program wrote these hours: without a first version nobody could put them back.
            OpeningHours.objects.get(pk=self.object.pk).save_revision(log_action="wagtail.create")
        return super().save_instance()


class OpeningHoursViewSet(SnippetViewSet):
    model = OpeningHours
    icon = "opening-hours"
    admin_url_namespace = "opening_hours"
    base_url_path = "hours"
    add_to_admin_menu = True
    menu_label = gettext_lazy("Opening hours")
    menu_name = "opening-hours"
    menu_order = 350
    copy_view_enabled = False
    index_view_class = HoursIndexView
    add_view_class = HoursCreateView
    edit_view_class = HoursEditView
    create_template_name = edit_template_name = "clinic/admin/hours/form.html"
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [*WEEKDAYS],
                heading=gettext_lazy("The usual week"),
                help_text=gettext_lazy(
                    "Write times like “9 am – 4 pm”, “9 am – 12 pm, 1 pm – 6 pm” or “closed”. "
                    "Past midnight is “6 pm – 2 am”."
                ),
            ),
            RowsPanel(
                "special_hours",
                [first_and_last_day, "spans", "reason"],
                formset=DatedFormSet,
                heading=gettext_lazy("Special days"),
                label=gettext_lazy("special day"),
                help_text=gettext_lazy(
                    "One or more days with other hours than usual: training, a party, a vacation. "
                    "Visitors read the reason."
                ),
            ),
            PublicHolidaysPanel(
                heading=gettext_lazy("Public holidays"),
                help_text=gettext_lazy(
                    "Decide once: it counts for every year. A holiday never opens a day that is closed anyway."
                ),
            ),
            RowsPanel(
                "yearly_holidays",
                [
                    "name",
                    FieldRowPanel(["month", "day", "nth", "weekday"]),
                    FieldRowPanel(["shift", "spans"]),
                ],
                heading=gettext_lazy("Other days that repeat every year"),
                label=gettext_lazy("yearly day"),
            ),
            RowsPanel(
                "seasons",
                ["name", first_and_last_day, *WEEKDAYS],
                formset=SeasonFormSet,
                heading=gettext_lazy("A different week for a while"),
                label=gettext_lazy("week"),
                help_text=gettext_lazy(
                    "Summer hours, or new hours from a date on. "
                    "From the first to the last day this week replaces the usual one. "
                    "A new one starts as a copy of the usual week. Change what is different."
                ),
            ),
        ],
        base_form_class=OpeningHoursForm,
    )


def digest(visits: tuple[VisitInHours, ...]) -> str:
    """Return a value that changes with the list of visits.

    So an agreement holds for one list only.
    """
    content = "".join(f"{visit.starts_at.isoformat()}{visit.label}" for visit in visits)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
