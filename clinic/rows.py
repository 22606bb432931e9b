from wagtail.models import Orderable


class OrderedRow(Orderable):
    """Keep the editor's order of rows that belong to a page or a setting.

    Rows that no editor has ordered stay in the order in which they were made.
    """

    class Meta:
        abstract = True
        ordering = ["sort_order", "pk"]
