import io

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from wagtail.blocks.struct_block import StructBlockValidationError

from clinic import models
from clinic.media.videos import Video, read_video
from clinic.pages.blocks import GalleryPictureBlock, MapBlock, PictureBlock
from clinic.site.inline import read_sheet
from tests import factories

BODY = models.StandardPage._meta.get_field("body").stream_block
BLOCKS = BODY.child_blocks


def make_photo(name: str) -> models.ClinicImage:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    content = ContentFile(file.getvalue(), name=f"{name}.jpg")
    return models.ClinicImage.objects.create(title=name, description="Dunes at dusk", credit="Ada", file=content)


@pytest.fixture
def photo(db):
    return make_photo("dunes")


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


@pytest.mark.parametrize("name", BLOCKS)
def test_preview_in_the_admin_loads_what_the_block_needs(name, admin_client, home):
    block = BLOCKS[name]
    page = admin_client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix}).content.decode()
    assert getattr(block.meta, "script", "") in page
    assert (read_sheet("blocks") in page) == hasattr(block.meta, "sheet")


def test_picture_block_shows_picture_caption_and_credit(photo):
    value = {"image": {"image": photo.pk, "decorative": False, "alt_text": "Soft dunes"}, "caption": "Evening"}
    html = render("picture", value)
    assert 'alt="Soft dunes"' in html
    assert "Evening" in html
    assert "Credit: Ada" in html


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


# Video

YOUTUBE = "https://www.youtube.com/watch?v=abc_DEF-123"
VIMEO = "https://vimeo.com/123456789"
ON_YOUTUBE, ON_VIMEO = Video("YouTube", "abc_DEF-123"), Video("Vimeo", "123456789")


def from_second(start: int) -> Video:
    return Video("YouTube", "abc_DEF-123", start)


@pytest.mark.parametrize(
    ("address", "video"),
    [
        (YOUTUBE, ON_YOUTUBE),
        ("http://youtube.com/watch?v=abc_DEF-123", ON_YOUTUBE),
        ("  youtube.com/watch?v=abc_DEF-123 ", ON_YOUTUBE),
        ("WWW.YouTube.com/watch/?v=abc_DEF-123", ON_YOUTUBE),
        ("https://m.youtube.com/watch?app=desktop&v=abc_DEF-123&feature=share", ON_YOUTUBE),
        ("https://music.youtube.com/watch?v=abc_DEF-123", ON_YOUTUBE),
        ("https://www.youtube.com/watch?v=abc_DEF-123&list=PL123&index=2", ON_YOUTUBE),
        ("https://youtu.be/abc_DEF-123?si=Xy12", ON_YOUTUBE),
        ("youtu.be/abc_DEF-123/", ON_YOUTUBE),
        ("https://www.youtube.com/shorts/abc_DEF-123", ON_YOUTUBE),
        ("https://www.youtube.com/live/abc_DEF-123?feature=shared", ON_YOUTUBE),
        ("https://www.youtube.com/embed/abc_DEF-123?rel=0", ON_YOUTUBE),
        ("https://www.youtube-nocookie.com/embed/abc_DEF-123", ON_YOUTUBE),
        ("https://www.youtube.com/v/abc_DEF-123", ON_YOUTUBE),
        ("https://youtu.be/abc_DEF-123?t=90", from_second(90)),
        ("https://youtu.be/abc_DEF-123?t=90s", from_second(90)),
        (f"{YOUTUBE}&t=1m30s", from_second(90)),
        (f"{YOUTUBE}&t=1h2m3s", from_second(3723)),
        (f"{YOUTUBE}&t=2m", from_second(120)),
        (f"{YOUTUBE}&t=1h", from_second(3600)),
        (f"{YOUTUBE}#t=45", from_second(45)),
        ("https://www.youtube.com/embed/abc_DEF-123?start=30", from_second(30)),
        (f"{YOUTUBE}&t=soon", ON_YOUTUBE),
        (f"{YOUTUBE}&t=-5", ON_YOUTUBE),
        (VIMEO, ON_VIMEO),
        ("vimeo.com/123456789/", ON_VIMEO),
        ("https://www.vimeo.com/123456789?share=copy", ON_VIMEO),
        ("https://player.vimeo.com/video/123456789?badge=0", ON_VIMEO),
        ("https://vimeo.com/channels/staffpicks/123456789", ON_VIMEO),
        ("https://vimeo.com/groups/skin-care/videos/123456789", ON_VIMEO),
        ("https://vimeo.com/showcase/42/video/123456789", ON_VIMEO),
        (f"{VIMEO}#t=1m30s", Video("Vimeo", "123456789", 90)),
        (f"{VIMEO}/0a1b2c3d4e", Video("Vimeo", "123456789", key="0a1b2c3d4e")),
        ("https://player.vimeo.com/video/123456789?h=0a1b2c3d4e", Video("Vimeo", "123456789", key="0a1b2c3d4e")),
    ],
)
def test_address_of_a_video_is_read(address, video):
    assert read_video(address) == video
    assert read_video(video.url) == video


