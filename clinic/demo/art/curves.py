"""Curves for the demo pictures: lines and outlines as lists of points.

The world has its origin in the middle of the picture, x to the right, y down; the picture is 1 unit high,
so a circle stays a circle and another aspect ratio only shows more or less at the sides.
"""

import math
from collections.abc import Callable, Iterable, Sequence

Point = tuple[float, float]
Curve = list[Point]

FAR = 1.4  # half the width of things that must reach past both sides of the widest picture


def points(text: str) -> Curve:
    """Points written as in an SVG path: "x,y x,y"."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def spline(knots: Sequence[Point] | str, steps: int = 16, closed: bool = False) -> Curve:
    """A smooth (Catmull-Rom) curve through the knots, `steps` points from each to the next."""
    if isinstance(knots, str):
        knots = points(knots)
    knots = [knots[-1], *knots, knots[0], knots[1]] if closed else [knots[0], *knots, knots[-1]]
    curve = [_catmull_rom(knots[i : i + 4], step / steps) for i in range(len(knots) - 3) for step in range(steps)]
    return curve if closed else [*curve, knots[-1]]


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
