"""Test that the rows of a page are saved and restored as its form shows them."""

import pytest
from wagtail.models import Page

from clinic.models import HomePage
from tests import factories
from tests.editing.forms import fill_in

TITLES = ("Botox", "Fillers", "Laser", "Facials")


class Rows:
    """Choose the treatments of a page in its editor."""

    def __init__(self, client, page, relation: str):
        self.client, self.page, self.relation = client, page, relation
        self.user = factories.make_user("editor")
        client.force_login(self.user)

    def fill_in(self, *titles: str) -> dict:
        """Return the fields of the editor, with rows for these treatments alone."""
        data = fill_in(Page.objects.get(pk=self.page.pk).get_latest_revision_as_object(), self.user)
        total = data[f"{self.relation}-TOTAL_FORMS"]
        shown = [int(data[f"{self.relation}-{n}-treatment"]) for n in range(total)]
        wanted = [Page.objects.get(title=title).pk for title in titles]
        data |= {f"{self.relation}-{n}-DELETE": "on" for n, pk in enumerate(shown) if pk not in wanted}
        added = [pk for pk in wanted if pk not in shown]
        for n, pk in enumerate(added, start=total):
            row = f"{self.relation}-{n}"
            data |= {f"{row}-treatment": pk, f"{row}-id": "", f"{row}-ORDER": n + 1}
        return data | {f"{self.relation}-TOTAL_FORMS": total + len(added)}

    def publish(self, data: dict, version: int | None = None) -> int:
        """Publish in the editor, or in the view that restores a version. Return the new version."""
        address = f"/admin/pages/{self.page.pk}/" + (f"revisions/{version}/revert/" if version else "edit/")
        assert self.client.post(address, {**data, "action-publish": "1"}).status_code == 302
        return Page.objects.get(pk=self.page.pk).latest_revision_id

    def restore(self, version: int) -> None:
        page = self.page.revisions.get(pk=version).as_object()
        self.publish(fill_in(page, self.user), version)

    def read(self) -> list[str]:
        page = type(self.page).objects.get(pk=self.page.pk)
        return sorted(str(row.treatment.title) for row in getattr(page, self.relation).all())


@pytest.fixture(params=["related_treatments", "featured_treatments"])
def rows(request, client, profile, home):
    for title in TITLES:
        factories.make_treatment(title)
    is_article = request.param == "related_treatments"
    page = factories.make_article("First visit") if is_article else HomePage.objects.get()
    return Rows(client, page, request.param)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["Botox"], []),
        (["Botox", "Laser"], ["Botox"]),
        (["Botox", "Laser"], ["Facials"]),
        (["Botox"], ["Botox", "Fillers", "Laser"]),
        ([], ["Botox", "Laser"]),
    ],
)
def test_earlier_version_brings_back_its_rows_alone(rows, before, after):
    rows.publish(rows.fill_in(*before))
    version = rows.publish(rows.fill_in(*before))  # the version knows the keys of its rows
    rows.publish(rows.fill_in(*after))
    rows.restore(version)
    assert rows.read() == sorted(before)


def test_row_that_was_removed_and_added_again_is_restored(rows):
    rows.publish(rows.fill_in("Laser"))
    version = rows.publish(rows.fill_in("Laser"))
    rows.publish(rows.fill_in())
    rows.publish(rows.fill_in("Laser"))
    rows.restore(version)
    assert rows.read() == ["Laser"]


def test_form_of_another_window_saves_what_it_shows(rows):
    rows.publish(rows.fill_in("Botox", "Laser"))
    other_window = rows.fill_in("Botox", "Laser")
    rows.publish(rows.fill_in("Facials"))
    rows.publish(other_window)
    assert rows.read() == ["Botox", "Laser"]


def test_rows_can_exchange_what_they_name(rows):
    rows.publish(rows.fill_in("Botox", "Laser"))
    data = rows.fill_in("Botox", "Laser")
    first, second = (f"{rows.relation}-{n}-treatment" for n in (0, 1))
    data[first], data[second] = data[second], data[first]
    rows.publish(data)
    assert rows.read() == ["Botox", "Laser"]
    assert rows.fill_in("Botox", "Laser")[first] == data[first]


def test_row_keeps_its_key_while_it_says_the_same(rows):
    rows.publish(rows.fill_in("Botox", "Laser"))
    keys = [row.pk for row in getattr(rows.page, rows.relation).order_by("pk")]
    rows.publish(rows.fill_in("Botox", "Laser") | {"title": "Another title"})
    assert [row.pk for row in getattr(rows.page, rows.relation).order_by("pk")] == keys
