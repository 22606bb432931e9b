"""Legacy articles, saved as plain text from the old site, read into plain values. Pure: no Django, no Wagtail.

Every line of the text that holds words has exactly one place in the result: it is the title, the date, a category,
the keywords, a part of the body, or it is left out with a reason.
"""

from .html import to_html
from .model import Heading, LegacyArticle, ListBlock, NotAnArticle, Paragraph, PlacedLine
from .parsing import parse
from .reading import MAX_BYTES, decode

__all__ = [
    "MAX_BYTES",
    "Heading",
    "LegacyArticle",
    "ListBlock",
    "NotAnArticle",
    "Paragraph",
    "PlacedLine",
    "decode",
    "parse",
    "to_html",
]
