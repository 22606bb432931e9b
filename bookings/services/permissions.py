"""Say who may do what at the desk. Pages and services ask the same table."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from .transitions import BookingError

# The permission of the case that an action needs.
NEEDS = {
    "view": "view",
    "note": "note",
    "treat": "treat",  # check in, record what became of a visit
    "change": "change",  # everything else that the desk does
    "sign_off": "sign_off",  # close a medical complaint, make a complaint less urgent
    "override": "override",  # book a repeat before its date
    "export": "export",
}


class NotAllowedError(BookingError):
    """Refuse something that somebody else has to decide."""


def may(user: User, action: str) -> bool:
    return user.has_perm(f"bookings.{NEEDS[action]}_case")


def check_may_sign_off(user: User) -> None:
    if not may(user, "sign_off"):
        raise NotAllowedError(_("A clinician or a manager has to close a medical complaint."))
