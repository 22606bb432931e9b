"""The demo site's pictures: sand, sea, low sun and skin, drawn by code so that nobody's photo is borrowed."""

import math
from collections.abc import Callable, Mapping
from random import Random

from PIL import Image

from clinic.demo.brushes import (
    FAR,
    Canvas,
    Curve,
    Point,
    along,
    arc,
    below,
    blend,
    mirror,
    move,
    spline,
    stroke,
    wave,
)

PAPER, SAND, BLUSH, CLAY = "#FBF8F4", "#EFE7DC", "#E9CFC0", "#A8502F"
APRICOT, SAGE, SEA, DEEP = "#E5A583", "#B9C7BC", "#2F5D5A", "#16302F"
CREAM, HONEY, ROSE, RUST = "#FDF2E6", "#F4CFAE", "#D99B7E", "#C56F49"
MIST, FOAM, LAGOON = "#DDE5DF", "#EEF3EF", "#7FA39C"

# A face from the hairline to the neck, looking left, about 1 unit from hairline to chin.
PROFILE = spline(
    [
        (0.42, -0.36), (0.24, -0.21), (0.1, -0.04), (0.03, 0.1), (0.008, 0.22), (0.006, 0.29),
        (0.03, 0.365), (0.012, 0.43), (-0.035, 0.51), (-0.088, 0.585), (-0.108, 0.622), (-0.094, 0.652),
        (-0.045, 0.668), (-0.012, 0.69), (-0.014, 0.722), (-0.038, 0.748), (-0.048, 0.768), (-0.018, 0.789),
        (-0.034, 0.808), (-0.038, 0.832), (-0.008, 0.862), (0.006, 0.888), (-0.004, 0.926), (0.006, 0.972),
        (0.05, 1.015), (0.13, 1.045), (0.22, 1.09), (0.27, 1.18), (0.285, 1.32), (0.27, 1.5),
    ],
    steps=8,
)  # fmt: skip


# --- Things that return in many pictures -----------------------------------------------------------------


def sun(c: Canvas, at: Point, radius: float, *colours: str, halo: float = 0.8) -> None:
    """A disc with a soft glow, lit from above."""
    x, y = at
    c.glow(at, radius * 3.2, "#FFF3E2", halo)
    paint = along(*(colours or (HONEY, RUST)), start=(x, y - radius), end=(x, y + radius))
    c.paper(arc(x, y, radius), paint=paint, shadow=0, rim=0)


def dune(c: Canvas, curve: Curve, *colours: str, fall: float = 0.35, **paper: float) -> Image.Image:
    """Ground below a curve, lightest along its crest."""
    top = min(y for x, y in curve if abs(x) < 0.7)
    return c.paper(below(curve), paint=along(*colours, start=(0, top), end=(0, top + fall)), **paper)


def contours(
    first: Curve, last: Curve, count: int, width: float = 0.0022, ease: float = 1.0, taper: float = 0.3
) -> list[Curve]:
    """Strokes that pass step by step from one curve into another, like the lines of a relief map."""
    return [stroke(blend(first, last, ((i + 1) / count) ** ease), width, taper) for i in range(count)]


def hills(random: Random, level: float, height: float, knots: int = 7) -> Curve:
    """A calm, slightly irregular ridge across the whole width."""
    step = 2 * FAR / (knots - 1)
    return spline([(-FAR + i * step, level + random.uniform(-height, height)) for i in range(knots)])


def leaf(at: Point, turn: float, length: float, breadth: float = 0.3) -> Curve:
    """A leaf that starts at a point and reaches upwards, turned clockwise."""
    half = breadth * length / 2
    side = spline([(0, 0), (half * 0.8, -0.25 * length), (half, -0.5 * length), (0, -length)], 10)
    return move([*side, *mirror(side)[::-1]], *at, turn=turn)


def sprig(foot: Point, tip: Point, bend: float, pairs: int, size: float) -> tuple[list[Curve], list[Curve]]:
    """A stem with leaves that grow smaller towards the tip: (stem strokes, leaves)."""
    (ax, ay), (bx, by) = foot, tip
    middle = ((ax + bx) / 2 + bend, (ay + by) / 2)
    stem = spline([foot, middle, tip], 20)
    leaves = []
    for i in range(pairs):
        place = int((0.22 + 0.74 * i / pairs) * (len(stem) - 2))
        (px, py), (qx, qy) = stem[place], stem[place + 1]
        heading = math.degrees(math.atan2(qx - px, -(qy - py)))
        length = size * (1 - 0.55 * i / pairs)
        leaves += [leaf((px, py), heading + side * 48, length) for side in (-1, 1)]
    leaves.append(leaf(stem[-2], heading, size * 0.5))
    return [stroke(stem, 0.005, 0.3)], leaves


# --- The coast ---------------------------------------------------------------------------------------------


