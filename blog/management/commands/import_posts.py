"""Turn articles of the old site, saved as plain text, into drafts."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from blog.importing import create_draft, find_author, find_page
from blog.legacy_import import MAX_BYTES, LegacyArticle, NotAnArticleError, decode, parse
from blog.models import BlogIndexPage
from clinic.models import TrashPage


class Command(BaseCommand):
    help = (
        "Create a draft article from each FILE, a page of the old site saved as text, Markdown or HTML. Lines that are "
        "not part of the article are left out and listed. Importing a file again changes nothing."
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
        self.stdout.write(
            f"  Date: {article.date or 'none'}. Author: {article.author or 'none'}. "
            f"Categories: {', '.join(article.categories) or 'none'}. Headings: {len(article.headings)}. "
            f"Lists: {len(article.lists)}. Tables: {len(article.tables)}. Keywords: {len(article.keywords)}."
        )
        checks = [] if article.date else ["no date found. Without one, it gets the day on which you publish it."]
        if article.author and not find_author(article):
            checks.append(f"no team member is named “{article.author}”. Set the author by hand.")
        checks += [f"line {line.number}: {line.text}  ({line.reason})" for line in article.to_check]
        for check in checks:
            self.stdout.write(self.style.WARNING(f"  Check: {check}"))
        if article.left_out:
            self.stdout.write(f"  Left out, {len(article.left_out)} lines:")
        for line in article.left_out:
            self.stdout.write(f"    line {line.number}: {line.text}  ({line.reason})")


def get_blog_index() -> BlogIndexPage:
    index = TrashPage.exclude_from(BlogIndexPage.objects.order_by("path")).first()
    if not index:
        raise CommandError("There is no blog index page. Create one below the home page first.")
    return index


def describe_error(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
