from django.db import models


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