NO_VIDEOS = [
    "a video",
    "https://example.com/watch?v=abc_DEF-123",
    "https://youtube.com.example.com/watch?v=abc_DEF-123",
    "https://example.com/youtube.com/watch?v=abc_DEF-123",
    "https://notyoutube.com/watch?v=abc_DEF-123",
    "https://youtube.com@example.com/watch?v=abc_DEF-123",
    "https://user:pass@youtube.com/watch?v=abc_DEF-123",
    "https://youtube.com:8443/watch?v=abc_DEF-123",
    "https://youtube.com:x/watch?v=abc_DEF-123",
    "http://[::1/watch?v=abc_DEF-123",
    "javascript:alert(1)//youtube.com/watch?v=abc_DEF-123",
    "javascript://youtube.com/watch?v=abc_DEF-123",
    "data:text/html,https://youtu.be/abc_DEF-123",
    "ftp://youtube.com/watch?v=abc_DEF-123",
    'https://youtu.be/abc_DEF-123" onload="alert(1)',
    "https://youtu.be/abc_DEF-12<",
    "https://youtube.com\\@example.com/watch?v=abc_DEF-123",
    "https://youtu.be/abc_DEF-123\nhttps://example.com",
    "https://youtu.be/short",
    "https://youtu.be/abc_DEF-1234",
    "https://youtu.be/абв_DEF-123",
    "https://www.youtube.com/",
    "https://www.youtube.com/@clinic",
    "https://www.youtube.com/playlist?list=PL123",
    "https://www.youtube.com/embed/videoseries?list=PL123",
    "https://www.youtube.com/watch?list=PL123",
    "https://vimeo.com/",
    "https://vimeo.com/clinic",
    "https://vimeo.com/12345678901234567890",
    "https://vimeo.com/１２３４５６７８９",
    '<iframe src="https://www.youtube.com/embed/abc_DEF-123"></iframe>',
    f"{YOUTUBE}&x={'a' * 500}",
]


@pytest.mark.parametrize("address", NO_VIDEOS)
def test_other_addresses_are_no_video(address):
    assert read_video(address) is None


def video_value(photo, address):
    return BLOCKS["video"].to_python({"address": address, "poster": photo.pk, "title": "A first visit", "length": ""})


def test_address_of_a_video_is_stored_without_extras(photo):
    value = BLOCKS["video"].clean(video_value(photo, "https://youtu.be/abc_DEF-123?si=follow&t=1m30s"))
    assert value["address"] == f"{YOUTUBE}&t=90"


def test_wrong_address_is_refused_with_what_to_paste(photo):
    with pytest.raises(ValidationError) as refused:
        BLOCKS["video"].clean(video_value(photo, "https://example.com/film.mp4"))
    (message,) = refused.value.block_errors["address"].messages
    assert "Paste the address of one video on YouTube or Vimeo" in message


def test_draft_of_a_video_needs_no_address(photo):
    assert BLOCKS["video"].clean_deferred(video_value(photo, ""))["address"] == ""


@pytest.mark.parametrize(
    ("address", "host", "player"),
    [
        (YOUTUBE, "YouTube", "https://www.youtube-nocookie.com/embed/abc_DEF-123?autoplay=1&rel=0"),
        (f"{YOUTUBE}&t=90", "YouTube", "https://www.youtube-nocookie.com/embed/abc_DEF-123?autoplay=1&rel=0&start=90"),
        (VIMEO, "Vimeo", "https://player.vimeo.com/video/123456789?dnt=1&autoplay=1"),
        (f"{VIMEO}#t=90s", "Vimeo", "https://player.vimeo.com/video/123456789?dnt=1&autoplay=1#t=90s"),
        (f"{VIMEO}/0a1b2c3d", "Vimeo", "https://player.vimeo.com/video/123456789?dnt=1&autoplay=1&h=0a1b2c3d"),
    ],
)
def test_video_is_a_link_with_its_player_and_host(photo, settings, address, host, player):
    html = BeautifulSoup(BLOCKS["video"].render(video_value(photo, address)), "html.parser")
    link = html.select_one("a.video")
    assert (link["href"], link["data-player"]) == (address, player)
    assert " ".join(link.get_text().split()) == "Play the video: A first visit"
    assert link.img["alt"] == ""
    assert f"This video comes from {host}" in html.figcaption.get_text()
    assert html.find(["iframe", "script", "video"]) is None
    assert not [tag for tag in html.select("[src]") if not tag["src"].startswith(settings.S3.get("public_url", "/"))]


