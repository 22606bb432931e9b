import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from clinic import models
from clinic.pages.blocks import BodyBlock

BLOCKS = BodyBlock().child_blocks


@pytest.fixture
def photo(db):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    content = ContentFile(file.getvalue(), name="dunes.jpg")
    return models.ClinicImage.objects.create(title="Dunes", description="Dunes at dusk", credit="Ada", file=content)


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_has_icon_description_and_template(name):
    block = BLOCKS[name]
    assert block.meta.icon != "placeholder"
    assert block.get_description()
    assert block.meta.template


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_renders_its_preview(name, photo):
    block = BLOCKS[name]
    assert block.is_previewable
    assert block.render(block.get_preview_value(), context={}).strip()


def test_picture_block_shows_picture_caption_and_credit(photo):
    value = {"image": {"image": photo.pk, "decorative": False, "alt_text": "Soft dunes"}, "caption": "Evening"}
    html = render("picture", value)
    assert 'alt="Soft dunes"' in html
    assert "Evening" in html
    assert "Photo: Ada" in html


def test_picture_block_without_picture_renders_nothing(db):
    assert render("picture", {"image": None, "caption": "Evening"}).strip() == ""


def render(name, value):
    block = BLOCKS[name]
    return block.render(block.to_python(value))


def test_callout_title_is_escaped():
    html = render("call_out", {"kind": "note", "title": "<script>x</script>", "text": "<p>5 &lt; 6</p>"})
    assert "<script>" not in html
    assert "5 &lt; 6" in html


def test_call_to_action_links_to_consultation_form():
    html = render("call_to_action", {"heading": "Not sure?", "text": "", "button": "Ask us", "page": None})
    assert 'href="/consultation/"' in html


def test_example_quote_is_marked_as_example(db):
    quote = models.Testimonial.objects.create(quote="Kind people.", attribution="A patient", is_example=True)
    assert "Example text" in render("quote", {"testimonial": quote.pk})


def test_why_choose_us_block_shows_its_snippet(db):
    reasons = [{"type": "reason", "value": {"title": "We listen", "text": "First."}}]
    why = models.WhyChooseUs.objects.create(name="Main", heading="Why us", reasons=reasons)
    assert "We listen" in render("why_choose_us", {"why_us": why.pk})


def test_price_table_has_headers_and_heading():
    html = render("price_table", {"caption": "Prices", "rows": [{"name": "Consultation", "price": "Free"}]})
    assert "<h2>Prices</h2>" in html
    assert '<table aria-label="Prices">' in html
    assert '<th scope="row">Consultation' in html
