"""Add our own checks to Wagtail's content checks, which it runs in the preview and on the page."""

from django.forms import Media
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.userbar import ContentCheckerItem

# What each rule looks at. The checks themselves are in content-checks.js.
RULES = {
    "clinic-keyword": ("main h1", "moderate"),
    "clinic-description": ("main h1", "moderate"),
    "clinic-title-length": ("main h1", "minor"),
    "clinic-one-first-heading": ("main h1", "moderate"),
    "clinic-link-words": ("main a[href]", "serious"),
    "clinic-picture-description": ("main .figure img", "serious"),
}
MESSAGES = {
    "clinic-keyword": {
        "error_name": _("A keyword of this page is not where people look first"),
        "help_text": _("Say it in the title, the first heading or the opening paragraph. The Search panel names it."),
    },
    "clinic-description": {
        "error_name": _("The page has no description of its own"),
        "help_text": _("Write one or two sentences for search engines under Promote. Until then they get the tagline."),
    },
    "clinic-title-length": {
        "error_name": _("Search engines cut the title"),
        "help_text": _("Put the words that matter first, or type a shorter title for search engines under Promote."),
    },
    "clinic-one-first-heading": {
        "error_name": _("The page has two first headings"),
        "help_text": _("Make this one a heading of the second level. The title of the page is the first heading."),
    },
    "clinic-link-words": {
        "error_name": _("The words of this link do not say where it leads"),
        "help_text": _("Link words that name the page behind it, for example “prices of fillers”."),
    },
    "clinic-picture-description": {
        "error_name": _("This picture has no description"),
        "help_text": _("Say what it shows in its alt text, for those who cannot see it. Search engines read it, too."),
    },
    "empty-meta-description": {
        "error_name": _("The description for search engines is empty"),
        "help_text": _("Write one or two sentences for search engines under Promote."),
    },
}
# The whole words of a link, in small letters.
EMPTY_WORDS = (
    "click", "click here", "click this", "click for more", "continue", "details", "find out more", "go", "here",
    "info", "learn more", "link", "more", "more here", "more info", "more information", "page", "read", "read here",
    "read more", "see here", "see more", "see this", "this", "this article", "this link", "this page", "this post",
    "website",
)  # fmt: skip
OPTIONS = {
    "clinic-title-length": {"pixels": 600, "font": "20px Arial, sans-serif"},
    "clinic-link-words": {"words": EMPTY_WORDS},
}


class ClinicContentChecker(ContentCheckerItem):
    axe_run_only = [*ContentCheckerItem.axe_run_only, *RULES]
    axe_custom_rules = [
        *ContentCheckerItem.axe_custom_rules,
        *(
            {
                "id": name,
                "impact": impact,
                "selector": selector,
                "tags": ["best-practice"],
                "any": [f"check-{name}"],
                "enabled": True,
            }
            for name, (selector, impact) in RULES.items()
        ),
    ]
    axe_custom_checks = [
        *ContentCheckerItem.axe_custom_checks,
        *({"id": f"check-{name}", "options": OPTIONS.get(name, {})} for name in RULES),
    ]
    axe_messages = {**ContentCheckerItem.axe_messages, **MESSAGES}

    @property
    def media(self) -> Media:
        return Media(js=[versioned_static("clinic/admin/content-checks.js")])


@hooks.register("construct_wagtail_userbar")
def use_own_checks(request: HttpRequest, items: list, page) -> None:
    items[:] = [
        ClinicContentChecker(in_editor=item.in_editor) if isinstance(item, ContentCheckerItem) else item
        for item in items
    ]
