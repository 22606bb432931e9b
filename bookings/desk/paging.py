"""Count and show a thousand cases of a list at most, in a time that does not grow with all cases."""

from functools import cached_property

from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from wagtail.admin.paginator import WagtailPaginator

from bookings.models import Case

MAX_COUNTED = 1_000


def get_earliest(rows: QuerySet, field: str) -> Subquery:
    """Return the earliest value of a field among those rows that belong to a case."""
    return Subquery(rows.filter(case=OuterRef("pk")).order_by(field).values(field)[:1])


class CappedPaginator(WagtailPaginator):
    """Page through a list of cases.

    Few cases are read by their keys: the database cannot know that they are few, and would look for them in the order
    of the list, among all cases. ``unfiltered`` is the list in its order, to read them from. ``sorting`` names rows and
    their field if the list is sorted by the earliest of them.
    """

    unfiltered: QuerySet[Case]
    sorting: tuple[QuerySet, str] | None = None
    is_descending = False

    @cached_property
    def keys(self) -> list[int]:
        """Return the keys of the cases in no order, one more than are counted at most."""
        cases = self.object_list.order_by().prefetch_related(None)
        return list(cases.values_list("pk", flat=True)[: MAX_COUNTED + 1])

    @property
    def has_few(self) -> bool:
        return len(self.keys) <= MAX_COUNTED

    @cached_property
    def count(self):
        return min(len(self.keys), MAX_COUNTED)

    @property
    def count_label(self) -> str:
        return f"{self.count:,}" if self.has_few else f"{MAX_COUNTED:,}+"

    @cached_property
    def items_count_label(self):
        return f"{self.count_label} {self.verbose_name if self.count == 1 else self.verbose_name_plural}"

    def page(self, number):
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        return self._get_page(self.read(bottom, top), number, self)

    def read(self, bottom: int, top: int) -> QuerySet[Case] | list[Case]:
        if self.has_few:
            return self.unfiltered.filter(pk__in=self.keys)[bottom:top]
        if self.sorting is None:
            return self.object_list[bottom:top]
        keys = self.sort(*self.sorting, bottom, top)
        found = self.unfiltered.in_bulk(keys)
        return [found[pk] for pk in keys if pk in found]

    def sort(self, rows: QuerySet, field: str, bottom: int, top: int) -> list[int]:
        """Return keys: of the cases with such rows first, and then of the newest of the others.

        Cases with something due or a visit ahead are few, so they are sorted alone.
        """
        cases = self.object_list.order_by().prefetch_related(None)
        first = rows.filter(case__in=cases.values("pk")).values("case").annotate(at=Min(field))
        at = F("at").desc() if self.is_descending else F("at").asc()
        first = first.order_by(at, "-case__created_at", "-case").values_list("case", flat=True)
        keys = list(first[bottom:top])
        if missing := top - bottom - len(keys):
            start = max(bottom - first.count(), 0)
            rest = cases.exclude(pk__in=rows.order_by().values("case")).order_by("-created_at", "-pk")
            keys += rest.values_list("pk", flat=True)[start : start + missing]
        return keys
