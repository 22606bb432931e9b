"""The signed link to a patient's own page. It names a reference, runs out, and can be revoked for all mails at once."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from .models import Case

SALT = "bookings.visit"
VALID_FOR = timedelta(days=120)  # a booking two months ahead, and some weeks after the visit


def token_for(case: Case) -> str:
    return signing.dumps([case.reference, case.link_version], salt=SALT)


def case_of(token: str) -> Case | None:
    """The case that the link is about; None when it is not ours, has run out or was revoked."""
    try:
        reference, version = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return Case.objects.filter(reference=reference, link_version=version).first()


def path_for(case: Case) -> str:
    return reverse("bookings:visit", args=[token_for(case)])
