"""Paint and canvas for the demo pictures: cut paper, ink, light and grain, with nothing but Pillow."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from .curves import Curve, Point

Box = tuple[int, int, int, int]
Field = Callable[[float, float], float]

OVERSAMPLE = 4  # masks are drawn this much larger, then averaged down: 17 levels along an edge
SOFT = 8  # blurred things (shadows, volumes) are worked out this much smaller
DITHER = 6  # levels of noise, up and down
UNTOUCHED = [min(255, v * (DITHER + 1)) for v in range(256)]
FORM = [round(255 * t * t * (3 - 2 * t)) for v in range(256) for t in [max(0, v - 55) / 200]]  # blur to rim..heart


# --- Paint ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paint:
    """Colours laid along a field of light: `field` gives 0 for the first colour, 1 for the last."""

    colours: tuple[str, ...]
    field: Field | None = None
    softness: float = 0.1
    light: Point = (0.0, 0.0)


def down(*colours: str, top: float = -0.5, bottom: float = 0.5) -> Paint:
    """A gradient downwards, from a height to another."""
    return along(*colours, start=(0, top), end=(0, bottom))


def along(*colours: str, start: Point, end: Point) -> Paint:
    """A straight gradient from start to end."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    return Paint(colours, lambda x, y: ((x - start[0]) * dx + (y - start[1]) * dy) / square)


def around(*colours: str, at: Point = (0, 0), radius: float = 0.5) -> Paint:
    """A round gradient: the first colour in the centre, the last at the radius and outside it."""
    return Paint(colours, lambda x, y: math.hypot(x - at[0], y - at[1]) / radius)


def volume(*colours: str, softness: float = 0.1, light: Point = (-0.02, -0.05)) -> Paint:
    """Airbrushed form: the first colour on the shape's rim away from the light, the last in its heart."""
    return Paint(colours, None, softness, light)


def tones(text: str) -> list[tuple[str, str]]:
    """Pairs of colours, written "#light:#dark #light:#dark"."""
    return [(light, dark) for light, dark in (pair.split(":") for pair in text.split())]


def _tables(colours: Sequence[str]) -> list[list[int]]:
    """For each of red, green, blue: a table from field value 0..255 to the channel's value."""
    stops = [ImageColor.getrgb(colour)[:3] for colour in colours]
    if len(stops) == 1:
        stops *= 2
    tables = []
    for channel in range(3):
        values = [stop[channel] for stop in stops]
        tables.append([round(_at(values, level / 255)) for level in range(256)])
    return tables


def _at(values: Sequence[float], t: float) -> float:
    place = t * (len(values) - 1)
    left = min(int(place), len(values) - 2)
    part = place - left
    return values[left] + (values[left + 1] - values[left]) * (part + part * part * (3 - 2 * part)) / 2


# --- Canvas -----------------------------------------------------------------------------------------------


