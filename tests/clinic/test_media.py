import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.template import Context, Template
from django.test import TestCase
from PIL import Image

from clinic.caching import prerender, version
from clinic.media.renditions import SHAPES
from clinic.models import ClinicImage, Person, StandardPage


@pytest.fixture
def photo(db):
    file = io.BytesIO()
    Image.new("RGB", (1600, 1200), "#e5a583").save(file, "JPEG")
    return ClinicImage.objects.create(
        title="Dunes", description="Dunes at dusk", file=ContentFile(file.getvalue(), name="dunes.jpg")
    )


def render(template: str, **context) -> str:
    return Template("{% load clinic_tags %}" + template).render(Context(context))


@pytest.mark.parametrize("shape", SHAPES)
def test_picture_has_three_formats_size_and_alt(photo, shape):
    html = render("{% clinic_picture photo shape alt='Dunes' %}", photo=photo, shape=shape)
    assert 'type="image/avif"' in html
    assert 'type="image/webp"' in html
    assert html.count("srcset=") == 3
    assert 'alt="Dunes"' in html
    assert "width=" in html
    assert 'loading="lazy"' in html


def test_main_picture_gets_high_priority(photo):
    html = render('{% clinic_picture photo "wide" is_main=True %}', photo=photo)
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html


def test_missing_picture_renders_nothing():
    assert render('{% clinic_picture none "card" %}', none=None) == ""


def test_picture_is_described_by_its_own_alt_text(photo):
    assert 'alt="Dunes at dusk"' in render('{% clinic_picture photo "card" %}', photo=photo)


def test_decorative_picture_has_empty_alt(photo):
    assert 'alt=""' in render('{% clinic_picture photo "card" alt="" %}', photo=photo)


def test_patient_picture_needs_consent(photo):
    photo.shows_patient = True
    with pytest.raises(ValidationError) as refusal:
        photo.full_clean()
    assert "consent_reference" in refusal.value.message_dict


def test_alt_text_is_required(photo):
    photo.description = ""
    with pytest.raises(ValidationError) as refusal:
        photo.full_clean()
    assert "description" in refusal.value.message_dict


def test_upload_is_saved_after_alt_text(admin_client):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "PNG")
    file.seek(0)
    file.name = "dunes.png"
    add = "/admin/images/multiple/add/"
    answer = admin_client.post(add, {"files[]": file, "title": "Dunes"}, headers={"x-requested-with": "XMLHttpRequest"})
    assert answer.json()["success"]
    assert not ClinicImage.objects.exists()
    create = f"/admin/images/multiple/create_from_uploaded_image/{answer.json()['uploaded_file_id']}/"
    prefix = f"uploaded-image-{answer.json()['uploaded_file_id']}"
    data = {f"{prefix}-title": "Dunes", f"{prefix}-description": "Dunes at dusk"}
    assert admin_client.post(create, data, headers={"x-requested-with": "XMLHttpRequest"}).json()["success"]
    assert ClinicImage.objects.get().description == "Dunes at dusk"


def test_sizes_of_a_replaced_picture_are_made_before_visitors_ask(admin_client, profile, photo, home):
    page = home.add_child(instance=StandardPage(title="About", slug="about", listing_image=photo))
    page.save_revision().publish()
    with TestCase.captureOnCommitCallbacks(execute=True):
        prerender.prerender_with_ancestors(page.pk)
    old = set(photo.renditions.values_list("file", flat=True))
    assert old
    file = io.BytesIO()
    Image.new("RGB", (1600, 1200), "#123456").save(file, "JPEG")
    data = {"title": "Dunes", "description": "Dunes at night", "file": ContentFile(file.getvalue(), name="night.jpg")}
    before = version.content_version()
    with TestCase.captureOnCommitCallbacks(execute=True):
        admin_client.post(f"/admin/images/{photo.pk}/", data)
    new = set(photo.renditions.values_list("file", flat=True))
    assert len(new) == len(old)
    assert not new & old
    assert version.content_version() != before


def test_page_above_several_with_a_picture_is_rendered_once(profile, photo, home, monkeypatch):
    for slug in ("about", "team"):
        page = home.add_child(instance=StandardPage(title=slug, slug=slug, listing_image=photo))
        page.save_revision().publish()
    rendered = []
    monkeypatch.setattr(prerender, "prerender", lambda page, site: rendered.append(page.slug))
    prerender.prerender_pages_with(photo)
    assert rendered == [home.slug, "about", "team"]


def test_sizes_of_a_persons_other_photo_are_made_before_visitors_ask(client, profile, photo, home, monkeypatch):
    person = Person.objects.create(name="Ana Reis", role="Nurse", photo=None)
    home.body = [("people", {"heading": "Our team", "people": [person]})]
    home.save_revision().publish()
    with TestCase.captureOnCommitCallbacks(execute=True):
        person.photo = photo
        person.save()
    made = photo.renditions.count()
    assert made > 2
    assert "dunes" in client.get("/").content.decode()
    assert photo.renditions.count() == made


def test_of_many_pages_with_a_picture_some_of_each_place_are_rendered(profile, photo, home, monkeypatch):
    monkeypatch.setattr(prerender, "EACH_PLACE", 2)
    for number in range(5):
        page = StandardPage(title=f"Page {number}", listing_image=photo, social_image=photo if number == 4 else None)
        home.add_child(instance=page).save_revision().publish()
    rendered = []
    monkeypatch.setattr(prerender, "prerender", lambda page, site: rendered.append(page.slug))
    prerender.prerender_pages_with(photo)
    assert len(rendered) == 1 + 2 + 1
    assert "page-4" in rendered
