"""Let editors choose when a page goes live, and say it in words."""

from django.db.models import CharField, Min, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import PublishingPanel
from wagtail.models import Page, Revision
from wagtail.query import PageQuerySet

from clinic.hours.formatting import format_moment, format_when
from clinic.undo.models import TrashPage

LAST_YEAR = 2100  # typed years beyond it are slips, and databases cannot hold the last ones


class SchedulePanel(PublishingPanel):
    """Name the two times in the words of the dashboard."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        goes_live, ends = self.children
        goes_live.heading = gettext_lazy("Goes live")
        goes_live.help_text = gettext_lazy("Leave it blank to go live when you publish.")
        ends.heading = gettext_lazy("Comes off the site")
        ends.help_text = gettext_lazy("Leave it blank to keep the page on the site.")


class SchedulePageForm(WagtailAdminPageForm):
    def clean(self):
        cleaned = super().clean()
        for name in ("go_live_at", "expire_at"):
            if (moment := cleaned.get(name)) and moment.year > LAST_YEAR:
                self.add_error(name, _("Choose a time before the year %(year)s.") % {"year": LAST_YEAR + 1})
        moment = cleaned.get("go_live_at")
        # A page that went live on its date keeps this date, and can be edited.
        if moment and "go_live_at" in self.changed_data and moment <= timezone.now():
            text = _("%(moment)s is in the past. Choose a later time, or leave it blank to publish now.")
            self.add_error(
                "go_live_at", text % {"moment": format_moment(timezone.localtime(moment), timezone.localtime().year)}
            )
        return cleaned


def with_schedule(pages: PageQuerySet) -> PageQuerySet:
    """Add to each page when its approved version goes live: ``goes_live_at``, or None."""
    due = Revision.page_revisions.filter(
        object_id=Cast(OuterRef("pk"), output_field=CharField()), approved_go_live_at__isnull=False
    )
    first = due.values("object_id").annotate(first=Min("approved_go_live_at")).values("first")
    return pages.annotate(goes_live_at=Subquery(first)).annotate_approved_schedule()


def describe_status(page: Page) -> str:
    """Return whether the page is live, and what will happen to it: "goes live Tue 9 am"."""
    now = timezone.localtime()
    if not page.live and TrashPage.holds(page):
        return _("in the trash")
    if page.approved_schedule:
        moment = page.goes_live_at if hasattr(page, "goes_live_at") else page.scheduled_revision.approved_go_live_at
        text = _("live, changes go live %(when)s") if page.live else _("goes live %(when)s")
        return text % {"when": format_when(timezone.localtime(moment), now)}
    if not page.live:
        return _("expired") if page.expired else _("draft")
    if page.has_unpublished_changes:
        return _("live, with changes")
    if page.expire_at:
        return _("live until %(when)s") % {"when": format_when(timezone.localtime(page.expire_at), now)}
    return _("live")
