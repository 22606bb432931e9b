"""A patient's file and all that belongs to it: requests, times, mails, and the words around the form."""

from .appointments import CONFIRMABLE, LIVE, Appointment, AppointmentState, Closure, Hold, Lane, VisitKind
from .case import (
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    Case,
    CaseKind,
    CaseQuerySet,
    CaseTreatment,
    Consent,
    ContactBy,
    ContactTime,
    Event,
    EventKind,
    Outcome,
    Status,
    new_reference,
)
from .messages import Message, MessageKind, MessageState
from .patients import Patient
from .settings import ConsultationSettings

__all__ = [
    "CONFIRMABLE",
    "LIVE",
    "REFERENCE_ALPHABET",
    "REFERENCE_LENGTH",
    "Appointment",
    "AppointmentState",
    "Case",
    "CaseKind",
    "CaseQuerySet",
    "CaseTreatment",
    "Closure",
    "Consent",
    "ConsultationSettings",
    "ContactBy",
    "ContactTime",
    "Event",
    "EventKind",
    "Hold",
    "Lane",
    "Message",
    "MessageKind",
    "MessageState",
    "Outcome",
    "Patient",
    "Status",
    "VisitKind",
    "new_reference",
]