def shore(c: Canvas, level: float = 0.06) -> Image.Image:
    """Evening sky over a calm sea; returns the sea's mask."""
    c.background(along("#F6E3D4", "#FDF5EB", "#F9DDC7", end=(0, level)))
    sea = c.mask(below(wave(lambda x: level)))
    c.lay(sea, along("#B5CAC1", LAGOON, SEA, start=(0, level), end=(0, level + 0.4)))
    return sea


def glints(c: Canvas, sea: Image.Image, x: float, level: float, breadth: float) -> None:
    """The low sun's path on the water, narrower towards us."""
    lines = []
    for i in range(10):
        half = breadth * (1 - i / 12) * c.random.uniform(0.6, 1)
        middle, y = x + c.random.uniform(-0.3, 0.3) * breadth, level + 0.008 + 0.0115 * i
        lines.append(stroke([(middle + half * t / 4, y) for t in range(-4, 5)], 0.0045, 0.9))
    c.ink(*lines, colour="#FFEBD6", opacity=0.8, within=sea)


def home_hero(c: Canvas) -> None:
    sea = shore(c)
    sun(c, (0.03, -0.115), 0.185, "#FAD7B3", "#DD855D", halo=1)
    c.lay(sea, along("#B5CAC1", LAGOON, SEA, start=(0, 0.06), end=(0, 0.46)))
    c.ink(below(spline([(0.3, 0.061), (0.55, 0.052), (0.75, 0.03), (FAR, 0.02)])), colour="#9DB5AD", opacity=0.6)
    c.lay(sea, along("#B5CAC1", LAGOON, SEA, start=(0, 0.06), end=(0, 0.46)))
    glints(c, sea, 0.03, 0.06, 0.19)
    face = move(PROFILE, 0.36, 0.085, 0.68, 90)
    crest = [
        *spline([(FAR, -0.02), (1.1, 0.06), (0.86, 0.125), face[0]]),
        *face,
        *spline([face[-1], (-1, 0.2), (-FAR, 0.1)]),
    ]
    body = c.paper(below(crest), paint=along("#F6D9C5", "#E2A688", "#CB8160", start=(0, 0), end=(0.1, 0.46)))
    flat = [(x, 0.54 - 0.1 * math.cos(x * 2)) for x, _ in crest]
    c.ink(*contours(crest, flat, 15, 0.0019, 1.15), colour="#FFF6EC", opacity=0.6, within=body)
    dune(c, spline([(-FAR, 0.16), (-0.9, 0.24), (-0.4, 0.4), (0.1, 0.45), (0.6, 0.43), (FAR, 0.5)]), "#FAEBDD", "#E5C2AD")
    near = spline([(-FAR, 0.6), (-0.4, 0.57), (0.1, 0.48), (0.5, 0.35), (0.8, 0.27), (FAR, 0.2)])
    stem, leaves = sprig((0.52, 0.6), (0.43, 0.17), 0.07, 6, 0.1)
    c.paper(*leaves, *stem, paint=along("#5E8D85", SEA, start=(0, 0.1), end=(0, 0.5)), depth=0.01)
    dune(c, near, "#2F5D5A", DEEP)


def about(c: Canvas) -> None:
    """Three people, one behind the other, looking the same way."""
    c.background(along(PAPER, "#F3E2D3"))
    sun(c, (-0.3, -0.17), 0.13, HONEY, APRICOT)
    tones = [(SAGE, LAGOON), ("#F0C9AF", "#D08F6F"), ("#B9694A", "#8E4428")]
    for i, (light, dark) in enumerate(tones):
        face = move(PROFILE, -0.16 + 0.2 * i, -0.3 + 0.08 * i, 0.74)
        head = [(1.6, -0.9), *face, (1.6, 0.9)]
        piece = c.paper(head, paint=along(light, dark, start=(-0.2 + 0.2 * i, -0.4), end=(0.4 + 0.2 * i, 0.5)), shadow=0.36, depth=0.03)
        if i == 2:
            back = [(x + 0.55, y * 0.8) for x, y in face]
            c.ink(*contours(face, back, 11, 0.0019, 1.1), colour="#F6CDB4", opacity=0.5, within=piece)
    stem, leaves = sprig((-0.56, 0.62), (-0.47, 0.02), -0.05, 7, 0.15)
    c.paper(*leaves, *stem, paint=along(LAGOON, SEA, start=(-0.5, 0), end=(-0.5, 0.5)), depth=0.014)


