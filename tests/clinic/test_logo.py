"""Test that the logo is shown in the header, and becomes the icons of the site."""

import io
import json

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image, ImageDraw

from clinic.media.logos import DEEP, ICON_SIDES, PAPER
from clinic.models import ClinicImage
from tests import factories
from tests.media import fetch

INK, WHITE, CLEAR = (22, 48, 47, 255), (255, 255, 255, 255), (0, 0, 0, 0)


def draw(size=(400, 120), *, mode="RGBA", ground=CLEAR, ink=INK, name="logo.png", **options) -> ClinicImage:
    """Make a picture with a bar of ink in its middle half."""
    width, height = size
    picture = Image.new(mode, size, ground[: len(mode)])
    box = (width // 4, height // 4, max(width * 3 // 4 - 1, width // 4), max(height * 3 // 4 - 1, height // 4))
    ImageDraw.Draw(picture).rectangle(box, fill=ink[: len(mode)])
    return upload(picture, name, **options)


def upload(picture: Image.Image, name: str = "logo.png", **options) -> ClinicImage:
    file = io.BytesIO()
    picture.save(file, {"png": "PNG", "jpg": "JPEG", "gif": "GIF"}[name.rpartition(".")[2]], **options)
    content = ContentFile(file.getvalue(), name=name)
    return ClinicImage.objects.create(title=name, description="The logo", file=content)


@pytest.fixture
def clinic(profile, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return profile


def choose(clinic, logo) -> None:
    clinic.logo = logo
    clinic.full_clean()
    clinic.save()


def open_picture(client, url: str) -> Image.Image:
    response = fetch(client, url)
    assert response.status_code == 200
    assert "max-age" in response.headers["Cache-Control"]
    return Image.open(io.BytesIO(response.content))


def read(client, path="/") -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "html.parser")


def icons_of(client) -> dict[int, str]:
    """Return the address of each icon that a page or the manifest names."""
    page = read(client)
    manifest = client.get(page.select_one("link[rel=manifest]")["href"]).json()
    icons = {int(icon["sizes"].partition("x")[0]): icon["src"] for icon in manifest["icons"]}
    return icons | {
        48: page.select_one("link[rel=icon]")["href"],
        180: page.select_one("[rel=apple-touch-icon]")["href"],
    }


def color_of(text: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(text[1:]))


def test_without_a_logo_the_mark_stays(client, clinic):
    page = read(client)
    assert page.select_one(".brand__name").get_text() == clinic.name
    assert not page.select(".brand__logo")
    assert all(url.startswith("/static/clinic/img/") for url in icons_of(client).values())
    assert client.get("/favicon.ico").url == "/static/clinic/img/mark.svg"


def test_logo_takes_the_place_of_mark_and_name(client, clinic):
    choose(clinic, draw())
    brand = read(client).select_one(".brand")
    assert brand.img["alt"] == clinic.name
    assert not brand.get_text(strip=True)
    assert not brand.svg
    picture = open_picture(client, brand.img["src"])
    assert picture.size == (int(brand.img["width"]), int(brand.img["height"]))


def test_logo_feeds_icons_of_tab_phone_and_manifest(client, clinic):
    choose(clinic, draw())
    icons = icons_of(client)
    assert set(icons) == set(ICON_SIDES)
    for side, url in icons.items():
        picture = open_picture(client, url)
        assert (picture.size, picture.format, picture.mode) == ((side, side), "PNG", "RGB")
        assert picture.getpixel((0, 0)) == color_of(PAPER)
    assert client.get("/favicon.ico").url == icons[48]


def test_manifest_offers_maskable_icons(client, clinic):
    choose(clinic, draw())
    icons = client.get("/site.webmanifest").json()["icons"]
    assert sorted((icon["sizes"], icon["purpose"]) for icon in icons) == [
        (sizes, purpose) for sizes in ("192x192", "512x512") for purpose in ("any", "maskable")
    ]


@pytest.mark.parametrize("size", [(400, 120), (300, 300), (120, 400), (800, 100)])
def test_icon_keeps_the_logo_in_its_circle(client, clinic, size):
    choose(clinic, draw(size, ink=INK))
    picture = open_picture(client, icons_of(client)[512])
    ground = color_of(PAPER)
    inked = [(x, y) for x in range(0, 512, 4) for y in range(0, 512, 4) if picture.getpixel((x, y)) != ground]
    assert inked
    assert max((x - 256) ** 2 + (y - 256) ** 2 for x, y in inked) <= (0.41 * 512) ** 2


def test_white_logo_stands_on_a_dark_ground(client, clinic):
    choose(clinic, draw(ink=WHITE))
    header = open_picture(client, read(client).select_one(".brand__logo")["src"])
    assert open_picture(client, icons_of(client)[180]).getpixel((0, 0)) == color_of(DEEP)
    assert header.mode == "RGB"


def test_dark_logo_brings_its_light_ground(client, clinic):
    faint = Image.new("RGBA", (400, 120), (22, 48, 47, 100))
    choose(clinic, upload(faint))
    red, green, blue = open_picture(client, read(client).select_one(".brand__logo")["src"]).getpixel((0, 0))
    assert min(red, green, blue) > 120


def test_opaque_logo_keeps_its_own_ground(client, clinic):
    choose(clinic, draw(mode="RGB", ground=(200, 30, 60, 255), name="logo.jpg", quality=100))
    red, green, blue = open_picture(client, icons_of(client)[192]).getpixel((0, 0))
    assert abs(red - 200) + abs(green - 30) + abs(blue - 60) < 12


@pytest.mark.parametrize(
    "make",
    [
        lambda: draw((50, 50)),
        lambda: draw((4000, 3000), mode="RGB", ground=WHITE, name="logo.jpg"),
        lambda: draw((800, 100)),
        lambda: draw((100, 800)),
        lambda: upload(Image.new("RGBA", (200, 200), CLEAR)),
        lambda: upload(Image.new("RGBA", (200, 200), (0, 0, 0, 1))),
        lambda: upload(Image.new("L", (200, 60), 255), "logo.jpg"),
        lambda: upload(Image.new("LA", (200, 60), (0, 128))),
        lambda: upload(Image.new("P", (200, 60), 3), "logo.gif"),
        lambda: upload(Image.new("1", (200, 60), 1)),
        lambda: upload(
            Image.new("P", (120, 120), 3),
            "logo.gif",
            save_all=True,
            append_images=[Image.new("P", (120, 120), number) for number in (9, 200)],
        ),
    ],
    ids="small large wide tall clear nearly-clear gray gray-alpha palette black-white animated".split(),
)
def test_odd_picture_gives_usable_icons(client, clinic, make):
    choose(clinic, make())
    for side, url in icons_of(client).items():
        assert open_picture(client, url).size == (side, side)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((1, 1), "too small"),
        ((47, 20), "too small"),
        ((900, 100), "8 times"),
        ((100, 900), "8 times"),
        ((1600, 40), "8 times"),
    ],
)
def test_picture_that_makes_no_logo_is_refused_in_words(clinic, size, message):
    clinic.logo = draw(size)
    with pytest.raises(ValidationError) as refusal:
        clinic.full_clean()
    assert message in refusal.value.message_dict["logo"][0]


