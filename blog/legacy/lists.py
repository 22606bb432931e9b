"""Lists: with marks, and those that lost their marks when the page was saved.

Each rule looks at the lines from ``start`` on, and answers with the blocks it makes of them and how many lines those
are; or with None when it does not apply.
"""

import re

from .headings import headings_at_end, is_heading, single, stands_out
from .model import Block, Heading, ListBlock, Paragraph
from .passage import GLYPHS, NUMBER, Passage, bulleted_text, may_be_item
from .reading import Line
from .wording import has_words, is_question, looks_like_heading, starts_small

INLINE_BULLET = re.compile(r"\s+[•●▪]\s+")
# Shorter runs of lines that could each be a heading are taken for headings.
SHORTEST_RUN = 4

Taken = tuple[list[Block], int]


def _list_of(run: list[Line]) -> ListBlock:
    return ListBlock(ordered=False, items=tuple(line.text for line in run))


def numbered(passage: Passage, start: int) -> Taken | None:
    """Numbers that count up line by line are a list. Numbered lines with text between them are headings."""
    items = _counted(passage, start)
    if not items:
        return None
    if len(items) == 1:
        return [_numbered_alone(passage, start, items[0]["text"])], 1
    if int(items[0]["number"]) == 1:
        return [ListBlock(ordered=True, items=tuple(item["text"] for item in items))], len(items)
    # Goes on counting after a break; a list would begin at one again.
    return [Paragraph(item.string) for item in items], len(items)


def _counted(passage: Passage, start: int) -> list[re.Match]:
    """Numbered lines from ``start`` on that count up one by one, or say “1.” every time."""
    items: list[re.Match] = []
    step = 1
    for index in range(start, len(passage.lines)):
        match = NUMBER.fullmatch(passage.lines[index].text)
        if not match:
            break
        if len(items) == 1 and items[0]["number"] == match["number"] == "1":
            step = 0
        if items and int(match["number"]) != int(items[-1]["number"]) + step:
            break
        items.append(match)
    return items


def _numbered_alone(passage: Passage, index: int, text: str) -> Block:
    """“1.” before every heading is what is left of lists of one item; a real count stays in the words."""
    block = single(passage, index)
    uncounted = len(passage.numbers) > 1 and set(passage.numbers) == {1}
    return Heading(text) if isinstance(block, Heading) and uncounted else block


def bulleted(passage: Passage, start: int) -> Taken | None:
    end = passage.end(start, lambda line: bulleted_text(line.text) is not None)
    if end == start:
        return None
    texts = [bulleted_text(line.text) for line in passage.lines[start:end]]
    items = [item for text in texts for item in INLINE_BULLET.split(text) if has_words(item)]
    if len(items) == 1:
        return [_bullet_alone(passage, start, items[0])], 1
    return [ListBlock(ordered=False, items=tuple(items))], end - start


def _bullet_alone(passage: Passage, index: int, text: str) -> Block:
    """One marked line: a heading when its like come again with text between, a quotation when it is a dash."""
    alike = passage.bullets > 1
    if alike and passage.prose_at(index + 1) and looks_like_heading(text):
        return Heading(text)
    before = passage.lines[index - 1].text if index else ""
    if alike or passage.lines[index].text[0] in GLYPHS or before.endswith(":"):
        return ListBlock(ordered=False, items=(text,))
    return Paragraph(passage.lines[index].text)


def after_colon(passage: Passage, start: int) -> Taken | None:
    """Short lines under a line that ends with a colon, up to the next sentence or heading."""
    if start == 0 or not passage.lines[start - 1].text.endswith(":"):
        return None
    run = passage.lines[start : passage.end(start, may_be_item)]
    if run and starts_small(run[0].text):  # a list that begins in small letters ends in small letters
        run = run[: max(i for i, line in enumerate(run) if starts_small(line.text)) + 1]
    run = run[: len(run) - headings_at_end(passage, start, run)]
    return ([_list_of(run)], len(run)) if run else None


def indented(passage: Passage, start: int) -> Taken | None:
    """Two or more short lines set in from the margin, in a text that is not."""
    if passage.lines[start].indent < 2 or passage.mostly_indented:
        return None
    end = passage.end(start, lambda line: line.indent >= 2 and may_be_item(line) and not is_question(line.text))
    return ([_list_of(passage.lines[start:end])], end - start) if end - start > 1 else None


def small_fragments(passage: Passage, start: int) -> Taken | None:
    """Two or more short lines in small letters are a list that lost its marks and its colon."""
    end = passage.end(
        start, lambda line: starts_small(line.text) and may_be_item(line) and not looks_like_heading(line.text)
    )
    return ([_list_of(passage.lines[start:end])], end - start) if end - start > 1 else None


def many_fragments(passage: Passage, start: int) -> Taken | None:
    """A long run of lines that could each be a heading: a list, maybe with its heading and the next one's."""
    end = passage.end(start, _may_be_either)
    run = passage.lines[start:end]
    if len(run) < SHORTEST_RUN:
        return None
    run = run[: len(run) - headings_at_end(passage, start, run)]
    first = run[0].text
    if is_heading(first, over_text=False) and stands_out(run[0], run[1:]):
        return [Heading(first), _list_of(run[1:])], len(run)
    return [_list_of(run)], len(run)


def _may_be_either(line: Line) -> bool:
    return may_be_item(line) and not is_question(line.text) and not starts_small(line.text)
