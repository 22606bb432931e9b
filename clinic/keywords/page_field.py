"""Edit the keywords of a page in the editor of pages, and read them from its versions."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import InlinePanel
from wagtail.models import Page

from .models import KeywordGroup, PageKeyword

Reasons = dict[tuple[int, str], datetime]


class PageKeywordForm(WagtailAdminModelForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.is_refused:
            # The editor chose this, and another page was published first.
            self.initial["role"] = PageKeyword.Role.PRIMARY

    def clean_group(self) -> KeywordGroup | None:
        group = self.cleaned_data["group"]
        return group.current if group else group


class PageKeywordFormSet(BaseChildFormSet):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        resting = find_resting(self.instance)
        self.queryset = self.queryset.exclude(pk__in=resting) if resting else self.queryset
        self.known_reasons = self._collect_reasons()

    def _collect_reasons(self) -> Reasons:
        """Return when each reason was given that the page has or had in the version that is restored."""
        rows = [(row.group_id, row.reason, row.reason_at) for row in self.get_queryset()]
        if self.instance.pk:
            rows += PageKeyword.objects.filter(page=self.instance.pk).values_list("group", "reason", "reason_at")
            restored = self.data.get("revision", "") if self.is_bound else ""
            if restored.isascii() and restored.isdigit() and len(restored) < 10:
                version = self.instance.revisions.filter(pk=restored).first()
                rows += _read_reasons(version.content) if version else []
        return {(group, reason): moment for group, reason, moment in rows if reason and moment}

    def clean(self, *args: Any, **kwargs: Any) -> None:
        seen: set[int] = set()
        for form in self.forms:
            group = form.cleaned_data.get("group") if hasattr(form, "cleaned_data") else None
            if not group or form in self.deleted_forms:
                continue
            if group.pk in seen:
                text = _("“%(keyword)s” is listed above. Delete one of the two.") % {"keyword": group}
                form.add_error("group", text)
            seen.add(group.pk)
            row, reason = form.instance, form.cleaned_data.get("reason", "")
            # What the form shows is what the editor wants: the page may have been refused before.
            row.refused_at = None
            row.reason_at = self.known_reasons.get((group.pk, reason), timezone.now()) if reason else None
        super().clean(*args, **kwargs)


def find_resting(page: Page) -> list[int]:
    """Return the rows of groups that were merged into another group of the page. They come back with the group."""
    rows = list(page.page_keywords.all())
    own = {row.group_id for row in rows if row.group_id and not row.group.merged_into_id}
    return [row.pk for row in rows if row.group_id and row.group.merged_into_id and row.group.current.pk in own]


def _read_reasons(content: dict[str, Any]) -> list[tuple[int, str, datetime | None]]:
    rows = content.get("page_keywords") or []
    return [(row.get("group"), row.get("reason", ""), parse_datetime(row.get("reason_at") or "")) for row in rows]


class KeywordsPanel(InlinePanel):
    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": PageKeywordForm, "formset": PageKeywordFormSet}
        return options


def join_merged_keywords(page: Page) -> None:
    """Bring the keywords of a version up to date.

    A group that was merged since is the group that it went into, and each group is there once. The rows get the keys
    of the stored rows for the same groups: an older version may name one that has another group by now.
    """
    rows = list(page.page_keywords.all())
    if not rows:
        return
    stored = (
        PageKeyword.objects.filter(page=page.pk).select_related("group__merged_into").order_by("group__merged_into")
    )
    keys: dict[int, int] = {}
    for row in stored:
        keys.setdefault(row.group.current.pk, row.pk)
    groups = KeywordGroup.objects.select_related("merged_into").in_bulk([row.group_id for row in rows])
    kept: dict[int, PageKeyword] = {}
    for row in rows:
        group = groups[row.group_id].current
        known = kept.setdefault(group.pk, row)
        if known is not row and row.is_primary and not known.is_primary:
            known.role, known.reason, known.reason_at = row.role, row.reason, row.reason_at
        row.group, row.pk = group, keys.get(group.pk)
    page.page_keywords.set(kept.values())
