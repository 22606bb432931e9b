"""Test that every list has one order. PostgreSQL returns rows that are alike as it likes, and differently each time."""

import pytest
from django.apps import apps
from django.db.models import F, OrderBy
from django.urls import reverse

from blog.models import BlogPage, BlogPageTreatment
from tests import factories

PACKAGES = {"blog", "bookings", "clinic", "treatments"}
ORDERED = [one for one in apps.get_models() if one.__module__.split(".")[0] in PACKAGES and one._meta.ordering]
LISTS = [
    "gone_addresses:index",
    "missing_addresses",
    "search_log",
    "sign_in_report",
    "site_check",
    "trash",
    "wagtailsnippets_blog_blogcategory:list",
    "wagtailsnippets_clinic_keyword:list",
    "wagtailsnippets_clinic_keywordgroup:list",
    "wagtailsnippets_clinic_person:list",
    "wagtailsnippets_clinic_synonym:list",
    "wagtailsnippets_clinic_testimonial:list",
    "wagtailsnippets_clinic_wordrule:list",
    "wagtailsnippets_treatments_areaofconcern:list",
    "wagtailusers_users:index",
]


def is_total(model, order) -> bool:
    """Return whether no two rows are alike in all these columns."""
    columns = [one.expression if isinstance(one, OrderBy) else one for one in order]
    names = {(one.name if isinstance(one, F) else str(one)).removeprefix("-") for one in columns}
    keys = [{"pk"}, *({field.name} for field in model._meta.concrete_fields if field.unique and not field.null)]
    keys += [set(one.fields) for one in model._meta.total_unique_constraints]
    return any(key <= names for key in keys)


@pytest.mark.parametrize("model", ORDERED, ids=lambda model: model._meta.label)
def test_order_of_a_model_is_total(model):
    assert is_total(model, model._meta.ordering)


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_list_of_the_admin_has_one_order_by_each_column(admin_client, home, name):
    address = reverse(name)
    view = admin_client.get(address).context["view"]
    columns = {column.sort_key for column in view.columns if column.sort_key}
    assert columns or view.default_ordering
    for column in ("", *columns, *(f"-{column}" for column in columns)):
        shown = admin_client.get(address, {"ordering": column} if column else {})
        rows = shown.context["page_obj"].paginator.object_list
        assert rows.query.order_by or not column, "nothing is sorted"
        assert is_total(rows.model, rows.query.order_by or rows.model._meta.ordering), column


@pytest.mark.django_db
def test_rows_that_no_editor_has_ordered_keep_their_order(home):
    article, treatments = factories.make_article(), [factories.make_treatment(f"Treatment {n}") for n in range(4)]
    rows = [BlogPageTreatment(page=article, treatment=page) for page in treatments[:3]]
    BlogPageTreatment.objects.bulk_create(rows)
    rows[0].treatment = treatments[3]
    rows[0].save()  # PostgreSQL then stores the row behind the others
    article = BlogPage.objects.get()
    shown = [row.treatment for row in article.related_treatments.select_related("treatment")]
    assert shown == [treatments[3], treatments[1], treatments[2]]
