"""The coast: the home page and the pages about the clinic."""

import math
from random import Random

from PIL import Image

from .brushes import Canvas, along, down, tones
from .curves import FAR, Curve, Point, arc, below, move, spline, stroke, wave
from .registry import motif
from .scenery import (
    APRICOT,
    CLAY,
    DEEP,
    HONEY,
    LAGOON,
    LINE,
    PROFILE,
    RUST,
    SEA,
    circles,
    close_to,
    contours,
    dune,
    sprig,
    sun,
)


def grass(random: Random, foot: Point, breadth: float, height: float, count: int) -> list[Curve]:
    """A tuft of beach grass: blades that rise and bow over to both sides."""
    blades = []
    for i in range(count):
        lean = (2 * i / (count - 1) - 1) * random.uniform(0.75, 1.1)
        foot_x, y = foot[0] + lean * breadth * 0.12, foot[1]
        tall, out = height * (1 - 0.35 * abs(lean)) * random.uniform(0.75, 1.1), breadth * lean
        bow = [(0, 0), (0.15 * out, -0.4 * tall), (0.45 * out, -0.78 * tall), (out, -tall * (1.03 - 0.15 * abs(lean)))]
        blades.append(stroke([(foot_x, y + 0.1), *spline(move(bow, foot_x, y), 10)], 0.0058, 0.7))
    return blades


def sky(c: Canvas, horizon: float = 0.06) -> None:
    c.background(down("#FCF3EA", "#FBEADB", "#F9D9C0", bottom=horizon))


def sea(c: Canvas, level: float = 0.06) -> Image.Image:
    water = c.mask(below(wave(lambda x: level)))
    c.lay(water, down("#B9CDC4", LAGOON, SEA, top=level, bottom=level + 0.42))
    return water


def glints(c: Canvas, water: Image.Image, x: float, level: float, breadth: float) -> None:
    """The low sun's path on the water, narrower towards us."""
    lines = []
    for i in range(10):
        half = breadth * (1 - i / 12) * c.random.uniform(0.6, 1)
        middle, y = x + c.random.uniform(-0.3, 0.3) * breadth, level + 0.008 + 0.0115 * i
        lines.append(stroke([(middle + half * t / 4, y) for t in range(-4, 5)], 0.0045, 0.9))
    c.ink(*lines, colour="#FFEBD6", opacity=0.8, within=water)


def resting_face(c: Canvas) -> None:
    """A face on its back as the ridge of a dune; its relief lines grow calm towards us."""
    face = move([(x, y) for x, y in PROFILE if y > 0.1], 0.36, 0.085, 0.68, 90)
    head = spline([(FAR, 0.07), (1.1, 0.15), (0.85, 0.19), (0.6, 0.187), (0.42, 0.15), face[0]])
    crest = [*head, *face, *spline([face[-1], (-1, 0.2), (-FAR, 0.1)])]
    body = c.paper(below(crest), paint=along("#F8DDCA", "#E4AA8C", "#CB8160", start=(0, 0), end=(0.1, 0.46)))
    flat = [(x, 0.54 - 0.1 * math.cos(x * 2)) for x, _ in crest]
    c.ink(*contours(crest, flat, 15, 0.0019, 1.15), colour=LINE, opacity=0.6, within=body)


@motif
def home_hero(c: Canvas) -> None:
    sky(c)
    at = (0.045, -0.115)
    sun(c, at, 0.18, "#FBDAB8", "#DD855D", halo=1)
    rings = circles(at, [0.215, 0.25, 0.285, 0.32], 0.0016)
    c.ink(*rings, colour="#E9B08C", opacity=0.55, fade=close_to(at, 0.2, 0.36))
    glints(c, sea(c), at[0], 0.06, 0.2)
    resting_face(c)
    bank = spline("-1.4,0.16 -0.9,0.24 -0.4,0.4 0.1,0.45 0.6,0.43 1.4,0.5")
    dune(c, bank, "#FCF0E4", "#E6C4AF")
    c.paper(*grass(c.random, (0.57, 0.4), 0.15, 0.33, 15), paint=down("#6B978E", SEA, bottom=0.4), depth=0.01, rim=0)
    dune(c, spline("-1.4,0.62 -0.4,0.58 0.1,0.5 0.5,0.38 0.8,0.31 1.4,0.24"), SEA, DEEP)


@motif
def social_default(c: Canvas) -> None:
    home_hero(c)


@motif
def about(c: Canvas) -> None:
    """Three people, one behind the other, looking the same way."""
    c.background(down("#FCF7F0", "#F5E4D5"))
    sun(c, (-0.36, -0.16), 0.12, HONEY, APRICOT)
    pairs = tones("#C9D6CB:#7FA39C #F5D2BA:#D59878 #C47A58:#8E4428")
    for i, (light, dark) in enumerate(pairs):
        x, y = -0.2 + 0.21 * i, -0.25 + 0.055 * i
        face = move(PROFILE, x, y, 0.62)
        paint = along(light, dark, start=(x, y - 0.2), end=(x + 0.45, 0.5))
        piece = c.paper([(1.6, face[0][1]), *face, (1.6, 0.9)], paint=paint, shadow=0.36, depth=0.03)
    calm = [(0.62 + 0.8 * (py + 0.05) ** 2, py) for _, py in face]
    c.ink(*contours(face, calm, 9), colour="#FBD9C3", opacity=0.5, within=piece)
    c.paper(*sprig((-0.56, 0.62), (-0.49, 0.06), -0.04, 7, 0.14), paint=down(LAGOON, SEA), depth=0.014)


@motif
def contact(c: Canvas) -> None:
    """A shore from the air, and a place on it."""
    c.background(along("#F9ECDF", "#EFD6C0", start=(-0.6, -0.5), end=(0.3, 0.4)))
    edge = spline("-0.75,0.9 -0.42,0.5 -0.3,0.26 -0.04,0.1 0.1,-0.12 0.36,-0.24 0.5,-0.46 0.75,-0.8")
    pairs = tones("#FDF7EF:#F7E8D8 #E3EBE4:#D0DED6 #B9C7BC:#A0BAB0 #7FA39C:#66918A #437570:#2F5D5A #2F5D5A:#16302F")
    for i, pair in enumerate(pairs):
        shift = 0.03 * i + 0.011 * i * i
        line = [(x + shift, y + shift * 0.8 + 0.008 * (1 + i) * math.sin(9 * x + 2.1 * i)) for x, y in edge]
        paint = along(*pair, start=(-0.3, -0.4), end=(0.6, 0.5))
        c.paper([*line, (2, -0.9), (2, 0.9)], paint=paint, shadow=0.2, depth=0.014)
    at = (-0.24, -0.12)
    rings = circles(at, [0.045 + 0.034 * k for k in range(1, 7)])
    c.ink(*rings, colour=CLAY, opacity=0.6, fade=close_to(at, 0.04, 0.3))
    c.paper(arc(*at, 0.045), paint=down(RUST, CLAY, top=-0.16, bottom=-0.08), depth=0.01)
