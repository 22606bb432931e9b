"""Edit title, description, keyword and picture of many pages in one table."""

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.images.widgets import AdminImageChooser
from wagtail.models import Page, Revision, Site

from clinic.admin.access import PageEditorsView
from clinic.admin.panels import editable_pages
from clinic.site.models import ClinicProfile

from . import page_texts
from .models import KeywordGroup
from .page_texts import ChangedMeanwhileError, Row, Texts
from .publishing import explain_refusals

PER_PAGE = 25
LACKS = {
    "title": gettext_lazy("a title of its own"),
    "description": gettext_lazy("a description"),
    "keyword": gettext_lazy("a keyword"),
    "picture": gettext_lazy("a picture"),
}
LABELS = {
    "title": gettext_lazy("Title"),
    "description": gettext_lazy("Description"),
    "keyword": gettext_lazy("Keyword"),
    "picture": gettext_lazy("Picture"),
}


class PageTextsView(PageEditorsView, TemplateView):
    page_title = gettext_lazy("Titles and descriptions")
    header_icon = "edit"
    template_name = "clinic/admin/page_texts/table.html"

    # Which pages

    @cached_property
    def pages(self):
        return editable_pages(self.request.user).filter(alias_of=None)

    @cached_property
    def types(self) -> list[tuple[str, str]]:
        """Return the types of these pages, with their names."""
        used = self.pages.order_by().values_list("content_type", flat=True).distinct()
        models = ((one, one.model_class()) for one in ContentType.objects.filter(pk__in=list(used)))
        return sorted((one.model, str(model.get_verbose_name())) for one, model in models if model)

    def get_filtered(self):
        get = self.request.GET
        pages = page_texts.lacking(self.pages, get.get("lacks", ""))
        if get.get("type") in dict(self.types):
            pages = pages.filter(content_type__model=get["type"])
        if words := " ".join(get.get("q", "").split())[:200]:
            texts = ("title", "draft_title", "seo_title", "search_description")
            found = Q()
            for name in texts:
                found |= Q(**{f"{name}__icontains": words})
            pages = pages.filter(found)
        return pages.order_by("path")

    @cached_property
    def paginator_page(self):
        return Paginator(self.get_filtered(), PER_PAGE).get_page(self.request.GET.get("p"))

    # Showing

    def get(self, request, *args, **kwargs):
        return self.show(page_texts.load_rows(self.paginator_page.object_list, request.user))

    def show(self, rows: list[Row]) -> HttpResponse:
        self.prepare_pictures(rows)
        query = self.request.GET.copy()
        query.pop("p", None)
        chooser = AdminImageChooser()
        site = Site.find_for_request(self.request) or Site.objects.get(is_default_site=True)
        page_texts.load_fallbacks(rows, ClinicProfile.for_site(site))
        context = self.get_context_data(
            rows=rows,
            listing=self.paginator_page,
            query=query.urlencode(),
            types=self.types,
            lacks=LACKS.items(),
            groups=KeywordGroup.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True),
            chooser=chooser,
            can_publish=any(not row.lock for row in rows),
            chosen={name: self.request.GET.get(name, "") for name in ("q", "type", "lacks")},
        )
        return self.render_to_response(context)

    def prepare_pictures(self, rows: list[Row]) -> None:
        """Draw the choosers. Pictures that were chosen and not saved are loaded in one query."""
        typed = {row.shown.picture for row in rows if row.has_picture}
        known = {key for row in rows for key in row.pictures}
        keys = [int(key) for key in typed - known if key.isascii() and key.isdigit() and len(key) < 19]
        more = page_texts.find_pictures(keys) if keys else {}
        chooser = AdminImageChooser()
        for row in rows:
            pictures = {**row.pictures, **{str(key): picture for key, picture in more.items()}}
            if row.has_picture and not row.is_disabled:
                name = f"{row.prefix}-picture"
                described = (
                    {"id": f"id_{name}", "aria-describedby": f"{name}-error"} if row.errors.get("picture") else {}
                )
                row.chooser = chooser.render(name, pictures.get(row.shown.picture), {"id": f"id_{name}", **described})

    # Saving

    def post(self, request, *args, **kwargs):
        keys = list(dict.fromkeys(key for key in request.POST.getlist("page") if key.isascii() and key.isdigit()))
        keys = [int(key) for key in keys[:PER_PAGE] if len(key) < 19]
        found = self.pages.in_bulk(keys)
        if lost := len(keys) - len(found):
            text = ngettext(
                "%(count)s page was deleted, or you may no longer change it.",
                "%(count)s pages were deleted, or you may no longer change them.",
                lost,
            )
            messages.error(request, text % {"count": lost})
        rows = page_texts.load_rows([found[key] for key in keys if key in found], request.user)
        self.mark_changes(rows)
        saved = self.save(rows)
        left = [row for row in rows if row.typed]  # not saved: with an error, or changed by somebody else
        if not left:
            if not saved:
                messages.success(request, _("Nothing was changed."))
            return redirect(request.get_full_path())
        # The rows that were saved are read anew; the others keep what was typed.
        current = {row.page.pk: row for row in page_texts.load_rows([found[row.page.pk] for row in rows], request.user)}
        for row in left:
            shown = current.get(row.page.pk, row)
            shown.typed, shown.errors, shown.conflict = row.typed, row.errors, row.conflict
        text = ngettext(
            "%(count)s page is not saved yet: see below.", "%(count)s pages are not saved yet: see below.", len(left)
        )
        messages.error(request, text % {"count": len(left)})
        return self.show(list(current.values()))

    def mark_changes(self, rows: list[Row]) -> None:
        """Set ``typed`` of the rows that were changed, and ``conflict`` where somebody else saved meanwhile."""
        post = self.request.POST
        posted = {row.page.pk: post.get(f"{row.prefix}-version", "") for row in rows}
        older = [int(key) for key in posted.values() if key.isascii() and key.isdigit() and len(key) < 19]
        revisions = (
            {str(one.pk): one for one in Revision.page_revisions.filter(pk__in=older)}
            if self.is_stale(rows, posted)
            else {}
        )
        for row in rows:
            if f"{row.prefix}-title" not in post:
                continue
            typed = Texts.read(post, row.prefix)
            if not row.has_picture:
                typed = Texts(typed.title, typed.description, typed.keyword, row.stored.picture)
            version = posted[row.page.pk]
            if typed == row.stored:
                continue
            if version != row.version:
                before = revisions.get(version)
                if before and before.object_id == str(row.page.pk) and typed == page_texts.texts_of_version(before):
                    continue
                row.conflict = True
            row.typed = typed

    def is_stale(self, rows: list[Row], posted: dict[int, str]) -> bool:
        return any(posted[row.page.pk] != row.version for row in rows)

    def save(self, rows: list[Row]) -> int:
        """Save the changed rows that can be saved, and return how many were."""
        publish = bool(self.request.POST.get("publish"))
        saved, published = 0, 0
        for row in rows:
            if not row.typed or row.conflict:
                continue
            if row.lock:
                row.errors["page"] = row.lock
                continue
            group = page_texts.check(row, self.request.user)
            if row.errors:
                continue
            try:
                is_live = page_texts.save_row(row, group, self.request, publish)
            except ChangedMeanwhileError:
                row.conflict = True
                continue
            except Page.DoesNotExist:
                row.errors["page"] = _("This page was deleted meanwhile.")
                continue
            except ValidationError as error:
                row.errors["page"] = " ".join(error.messages)
                continue
            saved, published = saved + (not is_live), published + is_live
            if is_live:
                explain_refusals(self.request, Page.objects.filter(pk=row.page.pk))
            elif other := page_texts.find_other_page(group, row.page):
                self.warn_of_other_page(row, other)
            row.typed = None
        self.tell(saved, published, publish)
        return saved + published

    def warn_of_other_page(self, row: Row, other: Page) -> None:
        text = _("“%(other)s” is the page for “%(keyword)s”. “%(page)s” will support it when it is published.")
        values = {"other": other.title, "keyword": row.shown.keyword, "page": row.page.title}
        messages.warning(self.request, text % values)

    def tell(self, saved: int, published: int, publish: bool) -> None:
        if published:
            text = ngettext("%(count)s page is published.", "%(count)s pages are published.", published)
            messages.success(self.request, text % {"count": published})
        if saved:
            text = ngettext("%(count)s page is saved as a draft.", "%(count)s pages are saved as drafts.", saved)
            reason = _("Only pages that are live, have no other changes and can be published by you are published.")
            messages.success(self.request, f"{text % {'count': saved}} {reason if publish else ''}".strip())
