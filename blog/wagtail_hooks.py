from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.tables import NumberColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from clinic.admin.menu import CONTENT_MENU, SHORTCUT_HOOK, Shortcut

from .models import BlogCategory, BlogIndexPage


class BlogCategoryViewSet(SnippetViewSet):
    model = BlogCategory
    icon = "folder-open-inverse"
    menu_hook = CONTENT_MENU
    menu_label = gettext_lazy("Article categories")
    menu_order = 10
    list_display = ["name", NumberColumn("article_count", label=gettext_lazy("Articles"), sort_key="article_count")]
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        return BlogCategory.objects.annotate(article_count=Count("pages"))


register_snippet(BlogCategoryViewSet)


@hooks.register(SHORTCUT_HOOK, order=100)
def get_article_shortcut(request):
    index = BlogIndexPage.objects.first()
    if index and index.permissions_for_user(request.user).can_add_subpage():
        return Shortcut(
            _("Write an article"), reverse("wagtailadmin_pages:add", args=["blog", "blogpage", index.pk]), "edit"
        )
    return None
