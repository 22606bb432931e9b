"""What a patient sent: as values, as the fields of a case, and in words when it differs from what she sent before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .contact_details import one_line, phone_to_e164
from .models import Case, ContactTime

TYPED_FIELDS = ("name", "email", "phone", "contact_by", "contact_time", "message")
NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class ConsultationRequest:
    """Checked by the form. ``phone`` is as she typed it, ``consent_wording`` exactly what she read."""

    name: str
    email: str = ""
    phone: str = ""
    contact_by: str = ""
    contact_time: str = ContactTime.ANY
    message: str = ""
    treatment_ids: tuple[int, ...] = ()
    consent_wording: str
    submission_key: UUID
    # The time she picked (aware), or None: call me.
    start: datetime | None = None
    wants_earlier: bool = False

    def case_fields(self, region: str) -> dict[str, Any]:
        """``region``: the country whose phone numbers are written without a country code."""
        phone_e164 = self._e164_if_possible(region)
        typed = {name: getattr(self, name) for name in TYPED_FIELDS}
        return {**typed, "phone_e164": phone_e164, "fingerprint": self._fingerprint(phone_e164)}

    def treatment_titles(self) -> dict[int, str]:
        """Title by page id. A treatment taken offline a minute ago is still what she asked for."""
        pages = apps.get_model("treatments", "TreatmentPage").objects.filter(pk__in=set(self.treatment_ids))
        return dict(pages.order_by("path").values_list("pk", "title"))

    def _e164_if_possible(self, region: str) -> str:
        """The form refuses numbers that cannot be dialled; one that gets here anyway is kept as typed."""
        try:
            return phone_to_e164(self.phone, region) if self.phone else ""
        except ValidationError:
            return ""

    def _fingerprint(self, phone_e164: str) -> str:
        """Equal for requests that a person would call the same: case, spaces and phone formats do not count."""
        typed = [self.name, self.email, phone_e164 or self.phone, self.contact_by, self.contact_time, self.message]
        content = [*(one_line(value).casefold() for value in typed), sorted(set(self.treatment_ids))]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def typed_changes(case: Case, fields: dict[str, Any]) -> list[str]:
    """A line "Phone: old → new" for each field that differs."""
    after = Case(**fields)
    changed = [name for name in TYPED_FIELDS if getattr(case, name) != fields[name]]
    return [change_line(_label(name), _shown(case, name), _shown(after, name)) for name in changed]


def change_line(label: str, before: str, after: str) -> str:
    return f"{label}: {before or NOTHING} → {after or NOTHING}"


def treatments_line(before: dict[int, str], after: dict[int, str]) -> str:
    return change_line(_("Treatments of interest"), ", ".join(before.values()), ", ".join(after.values()))


def _label(name: str) -> str:
    label = str(Case._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _shown(case: Case, name: str) -> str:
    display = getattr(case, f"get_{name}_display", None)
    return str(display() if display else getattr(case, name))
