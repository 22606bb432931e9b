from wagtail import hooks
from wagtail.models import RevisionMixin

from clinic.models import OpeningHours

from .history import save_first_version


@hooks.register("before_edit_page")
def keep_first_version_of_page(request, page):
    save_first_version(request, page)


@hooks.register("before_edit_snippet")
def keep_first_version_of_snippet(request, instance):
    # The editor of the hours does this itself, after it has looked for changes by somebody else.
    if isinstance(instance, RevisionMixin) and not isinstance(instance, OpeningHours):
        save_first_version(request, instance)
