"""Import articles of the old site in the admin: paste or upload, look at the result, then create drafts."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from clinic.models import TrashPage

from .importing import create_draft, find_author, find_page, get_free_slug
from .legacy_import import MAX_BYTES, LegacyArticle, NotAnArticleError, decode, parse
from .models import BlogIndexPage, BlogPage

MAX_FILES = 40


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Accept several files, also empty ones: the preview says what is wrong with each."""

    widget = FilesInput(attrs={"accept": ".txt,.md,.html,.htm,text/plain", "multiple": True})

    def clean(self, data, initial=None):
        return data or []


class ImportForm(forms.Form):
    text = forms.CharField(
        label=_("Text of an article"),
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Copy the whole page of the old site and paste it. Menus, comments and the like are left out."),
    )
    files = FilesField(
        label=_("Files"),
        required=False,
        help_text=_("Plain text, Markdown or HTML. You can choose several files, together at most 1 MiB."),
    )


@dataclass
class Candidate:
    """Hold one text, and what an import would make of it."""

    name: str
    text: str
    article: LegacyArticle | None = None
    error: str = ""
    page: BlogPage | None = None  # that exists already
    slug: str = ""
    is_author_known: bool = False
    is_skipped: bool = False

    @property
    def is_new(self) -> bool:
        return self.article is not None and self.page is None

    @property
    def has_other_address(self) -> bool:
        return self.is_new and self.slug != self.article.slug


def read_candidate(name: str, data: bytes, index: BlogIndexPage, *, is_skipped: bool = False) -> Candidate:
    """Return a text with its article, or with the reason why it is none."""
    candidate = Candidate(name, data.decode(errors="replace"), is_skipped=is_skipped)
    try:
        candidate.text = decode(data)
        candidate.article = parse(candidate.text)
    except NotAnArticleError as error:
        candidate.error = str(error)
        return candidate
    candidate.page = find_page(candidate.article, index)
    candidate.slug = candidate.page.slug if candidate.page else get_free_slug(candidate.article, index)
    candidate.is_author_known = find_author(candidate.article) is not None
    return candidate


def get_free_name(name: str, names: set[str]) -> str:
    """Return a name that no other file has, since a file is skipped by its name."""
    count = 2
    free = name
    while free in names:
        free, count = f"{name} ({count})", count + 1
    return free


class ImportView(WagtailAdminTemplateMixin, TemplateView):
    """Show what an import would create, then create it.

    The texts of uploaded files come back in hidden fields, since a browser forgets the files.
    """

    template_name = "blog/admin/import.html"
    page_title = gettext_lazy("Import an article")
    header_icon = "download"

    def dispatch(self, request, *args, **kwargs):
        self.index = TrashPage.exclude_from(BlogIndexPage.objects.order_by("path")).first()
        if not self.index or not self.index.permissions_for_user(request.user).can_add_subpage():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict]:
        explore = reverse("wagtailadmin_explore", args=[self.index.pk])
        return [
            *super().get_breadcrumbs_items(),
            {"url": explore, "label": self.index.get_admin_display_title()},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        context = {"form": ImportForm(), "candidates": [], **kwargs}
        context["can_create"] = sum(candidate.is_new for candidate in context["candidates"])
        return super().get_context_data(**context)

    def post(self, request):
        form = ImportForm(request.POST, request.FILES)
        candidates = self.read_candidates(form)
        if form.is_valid() and not candidates:
            form.add_error("text", _("Paste the text of an article, or choose files."))
        if form.is_valid() and "create" in request.POST:
            return self.create(form, candidates)
        return self.render_to_response(self.get_context_data(form=form, candidates=candidates))

    def read_candidates(self, form: ImportForm) -> list[Candidate]:
        """Return the pasted text, the files that were uploaded before, and those uploaded now."""
        is_valid = form.is_valid()
        files = form.cleaned_data.get("files", [])
        names, texts = self.request.POST.getlist("kept_name"), self.request.POST.getlist("kept_text")
        kept = [(name, text.encode(errors="replace")) for name, text in zip(names, texts, strict=False)][:MAX_FILES]
        if len(kept) + len(files) > MAX_FILES:
            error = _("More than %(count)s files. Import them in several steps.")
            form.add_error("files", ValidationError(error, params={"count": MAX_FILES}))
        elif sum(len(data) for _name, data in kept) + sum(file.size for file in files) > MAX_BYTES:
            form.add_error("files", _("Together the files are larger than 1 MiB. Import them in several steps."))
        else:
            for file in files:
                kept.append((get_free_name(file.name, {name for name, _data in kept}), file.read()))
        text = form.cleaned_data["text"].strip() if is_valid else ""
        pasted = [("", text.encode(errors="replace"))] if text else []
        skipped = self.request.POST.getlist("skip")
        return [read_candidate(name, data, self.index, is_skipped=name in skipped) for name, data in pasted + kept]

    def create(self, form: ImportForm, candidates: list[Candidate]):
        """Create a draft of each new article that is not skipped. Show again what was not imported, and why."""
        pages = []
        for candidate in candidates:
            if candidate.is_new and not candidate.is_skipped and not find_page(candidate.article, self.index):
                index = BlogIndexPage.objects.get(pk=self.index.pk)  # each draft changes fields of the tree
                pages.append(create_draft(candidate.article, index, self.request.user))
                message = gettext("The draft “%(title)s” was created. Check it, then publish it.")
                messages.success(self.request, message % {"title": pages[-1].title})
        failed = [candidate for candidate in candidates if not candidate.article]
        if failed or not pages:
            messages.warning(self.request, gettext("Some texts were not imported. See below."))
            form = ImportForm(initial={"text": next((one.text for one in failed if not one.name), "")})
            left = failed or [read_candidate(one.name, one.text.encode(), self.index) for one in candidates]
            return self.render_to_response(self.get_context_data(form=form, candidates=left))
        if len(pages) == 1:
            return redirect("wagtailadmin_pages:edit", pages[0].pk)
        return redirect("wagtailadmin_explore", self.index.pk)
