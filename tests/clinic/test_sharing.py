"""Test the picture with which a page is shared."""

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import TestCase
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, PageViewRestriction

from clinic.models import ClinicProfile, ContentVersion, StandardPage
from clinic.seo import drawing, sharing
from tests import factories
from tests.clinic.test_blocks import make_photo
from tests.media import fetch

NAME = "OC Beauty Medspa"
TITLES = {
    "short": ("Moon", True),
    "long": ("What nobody tells you about the two weeks after " * 8, True),
    "one word": ("W" * 255, True),
    "spanish": ("¿Qué esperar después? Señales, año y corazón", True),
    "typographic": ("“Lips” & lines – it’s 50 % off…", True),
    "emoji": ("Peels 🙂🧴 and more", True),
    "only emoji": ("🙂🙂", False),
    "arabic": ("مرحبا بكم في العيادة", False),
    "hebrew": ("ברוכים הבאים", False),
    "chinese": ("注射前须知", False),
    "mixed": ("Botox 日本語", False),
    "cyrillic": ("Ботокс", False),
    "direction": ("a\u202eb\u200f\u2066c", True),
    "control": ("a\x07b\x00c\ud800", True),
    "empty": ("", False),
    "spaces": (" \t\n\u3000 ", False),
    "zalgo": ("T̸̡̛h̵e", True),
}


@pytest.fixture
def storage(settings, tmp_path):
    """Keep the pictures of this test apart."""
    settings.MEDIA_ROOT = tmp_path
    storage = sharing.get_storage()
    for name in sharing.list_drawn():
        storage.delete(name)
    return storage


@pytest.fixture
def about(home, profile, storage):
    page = home.add_child(instance=StandardPage(title="About us"))
    sharing._looked_at.clear()
    return page


def publish(page):
    page = Page.objects.get(pk=page.pk).specific
    with TestCase.captureOnCommitCallbacks(execute=True):
        page.save_revision().publish()


def shared(client, path="/about-us/"):
    page = BeautifulSoup(client.get(path).content, "html.parser")
    return {tag.get("property") or tag["name"]: tag["content"] for tag in page.select("meta[content]")}


