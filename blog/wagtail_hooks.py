from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from clinic.admin.columns import PageCountColumn, count_pages
from clinic.admin.menu import CONTENT_MENU, SHORTCUT_HOOK, get_add_page_shortcut
from clinic.admin.ordering import SnippetViewSet

from . import importing_hooks  # noqa: F401 registers its hooks
from .models import BlogCategory, BlogIndexPage, BlogPage


class BlogCategoryViewSet(SnippetViewSet):
    model = BlogCategory
    icon = "folder-open-inverse"
    menu_hook = CONTENT_MENU
    menu_label = _("Article categories")
    menu_order = 10
    list_display = ["name", PageCountColumn(_("Articles"))]
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        return BlogCategory.objects.annotate(**count_pages("pages"))


register_snippet(BlogCategoryViewSet)


@hooks.register(SHORTCUT_HOOK, order=100)
def get_article_shortcut(request):
    return get_add_page_shortcut(request, BlogIndexPage, BlogPage, _("Write an article"), "edit")
