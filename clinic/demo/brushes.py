"""Primitives for the demo pictures: curves, cut paper, ink, light and grain, with nothing but Pillow.

The world has its origin in the middle of the picture, x to the right, y down; the picture is 1 unit high,
so a circle stays a circle and another aspect ratio only shows more or less at the sides.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]
Curve = list[Point]
Field = Callable[[float, float], float]

OVERSAMPLE = 4  # masks are drawn this much larger, then averaged down: 17 levels along an edge
SOFT = 8  # blurred things (shadows, volumes) are worked out this much smaller
FAR = 1.4  # half the width of things that must reach past both sides of the widest picture


# --- Curves -----------------------------------------------------------------------------------------------


def spline(points: Sequence[Point], steps: int = 16, closed: bool = False) -> Curve:
    """A smooth curve through the points (centripetal enough for even spacing: Catmull-Rom)."""
    knots = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    curve = [_catmull_rom(knots[i : i + 4], step / steps) for i in range(len(knots) - 3) for step in range(steps)]
    return curve if closed else [*curve, points[-1]]


def _catmull_rom(knots: Sequence[Point], t: float) -> Point:
    weights = (
        -0.5 * t + t * t - 0.5 * t**3,
        1 - 2.5 * t * t + 1.5 * t**3,
        0.5 * t + 2 * t * t - 1.5 * t**3,
        -0.5 * t * t + 0.5 * t**3,
    )
    return (
        sum(w * x for w, (x, _) in zip(weights, knots, strict=True)),
        sum(w * y for w, (_, y) in zip(weights, knots, strict=True)),
    )


def arc(x: float, y: float, rx: float, ry: float | None = None, start: float = 0, end: float = 360) -> Curve:
    """Part of an ellipse; degrees run clockwise from three o'clock."""
    ry = rx if ry is None else ry
    count = max(12, int(abs(end - start) / 2.5))
    angles = (math.radians(start + (end - start) * i / count) for i in range(count + 1))
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


def wave(y: Callable[[float], float], left: float = -FAR, right: float = FAR, count: int = 160) -> Curve:
    """The graph of y over x."""
    xs = (left + (right - left) * i / count for i in range(count + 1))
    return [(x, y(x)) for x in xs]


def below(curve: Curve) -> Curve:
    """The ground under a curve, down past the lower edge of the picture."""
    return [*curve, (curve[-1][0], 0.8), (curve[0][0], 0.8)]


def move(curve: Iterable[Point], dx: float = 0, dy: float = 0, scale: float = 1, turn: float = 0) -> Curve:
    """Scale, turn (degrees, clockwise) and then shift; a negative scale is a half turn."""
    cos, sin = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
    return [(dx + x * cos - y * sin, dy + x * sin + y * cos) for x, y in curve]


def mirror(curve: Iterable[Point]) -> Curve:
    return [(-x, y) for x, y in curve]


def blend(one: Curve, other: Curve, t: float) -> Curve:
    """The curve between two curves that have the same number of points."""
    return [(ax + (bx - ax) * t, ay + (by - ay) * t) for (ax, ay), (bx, by) in zip(one, other, strict=True)]


def stroke(curve: Curve, width: float = 0.003, taper: float = 0.6) -> Curve:
    """The outline of a pen stroke: full width in the middle, pointed ends; taper 0 keeps the width."""
    left, right = [], []
    last = len(curve) - 1
    for i, (x, y) in enumerate(curve):
        (ax, ay), (bx, by) = curve[max(i - 1, 0)], curve[min(i + 1, last)]
        length = math.hypot(bx - ax, by - ay) or 1
        half = width / 2 * max(math.sin(math.pi * i / last), 0.02) ** taper
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def ring(x: float, y: float, radius: float, width: float = 0.003) -> list[Curve]:
    """A full circle line, in two halves since one outline cannot have a hole."""
    return [stroke(arc(x, y, radius, start=s, end=s + 180.5), width, taper=0) for s in (0, 180)]


# --- Paint ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paint:
    """Colours laid along a field of light: `field` gives 0 for the first colour, 1 for the last."""

    colours: tuple[str, ...]
    field: Field | None = None
    softness: float = 0.1
    light: Point = (0.0, 0.0)


def along(*colours: str, start: Point = (0, -0.5), end: Point = (0, 0.5)) -> Paint:
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
    return values[left] + (values[left + 1] - values[left]) * part * part * (3 - 2 * part)


# --- Canvas -----------------------------------------------------------------------------------------------


