"""The only writer of cases and what hangs on them (``outbox`` marks messages as sent).

Each public function is one transaction, and every change leaves an event that says who and what.
"""

from bookings.consultation_request import ConsultationRequest
from bookings.transitions import TRANSITIONS, BookingError, TransitionRefused, next_statuses

from .appointments import (
    FARTHEST,
    Calendar,
    TimeTaken,
    book,
    calendar_of,
    cancel,
    change_time,
    confirm,
    free_times,
    lapse_expired,
    time_taken,
)
from .cases import add_note, assign, change_status, retry_message
from .closures import VisitsInTheWay, close_time, open_time
from .common import StaleCase
from .earlier import want_earlier
from .leaving import still_holds
from .patients import complain, revoke_links
from .people import Proposal, cases_of, link, perhaps_same, unlink
from .quarantine import let_out
from .requests import SAME_REQUEST_WITHIN, Submission, submit

__all__ = [
    "FARTHEST",
    "SAME_REQUEST_WITHIN",
    "TRANSITIONS",
    "BookingError",
    "Calendar",
    "ConsultationRequest",
    "Proposal",
    "StaleCase",
    "Submission",
    "TimeTaken",
    "TransitionRefused",
    "VisitsInTheWay",
    "add_note",
    "assign",
    "book",
    "calendar_of",
    "cancel",
    "cases_of",
    "change_status",
    "change_time",
    "close_time",
    "complain",
    "confirm",
    "free_times",
    "lapse_expired",
    "let_out",
    "link",
    "next_statuses",
    "open_time",
    "perhaps_same",
    "retry_message",
    "revoke_links",
    "still_holds",
    "submit",
    "time_taken",
    "unlink",
    "want_earlier",
]
