"""How the demo writes its content: blocks by name, and names in place of rows that do not exist yet.

``page:botox-frown-lines`` in a link stands for the page with that slug.
"""

from dataclasses import dataclass
from typing import Any

from .pictures import PICTURES

Block = tuple[str, Any]


@dataclass(frozen=True)
class Name:
    """Stands for one row until the loader has made it: ``Name("person", "elena")``."""

    kind: str
    name: str


def text(html: str) -> Block:
    return ("text", html)


def picture(name: str, caption: str = "") -> Block:
    image = {"image": Name("picture", name), "alt_text": PICTURES[name].alt, "decorative": False}
    return ("picture", {"image": image, "caption": caption})


def questions(heading: str, *pairs: tuple[str, str]) -> Block:
    return ("questions", {"heading": heading, "questions": [{"question": q, "answer": a} for q, a in pairs]})


def note(title: str, html: str) -> Block:
    return ("call_out", {"kind": "note", "title": title, "text": html})


def caution(title: str, html: str) -> Block:
    return ("call_out", {"kind": "caution", "title": title, "text": html})


def steps(heading: str, *pairs: tuple[str, str]) -> Block:
    return ("steps", {"heading": heading, "steps": [{"title": title, "text": words} for title, words in pairs]})


def price_table(caption: str, *rows: tuple[str, str, str], footnote: str = "") -> Block:
    prices = [{"name": name, "price": price, "note": remark} for name, price, remark in rows]
    return ("price_table", {"caption": caption, "rows": prices, "footnote": footnote})


def call_to_action(heading: str, words: str, button: str = "Ask for a free consultation", page: str = "") -> Block:
    target = Name("page", page) if page else None
    return ("call_to_action", {"heading": heading, "text": words, "button": button, "page": target})


def quote(testimonial: str) -> Block:
    return ("quote", {"testimonial": Name("testimonial", testimonial)})


def why_us(name: str) -> Block:
    return ("why_choose_us", {"why_us": Name("why_us", name)})


def people(heading: str, *names: str) -> Block:
    return ("people", {"heading": heading, "people": [Name("person", name) for name in names]})
