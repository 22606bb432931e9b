"""Articles: one picture for each."""

import math

from .brushes import Canvas, along, around, down, tones, volume
from .curves import FAR, arc, below, ring, spline, stroke, wave
from .registry import motif
from .scenery import APRICOT, CLAY, HONEY, LAGOON, LINE, NIGHT, PAPER, RUST, SAND, SEA, contours, dune, leaf, sun


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
