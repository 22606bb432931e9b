"""Turn articles of the old site, saved as plain text, into drafts."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from wagtail.log_actions import log
from wagtail.rich_text import RichText

from blog.legacy_import import MAX_BYTES, LegacyArticle, NotAnArticleError, decode, parse
from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.addresses.reserved import is_reserved


class Command(BaseCommand):
    help = (
        "Create a draft article from each FILE, a page of the old site saved as plain text. Lines that are not part "
        "of the article are left out and listed. Importing a file again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Only show what would be created.")

    def handle(self, *, files, dry_run, **options):
        get_blog_index()
        failures = []
        for path in map(Path, files):
            try:
                self.import_file(path, dry_run=dry_run)
            except (NotAnArticleError, OSError, ValidationError) as error:
                failures.append(f"{path}: {describe_error(error)}")
        if failures:
            raise CommandError("\n".join([f"{len(failures)} of {len(files)} files were not imported.", *failures]))

    def import_file(self, path: Path, *, dry_run: bool) -> None:
        with path.open("rb") as file:
            article = parse(decode(file.read(MAX_BYTES + 1)))
        with transaction.atomic():
            index = get_blog_index()  # a file that failed leaves wrong tree fields on the instance
            page = find_page(article, index)
            if page:
                self.stdout.write(f"{path}: already imported, nothing changed (“{page.title}”, page {page.pk}).")
                return
            if dry_run:
                self.stdout.write(f"{path}: would create the draft “{article.title}”.")
            else:
                page = create_draft(article, index)
                edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
                self.stdout.write(f"{path}: created the draft “{page.title}”. Edit it at {edit}")
        self.report(article)

    def report(self, article: LegacyArticle) -> None:
        tags = [block.tag for block in article.blocks]
        self.stdout.write(
            f"  Date: {article.date or 'none'}. Author: {article.author or 'none'}. "
            f"Categories: {', '.join(article.categories) or 'none'}. Headings: {tags.count('h2')}. "
            f"Lists: {tags.count('ul') + tags.count('ol')}. Keywords: {len(article.keywords)}."
        )
        checks = [] if article.date else ["no date found. Set it before you publish."]
        checks += [f"line {line.number}: {line.text}  ({line.reason})" for line in article.to_check]
        for check in checks:
            self.stdout.write(self.style.WARNING(f"  Check: {check}"))
        if article.left_out:
            self.stdout.write(f"  Left out, {len(article.left_out)} lines:")
        for line in article.left_out:
            self.stdout.write(f"    line {line.number}: {line.text}  ({line.reason})")


def get_blog_index() -> BlogIndexPage:
    index = BlogIndexPage.objects.order_by("path").first()
    if not index:
        raise CommandError("There is no blog index page. Create one below the home page first.")
    return index


def describe_error(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def get_slug(article: LegacyArticle, index: BlogIndexPage) -> str:
    """Return the old address, unless the blog itself uses it."""
    return f"{article.slug}-article" if is_reserved(article.slug, index) else article.slug


def find_page(article: LegacyArticle, index: BlogIndexPage):
    """Return the page of an earlier import, or one made by hand.

    A page made by hand has the same address. Another imported article may have the same title. Then this one is new.
    """
    imported = BlogPage.objects.filter(legacy_key=article.key).first()
    if imported:
        return imported
    at_address = index.get_children().filter(slug=get_slug(article, index)).first()
    return None if at_address is None or getattr(at_address.specific, "legacy_key", "") else at_address


def create_draft(article: LegacyArticle, index: BlogIndexPage) -> BlogPage:
    """Create a draft page and its first revision.

    An editor checks and publishes it.
    """
    page = BlogPage(
        title=article.title,
        slug=find_free_slug(get_slug(article, index), index.get_children()),
        live=False,
        has_unpublished_changes=True,
        date=article.date,
        search_description=article.description,
        body=[("text", RichText(article.html))],
        legacy_key=article.key,
    )
    index.add_child(instance=page)
    page.categories.set([get_or_create_category(name) for name in article.categories])
    page.keywords.add(*article.keywords)
    page.save()
    log(page, "wagtail.create")
    page.save_revision(clean=False)  # publishing asks for a missing date
    return page


def find_free_slug(slug: str, siblings) -> str:
    taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in (slug, *numbered) if candidate not in taken)


def get_or_create_category(name: str) -> BlogCategory:
    found = BlogCategory.objects.filter(name__iexact=name).first()
    slug = find_free_slug(slugify(name) or "category", BlogCategory.objects)
    return found or BlogCategory.objects.create(name=name, slug=slug)