def test_video_with_a_broken_address_shows_nothing(photo):
    assert BLOCKS["video"].render(video_value(photo, "https://example.com/")).strip() == ""


VIDEO = {"type": "video", "value": {"address": YOUTUBE, "title": "A first visit"}}
TEXT = {"type": "text", "value": "<p>So.</p>"}


@pytest.mark.parametrize(("body", "is_allowed"), [([TEXT], False), ([TEXT, VIDEO], True)])
def test_only_pages_with_a_video_may_frame_its_host(client, blog_index, body, is_allowed):
    answer = client.get(factories.make_article("With a film", body=body).url)
    frames = "frame-src 'self' https://player.vimeo.com https://www.youtube-nocookie.com"
    assert (frames in answer.headers["Content-Security-Policy"]) == is_allowed
    assert (b"clinic/js/video.js" in answer.content) == is_allowed
    assert (read_sheet("blocks") in answer.content.decode()) == is_allowed
    assert frames not in client.get(blog_index.url).headers["Content-Security-Policy"]


# Gallery


def gallery(*pictures):
    values = [{"image": image, "caption": caption} for image, caption in pictures]
    pictures = [{"type": "item", "id": str(number), "value": value} for number, value in enumerate(values)]
    return BeautifulSoup(render("gallery", {"heading": "Our rooms", "pictures": pictures}), "html.parser")


def test_gallery_links_each_picture_to_a_large_one(photo):
    described = {"image": photo.pk, "decorative": False, "alt_text": "Soft dunes"}
    decorative = {"image": photo.pk, "decorative": True, "alt_text": ""}
    html = gallery((described, "Evening"), (decorative, ""))
    first, second = html.select("li")
    assert (first.img["alt"], second.img["alt"]) == ("Soft dunes", "")
    assert [" ".join(link.get_text().split()) for link in html.select("a")] == [
        "Picture 1 of 2, large",
        "Picture 2 of 2, large",
    ]
    assert all(link["href"].endswith(".jpg") for link in html.select("a"))
    assert "Evening" in first.figcaption.get_text()
    assert "Credit: Ada" in second.figcaption.get_text()


def test_gallery_has_rows_of_its_own(photo):
    """The last of a list of cards fills its row. A picture of a gallery would be many times as large as the others."""
    picture = {"image": photo.pk, "decorative": True, "alt_text": ""}
    assert gallery(*[(picture, "")] * 7).select(".cards") == []


def test_gallery_leaves_out_deleted_pictures(photo):
    kept = {"image": photo.pk, "decorative": False, "alt_text": "Soft dunes"}
    assert len(gallery((kept, ""), ({**kept, "image": 999_999}, "Gone")).select("li")) == 1
    assert gallery(({**kept, "image": 999_999}, "Gone")).select("h2, li") == []


def test_gallery_reads_all_renditions_at_once(photo, django_assert_num_queries):
    images = [make_photo(f"room-{number}") for number in range(4)]
    values = [({"image": image.pk, "decorative": False, "alt_text": "A room"}, "") for image in images]
    gallery(*values)
    with django_assert_num_queries(2):  # pictures, renditions
        gallery(*values)


# Table

TABLE = {
    "caption": "Side by side",
    "columns": [
        {"type": "text", "heading": ""},
        {"type": "rich_text", "heading": "How"},
        {"type": "number", "heading": "Price"},
    ],
    "rows": [
        {"values": ["Botox", "<p>A <b>medicine</b></p>", "$260"]},
        {"values": ["<i>Filler</i>", "<p>A gel</p>", "$1,200"]},
    ],
}


def table(*, has_row_headers=True, **changes):
    return {"table": TABLE | changes, "has_row_headers": has_row_headers}


