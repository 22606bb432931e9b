"""People: portraits without features."""

import math

from .brushes import Canvas, along, down
from .curves import arc, points, spline
from .registry import motif

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
