from datetime import timedelta

from django.db import models
from django.utils import timezone


class WorkerHeartbeat(models.Model):
    """Store when ``run_worker`` was last alive, in one row.

    It is in the database because a cache may drop an entry, which would look like a dead worker.
    """

    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC"

    @classmethod
    def record(cls) -> None:
        """Write the current time, in one statement and without signals."""
        row = cls(pk=1, at=timezone.now())
        cls.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["at"])

    @classmethod
    def age(cls) -> timedelta | None:
        """Return the time since the last heartbeat, or None before the first."""
        at = cls.objects.values_list("at", flat=True).first()
        return at and timezone.now() - at
