"""What all services share: a case that is locked, its next version, its events."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings.models import Case, Event, EventKind, Status
from bookings.transitions import BookingError

logger = logging.getLogger(__name__)


class StaleCase(BookingError):
    """Somebody else changed the case since this person looked at it."""


def locked(case_id: int, expected_version: int | None = None) -> Case:
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    if expected_version is not None and case.version != expected_version:
        raise StaleCase(_("Somebody changed this request while you were looking at it. Look again, then decide."))
    return case


def set_status(case: Case, to_status: Status, outcome: str = "") -> None:
    now = timezone.now()
    case.status, case.outcome = to_status, outcome
    case.closed_at = now if to_status == Status.CLOSED else None
    case.answered_at = None if to_status == Status.NEW else case.answered_at or now


def save_change(case: Case) -> None:
    case.version += 1
    case.save()
    case.refresh_from_db(fields=["is_waiting"])


def add_event(case: Case, kind: EventKind, *, actor: AbstractBaseUser | None = None, **fields: Any) -> Event:
    return Event.objects.create(case=case, kind=kind, actor=actor, actor_name=name_of(actor), **fields)


@contextmanager
def writing_mails(case: Case, failed: str) -> Iterator[None]:
    """Mails are put into the outbox here, in the caller's transaction. One that cannot be written must not cost what it
    tells of: ``failed`` says so in the timeline."""
    try:
        with transaction.atomic():
            yield
    except Exception as error:
        logger.error("Mails about request %s could not be written: %s", case.reference, type(error).__name__)
        add_event(case, EventKind.MESSAGE_FAILED, text=failed)


def default_site() -> Site | None:
    """For what happens without a visitor's request."""
    return Site.objects.filter(is_default_site=True).first()


def name_of(user: AbstractBaseUser | None) -> str:
    return (user.get_full_name() or user.get_username())[:150] if user else ""
