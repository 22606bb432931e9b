"""Sign and read the links that patients get."""

from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from bookings.models import OPEN_STATUSES, VISITS, Case, CaseKind

VISIT_SALT = "bookings.visit"
# A link opens until so long after the visit, and without a visit until so long after the request.
AFTER_VISIT = timedelta(days=30)
AFTER_REQUEST = timedelta(days=120)
receipts = signing.Signer(salt="bookings.receipt")


def get_visit_path(case: Case) -> str:
    """Return the address of the patient's own page.

    A complaint without a visit of its own has the page of the visit that it is about. Raising ``link_version`` revokes
    the address.
    """
    if case.is_complaint and case.previous and not case.appointments.exists():
        case = case.previous
    return reverse("bookings:visit", args=[signing.dumps([case.reference, case.link_version], salt=VISIT_SALT)])


def find_case_by_visit_token(token: str) -> Case | None:
    """Return the case of a visit link, or None.

    The link is refused if we did not sign it, if it was revoked, or if the visit is long over.
    """
    try:
        reference, version = signing.loads(token, salt=VISIT_SALT)
    except (signing.BadSignature, ValueError):
        return None
    case = Case.objects.filter(reference=reference, link_version=version).first()
    return case if case and timezone.now() <= get_end_of_links(case) else None


def get_end_of_links(case: Case) -> datetime:
    """Return until when the links to the patient's page work.

    They work for a month after the last visit, also if that was canceled, and as long as a complaint about it is open.
    Without a visit, they work for some months after the request, and as long as it is open.
    """
    visits = list(case.appointments.order_by("pk"))
    ends = [visit.ends_at + AFTER_VISIT for visit in visits if visit.state in VISITS or visit is visits[-1]]
    if case.following.filter(kind=CaseKind.COMPLAINT, status__in=OPEN_STATUSES).exists():
        ends.append(timezone.now())
    has_visit = any(visit.state in VISITS for visit in visits)
    if has_visit:
        return max(ends)
    open_until = [timezone.now()] * (case.status in OPEN_STATUSES)
    return max([*ends, *open_until, case.asked_at + AFTER_REQUEST])


def get_receipt_path(case: Case) -> str:
    """Return the address of the page that follows the form."""
    token = receipts.sign_object([case.reference, case.link_version])
    return reverse("bookings:received", args=[token])


def find_case_by_receipt_token(token: str) -> tuple[Case | None, bool]:
    """Return the case of a receipt, and whether the receipt may link to the patient's page.

    The case is None if we did not sign the link. A receipt whose links were revoked, or that is old, has no link.
    """
    try:
        reference, version = receipts.unsign_object(token)
    except (signing.BadSignature, ValueError):
        return _find_by_first_receipts(token), False
    case = Case.objects.filter(reference=reference).first()
    may_link = case is not None and case.link_version == version and timezone.now() <= get_end_of_links(case)
    return case, may_link


def _find_by_first_receipts(token: str) -> Case | None:
    """Read a receipt link of the first format, which held only the reference."""
    try:
        return Case.objects.filter(reference=receipts.unsign(token)).first()
    except signing.BadSignature:
        return None