def test_logo_whose_file_is_gone_is_refused_and_not_shown(client, clinic):
    logo = draw()
    logo.file.storage.delete(logo.file.name)
    clinic.logo = ClinicImage.objects.get(pk=logo.pk)
    with pytest.raises(ValidationError, match="cannot be read"):
        clinic.full_clean()
    clinic.save()
    page = read(client)
    assert page.select_one(".brand__name").get_text() == clinic.name
    assert all(url.startswith("/static/") for url in icons_of(client).values())


def test_changed_logo_shows_on_next_request(client, clinic, django_capture_on_commit_callbacks):
    choose(clinic, draw())
    before = icons_of(client)
    with django_capture_on_commit_callbacks(execute=True):
        choose(clinic, draw(ink=WHITE, name="other.png"))
    assert not set(before.values()) & set(icons_of(client).values())
    with django_capture_on_commit_callbacks(execute=True):
        choose(clinic, None)
    assert not read(client).select(".brand__logo")


def test_structured_data_names_the_logo(client, clinic, settings, django_capture_on_commit_callbacks):
    def find_logo() -> str:
        data = json.loads(read(client).select_one("script[type='application/ld+json']").string)
        return data["@graph"][0].get("logo", "")

    assert not find_logo()
    with django_capture_on_commit_callbacks(execute=True):
        choose(clinic, draw())
    logo = find_logo()
    assert logo.startswith(settings.S3.get("public_url", clinic.site.root_url))
    assert open_picture(client, logo).size == (180, 180)


@pytest.mark.parametrize("many", [False, True])
def test_picture_that_is_the_logo_is_not_deleted(client, clinic, django_capture_on_commit_callbacks, many):
    with django_capture_on_commit_callbacks(execute=True):
        choose(clinic, draw())
    client.force_login(factories.make_user("manager"))
    if many:
        address = reverse("wagtail_bulk_action", args=["clinic", "clinicimage", "delete"]) + f"?id={clinic.logo_id}"
    else:
        address = reverse("wagtailimages:delete", args=[clinic.logo_id])
    question = client.get(address).content.decode()
    assert "cannot be deleted as long as it is used there" in question
    assert "Yes, delete" not in question
    client.post(address)
    assert ClinicImage.objects.filter(pk=clinic.logo_id).exists()


def test_earlier_version_survives_a_deleted_logo(clinic):
    choose(clinic, draw())
    revision = clinic.save_revision()
    old, clinic.logo = clinic.logo, None
    clinic.save()
    old.delete()
    assert revision.as_object().logo is None
    assert revision.as_object().name == clinic.name
