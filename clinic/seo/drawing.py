"""Draw the picture with which a page is shared: the clinic's name, the title, and the arch of the mark. Pure."""

import io
import math
import unicodedata
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .texts import ELLIPSIS, one_line

SIZE = WIDTH, HEIGHT = 1200, 630  # pixels, as the documents of Facebook, LinkedIn and X ask for

# The same colors as in base.css.
PAPER, SAND, LINE = "#fbf9f6", "#f3ede4", "#ddd4c6"
INK, INK_SOFT = "#16302f", "#4a615f"
ACCENT, ACCENT_SOFT = "#1c5f5a", "#e1ece8"
WAVES = ("#9fc4bb", "#4f8d86", ACCENT, INK)

FONTS = Path(__file__).parent / "fonts"
TITLE_FONT, TITLE_WEIGHT = FONTS / "newsreader.woff2", 400
NAME_FONT, NAME_WEIGHT = FONTS / "figtree.woff2", 600
NAME_SIZE = 34  # pixels
TITLE_SIZES = range(88, 42, -4)  # pixels: the largest that fits
LINE_HEIGHT = 1.1
TEXT_BOX = (80, 176, 730, 556)  # left, top, right, bottom of the title
PANEL = 800  # pixels from the left, where the art begins
PANEL_WIDTH = WIDTH - PANEL
SCALE = 2  # the art is drawn larger, for smooth edges
MISSING = "\U0010ffff"  # no font has a sign for it

# Left out without a loss: emoji, other symbols, and what only changes the sign before it.
DROPPED = ("So", "Sk", "Sm", "Sc", "Cf", "Cn", "Co", "Cs", "Cc", "Mn", "Me")


def draw(name: str, title: str = "") -> bytes:
    """Return a PNG. A text that the fonts cannot write is left out, and the art is in the middle if none is left."""
    name_font, title_font = load(NAME_FONT, NAME_WEIGHT, NAME_SIZE), load(TITLE_FONT, TITLE_WEIGHT, TITLE_SIZES[0])
    small, large = keep_writable(name, name_font), keep_writable(title, title_font)
    if not large:
        small, large = "", keep_writable(name, title_font)
    canvas = Image.new("RGB", SIZE, PAPER if large else SAND)
    canvas.paste(draw_art(seed=sum(map(ord, title))), (PANEL if large else (WIDTH - PANEL_WIDTH) // 2, 0))
    pen = ImageDraw.Draw(canvas)
    left, top, right, bottom = TEXT_BOX
    if small:
        pen.text((left, 84), cut_to(small, name_font, right - left), INK_SOFT, name_font)
        pen.rectangle((left, 142, left + 72, 145), ACCENT)
    font, lines = fit(large, right - left, bottom - top)
    leading = font.size * LINE_HEIGHT
    first = top if small else (HEIGHT - len(lines) * leading) / 2
    for number, line in enumerate(lines):
        pen.text((left, first + number * leading), line, INK, font)
    output = io.BytesIO()
    canvas.save(output, "PNG")
    return output.getvalue()


def load(path: Path, weight: int, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(io.BytesIO(read(path)), size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font


@cache
def read(path: Path) -> bytes:
    return path.read_bytes()


# Texts


def keep_writable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """Return the text without emoji, or an empty text if the font has no sign for one of its letters.

    A title of which letters are missing says something else.
    """
    missing = bytes(font.getmask(MISSING)), font.getmask(MISSING).size
    kept = []
    for sign in unicodedata.normalize("NFC", one_line(text)):
        mask = font.getmask(sign)
        if sign == " " or (bytes(mask), mask.size) != missing:
            kept.append(sign)
        elif unicodedata.category(sign) not in DROPPED and sign.isalnum():
            return ""
    return " ".join("".join(kept).split())


def fit(text: str, width: int, height: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest font in which the text fits, and its lines. A text that is too long is cut after a word."""
    for size in TITLE_SIZES:
        font = load(TITLE_FONT, TITLE_WEIGHT, size)
        lines, most = wrap(text, font, width), int(height / (size * LINE_HEIGHT))
        if len(lines) <= most and all(font.getlength(line) <= width for line in lines):
            return font, lines
    rest = " ".join(lines[most - 1 :])
    return font, [*(cut_to(line, font, width) for line in lines[: most - 1]), cut_to(rest, font, width)]


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def cut_to(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return as many words as fit, with an ellipsis. The first word is cut inside if it is too long."""
    if font.getlength(text) <= width:
        return text
    words = text.split()
    while len(words) > 1 and font.getlength(" ".join(words) + ELLIPSIS) > width:
        words.pop()
    kept = " ".join(words)
    while kept and font.getlength(kept + ELLIPSIS) > width:
        kept = kept[:-1]
    return kept.rstrip(" ,;:–—-(") + ELLIPSIS


# The art


def draw_art(seed: int) -> Image.Image:
    """Return the panel: an arch with a sun above water. The seed moves the sun and the waves."""
    width, height = PANEL_WIDTH * SCALE, HEIGHT * SCALE
    panel = Image.new("RGB", (width, height), SAND)
    left, right, top = width * 0.14, width * 0.86, height * 0.12
    radius = (right - left) / 2
    arch = Image.new("L", panel.size)
    shape = ImageDraw.Draw(arch)
    shape.ellipse((left, top, right, top + 2 * radius), 255)
    shape.rectangle((left, top + radius, right, height), 255)
    inside = Image.new("RGB", panel.size, ACCENT_SOFT)
    view = ImageDraw.Draw(inside)
    sun = width * 0.17
    x, y = width * (0.38 + 0.24 * (seed % 7) / 6), height * (0.34 + 0.12 * (seed % 5) / 4)
    view.ellipse((x - sun, y - sun, x + sun, y + sun), LINE)
    for number, color in enumerate(WAVES):
        base = height * (0.58 + 0.11 * number)
        phase = (seed % 11) / 11 * math.tau + number * 1.9
        crest = [(px, base + math.sin(px / width * math.tau + phase) * height * 0.025) for px in range(0, width + 8, 8)]
        view.polygon([(0, height), *crest, (width, height)], color)
    panel.paste(inside, (0, 0), arch)
    return panel.resize((PANEL_WIDTH, HEIGHT), Image.Resampling.LANCZOS)