class Canvas:
    """A sheet on which paper is laid and lines are inked, from back to front."""

    def __init__(self, size: tuple[int, int], random: Random):
        self.size = size
        self.unit = size[1]
        self.random = random
        self.image = Image.new("RGB", size)
        self.noise = Image.frombytes("L", size, random.randbytes(size[0] * size[1]))
        self.dither = self.noise.point([round(v * 16 / 255) for v in range(256)])

    def mask(self, *shapes: Curve) -> Image.Image:
        """White inside the shapes, with smooth edges."""
        width, height = self.size
        big = Image.new("L", (width * OVERSAMPLE, height * OVERSAMPLE))
        draw = ImageDraw.Draw(big)
        unit = self.unit * OVERSAMPLE
        cx, cy = width * OVERSAMPLE / 2, height * OVERSAMPLE / 2
        for shape in shapes:
            draw.polygon([(cx + x * unit, cy + y * unit) for x, y in shape], fill=255)
        return big.reduce(OVERSAMPLE)

    def soft(self, mask: Image.Image, radius: float, shift: Point = (0, 0)) -> Image.Image:
        """The mask blurred and shifted; its outermost pixels are taken to go on outside the picture."""
        factor = max(1, min(SOFT, self.unit // 60))
        small = mask.reduce(factor)
        margin = int(3 * radius * self.unit / factor) + 2
        wide = _extended(small, margin)
        blurred = wide.filter(ImageFilter.GaussianBlur(radius * self.unit / factor))
        dx, dy = (margin - s * self.unit / factor for s in shift)
        box = (dx, dy, dx + self.size[0] / factor, dy + self.size[1] / factor)
        return blurred.resize(self.size, Image.Resampling.BICUBIC, box=_inside(box, blurred.size))

    def field(self, field: Field) -> Image.Image:
        """A smooth function of the place (0..1, clipped), worked out coarsely and then interpolated."""
        rows = 48
        columns = max(8, round(rows * self.size[0] / self.size[1]))
        step = 1 / rows
        values = bytes(
            round(255 * min(max(field((i + 0.5 - columns / 2) * step, (j + 0.5) * step - 0.5), 0), 1))
            for j in range(rows)
            for i in range(columns)
        )
        return Image.frombytes("L", (columns, rows), values).resize(self.size, Image.Resampling.BICUBIC)

    def _painted(self, paint: Paint, mask: Image.Image | None) -> Image.Image:
        if paint.field:
            levels = self.field(paint.field)
        else:
            dx, dy = paint.light
            levels = self.soft(mask, paint.softness, (dx, dy)).point(
                [min(255, max(0, round((v - 90) * 1.7))) for v in range(256)]
            )
        levels = self._dithered(levels)
        return Image.merge("RGB", [levels.point(table) for table in _tables(paint.colours)])

    def _dithered(self, levels: Image.Image) -> Image.Image:
        """A slow gradient has few levels; noise before the rounding keeps their steps from showing."""
        return ImageChops.add(levels, self.dither, 1, -8)

    def background(self, paint: Paint) -> None:
        self.image = self._painted(paint, None)

    def lay(self, mask: Image.Image, paint: Paint, opacity: float = 1) -> None:
        """Put paint where the mask is white."""
        if opacity < 1:
            mask = mask.point([round(v * opacity) for v in range(256)])
        self.image.paste(self._painted(paint, mask), (0, 0), mask)

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
            self.image.paste("#FFF9F1", (0, 0), edge.point([round(v * rim) for v in range(256)]))
        return mask

    def shade(self, mask: Image.Image, strength: float, depth: float, within: Image.Image | None = None) -> None:
        """The shadow that a mask casts: one wide and faint, one close and a little darker."""
        for radius, shift, part in ((depth * 1.6, depth * 0.8, 0.6), (depth * 0.4, depth * 0.2, 0.5)):
            soft = self._dithered(self.soft(mask, radius, (0, shift)))
            if within:
                soft = ImageChops.multiply(soft, within)
            self.image.paste("#3A1F14", (0, 0), soft.point([round(v * strength * part) for v in range(256)]))

    def glow(self, at: Point, radius: float, colour: str, opacity: float = 0.6) -> None:
        """Light that fades out smoothly around a place."""

        def falloff(x: float, y: float) -> float:
            return opacity * max(0, 1 - math.hypot(x - at[0], y - at[1]) / radius) ** 2

        self.image.paste(colour, (0, 0), self._dithered(self.field(falloff)))

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
        self.image.paste(colour, (0, 0), mask.point([round(v * opacity) for v in range(256)]))

    def grained(self, sigma: float = 2.0) -> Image.Image:
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


def _inside(box: Sequence[float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (max(left, 0), max(top, 0), min(right, size[0]), min(bottom, size[1]))
