import gc

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        gc.enable()  # the settings switched it off
        from wagtail import signals
        from wagtail.models import Page, PageViewRestriction, Site

        from . import models
        from .addresses import recording
        from .caching import prerender, version
        from .keywords import publishing, search_console
        from .seo.graph import register_node
        from .site.context import clinic_node
        from .undo import history, references

        # Renditions are saved while pages are rendered, and the others are on no page.
        unseen = (
            models.AccountEvent, models.ClinicRendition, models.ContentVersion, models.GroupTraffic,
            models.IgnoredQuery, models.Keyword, models.KeywordGroup, models.LimitCount, models.PageKeyword,
            models.Regrouping, models.SearchPeriod, models.SearchResult, models.SearchUpload, models.StaffMail,
            models.TrashedPage, models.WordRule,
        )  # fmt: skip
        own = (model for model in self.get_models() if model not in unseen)
        version.register_content([*own, Page, PageViewRestriction, Site])
        for signal in (
            signals.page_published,
            signals.page_unpublished,
            signals.page_slug_changed,
            signals.post_page_move,
        ):
            signal.connect(version.renew_on_commit, dispatch_uid="clinic.content_version")
        signals.page_published.connect(prerender.prerender_on_publish, dispatch_uid=prerender.RECEIVER_ID)
        history.connect()
        references.connect()
        recording.connect()
        publishing.connect()
        search_console.connect()
        register_node(clinic_node)