def contact(c: Canvas) -> None:
    """A shore from the air, and a place on it."""
    c.background(along("#F8E9DA", "#EFD6C0", start=(-0.6, -0.5), end=(0.3, 0.4)))
    edge = spline([(-0.75, 0.9), (-0.42, 0.5), (-0.3, 0.26), (-0.04, 0.1), (0.1, -0.12), (0.36, -0.24), (0.5, -0.46), (0.75, -0.8)])
    tones = [("#FBF3E8", "#F7E8D8"), ("#E3EBE4", "#D3E0D9"), (SAGE, "#A5BDB3"), (LAGOON, "#6A948D"), ("#437570", SEA), (SEA, DEEP)]
    shift = 0.0
    for i, (light, dark) in enumerate(tones):
        line = [(x + shift, y + shift * 0.8 + 0.008 * (1 + i) * math.sin(9 * x + 2.1 * i)) for x, y in edge]
        c.paper([*line, (2, -0.9), (2, 0.9)], paint=along(light, dark, start=(-0.3, -0.4), end=(0.6, 0.5)), shadow=0.2, depth=0.014)
        shift += 0.03 + 0.022 * i
    at = (-0.24, -0.12)
    c.ink(*(part for k in range(1, 7) for part in ring(*at, 0.045 + 0.034 * k, 0.0018)), colour=CLAY, opacity=0.6,
          fade=lambda x, y: 1.15 - math.hypot(x - at[0], y - at[1]) / 0.26)
    c.paper(arc(*at, 0.045), paint=along(RUST, CLAY, start=(0, -0.16), end=(0, -0.08)), depth=0.01)


# --- Treatments --------------------------------------------------------------------------------------------


def forehead_lines(c: Canvas) -> None:
    """Bands over a brow: rippled at the top, calm at the bottom."""
    c.background(along("#FBF1E6", "#F5DFCD"))
    sun(c, (0.33, -0.27), 0.085, HONEY, APRICOT)
    tones = [("#F7DFCC", "#EFC9B0"), ("#F3CDB3", "#E5AE90"), ("#E9B092", "#D68D69"), ("#DB9570", "#C26C47"), ("#F0C7AC", "#DFA384"), ("#F9E3D3", "#EBC3AA")]
    for i, (light, dark) in enumerate(tones):
        calm = (1 - i / 5) ** 1.3
        level = -0.2 + 0.115 * i

        def y(x: float, i: int = i, calm: float = calm, level: float = level) -> float:
            ripple = 0.026 * math.sin(11 * x + 0.5 * i) + 0.012 * math.sin(19 * x + i)
            return level + 0.35 * x * x + calm * ripple

        dune(c, wave(y), light, dark, fall=0.3, depth=0.022, shadow=0.26)


def frown_lines(c: Canvas) -> None:
    """Raked sand that flows around two upright stones, the "eleven"."""
    c.background(along("#F6EADD", "#EBD3C0", start=(-0.4, -0.5), end=(0.4, 0.5)))
    c.glow((0, 0), 0.7, "#FFF8EF", 0.8)
    stones = [(-0.075, 0.02), (0.075, -0.03)]

    def pushed(x: float, y: float) -> float:
        for sx, sy in stones:
            d = (x - sx) / 0.07
            x += 0.05 * math.tanh(2 * d) * math.exp(-abs(d) / 2.2) * math.exp(-(((y - sy) / 0.2) ** 2))
        return x

    rake = [[(pushed(x0 / 100 * 2.6 + 0.013, j / 40), j / 40) for j in range(-22, 23)] for x0 in range(-46, 46)]
    c.ink(*(stroke(line, 0.0026, 0) for line in rake), colour="#C98F70", opacity=0.55)
    for x, y in stones:
        shape = spline([(x, y - 0.235), (x + 0.026, y - 0.09), (x + 0.026, y + 0.09), (x, y + 0.235), (x - 0.026, y + 0.09), (x - 0.026, y - 0.09)], closed=True)
        c.paper(shape, paint=along("#C4714C", "#96431F", start=(x - 0.03, y - 0.2), end=(x + 0.04, y + 0.2)), depth=0.02, shadow=0.5)


def bunny_lines(c: Canvas) -> None:
    """A brow that runs into the bridge of a nose, with a little fan at each side."""
    c.background(along("#F9EADD", "#F0CFBA"))
    c.glow((0, -0.05), 0.5, "#FFF8EF", 0.9)
    side = spline([(-FAR, -0.5), (-0.7, -0.36), (-0.36, -0.33), (-0.15, -0.22), (-0.075, -0.06), (-0.085, 0.1), (-0.15, 0.23), (-0.145, 0.32), (-0.08, 0.36), (-0.05, 0.4), (-0.06, 0.7)])
    for curve, light, dark in ((side, "#EDBEA2", "#D28C6A"), (mirror(side), "#E6AE90", "#C67C59")):
        edge = FAR if curve is not side else -FAR
        piece = c.paper([*curve, (edge * 1.1, 0.7), (edge * 1.1, -0.5)], paint=along(light, dark, start=(0, -0.3), end=(edge * 0.5, 0.5)), depth=0.03, shadow=0.34)
        away = [(x * 0.5 + edge * 0.75, y * 0.9 + 0.05) for x, y in curve]
        c.ink(*contours(curve, away, 9, 0.0018, 1.2), colour="#FFF3E8", opacity=0.4, within=piece)
    fans = [spline([(0.1 + 0.01 * k, -0.13 + 0.055 * k), (0.15 + 0.012 * k, -0.155 + 0.068 * k), (0.215 + 0.012 * k, -0.15 + 0.09 * k)]) for k in range(3)]
    c.ink(*(stroke(fan, 0.011, 0.8) for curve in fans for fan in (curve, mirror(curve))), colour=CLAY, opacity=0.9)


