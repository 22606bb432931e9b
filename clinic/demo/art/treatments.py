"""Treatments: one picture for each."""

import math
from string import ascii_uppercase

from .brushes import Canvas, along, around, down, tones, volume
from .curves import Point, arc, below, blend, mirror, move, points, spline, stroke, wave
from .registry import motif
from .scenery import (
    APRICOT,
    CLAY,
    DEEP,
    HONEY,
    LINE,
    NIGHT,
    PROFILE,
    SEA,
    circles,
    close_to,
    contours,
    dune,
    sprig,
    sun,
)


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
