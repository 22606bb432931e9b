"""Make the picture of the header, and the icons of the site, from the clinic's logo."""

import math
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageStat
from wagtail.images.image_operations import FilterOperation
from wagtail.images.models import Filter, SourceImageIOError
from willow.plugins.pillow import PillowImage

PAPER, DEEP = "#fbf9f6", "#16302f"  # the same as in base.css
HEADER = (640, 96)  # pixels, for twice the size of the header
MARGIN = 8  # pixels around a logo without a ground of its own
ICON_SIDES = (48, 180, 192, 512)  # pixels: browser tab, Apple, manifest
BRIGHT = 190  # of 255: brighter logos are made for a dark ground
MIN_SIDE = 48  # pixels
MAX_RATIO = 8  # of the longer side to the shorter


@dataclass(frozen=True)
class Logo:
    """Hold the picture of the header, and the address of each icon by its side in pixels."""

    url: str
    width: int
    height: int
    icons: dict[int, str]


class LogoOperation(FilterOperation):
    """Fit a logo into a width and a height, on a ground that shows it in light and in dark surroundings.

    A square is filled with the ground, as icons need it. From 180 pixels on, the logo stays in the circle that every
    phone shows of an icon: its diameter is four fifths of the side.
    """

    def construct(self, width: str, height: str) -> None:
        self.width, self.height = int(width), int(height)

    def run(self, willow: Any, image: Any, env: dict[str, Any]) -> PillowImage:
        logo, ground = read_logo(willow.get_pillow_image())
        is_icon = self.width == self.height
        scale = min(self.width / logo.width, self.height / logo.height)
        if is_icon and self.width >= 180:
            scale = min(scale, 0.8 * self.width / math.hypot(*logo.size))
        logo = logo.resize([max(1, round(side * scale)) for side in logo.size], Image.Resampling.LANCZOS)
        margin = 0 if is_icon or ground not in (PAPER, DEEP) else MARGIN
        size = (self.width, self.height) if is_icon else [side + 2 * margin for side in logo.size]
        canvas = Image.new("RGB", size, ground)
        canvas.paste(logo, ((canvas.width - logo.width) // 2, (canvas.height - logo.height) // 2), logo)
        return PillowImage(canvas)


def read_logo(picture: Image.Image) -> tuple[Image.Image, tuple[int, int, int] | str]:
    """Return the part of the picture that is not transparent, and the color of its ground."""
    logo = picture.convert("RGBA")
    alpha = logo.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return logo, logo.getpixel((0, 0))[:3]
    logo = logo.crop(alpha.getbbox() or (0, 0, *logo.size))
    alpha = logo.getchannel("A")
    mean = ImageStat.Stat(logo.convert("L"), alpha).mean[0] if alpha.getextrema()[1] else 0
    return logo, DEEP if mean > BRIGHT else PAPER


def make_logo(image: Any) -> Logo | None:
    """Return the logo, making renditions that are missing. Return None if the picture cannot be shown."""
    sizes = [HEADER, *((side, side) for side in ICON_SIDES)]
    filters = [Filter(spec=f"logo-{width}-{height}|format-png") for width, height in sizes]
    try:
        header, *icons = image.get_renditions(*filters).values()
    except SourceImageIOError:
        return None
    return Logo(header.url, header.width, header.height, {icon.width: icon.url for icon in icons})