def dimpled_chin(c: Canvas) -> None:
    c.background(along("#E4EAE4", "#C9D5CB"))
    sun(c, (-0.36, -0.3), 0.08, "#FBE6D2", HONEY, halo=0.7)
    lip = spline([(-0.62, -0.3), (-0.3, -0.2), (0, -0.15), (0.3, -0.2), (0.62, -0.3)])
    chin = c.paper(arc(0, 0.26, 0.44, 0.4), paint=volume("#CE8765", "#E9B799", "#F8DDC8", softness=0.09), depth=0.035)
    dots = []
    for i in range(240):
        a, r = i * 2.39996, 0.31 * math.sqrt(i / 240)
        dots.append(arc(r * math.cos(a) * 1.05, 0.2 + r * math.sin(a) * 0.85, 0.0065))
    c.ink(*dots, colour="#B0623F", opacity=0.75, within=chin, fade=lambda x, y: 0.55 - x * 2.1)
    c.ink(stroke(lip, 0.012, 0.8), colour=SEA)


def baby_botox(c: Canvas) -> None:
    """One small drop, and rings on still water."""
    c.background(along("#FCF6EE", "#F4E6DA", end=(0, 0.1)))
    water = dune(c, wave(lambda x: 0.08), "#DFE8E1", "#B3C7BC", fall=0.45, shadow=0, rim=0)
    c.ink(*(stroke(arc(0, 0.23, 0.07 * k**1.25, 0.021 * k**1.25), 0.004 / k**0.4, 0) for k in range(1, 8)), colour="#FFFFFF", opacity=0.95, within=water, fade=lambda x, y: 1.1 - abs(x) / 0.7)
    drop = spline([(0, -0.25), (0.03, -0.16), (0.075, -0.07), (0.06, 0.005), (0, 0.03), (-0.06, 0.005), (-0.075, -0.07), (-0.03, -0.16)], closed=True)
    c.glow((0, -0.05), 0.42, "#FBD9BC", 0.8)
    c.paper(drop, paint=volume("#CE7D58", "#EDB795", "#FBE0CB", softness=0.035, light=(-0.015, -0.01)), depth=0.014, shadow=0.2)


def botox_for_men(c: Canvas) -> None:
    """Cliffs with a jaw: straight cuts and night sea."""
    c.background(along("#1D3F3D", "#3F6F6A", "#A9BFB3", end=(0, 0.3)))
    sun(c, (-0.3, -0.1), 0.1, "#F9DDC0", APRICOT, halo=0.35)
    layers = [
        ([(-1.4, 0.14), (-0.6, 0.16), (-0.2, 0.05), (0.1, 0.1), (0.4, -0.08), (1.4, -0.2)], "#8FAEA5", "#6A9089"),
        ([(-1.4, 0.3), (-0.5, 0.26), (-0.1, 0.2), (0.3, 0.28), (1.4, 0.1)], "#4D7F79", SEA),
    ]
    for ridge, light, dark in layers:
        dune(c, ridge, light, dark)
    jaw = [(0.9, -0.9), (0.2, -0.42), (0.1, -0.3), (0.075, -0.16), (0.09, -0.12), (0.0, 0.0), (0.008, 0.03), (0.06, 0.05), (0.05, 0.09), (0.075, 0.115), (0.06, 0.15), (0.085, 0.185), (0.07, 0.26), (0.1, 0.31), (0.33, 0.34), (0.42, 0.42), (0.43, 0.8), (1.5, 0.9)]
    face = c.paper(jaw, paint=along("#24504D", DEEP, "#0E2120", start=(0, -0.2), end=(0.5, 0.4)), depth=0.035, shadow=0.6)
    planes = [[(0.1, -0.3), (0.075, -0.16), (0.36, -0.1), (0.3, -0.38)], [(0.09, -0.12), (0.0, 0.0), (0.06, 0.05), (0.22, 0.02), (0.36, -0.1)], [(0.085, 0.185), (0.07, 0.26), (0.1, 0.31), (0.33, 0.34), (0.36, -0.1), (0.22, 0.02)]]
    for plane, tone in zip(planes, ("#3A6A66", "#5D8B84", "#2F5D5A"), strict=True):
        c.ink(plane, colour=tone, opacity=0.55, within=face)


def chronic_migraine(c: Canvas) -> None:
    """Waves from a hot centre, uneven at first, that grow calm."""
    c.background(around("#3E6E69", SEA, DEEP, at=(-0.12, -0.05), radius=0.85))
    cx, cy = -0.12, -0.05
    c.glow((cx, cy), 0.45, "#D98A63", 0.85)
    for k in range(22):
        base, noise = 0.075 + 0.036 * k, 0.024 * (1 - k / 14) if k < 14 else 0
        points = []
        for i in range(241):
            a = math.tau * i / 240
            r = base + noise * (math.sin(7 * a + k * 0.35) + 0.6 * math.sin(13 * a - k * 0.5))
            points.append((cx + r * math.cos(a), cy + r * math.sin(a)))
        tone = (1 - k / 21) ** 0.8
        c.ink(stroke(points, 0.0034 - 0.00008 * k, 0), colour="#F8D3B5" if k < 8 else "#CFE0D7", opacity=0.25 + 0.65 * tone)
    c.paper(arc(cx, cy, 0.05), paint=along("#FBE3CC", APRICOT, start=(cx, cy - 0.05), end=(cx, cy + 0.05)), depth=0.012)


