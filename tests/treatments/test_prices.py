"""Test that every price that is shown comes from its treatment."""

import pytest
from bs4 import BeautifulSoup

from clinic.models import StandardPage
from tests import factories
from treatments.models import AreaOfConcern, TreatmentPage


def show_prices(home, **value) -> None:
    home.add_child(instance=StandardPage(title="Prices", body=[{"type": "treatment_prices", "value": value}]))


def read_prices(client, path="/prices/") -> dict[str, list[tuple[str, str]]]:
    """Return the rows of each table by its heading: the address of the treatment, and its price."""
    page = BeautifulSoup(client.get(path).content, "html.parser")
    return {
        section.h2.get_text(strip=True): [
            (row.a["href"], row.td.get_text(strip=True)) for row in section.select("tbody tr")
        ]
        for section in page.select(".prices")
    }


@pytest.fixture
def treatments(treatment_index):
    peel = factories.make_treatment("Peel", slug="peel", area="Skin", price_from="90", price_note="a session")
    botox = factories.make_treatment("Botox", slug="botox", area="Lines", price_from="1250.50")
    facial = factories.make_treatment("Facial", slug="facial", area="Skin", price_from="0")
    other = factories.make_treatment("Other", slug="other", price_from="20")
    AreaOfConcern.objects.filter(name="Skin").update(sort_order=2)
    AreaOfConcern.objects.filter(name="Lines").update(sort_order=1)
    return {page.slug: page for page in (peel, botox, facial, other)}


def test_all_treatments_are_shown_by_area(client, home, treatments):
    show_prices(home)
    assert list(read_prices(client).items()) == [
        ("Lines", [("/treatments/botox/", "from $1,250.50")]),
        ("Skin", [("/treatments/peel/", "from $90"), ("/treatments/facial/", "from $0")]),
        ("Prices", [("/treatments/other/", "from $20")]),
    ]


def test_one_area_can_be_shown(client, home, treatments):
    show_prices(home, area=treatments["peel"].area_id)
    assert list(read_prices(client)) == ["Skin"]


def test_chosen_treatments_are_shown_in_their_order(client, home, treatments):
    chosen = [treatments[slug].pk for slug in ("facial", "botox")]
    show_prices(home, heading="Side by side", treatments=chosen, footnote="Examples.")
    rows = [("/treatments/facial/", "from $0"), ("/treatments/botox/", "from $1,250.50")]
    assert read_prices(client) == {"Side by side": rows}
    assert "Examples." in client.get("/prices/").content.decode()


def hide_by_unpublishing(page):
    page.unpublish()


def hide_by_log_in(page):
    page.view_restrictions.create(restriction_type="login")


def hide_the_price(page):
    page.price_from = None
    page.save_revision().publish()


@pytest.mark.parametrize("is_chosen", [False, True])
@pytest.mark.parametrize("hide", [hide_by_unpublishing, hide_by_log_in, hide_the_price, TreatmentPage.delete])
def test_hidden_treatments_have_no_row(client, home, treatments, hide, is_chosen):
    show_prices(home, treatments=[treatments["peel"].pk, treatments["botox"].pk] if is_chosen else [])
    hide(TreatmentPage.objects.get(slug="peel"))
    shown = [address for rows in read_prices(client).values() for address, _price in rows]
    assert "/treatments/botox/" in shown
    assert "/treatments/peel/" not in shown


def test_block_of_hidden_treatments_shows_no_others(client, home, treatments):
    show_prices(home, heading="Side by side", treatments=[treatments["peel"].pk])
    hide_by_unpublishing(treatments["peel"])
    assert read_prices(client) == {}
    assert "Please ask us for our prices." in client.get("/prices/").content.decode()


def test_price_has_one_source(client, home, treatments, blog_index, django_capture_on_commit_callbacks):
    show_prices(home)
    body = [{"type": "treatment_prices", "value": {"treatments": [treatments["peel"].pk]}}]
    factories.make_article("Compared", slug="compared", body=body)
    paths = ["/prices/", "/blog/compared/", "/treatments/", "/treatments/peel/"]
    for price in ("90", "123"):
        peel = TreatmentPage.objects.get(slug="peel")
        peel.price_from = price
        with django_capture_on_commit_callbacks(execute=True):
            peel.save_revision().publish()
        for path in paths:
            html = client.get(path).content.decode()
            assert f"from ${price}<" in html.replace(" <", "<").replace("\n", ""), path
            assert price == "90" or "from $90" not in html


@pytest.mark.parametrize("count", [1, 20])
def test_prices_need_few_queries(client, home, treatment_index, django_assert_max_num_queries, count):
    for number in range(count):
        factories.make_treatment(f"Peel {number}", area="Skin", price_from=number)
    show_prices(home)
    client.get("/")  # what every page needs is in the cache
    with django_assert_max_num_queries(12):
        client.get("/prices/")


def test_price_rows_are_named_by_their_heading(client, home, treatments):
    show_prices(home)
    page = BeautifulSoup(client.get("/prices/").content, "html.parser")
    assert [table["aria-label"] for table in page.select("table") if table.find_parent(class_="prices")] == [
        "Lines",
        "Skin",
        "Prices",
    ]
    assert all(row.th["scope"] == "row" for row in page.select(".prices tbody tr"))
