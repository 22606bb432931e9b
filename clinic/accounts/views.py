"""Show sign-ins to managers, and let them help colleagues who lost their way in."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

import django_filters
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import login_webauthn
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView
from wagtail.permissions import policy_registry

from clinic import limits
from clinic.admin.ordering import TotalOrderMixin

from . import devices, events, idle, mail, throttle
from .idle import end_other_sessions
from .models import AccountEvent, AccountEventKind, KeptRequest, StaffMailKind


def limit_guesses(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Limit how often a network guesses the password of private pages or documents."""

    @wraps(view)
    def check(request: HttpRequest, restriction_id: int, **address: int) -> HttpResponse:
        if request.method != "POST":
            return view(request, restriction_id, **address)
        use = (throttle.PRIVATE_PAGES, f"{view.__module__} {restriction_id} {limits.get_network(request)}")
        if not limits.take(*use):
            return throttle.refuse(request, [use], "429.html")
        response = view(request, restriction_id, **address)
        if response.status_code == HTTPStatus.FOUND:  # the password was right
            limits.give_back(*use)
        return response

    return check


def tell_of_codes(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Record that recovery codes were shown, and tell the owner of the account."""

    @wraps(view)
    def show(request: HttpRequest) -> HttpResponse:
        response = view(request)
        if response.status_code == HTTPStatus.OK:
            events.record(AccountEventKind.CODES_SHOWN, request.user, request)
            mail.queue_once(StaffMailKind.CODES_SHOWN, request.user)
        return response

    return show


def login_with_passkey(request: HttpRequest) -> HttpResponse:
    """Limit requests of a network: each of them stores a challenge."""
    throttle.take(throttle.PASSKEY_REQUESTS, request)
    return login_webauthn(request)


@login_required
def send_kept(request: HttpRequest, key: str) -> HttpResponse:
    """Show a form that sends what a locked session kept to where it was going."""
    kept = KeptRequest.objects.shown_to(request.user).filter(key=key).first()
    context = {"kept": kept, "field": idle.KEPT_FIELD}
    return render(request, "account/kept.html", context, status=HTTPStatus.OK if kept else HTTPStatus.GONE)


@login_required
def uncover(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the cover of an untouched page whether the password that led here was that of the page's own user."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT if request.user.pk == pk else HTTPStatus.FORBIDDEN)


class SessionListView(ListUserSessionsView):
    def form_valid(self, form) -> HttpResponse:
        sign_out_everywhere(self.request.user, self.request)
        return super().form_valid(form)


class SignInFilterSet(WagtailFilterSet):
    at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Time"), widget=DateRangePickerWidget)

    class Meta:
        model = AccountEvent
        fields = ["kind", "user", "at"]


class SignInReport(TotalOrderMixin, ReportView):
    model = AccountEvent
    permission_required = "view"
    page_title = gettext_lazy("Sign-ins")
    header_icon = "key"
    index_url_name = "sign_in_report"
    index_results_url_name = "sign_in_report_results"
    filterset_class = SignInFilterSet
    default_ordering = "-at"
    columns = [
        DateColumn("at", label=gettext_lazy("Time"), width="20%"),
        Column("kind", label=gettext_lazy("Event"), accessor="get_kind_display"),
        Column("user", label=gettext_lazy("Account"), accessor=lambda event: name_account(event)),
        Column("actor", label=gettext_lazy("Done by"), accessor=lambda event: name_user(event.actor)),
        Column("network", label=gettext_lazy("Network")),
    ]

    def get_base_queryset(self) -> QuerySet[AccountEvent]:
        return AccountEvent.objects.select_related("user", "actor")


def name_account(event: AccountEvent) -> str:
    return name_user(event.user) or event.username or _("Unknown name")


def name_user(user: AbstractUser | None) -> str:
    return get_user_display_name(user) if user else ""


class StaffAccessView(WagtailAdminTemplateMixin, TemplateView):
    """Show how a colleague signs in, and reset it: send the link again, remove the second step, end all sessions."""

    template_name = "clinic/admin/staff_access.html"
    page_title = gettext_lazy("Access")
    header_icon = "key"

    def dispatch(self, request, *args, **kwargs):
        self.account = get_object_or_404(get_user_model(), pk=kwargs["pk"])
        policy = policy_registry.get_by_type(get_user_model())
        if not policy.user_has_permission_for_instance(request.user, "change", self.account):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return get_user_display_name(self.account)

    def get_breadcrumbs_items(self) -> list[dict]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("wagtailusers_users:index"), "label": _("Staff accounts")},
            {"url": "", "label": _("Access"), "sublabel": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs):
        factors = Authenticator.objects.filter(user=self.account).exclude(type=Authenticator.Type.RECOVERY_CODES)
        latest = AccountEvent.objects.filter(user=self.account).select_related("actor")
        return super().get_context_data(
            account=self.account,
            is_invited=not self.account.has_usable_password(),
            factors=factors,
            sessions=UserSession.objects.purge_and_list(self.account),
            events=latest[:10],
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        change = {"send_link": send_link, "reset_factor": reset_factor, "sign_out": sign_out_everywhere}.get(
            request.POST.get("action", "")
        )
        if change:
            with transaction.atomic():
                messages.success(request, change(self.account, request))
        return redirect("staff_access", pk=pk)


def send_link(account: AbstractUser, request: HttpRequest) -> str:
    """Send the link to set a password, and return what to tell the manager."""
    if account.has_usable_password():
        events.record(AccountEventKind.RESET_REQUESTED, account, request, actor=request.user)
        mail.queue(StaffMailKind.PASSWORD_RESET, account)
    else:
        events.record(AccountEventKind.INVITED, account, request, actor=request.user)
        mail.queue(StaffMailKind.INVITATION, account)
    return _("An email with a link is on its way to %(email)s.") % {"email": account.email}


def reset_factor(account: AbstractUser, request: HttpRequest) -> str:
    """Remove all second factors of the account, and its sessions, since whoever took the phone may be signed in."""
    Authenticator.objects.filter(user=account).delete()
    events.record(AccountEventKind.FACTOR_REMOVED, account, request, actor=request.user)
    mail.queue(StaffMailKind.FACTOR_REMOVED, account)
    sign_out_everywhere(account, request)
    return _("The second step is removed. They set up a new one when they sign in.")


def sign_out_everywhere(account: AbstractUser, request: HttpRequest) -> str:
    """End all sessions of the account, but not the one of this request. Forget its browsers."""
    end_other_sessions(account, request)
    KeptRequest.objects.filter(user=account).delete()
    events.record(AccountEventKind.SIGNED_OUT_EVERYWHERE, account, request, actor=request.user)
    if account == request.user:
        devices.remember(request, account)
    return _("They are signed out everywhere.")