def open_picture(client, found):
    response = fetch(client, found["og:image"])
    assert response["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(response.content))


@pytest.mark.parametrize("kind", TITLES)
def test_any_title_can_be_drawn(kind):
    title, _is_drawn = TITLES[kind]
    picture = Image.open(io.BytesIO(drawing.draw(NAME, title)))
    assert (picture.format, picture.size) == ("PNG", drawing.SIZE)


@pytest.mark.parametrize("kind", TITLES)
def test_title_is_whole_or_left_out(kind):
    """A font draws a box for a sign that it does not have, or nothing."""
    title, is_drawn = TITLES[kind]
    font = drawing.load(drawing.TITLE_FONT, drawing.TITLE_WEIGHT, 60)
    assert bool(drawing.keep_writable(title, font)) == is_drawn


@pytest.mark.parametrize("title", [title for title, is_drawn in TITLES.values() if is_drawn])
def test_lines_stay_in_their_box(title):
    font = drawing.load(drawing.TITLE_FONT, drawing.TITLE_WEIGHT, 60)
    left, top, right, bottom = drawing.TEXT_BOX
    font, lines = drawing.fit(drawing.keep_writable(title, font), right - left, bottom - top)
    assert all(font.getlength(line) <= right - left for line in lines)
    assert len(lines) * font.size * drawing.LINE_HEIGHT <= bottom - top


def test_other_words_make_another_picture():
    pictures = {drawing.draw(*texts) for texts in [(NAME, "Moon"), (NAME, "Sun"), ("Other", "Moon"), (NAME, "")]}
    assert len(pictures) == 4
    assert drawing.draw(NAME, "Moon") in pictures


def test_published_page_is_shared_with_its_title(client, about, settings):
    publish(about)
    found = shared(client)
    assert open_picture(client, found).size == (1200, 630)
    assert found["og:image"].startswith(settings.S3.get("public_url", "http://localhost/"))
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["og:image:alt"] == found["twitter:image:alt"] == f"About us – {NAME}"
    assert found["twitter:card"] == "summary_large_image"


def test_head_that_was_cached_before_gets_the_picture(client, about):
    assert "og:image" not in shared(client)
    publish(about)
    assert "og:image" in shared(client)


def test_picture_with_an_older_title_is_never_shown(client, about):
    publish(about)
    before = shared(client)["og:image"]
    about.refresh_from_db()
    about.title = "About the clinic"
    with TestCase.captureOnCommitCallbacks(execute=True):
        about.save()  # without publishing: nothing is drawn
    assert "og:image" not in shared(client)
    publish(about)
    assert shared(client)["og:image"] != before


def test_new_name_of_the_clinic_is_drawn_by_the_worker(client, about, profile):
    publish(about)
    before = shared(client)["og:image"]
    profile.name = "Another name"
    with TestCase.captureOnCommitCallbacks(execute=True):
        profile.save()
    assert "og:image" not in shared(client)
    sharing.draw_sharing_pictures()
    assert shared(client)["og:image"] != before
    assert shared(client, "/consultation/")["og:image:alt"] == "Another name"


def test_visitor_draws_nothing(client, about, storage, monkeypatch):
    monkeypatch.setattr(drawing, "draw", lambda *texts: pytest.fail("drawn in a request"))
    for path in ("/", "/about-us/", "/consultation/", "/search/?q=a"):
        assert client.get(path).status_code == 200
    assert sharing.list_drawn() == set()


def test_editors_picture_wins(client, about):
    publish(about)
    about = StandardPage.objects.get(pk=about.pk)
    about.listing_image, about.social_image = make_photo("top"), make_photo("chosen")
    publish_saved(about)
    found = shared(client)
    assert "chosen" in found["og:image"]
    assert found["og:image:alt"] == "Dunes at dusk"


def publish_saved(page):
    with TestCase.captureOnCommitCallbacks(execute=True):
        page.save_revision().publish()


def test_picture_of_the_page_is_used_until_one_is_drawn(client, about):
    StandardPage.objects.update(listing_image=make_photo("top"))
    assert "top" in shared(client)["og:image"]


def test_title_of_a_private_page_is_not_drawn(client, about, storage):
    PageViewRestriction.objects.create(page=about, restriction_type="login")
    publish(about)
    sharing.draw_sharing_pictures()
    assert sharing.get_name(NAME, "About us") not in sharing.list_drawn()
    draft = Page.objects.get(slug="clinic-home").add_child(instance=StandardPage(title="Draft", live=False))
    sharing._looked_at.clear()
    sharing.draw_sharing_pictures()
    assert sharing.get_name(NAME, draft.title) not in sharing.list_drawn()
    assert sharing.get_name(NAME, "") in sharing.list_drawn()


def test_worker_draws_once_and_looks_once(about, storage, monkeypatch):
    sharing.draw_sharing_pictures()
    version = ContentVersion.objects.get().token
    drawn = sharing.list_drawn()
    assert drawn == {sharing.get_name(NAME, title) for title in ("", "About us")}
    sharing.draw_sharing_pictures()
    assert (ContentVersion.objects.get().token, sharing.list_drawn()) == (version, drawn)
    monkeypatch.setattr(sharing, "find_wanted", lambda: pytest.fail("looked again"))
    sharing.draw_sharing_pictures()


def test_picture_that_no_page_has_stays_for_a_month(about, storage):
    old, new = (sharing.get_name(NAME, title) for title in ("Old", "About us"))
    sharing.draw(NAME, "Old")
    sharing.draw_sharing_pictures()
    assert {old, new} <= sharing.list_drawn()
    sharing._looked_at.clear()
    later = timezone.now() + sharing.KEPT + timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing.timezone, "now", lambda: later)
        sharing.draw_sharing_pictures()
    assert old not in sharing.list_drawn()
    assert new in sharing.list_drawn()


def test_full_disk_stops_neither_publishing_nor_the_page(client, about, storage, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(type(storage), "_save", fail)
    publish(about)
    sharing.draw_sharing_pictures()
    assert "could not be drawn" in caplog.text
    assert shared(client)["twitter:card"] == "summary"
    monkeypatch.setattr(type(storage), "exists", fail)
    assert client.get("/consultation/").status_code == 200


def test_second_process_leaves_the_first_ones_picture(storage, monkeypatch):
    assert sharing.draw(NAME, "Moon")
    assert not sharing.draw(NAME, "Moon")
    exists, asked = type(storage).exists, []

    def exists_later(self, name):
        asked.append(name)
        return len(asked) > 1 and exists(self, name)

    monkeypatch.setattr(type(storage), "exists", exists_later)
    sharing.draw(NAME, "Moon")
    assert len(asked) > 1
    assert sharing.list_drawn() == {sharing.get_name(NAME, "Moon")}


def test_home_page_is_shared_with_the_tagline(client, home, storage):
    factories.clinic_profile(tagline="Calm care by the sea")
    publish(home)
    assert shared(client, "/")["og:image:alt"] == f"Calm care by the sea – {NAME}"
    ClinicProfile.objects.update(tagline="")
    publish(home)
    assert shared(client, "/")["og:image:alt"] == NAME
