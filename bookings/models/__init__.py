"""Collect the models of the front desk.

Only ``bookings.services`` and the outbox write them.
"""

from .cases import (
    OPEN_STATUSES,
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    WAITING,
    Case,
    CaseKind,
    CaseQuerySet,
    CaseTreatment,
    Consent,
    ContactBy,
    ContactTime,
    Outcome,
    Severity,
    Source,
    Status,
    new_reference,
)
from .events import CallOutcome, Event, EventKind
from .messages import PLANNED, TO_STAFF, UNSENT, Channel, Direction, Message, MessageKind, MessageState
from .patients import Patient, PatientLink
from .saved_views import SavedView
from .scheduling import (
    ATTENDED,
    CONFIRMABLE,
    LIVE,
    VISITS,
    Appointment,
    AppointmentState,
    BlockedTime,
    BlockedTimeRule,
    Resource,
    ResourceKind,
    Slot,
    VisitType,
)
from .search import SearchWord
from .settings import ConsultationSettings
from .tasks import VISIT_TASKS, Task, TaskKind, TaskResult, find_holds, get_clock
