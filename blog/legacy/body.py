"""The body of the article: headings, paragraphs and lists.

The lines are cut into groups that lie end to end, so that none can fall out.
"""

from .headings import single
from .lists import after_colon, bulleted, indented, many_fragments, numbered, small_fragments
from .model import Block
from .passage import joined
from .reading import Line

# Tried in this order; the first that applies wins.
RULES = (numbered, bulleted, after_colon, indented, small_fragments, many_fragments)


def read_body(lines: list[Line]) -> tuple[Block, ...]:
    passage = joined(lines)
    blocks: list[Block] = []
    index = 0
    while index < len(passage.lines):
        taken = next((taken for rule in RULES if (taken := rule(passage, index))), None)
        found, count = taken or ([single(passage, index)], 1)
        blocks += found
        index += count
    return tuple(blocks)
