"""Sign and read the token in the consultation form."""

import hashlib
import time
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID, uuid4

from django.core import signing

SALT = "bookings.consultation-form"
# What a form is for, as its link said: to correct the request that this browser sent, or for another person.
CORRECTS, FOR_ANOTHER = "correct", "new"
MINIMUM_SECONDS = 3.0
MAXIMUM_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class FormToken:
    """Identify a form, when it was opened, and which consent it showed."""

    submission_key: UUID
    issued_at: float  # Seconds since 1970.
    consent: str  # Digest of the wording beside the box to tick.
    is_asked_again: bool = False  # It came back once because the check against forgery failed.
    purpose: str = ""

    @classmethod
    def new(cls, consent_wording: str, purpose: str = "") -> Self:
        return cls(uuid4(), time.time(), digest(consent_wording), purpose=purpose)

    @classmethod
    def read(cls, signed: str) -> Self | None:
        """Return the token, or None if we did not sign it."""
        try:
            # A form that was open during an update has no purpose.
            key, issued_at, consent, is_asked_again, *purpose = signing.loads(signed, salt=SALT)
        except (signing.BadSignature, ValueError):
            return None
        return cls(UUID(hex=key), issued_at, consent, is_asked_again, *purpose)

    def __str__(self) -> str:
        values = [self.submission_key.hex, self.issued_at, self.consent, self.is_asked_again, self.purpose]
        return signing.dumps(values, salt=SALT)

    @property
    def age(self) -> float:
        return time.time() - self.issued_at

    @property
    def is_expired(self) -> bool:
        return self.age > MAXIMUM_SECONDS

    @property
    def is_too_fresh(self) -> bool:
        return self.age < MINIMUM_SECONDS

    def shows(self, consent_wording: str) -> bool:
        return self.consent == digest(consent_wording)

    def showing(self, consent_wording: str) -> Self:
        """Return the token of the same form with another consent beside it."""
        return replace(self, consent=digest(consent_wording))

    def asked_again(self) -> Self:
        """Return the token that is accepted without cookies on the second click."""
        return replace(self, is_asked_again=True)

    def renewed(self) -> Self:
        """Return the token of a new form, which may be submitted at once.

        It replaces the token of a form that was open for too long.
        """
        return replace(self, submission_key=uuid4(), issued_at=time.time() - MINIMUM_SECONDS)


def digest(wording: str) -> str:
    return hashlib.sha256(wording.encode()).hexdigest()[:16]
