"""Keep the old code working while a new release migrates: docs/deploy.md, "Several machines"."""

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import operations as made
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

# The last migration of the first release. Until then they are written anew: docs/decisions/0007.
RELEASED = {"blog": 1, "bookings": 1, "clinic": 5, "treatments": 1}
TAKES_AWAY = (made.RemoveField, made.RenameField, made.DeleteModel, made.RenameModel, made.AlterModelTable)


def breaks_old_code(operation: Operation) -> bool:
    """Return whether code that does not know of the change would read or write what is not there any more."""
    if isinstance(operation, made.SeparateDatabaseAndState):
        return any(map(breaks_old_code, operation.database_operations))
    if isinstance(operation, made.AddField):
        field = operation.field
        # Django drops the default of a new column again, so old code would store a row without a value.
        return not (field.null or field.many_to_many or field.has_db_default())
    return isinstance(operation, TAKES_AWAY)


def find_breaking(migrations) -> list[str]:
    return [
        f"{migration}: {operation.describe()}"
        for migration in migrations
        for operation in migration.operations
        # Set to True when the release before does not use it any more.
        if not getattr(migration, "old_code_is_gone", False) and breaks_old_code(operation)
    ]


def test_old_code_works_with_the_tables_of_the_next_release():
    ours = {app.label for app in apps.get_app_configs() if app.name in RELEASED}
    assert ours == set(RELEASED)
    migrations = MigrationLoader(None).disk_migrations
    later = [one for (app, name), one in migrations.items() if app in ours and int(name[:4]) > RELEASED[app]]
    assert find_breaking(later) == []


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (made.AddField("case", "new", models.CharField(max_length=9, default="")), True),
        (made.AddField("case", "new", models.CharField(max_length=9, db_default="")), False),
        (made.AddField("case", "new", models.DateField(null=True)), False),
        (made.AddField("case", "new", models.ManyToManyField("blog.BlogPage")), False),
        (made.RemoveField("case", "old"), True),
        (made.RenameField("case", "old", "new"), True),
        (made.DeleteModel("case"), True),
        (made.SeparateDatabaseAndState(state_operations=[made.RemoveField("case", "old")]), False),
        (made.SeparateDatabaseAndState(database_operations=[made.RemoveField("case", "old")]), True),
        (made.AddIndex("case", models.Index(fields=["old"], name="old")), False),
    ],
)
def test_change_that_old_code_does_not_survive_is_found(operation, breaks):
    assert breaks_old_code(operation) == breaks