def dermal_fillers(c: Canvas) -> None:
    """Full, round forms with the lines of a relief map."""
    c.background(along("#FAF0E6", "#F1DCCB"))
    forms = [((0.34, -0.06), 0.25, ("#A9BFB3", "#C9D7CC", "#E6EDE6")), ((-0.33, 0.2), 0.3, ("#C97F5C", "#E4AD8E", "#F6D7C1")), ((0.14, 0.28), 0.36, ("#DFA183", "#F2CBB2", "#FCEBDD"))]
    for (x, y), r, tones in forms:
        shape = spline([(x + r * s * math.cos(a), y + r * s * math.sin(a)) for i in range(8) for a, s in [(math.tau * i / 8, 1 + c.random.uniform(-0.07, 0.07))]], closed=True)
        piece = c.paper(shape, paint=volume(*tones, softness=r * 0.3, light=(-0.03, -0.05)), depth=0.035, shadow=0.34)
        rings = [move([(px - x, py - y) for px, py in shape], x - 0.07 * r * k, y - 0.09 * r * k, 1 - 0.13 * k) for k in range(1, 7)]
        c.ink(*(stroke([*line, line[0]], 0.0019, 0) for line in rings), colour="#FFFFFF", opacity=0.6, within=piece)


def lip_fillers(c: Canvas) -> None:
    """Two layers of paper that meet in the curve of a mouth."""
    c.background(along("#FBF0E5", "#F3D9C6"))
    sun(c, (0, -0.26), 0.1, "#FBE3CB", HONEY)
    line = spline([(-0.5, 0.04), (-0.36, 0.03), (-0.2, 0.0), (-0.09, 0.012), (0, 0.035), (0.09, 0.012), (0.2, 0.0), (0.36, 0.03), (0.5, 0.04)], 14)
    top = spline([(-0.5, 0.04), (-0.34, -0.045), (-0.18, -0.125), (-0.075, -0.155), (0, -0.115), (0.075, -0.155), (0.18, -0.125), (0.34, -0.045), (0.5, 0.04)], 14)
    bottom = spline([(-0.5, 0.04), (-0.38, 0.13), (-0.24, 0.21), (-0.1, 0.25), (0, 0.255), (0.1, 0.25), (0.24, 0.21), (0.38, 0.13), (0.5, 0.04)], 14)
    lower = c.paper([*line, *bottom[::-1]], paint=volume("#B65F3D", "#DB9470", "#F3C4A6", softness=0.05, light=(0, -0.01)), depth=0.03)
    pleats = [stroke(spline([line[i], ((line[i][0] + bottom[i][0]) / 2 * 1.04, (line[i][1] + bottom[i][1]) / 2), bottom[i]]), 0.0018) for i in range(8, 108, 4)]
    c.ink(*pleats, colour="#FFE9DA", opacity=0.4, within=lower)
    upper = c.paper([*top, *line[::-1]], paint=along("#C4714C", CLAY, "#8A3C1E", start=(0, -0.15), end=(0, 0.05)), depth=0.018, shadow=0.4)
    pleats = [stroke(spline([line[i], ((line[i][0] + top[i][0]) / 2 * 1.03, (line[i][1] + top[i][1]) / 2), top[i]]), 0.0018) for i in range(8, 108, 4)]
    c.ink(*pleats, colour="#FFDCC6", opacity=0.28, within=upper)


def laser_treatments(c: Canvas) -> None:
    """Fine beams that meet in one point of skin."""
    c.background(along(DEEP, "#234B48", "#3B6B66"))
    focus = (0, 0.17)
    c.glow(focus, 0.6, "#E5A583", 0.7)
    beams = [stroke([(i * 0.062, -0.62), (i * 0.031, -0.225), focus], 0.0022, 0) for i in range(-12, 13)]
    c.ink(*beams, colour="#F9D9BF", opacity=0.8, fade=lambda x, y: 0.35 + (y + 0.5) * 0.95)
    c.ink(*(part for k in range(1, 9) for part in ring(*focus, 0.055 * k, 0.0018)), colour="#F9D9BF", opacity=0.55, fade=lambda x, y: 1.1 - math.hypot(x, y - 0.17) / 0.46)
    skin = wave(lambda x: 0.17 + 0.3 * x * x)
    body = dune(c, skin, "#F4CDB2", "#D08A68", "#B5643F", fall=0.4)
    c.ink(*contours(skin, wave(lambda x: 0.6 + 0.1 * x * x), 9, 0.0019, 1.1), colour="#FFF1E4", opacity=0.5, within=body)
    c.glow(focus, 0.16, "#FFF7EC", 1)


