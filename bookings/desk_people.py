"""The other requests of a patient, and what the desk's buttons do with them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from . import services
from .desk_forms import VersionForm
from .models import Case

SHOWN = 5


class OtherCase(NamedTuple):
    """One line of the panel: another request of hers, or one that may be hers."""

    case: Case
    url: str
    may_unlink: bool = False
    match: str = ""


class PeopleActions:
    """Part of ``CaseView``, which brings the case and ``attempt``."""

    def link_patient(self):
        return self.change_people(services.link, self.named_case("link"), done=_("Linked with %(reference)s."))

    def unlink_patient(self):
        words = _("The link with %(reference)s is undone.")
        return self.change_people(services.unlink, self.named_case("unlink"), done=words)

    def named_case(self, button: str) -> Case:
        pk = self.request.POST[button]
        return get_object_or_404(Case, pk=pk if pk.isdecimal() else 0)

    def change_people(self, change: Callable[..., Case], other: Case, *, done: str):
        form = VersionForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Nothing was changed: please try again."))
            return self.show_again()
        version = form.cleaned_data["expected_version"]
        return self.attempt(
            lambda: change(self.case.pk, other.pk, actor=self.request.user, expected_version=version),
            self.add_typed_note,
            done=done % {"reference": other.reference},
        )

    def people_context(self) -> dict[str, Any]:
        patient = self.case.patient_id
        others = [
            OtherCase(other, self.url_of(other), may_unlink=other.patient_id != patient)
            for other in services.cases_of(self.case)
        ]
        return {
            "other_cases": others[:SHOWN],
            "older_cases": others[SHOWN:],
            "perhaps_same": [
                OtherCase(found.case, self.url_of(found.case), match=words_for(found))
                for found in services.perhaps_same(self.case)
            ],
        }

    def url_of(self, case: Case) -> str:
        return reverse(self.inspect_url_name, args=[case.pk])


def words_for(found: services.Proposal) -> str:
    if found.same_email and found.same_phone:
        return _("same e-mail and phone")
    return _("same e-mail") if found.same_email else _("same phone")
