"""What a treatment and an article of the demo consist of. Nothing may be left out: there are no defaults."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .body import Block, Name, text

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Treatment:
    slug: str
    title: str
    seo_title: str
    search_description: str
    listing_summary: str
    picture: str
    area: str
    keywords: tuple[str, ...]
    introduction: str
    duration: str
    price_from: int
    price_note: str
    downtime: str
    results_show: str
    results_last: str
    how_often: str
    what_it_is: str
    who_it_suits: str
    who_should_not: str
    how_it_goes: Pairs
    afterwards: str
    side_effects: str
    alternatives: str
    questions: Pairs
    sources: str

    @property
    def price(self) -> str:
        return f"from ${self.price_from:,}"

    def fields(self) -> dict[str, Any]:
        """The values by the names of ``TreatmentPage``'s fields."""
        values = {name: value for name, value in vars(self).items() if name not in ("picture", "alternatives")}
        return values | {
            "listing_image": Name("picture", self.picture),
            "area": Name("area", self.area),
            "price_from": Decimal(self.price_from),
            "how_it_goes": [("step", {"title": title, "text": words}) for title, words in self.how_it_goes],
            "questions": [("question", {"question": q, "answer": a}) for q, a in self.questions],
            "body": [text(f"<h2>What else could you do?</h2>{self.alternatives}")],
        }


@dataclass(frozen=True, kw_only=True)
class Article:
    slug: str
    title: str
    seo_title: str
    search_description: str
    listing_summary: str
    picture: str
    author: str
    categories: tuple[str, ...]
    days_ago: int
    keywords: tuple[str, ...]
    treatments: tuple[str, ...]
    intro: str
    body: tuple[Block, ...]
    sources: str

    def fields(self) -> dict[str, Any]:
        """The values by the names of ``BlogPage``'s fields; the date is left to the loader, who knows today."""
        values = {
            name: value for name, value in vars(self).items() if name not in ("picture", "treatments", "days_ago")
        }
        return values | {
            "listing_image": Name("picture", self.picture),
            "author": Name("person", self.author),
            "categories": [Name("category", name) for name in self.categories],
            "body": list(self.body),
        }
