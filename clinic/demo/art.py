"""The demo site's pictures: sand, sea, low sun and skin, drawn by code so that nobody's photo is borrowed."""

import math
from collections.abc import Callable, Mapping
from random import Random
from string import ascii_uppercase

from PIL import Image

from clinic.demo.brushes import (
    FAR,
    Canvas,
    Curve,
    Field,
    Point,
    along,
    arc,
    around,
    below,
    blend,
    down,
    mirror,
    move,
    points,
    ring,
    spline,
    stroke,
    tones,
    volume,
    wave,
)

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


# --- Things that return in many pictures -------------------------------------------------------------------


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


MOTIFS: dict[str, Callable[[Canvas], None]] = {}


def motif(paint_it: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
    """Register a picture under the name of its function."""
    MOTIFS[paint_it.__name__.replace("_", "-")] = paint_it
    return paint_it


# --- The coast ---------------------------------------------------------------------------------------------


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


# --- Treatments --------------------------------------------------------------------------------------------


@motif
def forehead_lines(c: Canvas) -> None:
    """Bands over a brow: rippled at the top, calm at the bottom."""
    c.background(down("#FCF4EB", "#F7E3D3"))
    sun(c, (0.36, -0.3), 0.085, HONEY, APRICOT)
    pairs = tones(
        "#F9E6D6:#F1D0B9 #F4D0B6:#E8B598 #EBB496:#DA9573 #DF9E7B:#C97852 #C9764F:#A8502F "
        "#F3CDB4:#E0A688 #FCEEE2:#EFCFBA"
    )
    for i, pair in enumerate(pairs):

        def height(x: float, i: int = i) -> float:
            ripple = 0.024 * math.sin(15 * x + 0.7 * i) + 0.008 * math.sin(27 * x)
            return -0.17 + 0.095 * i + 0.34 * x * x + ripple * max(0.0, 1 - i / 5) ** 1.2

        dune(c, wave(height, count=280), *pair, fall=0.26, depth=0.022, shadow=0.3)


@motif
def frown_lines(c: Canvas) -> None:
    """Raked sand that flows around two upright stones, the "eleven"."""
    c.background(along("#FAF0E5", "#EFDAC8", start=(-0.4, -0.5), end=(0.4, 0.5)))
    c.glow((0, 0), 0.6, "#FFFBF5", 0.9)
    apart = 0.0255
    stones = [(-4 * apart, 0.03), (4 * apart, -0.03)]

    def pushed(x: float, y: float) -> Point:
        push = (math.copysign(math.exp(-abs(x - sx) / 0.07 - ((y - sy) / 0.17) ** 2), x - sx) for sx, sy in stones)
        return (x + 0.042 * sum(push), y)

    rake = [[pushed(apart * (i + 0.5), j / 40) for j in range(-22, 23)] for i in range(-48, 48)]
    c.ink(*(stroke(line, 0.0024, 0) for line in rake), colour="#C4825F", opacity=0.6)
    for x, y in stones:
        stone = stroke([(x, y + j / 40) for j in range(-10, 11)], 0.062, 0.85)
        paint = along("#CB7A54", "#8F3F1F", start=(x - 0.04, y - 0.2), end=(x + 0.05, y + 0.22))
        c.paper(stone, paint=paint, depth=0.022, shadow=0.5)


@motif
def bunny_lines(c: Canvas) -> None:
    """The bridge of a nose, close, with a little fan of lines beside it."""
    c.background(down("#F9E9DC", "#F3D3BE"))
    sun(c, (-0.4, -0.22), 0.11, "#FCE9D6", HONEY, halo=1)
    face = move(PROFILE, 0.07, -0.99, 1.95)
    paint = along("#F6D3BB", "#E0A382", "#C67A56", start=(-0.1, -0.4), end=(0.6, 0.45))
    skin = c.paper([(1.6, -1), *face, (1.6, 1)], paint=paint, depth=0.04, shadow=0.36)
    calm = [(0.95 + 0.1 * y, y) for _, y in face]
    c.ink(*contours(face, calm, 13, ease=1.15), colour=LINE, opacity=0.5, within=skin)
    fan = []
    for x, y, turn, length in ((0.13, -0.2, -6, 0.19), (0.098, -0.14, 10, 0.17), (0.066, -0.08, 26, 0.14)):
        fan.append(move(spline([(0, 0), (0.5 * length, -0.09 * length), (length, 0)]), x, y, turn=turn))
    c.ink(*(stroke(line, 0.009, 0.8) for line in fan), colour=CLAY, within=skin)


@motif
def dimpled_chin(c: Canvas) -> None:
    """A chin, close; the relief lines tremble where the skin is dimpled."""

    def dimple(x: float, y: float, k: int) -> float:
        near = math.exp(-(((x - 0.1) / 0.13) ** 2) - ((y - 0.18) / 0.1) ** 2)
        return 0.011 * near * math.sin(150 * y + 2.6 * k)

    c.background(down("#E9EEE8", "#CCD8CE"))
    sun(c, (-0.4, -0.16), 0.13, "#FCEBDB", HONEY, halo=0.8)
    face = move(PROFILE, 0.02, -1.6, 1.9)
    paint = along("#F8D9C4", "#E6AE8F", "#CB8160", start=(-0.1, -0.3), end=(0.5, 0.4))
    skin = c.paper([(1.6, -1), *face, (1.6, 1)], paint=paint, depth=0.04, shadow=0.36)
    calm = [(0.95 + 0.1 * y, y) for _, y in face]
    lines = []
    for k in range(1, 18):
        line = blend(face, calm, (k / 17) ** 1.2)
        lines.append(stroke([(x + dimple(x, y, k), y) for x, y in line], 0.0021, 0.3))
    c.ink(*lines, colour=LINE, opacity=0.6, within=skin)


@motif
def baby_botox(c: Canvas) -> None:
    """One small drop, and rings on still water."""
    c.background(down("#FDF8F1", "#F8E9DC", bottom=0.1))
    water = dune(c, wave(lambda x: 0.08), "#E6EDE7", "#B0C6BB", fall=0.45, shadow=0, rim=0)
    rings = [stroke(arc(0, 0.25, 0.06 * k**1.3, 0.017 * k**1.3), 0.0042 / k**0.4, 0) for k in range(1, 9)]
    c.ink(*rings, colour="#FFFFFF", within=water, fade=lambda x, y: 1.1 - abs(x) / 0.7)
    c.glow((0, -0.06), 0.45, "#FBD9BC", 0.8)
    half = spline("0,-0.26 0.012,-0.21 0.036,-0.145 0.066,-0.08 0.08,-0.025 0.066,0.025 0.03,0.052 0,0.057")
    paint = along("#FBE3CF", "#EBB391", "#CC7A55", start=(-0.05, -0.2), end=(0.06, 0.06))
    c.paper([*half, *mirror(half)[::-1]], paint=paint, depth=0.014, shadow=0.2)
    c.ink(stroke(arc(0, -0.02, 0.052, start=110, end=190), 0.007, 0.8), colour="#FFFFFF", opacity=0.8)


# Corners A, B, C... of a face cut in planes (in the measure of PROFILE), and the planes between them.
CUT_FACE = (
    "0.32,-0.26 0.1,-0.01 0.02,0.14 -0.012,0.3 0.04,0.355 -0.088,0.61 -0.07,0.652 0.008,0.672 -0.022,0.755 "
    "0.012,0.785 -0.014,0.825 0.022,0.862 -0.022,0.91 -0.006,0.99 0.06,1.03 0.4,0.88 0.47,0.5 0.4,0.12 "
    "0.12,0.44 0.08,0.62 0.17,0.74"
)
CUT_PLANES = (
    "ABCDR:#3F736E DSR:#2A5653 DES:#173634 EFHTS:#79A39B FGH:#24504D RSQ:#356661 SUQ:#4C807A STU:#5F918A "
    "THU:#3F736E HIJKLU:#2F5F5B LMNU:#4A7D77 UNOP:#24504D UPQ:#1D4341"
)


@motif
def botox_for_men(c: Canvas) -> None:
    """A face cut in straight planes before a night sea."""
    c.shadow = NIGHT
    c.background(down("#1B3B3A", "#3F6F6A", "#B4C7BA", bottom=0.32))
    sun(c, (-0.33, -0.06), 0.1, "#FBE3CB", APRICOT, halo=0.3)
    dune(c, points("-1.4,0.14 -0.62,0.17 -0.3,0.1 0.1,0.16 0.4,-0.08 1.4,-0.2"), "#8FAEA5", "#6A9089")
    dune(c, points("-1.4,0.3 -0.5,0.25 -0.16,0.29 0.3,0.24 1.4,0.1"), "#4D7F79", SEA)
    corners = {
        name: (-0.02 + 0.66 * x, -0.26 + 0.66 * y)
        for name, (x, y) in zip(ascii_uppercase[:21], points(CUT_FACE), strict=True)
    }
    outline = [corners[name] for name in "ABCDEFGHIJKLMNO"]
    paint = along("#1D4341", DEEP, "#0C1F1E", start=(0.1, -0.2), end=(0.6, 0.4))
    head = [(1.5, -0.62), (0.5, -0.56), *outline, (0.16, 0.46), (0.18, 0.9), (1.5, 0.9)]
    c.paper(head, paint=paint, depth=0.035, shadow=0.55)
    for names, tone in tones(CUT_PLANES):
        c.ink([corners[name] for name in names], colour=tone, opacity=0.85)


@motif
def chronic_migraine(c: Canvas) -> None:
    """Waves from a hot centre, uneven at first, that grow calm."""
    c.shadow = NIGHT
    cx, cy = -0.12, -0.03
    c.background(around("#3E6E69", SEA, DEEP, at=(cx, cy), radius=0.85))
    c.glow((cx, cy), 0.5, "#DB8C65", 0.9)
    warm, cool = [], []
    for k in range(24):
        base, unrest = 0.085 + 0.034 * k, 0.02 * max(0, 1 - k / 15) ** 0.9
        line = []
        for i in range(241):
            a = math.tau * i / 240
            r = base + unrest * (
                math.sin(9 * a + k * 0.4) + 0.5 * math.sin(16 * a - k * 0.7) + 0.4 * math.sin(5 * a + 1)
            )
            line.append((cx + r * math.cos(a), cy + r * math.sin(a)))
        (warm if k < 9 else cool).append(stroke(line, 0.0034 - 0.00007 * k, 0))
    c.ink(*warm, colour="#FAD9BE", opacity=0.9)
    c.ink(*cool, colour="#CFE0D7", opacity=0.8, fade=close_to((cx, cy), 0.15, 1.05))
    c.paper(arc(cx, cy, 0.05), paint=down("#FDEBDA", APRICOT, top=cy - 0.05, bottom=cy + 0.05), depth=0.012)


@motif
def dermal_fillers(c: Canvas) -> None:
    """Full, round forms with the lines of a relief map."""
    c.background(down("#FBF3EA", "#F3DFCF"))
    forms = [
        ((0.34, -0.1), 0.24, ("#94B1A6", "#BDCFC4", "#DFE9E1")),
        ((-0.3, 0.16), 0.29, ("#C2744F", "#DD9F7E", "#F3CDB4")),
        ((0.16, 0.24), 0.34, ("#D69373", "#EEC0A4", "#FAE0CE")),
    ]
    for (x, y), r, colours in forms:
        phase = c.random.uniform(0, math.tau)
        around_it = [math.tau * i / 120 for i in range(121)]
        radii = [r * (1 + 0.035 * math.sin(2 * a + phase) + 0.02 * math.sin(3 * a + 2 * phase)) for a in around_it]
        shape = [(q * math.cos(a), q * math.sin(a)) for q, a in zip(radii, around_it, strict=True)]
        paint = volume(*colours, softness=r * 0.36, light=(-0.03, -0.05))
        piece = c.paper(move(shape, x, y), paint=paint, depth=0.035, shadow=0.34)
        rings = [move(shape, x - 0.045 * r * k, y - 0.06 * r * k, 1 - 0.125 * k) for k in range(1, 8)]
        c.ink(*(stroke(line, 0.0019, 0) for line in rings), colour="#FFFFFF", opacity=0.65, within=piece)


@motif
def lip_fillers(c: Canvas) -> None:
    """Two layers of paper that meet in the curve of a mouth; the sun in the bow above."""
    c.background(down("#FCF3E9", "#F7DFCD"))
    sun(c, (0, -0.17), 0.13, "#FDE9D6", "#EDB48F", halo=1)
    seam = spline("-0.85,0.1 -0.56,0.085 -0.32,0.03 -0.14,0.04 0,0.085 0.14,0.04 0.32,0.03 0.56,0.085 0.85,0.1", 14)
    top = spline(
        "-0.85,0.1 -0.56,-0.005 -0.32,-0.11 -0.13,-0.165 0,-0.105 0.13,-0.165 0.32,-0.11 0.56,-0.005 0.85,0.1", 14
    )
    low = spline("-0.85,0.1 -0.6,0.24 -0.38,0.345 -0.16,0.4 0,0.405 0.16,0.4 0.38,0.345 0.6,0.24 0.85,0.1", 14)
    paint = down("#B9623E", "#E09D7A", "#F6CDB2", "#DA9471", top=0.05, bottom=0.42)
    lower = c.paper([*seam, *low[::-1]], paint=paint, depth=0.035)
    c.ink(*contours(seam, low, 12), colour="#FFF1E6", opacity=0.5, within=lower)
    upper = c.paper([*top, *seam[::-1]], paint=down("#D0825E", CLAY, "#87391B", top=-0.17, bottom=0.09), shadow=0.42)
    c.ink(*contours(top, seam, 9), colour="#FFDCC6", opacity=0.38, within=upper)


@motif
def laser_treatments(c: Canvas) -> None:
    """Fine beams that meet in one point of skin."""
    c.shadow = NIGHT
    c.background(down(DEEP, "#234B48", "#3B6B66"))
    focus = (0, 0.17)
    c.glow(focus, 0.6, APRICOT, 0.75)
    beams = [stroke([(i * 0.062, -0.62), (i * 0.031, -0.225), focus], 0.0022, 0) for i in range(-12, 13)]
    c.ink(*beams, colour="#F9D9BF", opacity=0.8, fade=lambda x, y: 0.35 + (y + 0.5) * 0.95)
    rings = circles(focus, [0.055 * k for k in range(1, 9)])
    c.ink(*rings, colour="#F9D9BF", opacity=0.55, fade=close_to(focus, 0.05, 0.5))
    skin = wave(lambda x: 0.17 + 0.3 * x * x)
    body = dune(c, skin, "#F6D3BA", "#D28E6C", "#B5643F", fall=0.4)
    c.ink(*contours(skin, wave(lambda x: 0.6 + 0.1 * x * x), 9, ease=1.1), colour="#FFF1E4", opacity=0.5, within=body)
    c.glow(focus, 0.18, "#FFF7EC", 1)


@motif
def laser_hair_removal(c: Canvas) -> None:
    """Fine hairs on a slope, fewer and fewer towards the light."""
    c.background(down("#F0F4EF", "#D8E2DA"))
    sun(c, (0.34, -0.2), 0.12, "#FDF0E1", HONEY, halo=1)
    slope = wave(lambda x: 0.1 - 0.16 * math.sin(1.5 * x + 0.5) + 0.05 * x)
    skin = dune(c, slope, "#FAE5D6", "#E8B99D", "#CF8E6C", fall=0.6)
    flat = wave(lambda x: 0.75 + 0.1 * x)
    c.ink(*contours(slope, flat, 9), colour=LINE, opacity=0.55, within=skin)
    hairs = []
    for i in range(240):
        x, row = -0.74 + 0.05 * (i % 24 + c.random.uniform(0, 0.9)), (i // 24 + c.random.uniform(0, 0.9)) / 10
        if c.random.random() < x + 0.35:
            continue
        y = 0.1 - 0.16 * math.sin(1.5 * x + 0.5) + 0.05 * x + 0.012 + 0.5 * row
        tall = (0.055 + 0.07 * row) * (1 - 0.45 * (x + 0.7)) * c.random.uniform(0.8, 1.15)
        bow = c.random.uniform(0.3, 0.5) * tall
        hairs.append(stroke(spline([(x, y), (x + 0.18 * bow, y - 0.55 * tall), (x + bow, y - tall)], 8), 0.003, 0.75))
    c.ink(*hairs, colour="#6E3217", opacity=0.9, fade=lambda x, y: 0.5 - x * 1.3)


@motif
def acne_scars(c: Canvas) -> None:
    """A moon whose craters smooth out from one side to the other."""
    c.background(down("#FAF0E6", "#EFD8C8"))
    at = (0.04, 0.0)
    c.glow(at, 0.7, "#FFFFFF", 0.7)
    moon = c.paper(
        arc(*at, 0.35), paint=volume("#C98260", "#EBBDA1", "#FDEDE0", softness=0.13, light=(0.06, -0.05)), depth=0.045
    )
    pits = []
    for i in range(170):
        a, r = i * 2.39996, 0.335 * math.sqrt(i / 170)
        x, y = at[0] + r * math.cos(a), at[1] + r * math.sin(a)
        size = 0.021 * c.random.uniform(0.35, 1) * max(0.0, 0.75 - (x + 0.3) * 1.35)
        if size > 0.0015:
            pits.append((x, y, size))
    c.ink(*(arc(x + 0.18 * s, y + 0.22 * s, s * 1.05) for x, y, s in pits), colour="#FFF3E8", opacity=0.8, within=moon)
    c.ink(*(arc(x, y, s) for x, y, s in pits), colour="#B9663F", opacity=0.75, within=moon)
    c.ink(*(arc(x + 0.22 * s, y + 0.26 * s, s * 0.72) for x, y, s in pits), colour="#D08B68", opacity=0.85, within=moon)


@motif
def facials(c: Canvas) -> None:
    """Leaves and water under an arch."""
    c.background(down("#F0F4EF", "#D3DED5"))
    arch = [*arc(0, -0.08, 0.27, start=180, end=360), (0.27, 0.7), (-0.27, 0.7)]
    window = c.paper(arch, paint=down("#FEF6ED", "#F6DBC7", bottom=0.2), depth=0.02, shadow=0.2)
    sun(c, (0.07, -0.09), 0.085, HONEY, APRICOT, halo=0.5)
    for i, (light, dark) in enumerate(tones("#C9D8CE:#9DB8AD #7FA39C:#5F8C85 #4A7A75:#2F5D5A")):
        line = wave(lambda x, i=i: 0.14 + 0.085 * i + 0.02 * math.sin(8 * x + 2 * i))
        paint = down(light, dark, top=0.1 + 0.1 * i, bottom=0.4 + 0.1 * i)
        c.paper(below(line), paint=paint, within=window)
    leaves = [*sprig((-0.42, 0.62), (-0.3, -0.28), -0.1, 8, 0.17), *sprig((0.46, 0.62), (0.4, 0.0), 0.08, 8, 0.17)]
    c.paper(*leaves, paint=down("#7FA89E", SEA, top=-0.2), depth=0.016)


# --- Articles ----------------------------------------------------------------------------------------------


@motif
def article_migraine(c: Canvas) -> None:
    """A diary of one month: a disc a day, the bad days full."""
    c.background(down("#FAF3EA", "#F0E0D2"))
    bad = set(c.random.sample(range(35), 15))
    days = [((day % 7 - 3) * 0.142, (day // 7 - 2) * 0.142) for day in range(35)]
    rings = [half for i, day in enumerate(days) if i not in bad for half in ring(*day, 0.049, 0.0024)]
    c.ink(*rings, colour=SEA, opacity=0.65)
    discs = [arc(*days[i], 0.05) for i in sorted(bad)]
    c.paper(*discs, paint=down("#DB8F69", CLAY, top=-0.35, bottom=0.35), depth=0.012)


@motif
def article_baby_botox(c: Canvas) -> None:
    """A seedling at sunrise."""
    c.background(down("#FEF9F2", "#FAE5D3"))
    sun(c, (0, 0.06), 0.25, "#FCE6D0", "#EBAE88")
    stem = stroke(spline([(0, 0.3), (0.014, 0.1), (0, -0.05)]), 0.008, 0.2)
    leaves = [leaf((0.006, 0.05), 52, 0.2, 0.44), leaf((0.008, 0.09), -50, 0.17, 0.44), leaf((0, -0.03), 8, 0.11, 0.42)]
    c.paper(stem, *leaves, paint=down("#6F9A90", SEA, top=-0.1, bottom=0.25), depth=0.014)
    ground = wave(lambda x: 0.22 + 0.25 * x * x)
    body = dune(c, ground, "#F8DBC7", "#D9987A", fall=0.4)
    c.ink(*contours(ground, wave(lambda x: 0.7), 7), colour=LINE, opacity=0.6, within=body)


@motif
def article_fillers_or_botox(c: Canvas) -> None:
    """Two discs: one with a smoothed surface, one with volume."""
    c.background(down("#FBF4EB", "#F2E1D3"))
    left = c.paper(arc(-0.19, 0, 0.28), paint=along("#9DBAB1", SEA, start=(-0.3, -0.3), end=(0, 0.3)), depth=0.035)
    lines = []
    for k in range(-7, 8):
        lines.append(wave(lambda x, k=k: 0.043 * k - min(0, x + 0.06) * 0.075 * math.sin(26 * x + k * 0.5), -0.6, 0.2))
    c.ink(*(stroke(line, 0.0026, 0) for line in lines), colour="#F1F7F3", opacity=0.8, within=left)
    c.paper(arc(0.19, 0, 0.28), paint=volume("#BF6D47", "#E6AE8D", "#FDEADB", softness=0.11), depth=0.035, shadow=0.4)


@motif
def article_first_visit(c: Canvas) -> None:
    """Arches, one inside the other, open on a low sun."""
    c.background(down("#F5E6D9", "#EAD0BE"))
    pairs = tones("#F2D8C6:#E0B49B #E6B79C:#CB8A68 #CB7A56:#A04A28 #FEF5EA:#F9DFC9")
    for i, pair in enumerate(pairs):
        r = 0.4 - 0.085 * i
        arch = [*arc(0, -0.04 + 0.012 * i, r, start=180, end=360), (r, 0.7), (-r, 0.7)]
        window = c.paper(arch, paint=down(*pair), depth=0.026, shadow=0.3)
    c.paper(arc(0, 0.12, 0.08), paint=down(HONEY, RUST, top=0.04, bottom=0.2), shadow=0, rim=0, within=window)
    water = down(LAGOON, SEA, top=0.17, bottom=0.35)
    c.paper(below(wave(lambda x: 0.17)), paint=water, shadow=0, within=window)
    dune(c, wave(lambda x: 0.36 + 0.25 * x * x - 0.04 * x), "#FCF4EA", "#E3C6B2")


@motif
def article_laser_seasons(c: Canvas) -> None:
    """The same horizon in four seasons, the sun lower or higher."""
    c.background(down(PAPER, SAND))
    skies = tones("#F9EAE2:#EBC8B7 #FDF0DC:#F4C596 #F6E2CF:#DDA17D #EAF0ED:#B5CAC6")
    grounds = tones("#B4C8B4:#7F9F86 #DFA688:#B9694A #B5643F:#7C3A20 #4F807B:#24504D")
    heights = (-0.03, -0.2, -0.06, 0.09)
    for i, (sky_tones, (light, dark), height) in enumerate(zip(skies, grounds, heights, strict=True)):
        left, right = -0.545 + 0.28 * i, -0.295 + 0.28 * i
        frame = [(left, -0.37), (right, -0.37), (right, 0.37), (left, 0.37)]
        panel = c.paper(frame, paint=down(*sky_tones, top=-0.37, bottom=0.15), depth=0.02)
        disc = down("#FFF9F0", "#FBE0C2", top=height - 0.06, bottom=height + 0.06)
        c.paper(arc((left + right) / 2, height, 0.06), paint=disc, within=panel, shadow=0.1)
        for k in range(2):
            ground = wave(lambda x, k=k: 0.12 + 0.11 * k + 0.03 * math.sin(6 * x + 2.4 * k))
            paint = down(light if k == 0 else dark, dark, top=0.1, bottom=0.37)
            c.paper(below(ground), paint=paint, within=panel, depth=0.012)


@motif
def article_acne_scars(c: Canvas) -> None:
    """Strata: the dips of the lowest line fill up, layer after layer."""
    c.background(down("#FBF4EB", "#F6E4D6"))
    sun(c, (-0.34, -0.3), 0.075, HONEY, APRICOT)
    pairs = tones("#FCEFE4:#F3D5C1 #F5D5BF:#E7B598 #E9B697:#D48D6A #D18662:#B5623C #B5623C:#8C4324")
    dips = [(-0.5, 0.1, 0.8), (-0.2, 0.05, 0.5), (0.13, 0.12, 1.0), (0.42, 0.06, 0.6), (0.66, 0.09, 0.9)]
    for i, pair in enumerate(pairs):

        def height(x: float, i: int = i) -> float:
            depth = sum(part * math.exp(-(((x - at) / width) ** 2)) for at, width, part in dips)
            return -0.13 + 0.105 * i - 0.03 * x + 0.12 * (i / 4) ** 1.4 * depth

        dune(c, wave(height), *pair, fall=0.28, depth=0.022)


@motif
def article_sun(c: Canvas) -> None:
    """A parasol on the beach, from above."""
    c.background(along("#FAEDDE", "#F0D2B8", start=(-0.4, -0.5), end=(0.4, 0.5)))
    coast = spline("-1.4,0.02 -0.9,-0.1 -0.62,-0.2 -0.36,-0.24 -0.14,-0.36 0.12,-0.44 0.3,-0.7")
    for i, pair in enumerate(tones("#FEF8F0:#FBF0E4 #C3D5CC:#A5BDB3 #7FA39C:#2F5D5A")):
        line = [(x - 0.045 * i, y - 0.05 * i + 0.01 * math.sin(14 * x + 2 * i)) for x, y in coast]
        paint = along(*pair, start=(0, -0.2), end=(-0.6, -0.5))
        c.paper([*line, (-FAR - 0.2, -0.8)], paint=paint, depth=0.012, shadow=0.2)
    x, y, r = 0.08, 0.05, 0.27
    c.shade(c.mask(arc(x + 0.07, y + 0.08, r)), 0.38, 0.02)
    for odd, pair in enumerate(tones("#FEF7EE:#EFD9C6 #CB7A54:#A8502F")):
        wedges = [[(x, y), *arc(x, y, r, start=30 * i, end=30 * i + 30.2)] for i in range(odd, 12, 2)]
        c.paper(*wedges, paint=along(*pair, start=(x - r, y - r), end=(x + r, y + r)), shadow=0, rim=0)
    c.paper(arc(x, y, 0.012), paint=down("#FEF7EE"), depth=0.006)


@motif
def article_after_care(c: Canvas) -> None:
    """From the moon of the evening to the sun of the next morning."""
    c.shadow = NIGHT
    c.background(around("#FCE3CD", "#E9CDB5", "#8FB0A6", "#3F716C", "#1E4543", at=(0.5, 0.16), radius=1.25))
    for i in range(7):
        a = math.radians(200 + 140 * i / 6)
        x, y, r = 0.52 * math.cos(a), 0.22 + 0.46 * math.sin(a), 0.036 + 0.005 * i
        edge = arc(x, y, r, start=-90, end=90)
        inner = [(x + (px - x) * (1 - i / 3), py) for px, py in edge]
        pair = ("#FBDAB8", "#DD855D") if i == 6 else ("#FFF6EA", "#FCE9D6")
        c.ink(*ring(x, y, r, 0.0016), colour="#FFF6EA", opacity=0.35)
        c.lay(c.mask([*edge, *inner[::-1]]), down(*pair, top=y - r, bottom=y + r))
    for i, pair in enumerate(tones("#B4C8BE:#7FA39C #5A8A84:#2F5D5A #24504D:#16302F")):
        dune(c, wave(lambda x, i=i: 0.2 + 0.11 * i + 0.03 * math.sin(3.2 * x + 1.7 * i) - 0.03 * x), *pair)


# --- People ------------------------------------------------------------------------------------------------

FACE = spline(
    "0,-0.25 0.12,-0.2 0.152,-0.06 0.132,0.07 0.07,0.152 0,0.175 -0.07,0.152 -0.132,0.07 -0.152,-0.06 -0.12,-0.2",
    closed=True,
)


def bust(c: Canvas, skin: tuple[str, str], coat: tuple[str, str], shirt: str, neck: float = 0.075) -> None:
    """Shoulders, neck and a face without features."""
    shoulders = spline("-0.5,0.75 -0.45,0.47 -0.34,0.36 -0.13,0.285 0.13,0.285 0.34,0.36 0.45,0.47 0.5,0.75")
    c.paper(shoulders, paint=down(*coat, top=0.27, bottom=0.55), depth=0.03)
    c.paper([(-0.12, 0.28), (0, 0.56), (0.12, 0.28)], paint=down(shirt), shadow=0.15, rim=0)
    throat = spline(
        [(-neck, 0), (-neck, 0.22), (-neck - 0.055, 0.285), (0, 0.39), (neck + 0.055, 0.285), (neck, 0.22), (neck, 0)]
    )
    c.paper(throat, paint=down(skin[1], skin[0], top=0.1, bottom=0.4), depth=0.01, shadow=0.2, rim=0)
    for side in (1, -1):
        lapel = [(side * x, y) for x, y in points("0.115,0.255 0.2,0.31 0.19,0.4 0.15,0.41 0.165,0.44 0,0.6 0.125,0.3")]
        c.paper(lapel, paint=down(*coat, top=0.1, bottom=0.7), depth=0.012)
    for side in (1, -1):
        c.paper(arc(side * 0.152, -0.01, 0.022, 0.042), paint=down(skin[1]), depth=0.008, shadow=0.2)
    face = c.paper(FACE, paint=along(*skin, start=(-0.1, -0.15), end=(0.12, 0.2)), depth=0.018)
    shade = spline("0.01,-0.3 0.022,-0.1 0.055,0.015 0.012,0.04 0.03,0.075 0.02,0.11 0.03,0.2")
    c.ink([*shade, (0.3, 0.2), (0.3, -0.3)], colour=skin[1], opacity=0.55, within=face)


@motif
def person_1(c: Canvas) -> None:
    c.background(down("#F8E8DB", "#EDCFBC"))
    c.paper(arc(0, -0.06, 0.36), paint=down("#F2C4A6", "#E5A583"), depth=0.02, shadow=0.15)
    hair = down("#7A4127", "#4F2614", top=-0.4, bottom=0.1)
    c.paper(arc(0.03, -0.345, 0.088), paint=hair)
    c.paper(arc(0, -0.1, 0.182, 0.2), paint=hair, shadow=0.2)
    bust(c, ("#F7D5BD", "#E2AC8E"), ("#FDFAF5", "#E6D9CB"), "#B9C7BC")
    sweep = spline("-0.172,0.03 -0.19,-0.12 -0.14,-0.255 0,-0.31 0.14,-0.255 0.19,-0.12 0.172,0.03")
    parting = spline("0.15,-0.02 0.135,-0.11 0.06,-0.175 -0.04,-0.225 -0.09,-0.16 -0.135,-0.1 -0.15,-0.02")
    c.paper([*sweep, *parting], paint=hair, depth=0.012)


@motif
def person_2(c: Canvas) -> None:
    c.background(down("#E6ECE6", "#C6D3C9"))
    c.paper(arc(0, -0.06, 0.36), paint=down("#F7E4D3", "#EFCDB4"), depth=0.02, shadow=0.15)
    bust(c, ("#D79A75", "#B5734E"), ("#3F716C", "#1E4543"), "#F3EDE3", neck=0.092)
    hair = down("#3A231A", "#22140F", top=-0.3, bottom=0.2)
    top = spline("-0.16,-0.03 -0.172,-0.15 -0.13,-0.265 -0.02,-0.315 0.11,-0.285 0.17,-0.17 0.16,-0.03")
    line = spline("0.147,-0.1 0.12,-0.165 0.04,-0.185 -0.06,-0.175 -0.125,-0.15 -0.147,-0.1")
    c.paper([*top, *line], paint=hair, depth=0.012)
    jaw = spline("-0.152,-0.02 -0.145,0.07 -0.085,0.17 0,0.2 0.085,0.17 0.145,0.07 0.152,-0.02")
    cheek = spline("0.125,0.045 0.075,0.075 0,0.058 -0.075,0.075 -0.125,0.045")
    c.paper([*jaw, *cheek], paint=hair, depth=0.01)


@motif
def person_3(c: Canvas) -> None:
    c.background(down("#F5E2D2", "#E7C4AC"))
    c.paper(arc(0, -0.06, 0.36), paint=down("#7FA39C", "#2F5D5A"), depth=0.02, shadow=0.15)
    hair = down("#2B1B18", "#170E0C", top=-0.3, bottom=0.3)
    curls = [arc(0.19 * math.cos(a), -0.09 + 0.2 * math.sin(a), 0.075) for a in (math.tau * i / 14 for i in range(14))]
    c.paper(*curls, arc(0, -0.08, 0.2, 0.22), paint=hair, depth=0.02)
    bust(c, ("#A9704E", "#80492D"), ("#C9D6CB", "#9DB5A8"), "#FBF8F4")
    front = [arc(-0.12 + 0.06 * i, -0.235 + 0.02 * abs(i - 2), 0.06) for i in range(5)]
    c.paper(*front, paint=hair, depth=0.01, rim=0)


SIZES: Mapping[str, tuple[int, int]] = {
    "person-1": (800, 800),
    "person-2": (800, 800),
    "person-3": (800, 800),
    "social-default": (1200, 630),
}


def draw(name: str, size: tuple[int, int] | None = None) -> Image.Image:
    """The picture of that name, the same at every call, in its own size unless told; KeyError for no such name."""
    if name not in MOTIFS:
        raise KeyError(f"No picture is called {name!r}; there are {', '.join(MOTIFS)}.")
    canvas = Canvas(size or SIZES.get(name, (1600, 1200)), Random(name))  # noqa: S311
    MOTIFS[name](canvas)
    return canvas.grained()
