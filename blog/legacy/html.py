"""The body of a legacy article as the small HTML that the site's rich text keeps."""

from html import escape

from .model import Block, Heading, LegacyArticle, ListBlock


def to_html(article: LegacyArticle) -> str:
    return "".join(_block(block) for block in article.blocks)


def _block(block: Block) -> str:
    if isinstance(block, ListBlock):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>{''.join(_element('li', item) for item in block.items)}</{tag}>"
    return _element("h2" if isinstance(block, Heading) else "p", block.text)


def _element(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text, quote=False)}</{tag}>"
