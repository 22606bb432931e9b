"""Group keywords in the admin: move phrases by drag or form, merge spellings, undo."""

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from .access import ChangeView, KeywordAccessMixin
from .grouping import ChangedSinceError, find_mergeable, list_active_groups, merge, move_keywords, split, undo
from .list_views import breadcrumbs
from .matching import keys_in
from .models import Keyword, KeywordGroup, PageKeyword, Regrouping
from .parsing import MAX_LENGTH

GROUPS_PER_PAGE = 50
LATEST = 5


class GroupsView(KeywordAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show the groups with their phrases, spellings that could be merged, and the latest changes."""

    template_name = "clinic/admin/keywords/groups.html"
    page_title = gettext_lazy("Keyword groups")
    header_icon = "tag"

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*super().get_breadcrumbs_items(), *breadcrumbs(self.page_title)]

    def get_context_data(self, **kwargs) -> dict:
        query = self.request.GET.get("q", "").strip()
        groups = list_groups()
        if query:
            groups = groups.filter(Q(name__icontains=query) | Q(keywords__phrase__icontains=query)).distinct()
        paginator = Paginator(groups, GROUPS_PER_PAGE)
        return super().get_context_data(
            groups=paginator.get_page(self.request.GET.get("p")),
            query=query,
            names=list_active_groups().values_list("name", flat=True),
            mergeable=find_mergeable(),
            changes=Regrouping.objects.select_related("made_by")[:LATEST],
            **kwargs,
        )


def list_groups():
    """Return the groups with their phrases and pages, for lists."""
    phrases = Keyword.objects.filter(merged_into=None).order_by("phrase").prefetch_related("merged")
    pages = PageKeyword.objects.filter(is_live=True, role=PageKeyword.Role.PRIMARY).select_related("page")
    return list_active_groups().prefetch_related(
        Prefetch("keywords", phrases, to_attr="phrases"), Prefetch("page_keywords", pages, to_attr="primary")
    )


class GroupChangeView(ChangeView):
    list_url_name = "keyword_groups"

    def get_keywords(self, name: str = "keyword") -> list[Keyword]:
        chosen = [pk for pk in self.request.POST.getlist(name) if pk.isdecimal() and len(pk) < 19]
        return list(Keyword.objects.filter(pk__in=chosen).select_related("group").order_by("phrase"))


class MoveView(GroupChangeView):
    """Move the chosen phrases to the group with the typed name, or to a new group."""

    def post(self, request: HttpRequest) -> HttpResponse:
        keywords = self.get_keywords()
        name = " ".join(request.POST.get("to", "").split())
        if not keywords:
            messages.error(request, _("Choose at least one phrase to move."))
        elif not name:
            messages.error(request, _("Type the name of a group, or choose one."))
        elif len(name) > MAX_LENGTH:
            messages.error(request, _("A name has at most %(count)s characters.") % {"count": MAX_LENGTH})
        else:
            group = KeywordGroup.objects.filter(merged_into=None, name__iexact=name).order_by("pk").first()
            moved = [keyword for keyword in keywords if not group or keyword.group_id != group.pk]
            if moved:
                group = group or KeywordGroup.objects.create(name=name)
                messages.success(request, move_keywords(moved, group, request.user).summary)
            else:
                messages.info(request, _("They are in “%(group)s” already.") % {"group": group})
        return self.go_back()


class MergeView(GroupChangeView):
    """Merge keywords that are spellings of one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        keywords = [keyword for keyword in self.get_keywords() if keyword.merged_into_id is None]
        into = next((one for one in keywords if str(one.pk) == request.POST.get("into")), None)
        if not into or len({keys_in(keyword.phrase) for keyword in keywords}) != 1 or len(keywords) < 2:
            messages.error(request, _("These keywords changed meanwhile. Choose again."))
        else:
            messages.success(request, merge(keywords, into, request.user).summary)
        return self.go_back()


class SplitView(GroupChangeView):
    """Make a merged spelling a keyword of its own again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        keyword = get_object_or_404(Keyword, pk=pk)
        split(keyword)
        messages.success(request, _("“%(phrase)s” is a keyword of its own again.") % {"phrase": keyword})
        return self.go_back()


class UndoView(GroupChangeView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            is_undone = undo(get_object_or_404(Regrouping, pk=pk))
        except ChangedSinceError:
            messages.error(request, _("These groups changed again. Undo the later change first."))
        else:
            text = _("The change was undone.") if is_undone else _("This change was undone before.")
            messages.success(request, text)
        return self.go_back()
