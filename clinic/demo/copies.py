"""Copy made-up cases within the database, which makes a million of them in minutes."""

from datetime import datetime, timedelta

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import DateField, DateTimeField, Exists, F, Func, Max, Min, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Lower, LPad

from bookings.models import (
    Appointment,
    Case,
    CaseTreatment,
    Consent,
    Event,
    Message,
    Patient,
    SearchWord,
    Slot,
    Task,
)

# Each after those that it refers to, with the way to its case.
COPIED = {
    Patient: "cases",
    Case: "",
    Appointment: "case",
    Slot: "appointment__case",
    CaseTreatment: "case",
    Event: "case",
    SearchWord: "case",
    Task: "case",
    Message: "case",
    Consent: "case",
}


class RandomUUID(Func):
    template = "gen_random_uuid()"
    output_field = models.UUIDField()

    def as_sqlite(self, compiler, connection):
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))")


class CaseCopier:
    """Copy the closed cases received between two instants, with all that belongs to them.

    Each copy lies ``days`` before the last, and the first before all other cases: no room is taken twice.
    """

    def __init__(self, after: datetime, before: datetime, days: int):
        received = Q(created_at__gte=after, created_at__lt=before)
        self.cases = Case.objects.filter(received, closed_at__isnull=False, previous=None)
        oldest = Case.objects.aggregate(at=Min("created_at"))["at"]
        self.moved_by, self.days, self.round = timedelta(days=(after - oldest).days + 1), timedelta(days=days), 0
        self.spans = {model: model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in COPIED}
        self.spans[SearchWord] *= 2  # A copy has one word that is not copied.
        self.count = self.cases.count()

    @transaction.atomic
    def add(self, count: int) -> None:
        """Add so many copies, at most ``self.count``."""
        self.round += 1
        self.moved_by += self.days
        keys = self.cases.order_by("pk").values_list("pk", flat=True)
        cases = Case.objects.filter(pk__in=self.cases.values("pk"), pk__lte=keys[count - 1])
        for model, way in COPIED.items():
            rows = model.objects.order_by()
            if model is Patient:
                rows = rows.filter(Exists(cases.filter(patient=OuterRef("pk"))))
            elif model is Case:
                rows = cases.order_by()
            else:
                rows = rows.filter(**{f"{way}__in": cases.values("pk")})
            if model is SearchWord:
                rows = rows.exclude(case__reference__endswith=F("word"))
            self._insert(model, rows, {field: self._copy(model, field) for field in model._meta.concrete_fields})
        self._reset_sequences()
        shift = self.round * self.spans[Case]
        made = Case.objects.filter(pk__gt=shift, pk__lte=shift + self.spans[Case]).order_by()
        word = {field: {"case": F("pk"), "word": Lower("reference")}.get(field.name) for field in WORD_FIELDS}
        self._insert(SearchWord, made, word)
        self._reset_sequences()

    def _copy(self, model, field):
        """Return the value of a field in the copy."""
        shift = self.round * self.spans.get(field.remote_field.model if field.remote_field else model, 0)
        if field.primary_key or (field.remote_field and field.remote_field.model in COPIED):
            return F(field.attname) + Value(shift)
        if isinstance(field, DateTimeField | DateField):
            moved = F(field.attname) - Value(self.moved_by)
            return Cast(moved, field) if isinstance(field, DateField) else moved
        if isinstance(field, models.UUIDField):
            return RandomUUID()
        key = Cast(F("pk") + Value(self.round * self.spans[model]), models.CharField())
        if field.name == "reference":
            return Concat(Value("C"), LPad(key, 7, Value("0")))
        return Concat(Value("copy:"), key) if field.name == "dedupe_key" else F(field.attname)

    def _insert(self, model, rows, values) -> None:
        names = {f"new_{field.attname}": value for field, value in values.items() if value is not None}
        sql, params = rows.annotate(**names).values_list(*names).query.sql_with_params()
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column) for field, value in values.items() if value is not None)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {sql}", params)

    def _reset_sequences(self) -> None:
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), list(COPIED)):
                cursor.execute(sql)


WORD_FIELDS = [field for field in SearchWord._meta.concrete_fields if not field.primary_key]
