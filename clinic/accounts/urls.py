"""Route what staff need of allauth: no sign-up, no email addresses beside the account's own."""

from allauth.account import views
from allauth.mfa.recovery_codes.views import download_recovery_codes, view_recovery_codes
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache
from wagtail.utils.urlpatterns import decorate_urlpatterns

from .views import SessionListView, login_with_passkey, send_kept, tell_of_codes, uncover

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/webauthn/login/", login_with_passkey, name="mfa_login_webauthn"),
    path("2fa/recovery-codes/", tell_of_codes(view_recovery_codes), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/download/", tell_of_codes(download_recovery_codes), name="mfa_download_recovery_codes"),
    path("2fa/", include("allauth.mfa.urls")),
    path("kept/<slug:key>/", send_kept, name="account_kept"),
    path("uncover/<int:pk>/", uncover, name="account_uncover"),
    path("sessions/", SessionListView.as_view(), name="usersessions_list"),
]
# The browser stores nothing: after signing out, going back shows nothing.
urlpatterns = decorate_urlpatterns(urlpatterns, never_cache)
