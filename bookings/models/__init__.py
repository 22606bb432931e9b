"""Collect the models of the front desk.

Only ``bookings.services`` and the outbox write them.
"""

from .cases import (
    OPEN_STATUSES,
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    Case,
    CaseKind,
    CaseQuerySet,
    CaseTreatment,
    Consent,
    ContactBy,
    ContactTime,
    Outcome,
    Status,
    new_reference,
)
from .events import AnsweredBy, Event, EventKind
from .messages import TO_STAFF, Channel, Direction, Message, MessageKind, MessageState
from .patients import Patient, PatientLink
from .scheduling import (
    ATTENDED,
    CONFIRMABLE,
    LIVE,
    Appointment,
    AppointmentState,
    BlockedTime,
    Resource,
    ResourceKind,
    Slot,
    VisitType,
)
from .settings import ConsultationSettings

__all__ = [
    "ATTENDED",
    "CONFIRMABLE",
    "LIVE",
    "OPEN_STATUSES",
    "REFERENCE_ALPHABET",
    "REFERENCE_LENGTH",
    "TO_STAFF",
    "AnsweredBy",
    "Appointment",
    "AppointmentState",
    "BlockedTime",
    "Case",
    "CaseKind",
    "CaseQuerySet",
    "CaseTreatment",
    "Channel",
    "Consent",
    "ConsultationSettings",
    "ContactBy",
    "ContactTime",
    "Direction",
    "Event",
    "EventKind",
    "Message",
    "MessageKind",
    "MessageState",
    "Outcome",
    "Patient",
    "PatientLink",
    "Resource",
    "ResourceKind",
    "Slot",
    "Status",
    "VisitType",
    "new_reference",
]
