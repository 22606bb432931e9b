"""Name the sizes of pictures, and render ``<picture>`` elements."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from PIL import AvifImagePlugin, Image
from wagtail.images.models import Filter, Picture, SourceImageIOError

# Newest first: a browser takes the first format it knows, and all know JPEG.
FORMATS = ("format-avif|avifquality-55", "format-webp|webpquality-72", "format-jpeg|jpegquality-78")

LARGE = Filter(spec="max-2000x2000|format-jpeg|jpegquality-82")  # what a click on a small one opens

AVIF_SPEED = 8  # 0 to 10, Pillow's default is 6: a third of the time for files that are a tenth larger
save_avif = AvifImagePlugin._save


def save_avif_faster(image, *args) -> None:
    """Save with our speed. Wagtail and Willow have no setting for it."""
    image.encoderinfo.setdefault("speed", AVIF_SPEED)
    save_avif(image, *args)


Image.register_save("AVIF", save_avif_faster)


@dataclass(frozen=True)
class Shape:
    """Hold Wagtail resize operations, smallest first, and the HTML ``sizes`` attribute."""

    resizes: tuple[str, ...]
    sizes: str

    @property
    def filters(self) -> list[Filter]:
        return [Filter(spec=f"{resize}|{fmt}") for fmt in FORMATS for resize in self.resizes]


# The sizes of the two at the top are smaller than what a phone shows: of its three dots for each pixel two are seen,
# and the first view waits for this picture.
SHAPES = {
    "card": Shape(("fill-400x300", "fill-800x600"), "(min-width: 70rem) 24rem, (min-width: 42rem) 45vw, 30vw"),
    "top": Shape(("fill-720x540", "fill-1200x900"), "(min-width: 76rem) 36rem, (min-width: 60rem) 46vw, 55vw"),
    "video": Shape(("fill-640x360", "fill-1280x720"), "(min-width: 70rem) 44rem, 92vw"),
    "wide": Shape(("width-640", "width-1280"), "(min-width: 70rem) 44rem, 92vw"),
    "arch": Shape(("fill-576x720", "fill-960x1200"), "(min-width: 60rem) 30rem, 44vw"),
    "portrait": Shape(("fill-160x160", "fill-320x320"), "10rem"),
}


def get_large_url(image) -> str:
    """Return the address of the large picture, or an empty string if it cannot be shown."""
    try:
        return image.get_rendition(LARGE).url
    except SourceImageIOError:
        return ""


def render_picture(image, shape_name: str, *, alt: str = "", is_main: bool = False, css_class: str = "") -> SafeString:
    """Return a ``<picture>`` element, making renditions that are missing.

    An empty ``alt`` marks the picture as decorative. A picture that cannot be shown is left out. The main one comes
    first, the others after the first view (``pictures.js``).
    """
    shape = SHAPES[shape_name]
    try:
        renditions = image.get_renditions(*shape.filters)
    except SourceImageIOError:
        return SafeString("")
    attributes = {"alt": alt, "sizes": shape.sizes} | ({"class": css_class} if css_class else {})
    attributes |= {"decoding": "sync", "fetchpriority": "high"} if is_main else {"loading": "lazy"}
    return SafeString(Picture(renditions, attributes))
