"""Sign and read the links that patients get."""

from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from bookings.models import OPEN_STATUSES, VISITS, Case, CaseKind

VISIT_SALT = "bookings.visit"
NO_LINK = 0  # A version that no case has
MAILED = "mailed"
# A link opens until so long after the visit, and without a visit until so long after the request.
AFTER_VISIT = timedelta(days=30)
AFTER_REQUEST = timedelta(days=120)
receipts = signing.Signer(salt="bookings.receipt")


def get_visit_path(case: Case, *, is_mailed: bool = False) -> str:
    """Return the address of the patient's own page.

    A complaint without a visit of its own has the page of the visit that it is about. Raising ``link_version`` revokes
    the address. The address in an email differs from the one on the receipt: who opens it can read the email.
    """
    if case.is_complaint and case.previous and not case.appointments.exists():
        case = case.previous
    content = [case.reference, case.link_version, *([MAILED] if is_mailed else [])]
    return reverse("bookings:visit", args=[signing.dumps(content, salt=VISIT_SALT)])


def read_visit_token(token: str) -> tuple[str, int] | None:
    """Return the reference and the version of a visit link, or None if we did not sign it."""
    try:
        reference, version, *_more = signing.loads(token, salt=VISIT_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return reference, version


def find_case_by_visit_token(token: str) -> Case | None:
    """Return the case of a visit link, or None.

    The link is refused if we did not sign it, if it was revoked, or if the visit is long over.
    """
    if not (signed := read_visit_token(token)):
        return None
    case = Case.objects.filter(reference=signed[0], link_version=signed[1]).first()
    return case if case and timezone.now() <= get_end_of_links(case) else None


def is_mailed_token(token: str) -> bool:
    """Return whether the token of a visit link, which is valid, stood in an email."""
    return MAILED in signing.loads(token, salt=VISIT_SALT)


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


def get_receipt_path(case: Case, *, with_link: bool = True) -> str:
    """Return the address of the page that follows the form, with or without a link to the patient's page."""
    token = receipts.sign_object([case.reference, case.link_version if with_link else NO_LINK])
    return reverse("bookings:received", args=[token])


def read_receipt_token(token: str) -> tuple[str, int | None] | None:
    """Return the reference and the version of a receipt link, or None if we did not sign it.

    Links of the first format hold only the reference.
    """
    try:
        reference, version = receipts.unsign_object(token)
    except (signing.BadSignature, ValueError):
        try:
            return receipts.unsign(token), None
        except signing.BadSignature:
            return None
    return reference, version


def find_case_by_receipt_token(token: str) -> tuple[Case | None, bool]:
    """Return the case of a receipt, and whether the receipt may link to the patient's page.

    The case is None if we did not sign the link. A receipt whose links were revoked, or that is old, has no link.
    """
    if not (signed := read_receipt_token(token)):
        return None, False
    case = Case.objects.filter(reference=signed[0]).first()
    may_link = case is not None and case.link_version == signed[1] and timezone.now() <= get_end_of_links(case)
    return case, may_link
