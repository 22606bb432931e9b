from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import NumberColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from clinic.admin.menu import CONTENT_MENU, SHORTCUT_HOOK, get_add_page_shortcut

from . import importing_hooks  # noqa: F401 registers its hooks
from .models import BlogCategory, BlogIndexPage, BlogPage


class BlogCategoryViewSet(SnippetViewSet):
    model = BlogCategory
    icon = "folder-open-inverse"
    menu_hook = CONTENT_MENU
    menu_label = _("Article categories")
    menu_order = 10
    list_display = ["name", NumberColumn("article_count", label=_("Articles"), sort_key="article_count")]
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        return BlogCategory.objects.annotate(article_count=Count("pages"))


register_snippet(BlogCategoryViewSet)


@hooks.register(SHORTCUT_HOOK, order=100)
def get_article_shortcut(request):
    return get_add_page_shortcut(request, BlogIndexPage, BlogPage, _("Write an article"), "edit")
