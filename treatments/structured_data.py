"""Describe treatments and their index in terms of schema.org."""

from collections.abc import Iterator

from clinic.seo import nodes
from clinic.seo.graph import Shown
from clinic.seo.nodes import Node, refer
from clinic.seo.structured_data import list_pages, read_questions
from clinic.seo.texts import to_text

from .models import TreatmentIndexPage, TreatmentPage


def treatment_nodes(shown: Shown) -> Iterator[Node]:
    """Yield the procedure, with the sections of the page as its properties, and its questions."""
    page = shown.page
    if not isinstance(page, TreatmentPage):
        return
    procedure = f"{shown.url}#procedure"
    steps = [f"{step.value['title']} {step.value['text']}" for step in page.how_it_goes]
    yield {
        "@type": "MedicalProcedure",
        "@id": procedure,
        "name": page.title,
        "description": page.introduction,
        "url": shown.url,
        "mainEntityOfPage": refer(shown.webpage_id),
        "howPerformed": " ".join(steps),
        "followup": to_text(page.afterwards),
    }
    yield {"@id": shown.webpage_id, "about": refer(procedure)}
    yield {"@id": f"{shown.root}#clinic", "availableService": refer(procedure)}
    yield nodes.questions_node(url=shown.url, questions=read_questions([row.value for row in page.questions]))


def index_nodes(shown: Shown) -> Iterator[Node]:
    if isinstance(shown.page, TreatmentIndexPage):
        yield from list_pages(shown, [treatment for _area, group in shown.page.groups for treatment in group])
