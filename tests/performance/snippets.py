"""List a table of Wagtail snippets beside the desk, to compare with: as many rows, and nothing but Wagtail's own.

Import it after ``django.setup()`` and before the first request. ``fill`` makes the table, ``drop`` removes it.
"""

from django.contrib.auth.models import User
from django.db import connection, models
from wagtail.admin.ui.tables import UserColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from bookings.models import Case, Status

PATH = "/admin/snippets/clinic/measuredsnippet/"
# The same question to both lists: its address here, and in the list of cases.
PAIRS = {
    "all rows": ("", "?status=any"),
    "one status": ("?status=closed", "?status=closed"),
    "by name": ("?ordering=name", "?status=any&ordering=name"),
    "last page": ("?p=999999", "?status=any&p=999999"),
    "search": ("?q=garcia", "?q=garcia"),
}


class MeasuredSnippet(models.Model):
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=12, choices=Status, db_index=True)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField()

    class Meta:
        app_label = "clinic"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="measured_newest")]

    def __str__(self):
        return self.name


class MeasuredViewSet(SnippetViewSet):
    model = MeasuredSnippet
    list_display = ["name", "phone", "status", UserColumn("owner"), "created_at"]
    list_filter = ["status", "owner"]
    search_fields = ["name", "email", "phone"]
    search_backend_name = None
    list_per_page = 15


register_snippet(MeasuredViewSet)


def fill() -> None:
    """Make the table with a row for each case."""
    drop()
    with connection.schema_editor() as editor:
        editor.create_model(MeasuredSnippet)
    columns = [field.column for field in MeasuredSnippet._meta.concrete_fields]
    sql, params = Case.objects.order_by().values_list(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {MeasuredSnippet._meta.db_table} ({', '.join(columns)}) {sql}", params)
        cursor.execute(f"ANALYZE {MeasuredSnippet._meta.db_table}")


def drop() -> None:
    table = MeasuredSnippet._meta.db_table
    if table in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.delete_model(MeasuredSnippet)
