"""Turn articles of the old site into drafts: for the command ``import_posts`` and for the admin."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from django.db import transaction
from django.utils.html import strip_tags
from django.utils.text import slugify
from wagtail.rich_text import RichText

from clinic.addresses.reserved import is_reserved
from clinic.keywords.grouping import add_keywords
from clinic.keywords.matching import PhraseFinder, tokenize
from clinic.keywords.models import get_language
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Keyword, PageKeyword, Person

from .legacy_import import KEY_VERSION, Block, LegacyArticle, without_credentials
from .models import BlogCategory, BlogIndexPage, BlogPage

# Of the words of two versions of one article, as many are the same. Rules read a few lines in another way.
SAME_ARTICLE = 0.9
# What stands right in a table: an amount, a range, a price, a percentage, with a unit or without.
AMOUNT = r"[$€£]?\s?\d(?:[\d.,/]*\d)?"
NUMBER = re.compile(rf"[~<>≤≥±+–-]?\s?{AMOUNT}(?:\s?[–-]\s?{AMOUNT})?\s?[%+]?(?: ?[^\W\d]{{1,8}}\.?)?")


def get_slug(article: LegacyArticle, index: BlogIndexPage) -> str:
    """Return the old address, unless the blog itself uses it."""
    return f"{article.slug}-article" if is_reserved(article.slug, index) else article.slug


def get_free_slug(article: LegacyArticle, index: BlogIndexPage) -> str:
    return find_free_slug(get_slug(article, index), index.get_children())


def find_free_slug(slug: str, siblings) -> str:
    taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in (slug, *numbered) if candidate not in taken)


def find_page(article: LegacyArticle, index: BlogIndexPage) -> BlogPage | None:
    """Return the page of an earlier import, or one made by hand.

    A page made by hand has the same address. Another imported article may have the same title. Then this one is new.
    """
    imported = BlogPage.objects.filter(legacy_key=article.key).first() or find_older_import(article)
    if imported:
        return imported
    at_address = index.get_children().filter(slug=get_slug(article, index)).first()
    return None if at_address is None or getattr(at_address.specific, "legacy_key", "") else at_address


def find_older_import(article: LegacyArticle) -> BlogPage | None:
    """Return the page that an earlier version of the rules made of this article.

    The keys of that version do not compare, so compare the words of its first revision, which no editor has changed.
    """
    words = Counter(article.words)
    older = BlogPage.objects.exclude(legacy_key="").exclude(legacy_key__startswith=f"{KEY_VERSION}:")
    for page in older.order_by("pk"):
        first = page.revisions.order_by("created_at", "pk").first()
        made = first.as_object() if first else page
        text = " ".join([made.title, *made.body.stream_block.get_searchable_content(made.body)])
        before = Counter(re.findall(r"\w+", text.casefold()))
        if 2 * (words & before).total() >= SAME_ARTICLE * (words.total() + before.total()):
            return page
    return None


def find_author(article: LegacyArticle) -> Person | None:
    """Return the team member of this name, whatever the credentials, or None if there are none or two."""
    name = without_credentials(article.author)
    found = [person for person in Person.objects.all() if name and without_credentials(person.name) == name]
    return found[0] if len(found) == 1 else None


def to_body(article: LegacyArticle) -> list[tuple]:
    """Return the blocks of a page: each table on its own, and all between two tables as one text."""
    body, heading = [], article.title
    for is_table, blocks in groupby(article.blocks, key=lambda block: block.tag == "table"):
        if is_table:
            body += [("table", to_table(table, heading)) for table in blocks]
            continue
        texts = list(blocks)
        heading = next((block.texts[0] for block in reversed(texts) if block.tag in ("h2", "h3", "h4")), heading)
        body.append(("text", RichText("".join(block.html for block in texts))))
    return body


def to_table(table: Block, caption: str) -> dict:
    """Return the value of a table block. The first row has the headings, the caption is that of its section."""
    headings, *rows = table.texts
    columns = [
        {"type": "number" if all(map(NUMBER.fullmatch, cells)) else "text", "heading": heading}
        for heading, cells in zip(headings, zip(*rows, strict=True), strict=True)
    ]
    cells = {"columns": columns, "rows": [{"values": list(row)} for row in rows], "caption": caption}
    return {"table": cells, "has_row_headers": columns[0]["type"] == "text"}


def create_draft(article: LegacyArticle, index: BlogIndexPage, user=None) -> BlogPage:
    """Create a draft page and its first revision.

    An editor checks and publishes it.
    """
    with transaction.atomic():
        page = BlogPage(
            title=article.title,
            slug=get_free_slug(article, index),
            live=False,
            has_unpublished_changes=True,
            date=article.date,
            author=find_author(article),
            search_description=article.description,
            body=to_body(article),
            legacy_key=article.key,
            owner=user,
        )
        index.add_child(instance=page)
        page.categories.set([get_or_create_category(name) for name in article.categories])
        keywords = add_keywords([ParsedKeyword(phrase) for phrase in article.keywords], owner=user)
        page.page_keywords.add(*support_mentioned(page, keywords))
        page.save()
        page.save_revision(user=user, clean=False)
    return page


def support_mentioned(page: BlogPage, keywords: Iterable[Keyword]) -> list[PageKeyword]:
    """Return a row for each group with a phrase that stands in the article.

    The other keywords of its list are not about it. They wait for a page of their own.
    """
    language = get_language()
    groups = {language.words_of(keyword.phrase): keyword.group_id for keyword in keywords}
    text = strip_tags(f"{page.title} {page.body.render_as_block()}".replace("<", " <"))
    found = PhraseFinder(groups).find(language.translate(tokenize(text)))
    mentioned = dict.fromkeys(groups[mention.words] for mention in found)
    return [PageKeyword(group_id=group, role=PageKeyword.Role.SUPPORTING) for group in mentioned]


def get_or_create_category(name: str) -> BlogCategory:
    found = BlogCategory.objects.filter(name__iexact=name).first()
    slug = find_free_slug(slugify(name) or "category", BlogCategory.objects)
    return found or BlogCategory.objects.create(name=name, slug=slug)
