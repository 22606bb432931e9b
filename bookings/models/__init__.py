"""Collect the models of the front desk.

Only ``bookings.services`` and the outbox write them.
"""

from .cases import (
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
from .events import Event, EventKind
from .messages import Channel, Direction, Message, MessageKind, MessageState
from .patients import Patient, PatientLink
from .scheduling import (
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