class Canvas:
    """A sheet on which paper is laid and lines are inked, from back to front."""

    def __init__(self, size: tuple[int, int], random: Random):
        self.size = size
        self.unit = size[1]
        self.random = random
        self.image = Image.new("RGB", size)
        self.shadow = "#3A1F14"
        self.noise = Image.frombytes("L", size, random.randbytes(size[0] * size[1]))
        self.dither = self.noise.point([round(v * 2 * DITHER / 255) for v in range(256)])

    def mask(self, *shapes: Curve) -> Image.Image:
        """White inside the shapes, with smooth edges."""
        left, top, right, bottom = box = self._bounds(shapes)
        full = Image.new("L", self.size)
        if left >= right or top >= bottom:
            return full
        big = Image.new("L", ((right - left) * OVERSAMPLE, (bottom - top) * OVERSAMPLE))
        draw = ImageDraw.Draw(big)
        unit = self.unit * OVERSAMPLE
        cx, cy = (self.size[0] / 2 - left) * OVERSAMPLE, (self.size[1] / 2 - top) * OVERSAMPLE
        for shape in shapes:
            draw.polygon([(cx + x * unit, cy + y * unit) for x, y in shape], fill=255)
        full.paste(big.reduce(OVERSAMPLE), box)
        return full

    def _bounds(self, shapes: Sequence[Curve]) -> Box:
        """The box of pixels, within the picture, that the shapes can touch."""
        xs = [x for shape in shapes for x, _ in shape]
        ys = [y for shape in shapes for _, y in shape]
        width, height = self.size
        left, right = (round(width / 2 + x * self.unit) for x in (min(xs), max(xs)))
        top, bottom = (round(height / 2 + y * self.unit) for y in (min(ys), max(ys)))
        return max(left - 2, 0), max(top - 2, 0), min(right + 2, width), min(bottom + 2, height)

    def soft(self, mask: Image.Image, *blurs: tuple[float, Point]) -> Image.Image:
        """The mask blurred and shifted; with two (radius, shift) pairs, both in equal parts.

        The mask's outermost pixels are taken to go on outside the picture.
        """
        factor = max(1, min(SOFT, self.unit // 60))
        scale = self.unit / factor
        small = mask.reduce(factor)
        width, height = self.size[0] / factor, self.size[1] / factor
        margin = 2 + int(max(scale * (3 * radius + max(map(abs, shift))) for radius, shift in blurs))
        wide = _extended(small, margin)
        parts = []
        for radius, (dx, dy) in blurs:
            left, top = margin - dx * scale, margin - dy * scale
            blurred = wide.filter(ImageFilter.GaussianBlur(radius * scale))
            parts.append(blurred.resize(small.size, Image.Resampling.BICUBIC, (left, top, left + width, top + height)))
        total = Image.blend(*parts, 0.5) if len(parts) == 2 else parts[0]
        return total.resize(self.size, Image.Resampling.BICUBIC, (0, 0, width, height))

    def field(self, field: Field, box: Box | None = None) -> Image.Image:
        """A smooth function of the place (0..1, clipped), worked out coarsely and then interpolated."""
        width, height = self.size
        left, top, right, bottom = box or (0, 0, width, height)
        rows, columns = 48, max(8, round(48 * width / height))
        xs = [((i + 0.5) / columns - 0.5) * width / height for i in range(columns)]
        ys = [(j + 0.5) / rows - 0.5 for j in range(rows)]
        coarse = bytes(round(255 * min(max(field(x, y), 0), 1)) for y in ys for x in xs)
        part = (left * columns / width, top * rows / height, right * columns / width, bottom * rows / height)
        grid = Image.frombytes("L", (columns, rows), coarse)
        return grid.resize((right - left, bottom - top), Image.Resampling.BICUBIC, part)

    def _painted(self, paint: Paint, box: Box, mask: Image.Image | None = None) -> Image.Image:
        """The paint's colours for a box of the picture; a `volume` takes its form from the mask."""
        if paint.field:
            levels = self.field(paint.field, box)
        else:
            levels = self.soft(mask, (paint.softness, paint.light)).crop(box).point(FORM)
        levels = self._dithered(levels, box)
        return Image.merge("RGB", [levels.point(table) for table in _tables(paint.colours)])

    def _dithered(self, levels: Image.Image, box: Box | None = None) -> Image.Image:
        """A slow gradient has few levels; noise before the rounding keeps their steps from showing."""
        noisy = ImageChops.add(levels, self.dither.crop(box) if box else self.dither, 1, -DITHER)
        return ImageChops.darker(noisy, levels.point(UNTOUCHED))  # nothing stays nothing

    def _tint(self, colour: str, mask: Image.Image, opacity: float) -> None:
        box = mask.getbbox()
        if box:
            self.image.paste(colour, box, mask.crop(box).point([round(v * opacity) for v in range(256)]))

    def background(self, paint: Paint) -> None:
        self.image = self._painted(paint, (0, 0, *self.size))

    def lay(self, mask: Image.Image, paint: Paint) -> None:
        """Put paint where the mask is white."""
        box = mask.getbbox()
        if box:
            self.image.paste(self._painted(paint, box, mask), box, mask.crop(box))

    def paper(
        self,
        *shapes: Curve,
        paint: Paint,
        shadow: float = 0.3,
        depth: float = 0.018,
        rim: float = 0.35,
        within: Image.Image | None = None,
    ) -> Image.Image:
        """Lay a piece of cut paper: a soft shadow beneath, a thin lit edge above. Returns its mask."""
        mask = self.mask(*shapes)
        if within:
            mask = ImageChops.multiply(mask, within)
        if shadow:
            self.shade(mask, shadow, depth, within)
        self.lay(mask, paint)
        if rim:
            edge = ImageChops.subtract(mask, ImageChops.offset(mask, 0, max(1, round(self.unit / 700))))
            self._tint("#FFF9F1", edge, rim)
        return mask

    def shade(self, mask: Image.Image, strength: float, depth: float, within: Image.Image | None = None) -> None:
        """The shadow that a mask casts: one part wide, one close."""
        soft = self._dithered(self.soft(mask, (depth * 1.6, (0, depth * 0.7)), (depth * 0.4, (0, depth * 0.2))))
        self._tint(self.shadow, ImageChops.multiply(soft, within) if within else soft, strength)

    def glow(self, at: Point, radius: float, colour: str, opacity: float = 0.6) -> None:
        """Light that fades out smoothly around a place."""

        def falloff(x: float, y: float) -> float:
            return max(0, 1 - math.hypot(x - at[0], y - at[1]) / radius) ** 2

        self._tint(colour, self._dithered(self.field(falloff)), opacity)

    def ink(
        self,
        *outlines: Curve,
        colour: str,
        opacity: float = 1,
        within: Image.Image | None = None,
        fade: Field | None = None,
    ) -> None:
        """Fill outlines (see `stroke`) with one colour, kept within a mask, fading by a field."""
        mask = self.mask(*outlines)
        if within:
            mask = ImageChops.multiply(mask, within)
        if fade:
            mask = ImageChops.multiply(mask, self.field(fade))
        self._tint(colour, mask, opacity)

    def grained(self, sigma: float = 1.7) -> Image.Image:
        """The finished picture, with a fine grain that also hides the steps of the gradients."""
        bell = NormalDist(0, sigma)
        offset = round(3 * sigma)
        steps = [min(max(round(bell.inv_cdf((v + 0.5) / 256)) + offset, 0), 2 * offset) for v in range(256)]
        noise = self.noise.rotate(180).point(steps)
        return ImageChops.add(self.image, Image.merge("RGB", (noise, noise, noise)), 1, -offset)


def _extended(image: Image.Image, margin: int) -> Image.Image:
    """The image with its border pixels repeated outwards."""
    width, height = image.size
    wide = Image.new("L", (width + 2 * margin, height + 2 * margin))
    wide.paste(image, (margin, margin))
    for box, target in (
        ((0, 0, 1, height), (0, margin, margin, margin + height)),
        ((width - 1, 0, width, height), (margin + width, margin, width + 2 * margin, margin + height)),
    ):
        wide.paste(image.crop(box).resize((margin, height)), target)
    for row, top in ((margin, 0), (margin + height - 1, margin + height)):
        strip = wide.crop((0, row, wide.width, row + 1)).resize((wide.width, margin))
        wide.paste(strip, (0, top))
    return wide