def test_table_has_caption_and_headers():
    html = BeautifulSoup(render("table", table()), "html.parser")
    assert html.caption.get_text() == "Side by side"
    assert [th.get_text() for th in html.select("th[scope=col]")] == ["How", "Price"]
    assert [th.get_text(strip=True) for th in html.select("th[scope=row]")] == ["Botox", "<i>Filler</i>"]
    assert html.select_one("td b").get_text() == "medicine"
    assert [cell.get_text(strip=True) for cell in html.select(".number")] == ["Price", "$260", "$1,200"]


def test_table_scrolls_in_a_region_of_its_own():
    region = BeautifulSoup(render("table", table()), "html.parser").select_one("div.table")
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Side by side")


def test_first_column_can_be_ordinary_cells():
    assert 'scope="row"' not in render("table", table(has_row_headers=False))


FAULTY_TABLES = [
    ({"caption": ""}, "Write a caption that says what the table is about."),
    ({"caption": "  "}, "Write a caption that says what the table is about."),
    ({"rows": []}, "Add at least one column and one row."),
    ({"columns": [], "rows": []}, "Add at least one column and one row."),
    (
        {"columns": [TABLE["columns"][0], {"type": "text", "heading": " "}, TABLE["columns"][2]]},
        "Write a heading for each column. Only the first one may be empty.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), FAULTY_TABLES)
def test_table_that_lacks_what_names_it_is_refused(changes, message):
    value = BLOCKS["table"].to_python(table(**changes))
    with pytest.raises(ValidationError) as refused:
        BLOCKS["table"].clean(value)
    assert message in refused.value.block_errors["table"].non_block_errors.as_data()[0].messages
    BLOCKS["table"].clean_deferred(value)  # a draft


# Map


@pytest.fixture
def street(home):
    return factories.clinic_profile(street="12 Example Avenue, Suite 3", directions_url="https://maps.example/go")


def test_map_draws_the_street_and_links_to_directions(street):
    html = BeautifulSoup(render("map", {"heading": "How to find us", "caption": "By the pier"}), "html.parser")
    assert html.svg["aria-hidden"] == "true"
    assert html.svg.find("text").get_text() == "12 Example Avenue, Suite 3"
    assert "12 Example Avenue, Suite 3" in html.address.get_text()
    assert html.select_one("a")["href"] == "https://maps.example/go"
    assert "By the pier" in html.figcaption.get_text()


def test_map_shows_the_chosen_picture(street, photo):
    picture = {"image": photo.pk, "decorative": False, "alt_text": "The entrance"}
    html = BeautifulSoup(render("map", {"image": picture}), "html.parser")
    assert html.img["alt"] == "The entrance"
    assert html.svg.find("text") is None
    assert "Credit: Ada" in html.figcaption.get_text()


def test_map_of_an_unknown_street_is_not_drawn(home):
    factories.clinic_profile(street="", city="Newport Beach")
    html = BeautifulSoup(render("map", {"heading": "How to find us"}), "html.parser")
    assert html.svg is None
    assert "Newport Beach" in html.address.get_text()


def test_caption_and_credit_have_lines_of_their_own(photo):
    picture = {"image": photo.pk, "decorative": True, "alt_text": ""}
    for caption, lines in (("The pier", ["The pier", "Credit: Ada"]), ("", ["Credit: Ada"])):
        html = BeautifulSoup(render("picture", {"image": picture, "caption": caption}), "html.parser")
        assert list(html.figcaption.stripped_strings) == lines
        assert len(html.select("br")) == len(lines) - 1


def test_map_without_directions_has_no_link(home):
    factories.clinic_profile(directions_url="")
    assert "<a " not in render("map", {})


@pytest.mark.parametrize("typed", [" ", "   ", "\t", "\n ", "\u00a0", "\u2003", ""])
@pytest.mark.parametrize("block", [PictureBlock, GalleryPictureBlock, MapBlock])
def test_spaces_are_no_alt_text(photo, block, typed):
    block = block()
    value = block.to_python({"image": {"image": photo.pk, "decorative": False, "alt_text": typed}})
    with pytest.raises(StructBlockValidationError):
        block.clean(value)


@pytest.mark.parametrize("block", [PictureBlock, GalleryPictureBlock, MapBlock])
def test_alt_text_loses_spaces_around_it(photo, block):
    block = block()
    value = block.to_python({"image": {"image": photo.pk, "decorative": False, "alt_text": " Soft dunes "}})
    assert block.clean(value)["image"].contextual_alt_text == "Soft dunes"
