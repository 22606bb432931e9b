import pytest
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from clinic.models import HomePage
from tests import factories
from treatments.models import AreaOfConcern, TreatmentIndexPage, TreatmentPage


class TreatmentPagesTest(WagtailPageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.index = factories.make_treatment_index()
        cls.treatment = factories.make_treatment()

    def setUp(self):
        self.login()

    def test_index_can_be_read_edited_and_previewed(self):
        post_data = nested_form_data(
            {
                "title": "Treatments",
                "slug": "treatments",
                "body": streamfield([]),
                "page_keywords": inline_formset([]),
                "comments": inline_formset([]),
            }
        )
        self.assertPageIsRenderable(self.index)
        self.assertPageIsEditable(self.index, post_data=post_data)
        self.assertPageIsPreviewable(self.index, post_data=post_data)

    def test_treatment_can_be_read_edited_and_previewed(self):
        rich = ("what_it_is", "who_it_suits", "who_should_not", "afterwards", "side_effects", "sources")
        post_data = nested_form_data(
            {
                "title": "Fillers",
                "slug": "fillers",
                "introduction": "Volume.",
                **{name: rich_text("<p>Words.</p>") for name in rich},
                "how_it_goes": streamfield([("step", {"title": "We talk", "text": "First."})]),
                "questions": streamfield([("question", {"question": "Why?", "answer": rich_text("<p>So.</p>")})]),
                "body": streamfield([]),
                "page_keywords": inline_formset([]),
                "comments": inline_formset([]),
            }
        )
        self.assertPageIsRenderable(self.treatment)
        self.assertPageIsEditable(self.treatment, post_data=post_data)
        self.assertPageIsPreviewable(self.treatment, post_data=post_data)

    def test_treatments_live_only_under_index(self):
        self.assertAllowedParentPageTypes(TreatmentPage, {TreatmentIndexPage})
        self.assertAllowedParentPageTypes(TreatmentIndexPage, {HomePage})


def test_index_groups_treatments_by_area_order(treatment_index):
    factories.make_treatment("Facials", area="Skin")
    factories.make_treatment("Botox", area="Lines")
    factories.make_treatment("Something new")
    factories.make_treatment("Secret", area="Lines", live=False)
    AreaOfConcern.objects.filter(name="Lines").update(sort_order=1)
    AreaOfConcern.objects.filter(name="Skin").update(sort_order=2)
    groups = [(area and area.name, [t.title for t in treatments]) for area, treatments in treatment_index.groups]
    assert groups == [("Lines", ["Botox"]), ("Skin", ["Facials"]), (None, ["Something new"])]


def test_button_passes_treatment_to_form(client, treatment_index):
    factories.make_treatment("Lip fillers", slug="lip-fillers")
    assert 'href="/consultation/?treatment=lip-fillers"' in client.get("/treatments/lip-fillers/").content.decode()


def test_empty_facts_are_left_out(client, treatment_index):
    factories.make_treatment("Peel", slug="peel", duration="30 minutes")
    html = client.get("/treatments/peel/").content.decode()
    assert "30 minutes" in html
    assert "Downtime" not in html
    assert "from $" not in html


def test_price_has_thousands_separator(client, treatment_index):
    factories.make_treatment("Peel", slug="peel", price_from="1250.00", price_note="a session")
    html = client.get("/treatments/peel/").content.decode()
    assert "from $1,250" in html


def test_treatment_shows_its_articles(client, treatment_index):
    treatment = factories.make_treatment("Peel", slug="peel")
    article = factories.make_article("After a peel")
    article.related_treatments.create(treatment=treatment)
    article.save()
    assert "After a peel" in client.get("/treatments/peel/").content.decode()


@pytest.mark.parametrize(
    "text",
    ["", " ", "<p></p>", "<p> </p>", '<p data-block-key="a1b2c"></p>', '<p data-block-key="a1b2c"> </p>', "<ul></ul>",
     "<ul><li></li></ul>", "<p><b></b></p>", '<p data-block-key="a"></p><p data-block-key="b"></p>', "<p><br/></p>"],
)  # fmt: skip
def test_section_without_words_has_no_heading(client, treatment_index, text):
    """The editor saves an empty paragraph for a field that nobody filled in."""
    factories.make_treatment("Peel", slug="peel", sources=text, side_effects=text)
    html = client.get("/treatments/peel/").content.decode()
    assert 'id="sources"' not in html
    assert 'id="side-effects"' not in html