def laser_hair_removal(c: Canvas) -> None:
    """Fine hairs on a slope, fewer and fewer towards the light."""
    c.background(along("#EEF2EC", "#D5DFD6"))
    sun(c, (0.36, -0.2), 0.11, "#FCEBD9", HONEY)
    slope = wave(lambda x: 0.1 - 0.16 * math.sin(1.5 * x + 0.5) + 0.05 * x)
    hairs = []
    for row in range(6):
        for i in range(46):
            x = -0.72 + i * 0.031 + c.random.uniform(-0.006, 0.006) + row * 0.012
            if c.random.random() < (x + 0.35) * 1.15:
                continue
            y = 0.1 - 0.16 * math.sin(1.5 * x + 0.5) + 0.05 * x + 0.075 * row + 0.01
            length = 0.075 * (1.1 - max(0, x + 0.3)) * c.random.uniform(0.8, 1.15)
            hairs.append(stroke(spline([(x, y), (x + 0.1 * length, y - 0.55 * length), (x + 0.42 * length, y - length)], 8), 0.0042, 0.8))
    dune(c, slope, "#F8E0CE", "#E4B295", "#CF8E6C", fall=0.6)
    c.ink(*hairs, colour="#6E3217", opacity=0.85, fade=lambda x, y: 0.62 - x * 1.3)


def acne_scars(c: Canvas) -> None:
    """A moon whose craters smooth out from one side to the other."""
    c.background(along("#F8ECE0", "#EDD3C1"))
    moon = c.paper(arc(0, 0, 0.34), paint=volume("#C87B57", "#E6B294", "#F9DFCB", softness=0.1, light=(0.05, -0.05)), depth=0.04)
    for _ in range(90):
        a, r = c.random.uniform(0, math.tau), 0.32 * math.sqrt(c.random.random())
        x, y = r * math.cos(a), r * math.sin(a)
        size = c.random.uniform(0.006, 0.026) * max(0, 0.45 - x * 1.7)
        if size > 0.002:
            c.ink(arc(x, y, size), colour="#A85A38", opacity=0.5, within=moon)


def facials(c: Canvas) -> None:
    """Leaves and water under an arch."""
    c.background(along("#EDF1EB", "#D3DED5"))
    arch = [*arc(0, -0.08, 0.27, start=180, end=360), (0.27, 0.7), (-0.27, 0.7)]
    window = c.paper(arch, paint=along("#FDF3E8", "#F4D9C5"), depth=0.02, shadow=0.18)
    sun(c, (0.07, -0.09), 0.085, HONEY, APRICOT, halo=0.5)
    for i, (light, dark) in enumerate([("#BFD0C5", "#9DB8AD"), (LAGOON, "#5F8C85"), ("#4A7A75", SEA)]):
        line = wave(lambda x, i=i: 0.14 + 0.085 * i + 0.02 * math.sin(8 * x + 2 * i))
        c.paper(below(line), paint=along(light, dark, start=(0, 0.1 + 0.1 * i), end=(0, 0.4 + 0.1 * i)), within=window)
    for foot, tip, bend in (((-0.42, 0.62), (-0.3, -0.28), -0.1), ((0.46, 0.62), (0.4, 0.0), 0.08)):
        stem, leaves = sprig(foot, tip, bend, 8, 0.17)
        c.paper(*leaves, *stem, paint=along("#6F9A90", SEA, start=(0, -0.2), end=(0, 0.5)), depth=0.016)


# --- Articles ----------------------------------------------------------------------------------------------


