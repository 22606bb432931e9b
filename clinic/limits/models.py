"""Store and count uses of a value, each in one statement."""

from datetime import timedelta
from typing import NamedTuple

from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import salted_hmac


class LimitCount(models.Model):
    """Store how often one value was used under one limit.

    ``key`` is a keyed digest of both: nobody can read an address or an account from it.
    """

    key = models.CharField(max_length=64, primary_key=True)
    uses = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.uses} until {self.ends_at:%Y-%m-%d %H:%M:%S} UTC"


TABLE = LimitCount._meta.db_table
CLOCK_TOLERANCE = timedelta(minutes=5)  # The clocks of two processes differ by less.
IS_RUNNING = f"{TABLE}.ends_at > %s AND {TABLE}.ends_at <= %s"
# The database raises the count itself. Reading it first would let parallel requests read the same count.
COUNT_ONE = f"""
    INSERT INTO {TABLE} (key, uses, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET
        uses = CASE WHEN {IS_RUNNING} THEN {TABLE}.uses + 1 ELSE 1 END,
        ends_at = CASE WHEN {IS_RUNNING} THEN {TABLE}.ends_at ELSE excluded.ends_at END
    RETURNING uses
"""  # noqa: S608 – the only word put in is the name of our own table


class Limit(NamedTuple):
    """Allow ``uses`` of each value in ``seconds``, which run from the first use.

    ``name`` tells the counts of one limit from those of another.
    """

    name: str
    uses: int
    seconds: int


def take(limit: Limit, value: str) -> bool:
    """Count one use of the value, and return whether it is within the limit.

    A use over the limit counts as well, but never makes the time longer. An empty value is not counted. In a
    transaction, the count is part of it: a rollback gives the use back, and on PostgreSQL others wait who use the same
    value.
    """
    if not value:
        return True
    now = timezone.now()
    ends_at = now + timedelta(seconds=limit.seconds)
    # A count that ends later than any could was begun while the clock was ahead, and counts no more.
    now_value, ends_value, latest_value = (
        connection.ops.adapt_datetimefield_value(at) for at in (now, ends_at, ends_at + CLOCK_TOLERANCE)
    )
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE, [get_key(limit, value), ends_value, *2 * (now_value, latest_value)])
        ((uses,),) = cursor.fetchall()  # SQLite ends the statement only when all rows are read.
    return uses <= limit.uses


def is_over(limit: Limit, value: str, waiting: int = 0) -> bool:
    """Return whether one more use would be over the limit, after those that wait. Nothing is counted."""
    now = timezone.now()
    latest = now + timedelta(seconds=limit.seconds) + CLOCK_TOLERANCE
    counts = LimitCount.objects.filter(key=get_key(limit, value), ends_at__gt=now, ends_at__lte=latest)
    return bool(value) and counts.filter(uses__gte=limit.uses - waiting).exists()


def give_back(limit: Limit, value: str) -> None:
    """Count one use less."""
    LimitCount.objects.filter(key=get_key(limit, value), uses__gt=0).update(uses=models.F("uses") - 1)


def purge() -> None:
    """Delete counts whose time is over."""
    LimitCount.objects.filter(ends_at__lte=timezone.now()).delete()


def get_key(limit: Limit, value: str) -> str:
    # Visitors type some of the values. A lone surrogate has no UTF-8 of its own.
    typed = value.encode("utf-8", "surrogatepass")
    return salted_hmac(f"clinic.limits.{limit.name}", typed, algorithm="sha256").hexdigest()
