"""Things that return in many pictures, and the colours they share."""

import math

from PIL import Image

from .brushes import Canvas, Field, down
from .curves import Curve, Point, arc, below, blend, mirror, move, ring, spline, stroke

PAPER, SAND, CLAY, APRICOT = "#FBF8F4", "#EFE7DC", "#A8502F", "#E5A583"
SEA, DEEP = "#2F5D5A", "#16302F"
HONEY, RUST, LAGOON = "#F4CFAE", "#C56F49", "#7FA39C"
LINE, NIGHT = "#FFF6EC", "#061413"

# A face from the top of the head to the neck, looking left; hairline to chin is 1 unit.
PROFILE = spline(
    "1.25,-0.5 0.95,-0.53 0.66,-0.47 0.4,-0.33 0.22,-0.17 0.1,-0.02 0.035,0.12 0.008,0.23 0.006,0.295 "
    "0.03,0.365 0.012,0.43 -0.032,0.51 -0.082,0.585 -0.102,0.622 -0.089,0.651 -0.043,0.668 -0.012,0.69 "
    "-0.014,0.722 -0.038,0.748 -0.048,0.768 -0.018,0.789 -0.034,0.808 -0.038,0.832 -0.008,0.862 "
    "0.006,0.888 -0.004,0.926 0.006,0.972 0.05,1.015 0.13,1.045 0.22,1.09 0.27,1.18 0.285,1.32 0.27,1.5",
    steps=8,
)


def sun(c: Canvas, at: Point, radius: float, *colours: str, halo: float = 0.8) -> None:
    """A disc with a soft glow, lit from above."""
    x, y = at
    c.glow(at, radius * 3.2, "#FFF3E2", halo)
    paint = down(*(colours or (HONEY, RUST)), top=y - radius, bottom=y + radius)
    c.paper(arc(x, y, radius), paint=paint, shadow=0, rim=0)


def dune(c: Canvas, curve: Curve, *colours: str, fall: float = 0.35, **paper: float) -> Image.Image:
    """Ground below a curve, lightest along its crest."""
    top = min(y for x, y in curve if abs(x) < 0.7)
    return c.paper(below(curve), paint=down(*colours, top=top, bottom=top + fall), **paper)


def contours(
    first: Curve, last: Curve, count: int, width: float = 0.0019, ease: float = 1.0, taper: float = 0.3
) -> list[Curve]:
    """Strokes that pass step by step from one curve into another, like the lines of a relief map."""
    return [stroke(blend(first, last, ((i + 1) / count) ** ease), width, taper) for i in range(count)]


def close_to(at: Point, near: float, far: float) -> Field:
    """To fade ink out: full up to the near distance, nothing from the far one."""
    return lambda x, y: (far - math.hypot(x - at[0], y - at[1])) / (far - near)


def circles(at: Point, radii: list[float], width: float = 0.0018) -> list[Curve]:
    return [half for radius in radii for half in ring(*at, radius, width)]


def leaf(at: Point, turn: float, length: float, breadth: float = 0.3) -> Curve:
    """A leaf that starts at a point and reaches upwards, turned clockwise."""
    half = breadth * length / 2
    side = spline([(0, 0), (half * 0.8, -0.25 * length), (half, -0.5 * length), (0, -length)], 10)
    return move([*side, *mirror(side)[::-1]], *at, turn=turn)


def sprig(foot: Point, tip: Point, bend: float, pairs: int, size: float) -> list[Curve]:
    """A stem with pairs of leaves that grow smaller towards the tip."""
    stem = spline([foot, ((foot[0] + tip[0]) / 2 + bend, (foot[1] + tip[1]) / 2), tip], 20)
    shapes = [stroke(stem, 0.005, 0.3)]
    for i in range(pairs):
        place = int((0.22 + 0.74 * i / pairs) * (len(stem) - 2))
        (px, py), (qx, qy) = stem[place], stem[place + 1]
        heading = math.degrees(math.atan2(qx - px, -(qy - py)))
        length = size * (1 - 0.55 * i / pairs)
        shapes += [leaf((px, py), heading + side * 48, length) for side in (-1, 1)]
    return [*shapes, leaf(stem[-2], heading, size * 0.5)]
