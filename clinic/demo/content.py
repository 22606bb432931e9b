"""Read the demo's data files.

They are YAML, and Markdown with YAML on top. ``data/README.md`` describes the format.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.core.exceptions import ValidationError
from markdown import markdown
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

DATA = Path(__file__).parent / "data"
ORDER_NUMBER = re.compile(r"^\d\d-")  # the file name of a page begins with it where the order of pages matters
FRONT_MATTER = re.compile(r"---\n(.*?)^---\n(.*)", re.DOTALL | re.MULTILINE)
SHARED = re.compile(r"\{\{ *([\w-]+) *\}\}")
BLOCK = re.compile(r"^::: *(\S+)[ \t]*(.*)\n((?:.*\n)*?):::[ \t]*$", re.MULTILINE)
BUTTON = re.compile(r"\[([^\]]+)\]\(page:([\w-]+)\)\s*$")
PAGE_LINK = re.compile(r'href="page:([^"]*)"')
AROUND_BLOCK_TAG = re.compile(r"\s*(</?(?:p|ul|ol|li|h[2-4])>|<hr ?/?>)\s*")
DEFAULT_BUTTON = "Ask for a free consultation"


class DemoDataError(Exception):
    """Report a data file that cannot be loaded, to the person who wrote it."""


@contextmanager
def errors_in(name: str) -> Iterator[None]:
    """Name the file in what is raised about it."""
    try:
        yield
    except DemoDataError as error:
        raise DemoDataError(f"{name}: {error}") from error
    except ValidationError as error:
        raise DemoDataError(f"{name}: {error.message_dict}") from error
    except yaml.YAMLError as error:
        raise DemoDataError(f"{name}: This is not valid YAML. {error}") from error
    except (LookupError, ValueError, TypeError, ArithmeticError) as error:
        raise DemoDataError(f"{name}: This is missing or wrong: {error}") from error


class Names(dict):
    """Hold what has been made so far: ``names["person", "elena"]``."""

    def find(self, kind: str, name: str) -> Any:
        if (kind, name) not in self:
            there = ", ".join(sorted(known for of_kind, known in self if of_kind == kind))
            raise DemoDataError(f"There is no {kind} called “{name}”. There are: {there or 'none'}.")
        return self[kind, name]


def read_yaml(name: str) -> Any:
    with errors_in(name):
        return yaml.safe_load(_read(name))


def _read(name: str) -> str:
    try:
        return (DATA / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DemoDataError(f"The file {name} is missing.") from error


class PageFile:
    """Hold the file of one page.

    ``fields`` come from the top of it, ``sections`` and ``body`` from the Markdown below.
    """

    def __init__(self, name: str, page_type: str, required: tuple[str, ...]):
        self.name = name
        self.slug = ORDER_NUMBER.sub("", Path(name).stem)
        with errors_in(name):
            parts = FRONT_MATTER.fullmatch(_read(name))
            if not parts:
                raise DemoDataError("The file does not begin with its fields between two lines of “---”.")
            self.fields = yaml.safe_load(parts[1])
            self.model = apps.get_model(self.fields.pop("type", page_type))
            text = SHARED.sub(lambda tag: _read(f"shared/{tag[1]}.md").strip(), parts[2])
            self.sections, self.body = _sections(text, self.model)
            missing = [field for field in required if not (self.fields | self.sections).get(field)]
            if missing:
                raise DemoDataError(f"This is missing: {', '.join(missing)}.")


def page_files(folder: str, page_type: str, required: tuple[str, ...]) -> list[PageFile]:
    """Return the pages of a folder by file name.

    Articles come with the oldest first.
    """
    files = [PageFile(f"{folder}/{path.name}", page_type, required) for path in sorted((DATA / folder).glob("*.md"))]
    return sorted(files, key=lambda file: -file.fields.get("days_ago", 0))


def _sections(words: str, model: type[Page]) -> tuple[dict[str, str], str]:
    """Split at the headings that name a field.

    "## Side effects" begins the field ``side_effects``.
    """
    fields = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, RichTextField | StreamField) and field.name != "body"
    }
    sections, body = {}, []
    for part in re.split(r"^(?=## )", words, flags=re.MULTILINE):
        heading, _, content = part.partition("\n")
        field = heading.removeprefix("## ").strip().lower().replace(" ", "_")
        if heading.startswith("## ") and field in fields:
            sections[field] = content.strip()
        else:
            body.append(part)
    return sections, "".join(body).strip()


def to_html(words: str, names: Names) -> str:
    """Return the Markdown as Wagtail stores rich text.

    It is one line with <b> and <i>, and its links name pages by id.
    """
    html = AROUND_BLOCK_TAG.sub(r"\1", " ".join(markdown(words, extensions=["sane_lists"]).split()))
    html = re.sub(r"<(/?)strong>", r"<\1b>", re.sub(r"<(/?)em>", r"<\1i>", html))
    html = html.replace("<li><p>", "<li>").replace("</p></li>", "</li>")
    return PAGE_LINK.sub(lambda link: f'linktype="page" id="{names.find("page", link[1]).pk}"', html)


def to_pairs(words: str) -> list[tuple[str, str]]:
    """Return title and text of each part that begins with "### Title"."""
    _, *parts = re.split(r"^### +", "\n" + words, flags=re.MULTILINE)
    if not parts:
        raise DemoDataError("Each step or question needs a line “### Title”.")
    pairs = (part.partition("\n") for part in parts)
    return [(title.strip(), text.strip()) for title, _, text in pairs]


def to_steps(words: str, names: Names) -> list[dict]:
    return [{"title": title, "text": plain(text)} for title, text in to_pairs(words)]


def to_questions(words: str, names: Names) -> list[dict]:
    return [{"question": question, "answer": to_html(answer, names)} for question, answer in to_pairs(words)]


def plain(words: str) -> str:
    """Return wrapped lines as one."""
    return " ".join(words.split())


def to_blocks(words: str, names: Names) -> list[tuple[str, Any]]:
    """Return the blocks of a ``BodyBlock``.

    They are text, and what is between ":::" lines.
    """
    text, *parts = BLOCK.split(words)
    if ":::" in text + "".join(parts):
        raise DemoDataError("A block begins with “::: kind” and ends with a line “:::”. One of the two is missing.")
    blocks = [("text", to_html(text, names))]
    for kind, title, inside, text_after in zip(*[iter(parts)] * 4, strict=True):
        blocks += [_block(kind, title.strip(), inside, names), ("text", to_html(text_after, names))]
    return [(kind, value) for kind, value in blocks if value]


def _block(kind: str, title: str, inside: str, names: Names) -> tuple[str, Any]:
    if block := _written_block(kind, title, inside, names) or _chosen_block(kind, title, inside, names):
        return block
    raise DemoDataError(f"There is no block called “{kind}”.")


def _written_block(kind: str, title: str, inside: str, names: Names) -> tuple[str, Any] | None:
    """Return a block whose content is in the file."""
    match kind:
        case "questions":
            return "questions", {"heading": title, "questions": to_questions(inside, names)}
        case "steps":
            return "steps", {"heading": title, "steps": to_steps(inside, names)}
        case "note" | "caution":
            return "call_out", {"kind": kind, "title": title, "text": to_html(inside, names)}
        case "prices":
            lines, _, footnote = inside.partition("\n\n")
            rows = [[cell.strip() for cell in f"{line}| | ".split("|")[:3]] for line in _items(lines)]
            prices = [{"name": name, "price": price, "note": note} for name, price, note in rows]
            return "price_table", {"caption": title, "rows": prices, "footnote": plain(footnote)}
        case "table":
            return "table", {"table": to_table(title, inside), "has_row_headers": True}
        case "map":
            return "map", {"heading": title, "caption": plain(inside)}
    return None


def _chosen_block(kind: str, title: str, inside: str, names: Names) -> tuple[str, Any] | None:
    """Return a block that shows what the file names."""
    match kind:
        case "picture":
            image = names.find("picture", title)
            shown = {"image": image, "alt_text": image.description, "decorative": False}
            return "picture", {"image": shown, "caption": plain(inside)}
        case "treatment-prices":
            lines, _, footnote = inside.partition("\n\n")
            treatments = [names.find("page", slug) for slug in _items(lines)]
            return "treatment_prices", {"heading": title, "treatments": treatments, "footnote": plain(footnote)}
        case "call-to-action":
            button = BUTTON.search(inside)
            return "call_to_action", {
                "heading": title,
                "text": plain(BUTTON.sub("", inside)),
                "button": button[1] if button else DEFAULT_BUTTON,
                "page": names.find("page", button[2]) if button else None,
            }
        case "quote" | "why-choose-us":
            chosen = "testimonial" if kind == "quote" else "why_us"
            return kind.replace("-", "_"), {chosen: names.find(chosen, title)}
        case "people":
            return "people", {"heading": title, "people": [names.find("person", name) for name in _items(inside)]}
    return None


def to_table(caption: str, lines: str) -> dict:
    """Return a table. The first line has the headings."""
    headings, *rows = ([cell.strip() for cell in line.split("|")] for line in _items(lines))
    if any(len(row) != len(headings) for row in rows):
        raise DemoDataError("Each row of a table needs as many cells as its first line.")
    columns = [{"type": "text", "heading": heading} for heading in headings]
    return {"caption": caption, "columns": columns, "rows": [{"values": row} for row in rows]}


def _items(lines: str) -> list[str]:
    return [line.removeprefix("- ").strip() for line in lines.splitlines() if line.startswith("- ")]
