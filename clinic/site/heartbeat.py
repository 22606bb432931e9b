from collections.abc import Sequence
from datetime import timedelta

from django.db import models
from django.utils import timezone


class WorkerHeartbeat(models.Model):
    """Store when ``run_worker`` was last alive, in one row.

    It is in the database because a cache may drop an entry, which would look like a dead worker.
    """

    at = models.DateTimeField()
    failing = models.JSONField(default=list)  # names of the jobs whose last run failed

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC"

    @classmethod
    def record(cls, failing: Sequence[str] = ()) -> None:
        """Write the current time, in one statement and without signals."""
        row = cls(pk=1, at=timezone.now(), failing=list(failing))
        changed = ["at", "failing"]
        cls.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=changed)

    @classmethod
    def age(cls) -> timedelta | None:
        """Return the time since the last heartbeat, or None before the first.

        A heartbeat of the future, from before the clock was set back, is as old as it is far away.
        """
        at = cls.objects.values_list("at", flat=True).first()
        return at and abs(timezone.now() - at)
