"""Turn articles of the old site, saved as plain text, into drafts of the blog."""

import re
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from wagtail.log_actions import log
from wagtail.rich_text import RichText

from blog.legacy import Heading, LegacyArticle, ListBlock, NotAnArticle, decode, parse, to_html
from blog.legacy.reading import MAX_BYTES
from blog.models import RESERVED_SLUGS, BlogCategory, BlogIndexPage, BlogPage

SUMMARY_CHARS = 155
# Room for a number behind the longest slug the database takes.
SLUG_CHARS = 240


class Command(BaseCommand):
    help = (
        "Makes a draft article of each FILE, a page of the old site saved as plain text. What is no part of the "
        "article is left out and printed line by line. A file that was imported before changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Only print what would be made.")

    def handle(self, *, files, dry_run, **options):
        blog_index()
        failures = []
        for path in files:
            try:
                self.import_file(Path(path), dry_run=dry_run)
            except (NotAnArticle, OSError, ValidationError) as error:
                failures.append(f"{path}: {reason(error)}")
        if failures:
            raise CommandError("\n".join([f"{len(failures)} of {len(files)} files were not imported.", *failures]))

    def import_file(self, path: Path, *, dry_run: bool) -> None:
        article = parse(decode(read(path)))
        with transaction.atomic():
            index = blog_index()  # afresh for each file: one that failed leaves the tree fields of the instance wrong
            page = find_page(article, index)
            found = page is not None
            if not found and not dry_run:
                page = make_draft(article, index)
        self.stdout.write(f"{path}: {outcome(article, page, found=found)}")
        if not found:
            self.report(article)

    def report(self, article: LegacyArticle) -> None:
        self.stdout.write(f"  {contents(article)}")
        for warning in article.warnings:
            self.stdout.write(self.style.WARNING(f"  Check: {warning}."))
        if article.left_out:
            self.stdout.write(f"  Left out, {len(article.left_out)} lines:")
        for line_no, text, why in article.left_out:
            self.stdout.write(f"    line {line_no}: {text}  ({why})")


def blog_index() -> BlogIndexPage:
    index = BlogIndexPage.objects.order_by("path").first()
    if not index:
        raise CommandError("There is no blog index page to put articles under. Make one below the home page first.")
    return index


def read(path: Path) -> bytes:
    """The bytes of a file; of one that is too large, only as many as show that it is."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def outcome(article: LegacyArticle, page: BlogPage | None, *, found: bool) -> str:
    if page is None:
        return f"would make a draft “{article.title}”."
    if found:
        return f"already imported, nothing changed (“{page.title}”, page {page.pk})."
    return f"draft “{page.title}” made. Edit it at {reverse('wagtailadmin_pages:edit', args=[page.pk])}"


def contents(article: LegacyArticle) -> str:
    headings = sum(isinstance(block, Heading) for block in article.blocks)
    lists = sum(isinstance(block, ListBlock) for block in article.blocks)
    return (
        f"Date: {article.date or 'none'}. Categories: {', '.join(article.categories) or 'none'}. "
        f"Headings: {headings}. Lists: {lists}. Keywords: {len(article.keywords)}."
    )


def find_page(article: LegacyArticle, index: BlogIndexPage):
    """The page this article became, or a page made by hand at its address.

    Another imported article may have the same title; then this one is new.
    """
    imported = BlogPage.objects.filter(legacy_key=article.key).first()
    if imported:
        return imported
    at_address = index.get_children().filter(slug=slug_of(article)).first()
    return None if at_address is None or getattr(at_address.specific, "legacy_key", "") else at_address


def make_draft(article: LegacyArticle, index: BlogIndexPage) -> BlogPage:
    """A draft page with its first revision, for an editor to check and publish."""
    page = BlogPage(
        title=article.title,
        slug=free_slug(slug_of(article), index),
        live=False,
        has_unpublished_changes=True,
        date=article.date,
        search_description=article.summary(SUMMARY_CHARS),
        body=[("text", RichText(to_html(article)))],
        legacy_key=article.key,
    )
    index.add_child(instance=page)
    page.categories.set([category_named(name) for name in article.categories])
    page.keywords.add(*article.keywords)
    page.save()
    log(page, "wagtail.create")
    page.save_revision(clean=False)  # a date that is missing is asked for when the draft is published
    return page


def slug_of(article: LegacyArticle) -> str:
    """The address the article had. The old site wrote a hyphen for every mark, “don-ts” for “Don'ts”."""
    slug = slugify(re.sub(r"[^\w\s-]+", "-", article.title))[:SLUG_CHARS].strip("-")
    return f"{slug}-article" if slug in RESERVED_SLUGS else slug or f"article-{article.key[:8]}"


def free_slug(slug: str, index: BlogIndexPage) -> str:
    taken = set(index.get_children().filter(slug__startswith=slug).values_list("slug", flat=True))
    number = 2
    candidate = slug
    while candidate in taken:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate


def category_named(name: str) -> BlogCategory:
    found = BlogCategory.objects.filter(name__iexact=name).first()
    if found:
        return found
    base = slugify(name) or "category"
    taken = set(BlogCategory.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)
    return BlogCategory.objects.create(name=name, slug=slug)