def article_migraine(c: Canvas) -> None:
    """A diary of one month: a disc a day, the bad days full."""
    c.background(along("#F3EDE3", "#E3DDD0"))
    full = set(c.random.sample(range(35), 15))
    for day in range(35):
        x, y = (day % 7 - 3) * 0.142, (day // 7 - 2) * 0.142
        if day in full:
            c.paper(arc(x, y, 0.05), paint=along(RUST, CLAY, start=(0, y - 0.05), end=(0, y + 0.05)), depth=0.01)
        else:
            c.ink(*ring(x, y, 0.05, 0.0022), colour=SEA, opacity=0.7)


def article_baby_botox(c: Canvas) -> None:
    """A seedling at sunrise."""
    c.background(along("#FDF6ED", "#F8E0CB"))
    sun(c, (0, 0.08), 0.24, "#FBE0C5", "#EBAE88")
    ground = wave(lambda x: 0.22 + 0.25 * x * x)
    stem, leaves = [stroke(spline([(0, 0.3), (0.012, 0.1), (0, -0.04)]), 0.008, 0.2)], [leaf((0.004, 0.06), 52, 0.2, 0.42), leaf((0.006, 0.09), -50, 0.17, 0.42), leaf((0, -0.03), 8, 0.1, 0.4)]
    c.paper(*leaves, *stem, paint=along("#6F9A90", SEA, start=(0, -0.1), end=(0, 0.25)), depth=0.014)
    body = dune(c, ground, "#F6D5BE", "#D9987A", fall=0.4)
    c.ink(*contours(ground, wave(lambda x: 0.7), 7, 0.0019), colour="#FFF6EC", opacity=0.6, within=body)


def article_fillers_or_botox(c: Canvas) -> None:
    """Two discs: one with a smoothed surface, one with volume."""
    c.background(along("#F9EFE5", "#EFDCCC"))
    left = c.paper(arc(-0.19, 0, 0.28), paint=along("#8FB0A7", SEA, start=(-0.3, -0.3), end=(0, 0.3)), depth=0.035)
    lines = [wave(lambda x, k=k: 0.05 * k + 0.012 * max(0, -x - 0.05) * 6 * math.sin(24 * x + k), -0.6, 0.2) for k in range(-6, 7)]
    c.ink(*(stroke(line, 0.0024, 0) for line in lines), colour="#EAF3EE", opacity=0.75, within=left)
    c.paper(arc(0.19, 0, 0.28), paint=volume("#C4714C", "#E6AE8D", "#FBE2CF", softness=0.1), depth=0.035)


def article_first_visit(c: Canvas) -> None:
    """Arches, one inside the other, open on a low sun."""
    c.background(along("#F3E1D2", "#E7CBB8"))
    tones = [("#EFD2BE", "#DFB298"), ("#E3B195", "#CB8A68"), ("#C7744F", "#A04A28"), ("#FDF1E3", "#F8DDC3")]
    for i, (light, dark) in enumerate(tones):
        r = 0.4 - 0.085 * i
        arch = [*arc(0, -0.04 + 0.012 * i, r, start=180, end=360), (r, 0.7), (-r, 0.7)]
        window = c.paper(arch, paint=along(light, dark), depth=0.026, shadow=0.3)
    c.glow((0, 0.12), 0.3, "#FFFFFF", 0.7)
    c.paper(arc(0, 0.13, 0.075), paint=along(HONEY, RUST, start=(0, 0.05), end=(0, 0.2)), shadow=0, rim=0, within=window)
    c.paper(below(wave(lambda x: 0.17)), paint=along(LAGOON, SEA, start=(0, 0.17), end=(0, 0.35)), shadow=0, within=window)
    dune(c, wave(lambda x: 0.36 + 0.25 * x * x - 0.04 * x), "#FBF1E6", "#E3C6B2")


def article_laser_seasons(c: Canvas) -> None:
    """The same horizon in four seasons, the sun lower or higher."""
    c.background(along(PAPER, SAND))
    seasons = [("#F6E4DA", "#E9C4B2", "#A9C0A9", "#7F9F86", -0.02), ("#FBE8CF", "#F3C08F", "#D99B7E", "#B9694A", -0.2), ("#F3DCC6", "#DDA17D", "#A8502F", "#7C3A20", -0.05), ("#E3EBE8", "#B5CAC6", "#4F807B", "#24504D", 0.1)]
    for i, (high, low, light, dark, height) in enumerate(seasons):
        left = -0.545 + 0.28 * i
        panel = c.paper([(left, -0.37), (left + 0.25, -0.37), (left + 0.25, 0.37), (left, 0.37)], paint=along(high, low, start=(0, -0.37), end=(0, 0.15)), depth=0.02)
        c.paper(arc(left + 0.125, height, 0.06), paint=along("#FFF6EA", "#FBE0C2", start=(0, height - 0.06), end=(0, height + 0.06)), within=panel, shadow=0.1)
        c.paper(below(wave(lambda x: 0.12 + 0.03 * math.sin(6 * x))), paint=along(light, dark, start=(0, 0.1), end=(0, 0.37)), within=panel)


def article_acne_scars(c: Canvas) -> None:
    """Strata: the dips of the lowest line fill up, layer after layer."""
    c.background(along("#F9EFE5", "#F3DFCF"))
    sun(c, (-0.34, -0.3), 0.07, HONEY, APRICOT)
    tones = [("#FAE8DA", "#F2D1BC"), ("#F3CFB7", "#E6B294"), ("#E6B08F", "#D38B67"), ("#CD805B", "#B5623C"), ("#B05D38", "#8C4324")]
    for i, (light, dark) in enumerate(tones):
        dips = [(-0.45, 0.07), (-0.12, 0.055), (0.16, 0.08), (0.47, 0.06)]
        line = wave(lambda x, i=i: -0.12 + 0.115 * i + (i / 4) ** 1.2 * 0.09 * sum(math.exp(-(((x - at) / w) ** 2)) for at, w in dips))
        dune(c, line, light, dark, fall=0.25, depth=0.02)


def article_sun(c: Canvas) -> None:
    """A parasol on the beach, from above."""
    c.background(along("#F8E8D6", "#F0D2B8", start=(-0.4, -0.5), end=(0.4, 0.5)))
    sea = [(-FAR, -0.5), *spline([(-FAR, -0.1), (-0.8, -0.2), (-0.45, -0.24), (-0.1, -0.36), (0.15, -0.6)]), (-FAR, -0.8)]
    c.paper(sea, paint=along(SEA, LAGOON, start=(-0.7, -0.6), end=(-0.2, -0.2)), depth=0.02)
    x, y, r = 0.08, 0.03, 0.27
    c.shade(c.mask(arc(x + 0.07, y + 0.08, r)), 0.45, 0.02)
    for i in range(12):
        wedge = [(x, y), *arc(x, y, r, start=30 * i, end=30 * i + 30)]
        tone = ("#C4714C", CLAY) if i % 2 else ("#FDF3E7", "#EFD9C6")
        c.paper(wedge, paint=along(*tone, start=(x - r, y - r), end=(x + r, y + r)), shadow=0, rim=0)


def article_after_care(c: Canvas) -> None:
    """From the moon of the evening to the sun of the next morning."""
    c.background(along("#24504D", "#6F9A92", "#F3D5BC", start=(-0.6, -0.2), end=(0.6, 0.15)))
    for i in range(7):
        t = i / 6
        a = math.radians(205 + 130 * t)
        x, y, r = 0.5 * math.cos(a), 0.24 + 0.42 * math.sin(a), 0.032 + 0.016 * t
        c.ink(arc(x, y, r), colour="#FBE6D2", opacity=0.2 + 0.8 * t)
    for i, (light, dark) in enumerate([("#A9C0B6", LAGOON), ("#5A8A84", SEA), ("#24504D", DEEP)]):
        dune(c, hills(c.random, 0.2 + 0.12 * i, 0.04), light, dark)


# --- People ------------------------------------------------------------------------------------------------


def bust(c: Canvas, skin: tuple[str, str], coat: tuple[str, str], collar: str) -> None:
    """Shoulders, neck and a face without features."""
    shoulders = spline([(-0.46, 0.75), (-0.42, 0.44), (-0.3, 0.33), (-0.1, 0.27), (0.1, 0.27), (0.3, 0.33), (0.42, 0.44), (0.46, 0.75)])
    neck = [(-0.082, 0.0), (-0.078, 0.24), (-0.13, 0.29), (0, 0.43), (0.13, 0.29), (0.078, 0.24), (0.082, 0.0)]
    c.paper(shoulders, paint=along(*coat, start=(0, 0.27), end=(0, 0.55)), depth=0.025)
    c.paper(spline(neck, closed=True), paint=along(skin[1], skin[0], start=(0, 0.05), end=(0, 0.45)), depth=0.01, rim=0)
    for side in (1, -1):
        lapel = [(side * 0.1, 0.26), (side * 0.17, 0.3), (side * 0.13, 0.43), (side * 0.0, 0.56), (side * 0.015, 0.42)]
        c.paper(lapel, paint=along(collar, coat[0], start=(0, 0.26), end=(0, 0.56)), depth=0.01)
    face = spline([(0, -0.25), (0.12, -0.2), (0.152, -0.06), (0.13, 0.07), (0.065, 0.155), (0, 0.175), (-0.065, 0.155), (-0.13, 0.07), (-0.152, -0.06), (-0.12, -0.2)], closed=True)
    c.paper(face, paint=along(*skin, start=(-0.1, -0.15), end=(0.12, 0.2)), depth=0.014)


def person_1(c: Canvas) -> None:
    c.background(along("#F6E3D4", "#EBC9B4"))
    sun(c, (0, -0.06), 0.34, "#F9E8D8", "#F0CDB4", halo=0.3)
    bust(c, ("#F3CDB3", "#DDA385"), ("#FBF6EF", "#E6D9CB"), "#FFFFFF")


MOTIFS: Mapping[str, Callable[[Canvas], None]] = {
    "home-hero": home_hero,
    "about": about,
    "contact": contact,
    "forehead-lines": forehead_lines,
    "frown-lines": frown_lines,
    "bunny-lines": bunny_lines,
    "dimpled-chin": dimpled_chin,
    "baby-botox": baby_botox,
    "botox-for-men": botox_for_men,
    "chronic-migraine": chronic_migraine,
    "dermal-fillers": dermal_fillers,
    "lip-fillers": lip_fillers,
    "laser-treatments": laser_treatments,
    "laser-hair-removal": laser_hair_removal,
    "acne-scars": acne_scars,
    "facials": facials,
    "article-migraine": article_migraine,
    "article-baby-botox": article_baby_botox,
    "article-fillers-or-botox": article_fillers_or_botox,
    "article-first-visit": article_first_visit,
    "article-laser-seasons": article_laser_seasons,
    "article-acne-scars": article_acne_scars,
    "article-sun": article_sun,
    "article-after-care": article_after_care,
    "person-1": person_1,
}
SIZES: Mapping[str, tuple[int, int]] = {"person-1": (800, 800)}


def draw(name: str, size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """The picture of that name, the same at every call; KeyError names the known ones."""
    if name not in MOTIFS:
        raise KeyError(f"No picture is called {name!r}; there are {', '.join(MOTIFS)}.")
    canvas = Canvas(size, Random(name))  # noqa: S311
    MOTIFS[name](canvas)
    return canvas.grained()
