"""The demo's pictures: what each is called, and the words that stand in for it."""

import io
from dataclasses import dataclass

from . import art

CREDIT = "Drawn for the clinic"
SIZE = (1280, 960)  # no page shows them wider
HERO_SIZE = (1600, 1200)  # cut to a tall arch


@dataclass(frozen=True)
class Picture:
    title: str
    alt: str


PICTURES = {
    "home-hero": Picture(
        "Evening by the sea",
        "Drawing of a low sun over a calm sea; the dune in front of it has the outline of a resting face.",
    ),
    "social-default": Picture(
        "The clinic’s picture",
        "Drawing of a dune with the outline of a resting face, in front of the sea and a low sun.",
    ),
    "about": Picture(
        "Three profiles", "Drawing of three faces in profile, one behind the other, in sea, sand and clay."
    ),
    "contact": Picture(
        "The coast from above", "Drawing of a coast from above, with a dot in widening rings where the clinic is."
    ),
    "forehead-lines": Picture("Forehead lines", "Drawing of layered dunes that become smoother from back to front."),
    "frown-lines": Picture("Frown lines", "Drawing of two upright folds in a sheet of fine parallel lines."),
    "bunny-lines": Picture("Bunny lines", "Drawing of a nose in profile with three short lines at its bridge."),
    "dimpled-chin": Picture(
        "Dimpled chin", "Drawing of mouth and chin in profile, with lines that ripple over the chin."
    ),
    "baby-botox": Picture("Baby Botox", "Drawing of one drop above still water, with rings below it."),
    "botox-for-men": Picture(
        "Botox for men", "Drawing of a man’s face in profile, made of calm flat planes, by moonlight."
    ),
    "chronic-migraine": Picture(
        "Chronic migraine", "Drawing of jagged rings around a bright point, which grow calm towards the edge."
    ),
    "dermal-fillers": Picture(
        "Dermal fillers", "Drawing of three rounded forms like smooth shells, with contour lines."
    ),
    "lip-fillers": Picture("Lip fillers", "Drawing of a pair of lips made of fine level lines, with the sun behind."),
    "laser-treatments": Picture("Laser treatments", "Drawing of thin rays of light that meet in one point on a curve."),
    "laser-hair-removal": Picture(
        "Laser hair removal", "Drawing of a smooth slope with short blades that thin out to the right."
    ),
    "acne-scars": Picture("Acne scars", "Drawing of a sphere with small hollows that fade from left to right."),
    "facials": Picture("Facials", "Drawing of two sprigs beside an arch that opens to sea and sun."),
    "article-migraine": Picture(
        "A headache diary", "Drawing of a month as rows of circles, some of them filled, as in a headache diary."
    ),
    "article-baby-botox": Picture("A seedling", "Drawing of a small plant on a gentle slope in front of the sun."),
    "article-fillers-or-botox": Picture(
        "Lines and volume", "Drawing of two discs: one with wavy lines, one that looks rounded and full."
    ),
    "article-first-visit": Picture(
        "An open door", "Drawing of arches one inside the other, which open to the sea and the sun."
    ),
    "article-laser-seasons": Picture(
        "Four seasons", "Drawing of four landscapes side by side, with the sun at different heights."
    ),
    "article-acne-scars": Picture(
        "Uneven layers", "Drawing of layers in clay colors, smooth at the top and uneven below."
    ),
    "article-sun": Picture(
        "Parasol", "Drawing of a striped parasol from above, its shade beside it, at the edge of the sea."
    ),
    "article-after-care": Picture(
        "Two nights", "Drawing of the moon’s phases in an arc over the sea, from night to sunrise."
    ),
    "person-1": Picture(
        "Elena Example", "Drawn portrait without eyes or mouth: a person with brown hair tied up, in a white coat."
    ),
    "person-2": Picture(
        "Jordan Sample", "Drawn portrait without eyes or mouth: a person with a dark beard, in a green jacket."
    ),
    "person-3": Picture(
        "Priya Demo", "Drawn portrait without eyes or mouth: a person with dark curls, in a sage jacket."
    ),
}


def draw_all() -> dict[str, bytes]:
    """Each picture as a JPEG file."""
    return {name: _jpeg(name) for name in PICTURES}


def _jpeg(name: str) -> bytes:
    file = io.BytesIO()
    size = HERO_SIZE if name == "home-hero" else art.SIZES.get(name, SIZE)
    art.draw(name, size).save(file, "JPEG", quality=85, optimize=True, progressive=True)
    return file.getvalue()
