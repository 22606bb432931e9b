"""Record sign-ins and changes of accounts when allauth and Django report them."""

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver

from . import devices, events, idle, mail
from .idle import end_other_sessions
from .models import AccountEventKind, KeptRequest, StaffMailKind


@receiver(account_signals.user_logged_in)
def record_sign_in(sender, request, user, **kwargs):
    events.record(AccountEventKind.SIGNED_IN, user, request)
    if not devices.get_device(request, user):
        mail.queue(StaffMailKind.NEW_DEVICE, user)
    devices.remember(request, user)
    if idle.applies_to(request):
        idle.touch(request)


@receiver(user_logged_out)
def record_sign_out(sender, request, user, **kwargs):
    if user is not None:
        KeptRequest.objects.filter(session=idle.hash_session(request)).delete()
        events.record(AccountEventKind.SIGNED_OUT, user, request)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def forget_kept_requests(sender, instance, **kwargs):
    if not instance.is_active:
        KeptRequest.objects.filter(user=instance).delete()


@receiver([account_signals.password_reset, account_signals.password_changed, account_signals.password_set])
def record_password(sender, request, user, **kwargs):
    # Whoever has the link or the old password is let in, however often strangers guess at the account.
    devices.remember(request, user)
    KeptRequest.objects.filter(user=user).delete()
    events.record(AccountEventKind.PASSWORD_SET, user, request)
    mail.queue(StaffMailKind.PASSWORD_SET, user)


@receiver(account_signals.authentication_step_completed)
def unlock(sender, request, user, method, reauthenticated=False, **kwargs):
    if reauthenticated:
        idle.touch(request)


@receiver(mfa_signals.authenticator_added)
def record_added_factor(sender, request, user, authenticator, **kwargs):
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        events.record(AccountEventKind.FACTOR_ADDED, user, request)
        mail.queue(StaffMailKind.FACTOR_ADDED, user)
        # Whoever has signed in elsewhere gave no second step.
        end_other_sessions(user, request)


@receiver(mfa_signals.authenticator_removed)
def record_removed_factor(sender, request, user, authenticator, **kwargs):
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        events.record(AccountEventKind.FACTOR_REMOVED, user, request)
        mail.queue(StaffMailKind.FACTOR_REMOVED, user)


@receiver(mfa_signals.authenticator_reset)
def record_new_codes(sender, request, user, **kwargs):
    events.record(AccountEventKind.CODES_RENEWED, user, request)
    mail.queue_once(StaffMailKind.CODES_SHOWN, user)
