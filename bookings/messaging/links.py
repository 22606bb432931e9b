"""Sign and read the links that patients get."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from bookings.models import Case

VISIT_SALT = "bookings.visit"
VALID_FOR = timedelta(days=120)  # A booking two months ahead, and some weeks after the visit.
receipts = signing.Signer(salt="bookings.receipt")


def get_visit_path(case: Case) -> str:
    """Return the address of the patient's own page.

    Raising ``case.link_version`` revokes the address.
    """
    return reverse("bookings:visit", args=[signing.dumps([case.reference, case.link_version], salt=VISIT_SALT)])


def find_case_by_visit_token(token: str) -> Case | None:
    """Return the case of a visit link, or None.

    The link is refused if we did not sign it, or if it has expired or was revoked.
    """
    try:
        reference, version = signing.loads(token, salt=VISIT_SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return Case.objects.filter(reference=reference, link_version=version).first()


def get_receipt_path(case: Case) -> str:
    """Return the address of the page that follows the form."""
    return reverse("bookings:received", args=[receipts.sign(case.reference)])


def find_case_by_receipt_token(token: str) -> Case | None:
    """Return the case of a receipt, or None if we did not sign the link."""
    try:
        return Case.objects.filter(reference=receipts.unsign(token)).first()
    except signing.BadSignature:
        return None
