from django.db.models import SET_NULL, ForeignKey


def optional_key(to: str, verbose_name, related_name: str = "+", **options) -> ForeignKey:
    """Return a foreign key that may be empty.

    It is emptied when its target is deleted.
    """
    return ForeignKey(to, SET_NULL, related_name, verbose_name=verbose_name, null=True, blank=True, **options)
