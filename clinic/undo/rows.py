"""Save the rows of an item as its form shows them, whatever became of them since the form was opened.

An earlier version and a form in another window name rows that were deleted meanwhile. These are new rows again.
"""

import re
from typing import Any

from django.db.models import Model
from modelcluster.forms import BaseChildFormSet, ClusterForm
from modelcluster.models import get_all_child_relations
from wagtail.models import Orderable


class RowsForm(ClusterForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        renew_deleted_rows(self.instance)
        for formset in self._row_formsets():
            if formset.is_bound:
                formset.data = blank_unknown_keys(formset)

    def save(self, commit: bool = True) -> Any:
        for formset in self._row_formsets():
            drop_replaced_rows(formset, getattr(self.instance, formset.rel_name))
        return super().save(commit)

    def _row_formsets(self) -> list[BaseChildFormSet]:
        """Leave out comments: their form names only those that are open."""
        return [formset for formset in self.formsets.values() if issubclass(formset.model, Orderable)]


def renew_deleted_rows(item: Model) -> None:
    """Take the keys from the rows of an earlier version that were deleted since."""
    for relation in get_all_child_relations(type(item)):
        stored = relation.related_model.objects.filter(**{relation.field.name: item.pk})
        keys = set(stored.values_list("pk", flat=True))
        for row in getattr(item, relation.get_accessor_name()).all():
            row.pk = row.pk if row.pk in keys else None


def blank_unknown_keys(formset: BaseChildFormSet) -> Any:
    """Return what was sent, without the keys of rows that the item has no more."""
    known = {str(row.pk) for row in formset.get_queryset()}
    data = formset.data.copy()
    for name in formset.data:
        if re.fullmatch(rf"{re.escape(formset.prefix)}-\d+-id", name) and data[name] not in known:
            data[name] = ""
    return data


def drop_replaced_rows(formset: BaseChildFormSet, rows: Any) -> None:
    """Remove the rows that the form does not name, and those that it changes, which are saved as new ones.

    Rows that exchange their values would otherwise break a rule of the database while they are saved one by one.
    """
    named = [form.instance for form in formset.initial_forms]
    rows.remove(*[row for row in rows.all() if row.pk and row not in named])
    if formset.model._meta.total_unique_constraints:
        for form in formset.initial_forms:
            if form.instance.pk and form.has_changed() and form not in formset.deleted_forms:
                rows.remove(form.instance)
                form.instance.pk = None
