import gc

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        gc.enable()  # the settings switched it off
        from django.db.models.signals import post_delete, post_save
        from wagtail import signals
        from wagtail.documents.models import Document
        from wagtail.models import Page, PageViewRestriction, Site

        from . import models
        from .addresses import recording
        from .caching import prerender, version
        from .indexnow import queue as indexnow
        from .keywords import page_reading, publishing, search_console
        from .seo import changes, structured_data
        from .seo.graph import register_node
        from .undo import history, references

        # Renditions are saved while pages are rendered, and the others are on no page.
        unseen = (
            models.AccountEvent, models.AlikePages, models.ClinicRendition, models.ContentVersion, models.GoneAddress,
            models.GroupTraffic, models.IgnoredLink, models.IgnoredQuery, models.IndexNow, models.IndexNowLog,
            models.Keyword, models.KeywordGroup, models.LimitCount, models.MissingAddress, models.PageEvidence,
            models.PageKeyword, models.PageLink, models.PageReading, models.PageWithoutKeyword, models.QueuedAddress,
            models.Regrouping, models.SearchDay, models.SearchPeriod, models.SearchPhrase, models.SearchResult,
            models.SearchUpload, models.SignatureBand, models.SiteCheck, models.SiteFinding, models.StaffMail,
            models.TrashedPage, models.WordRule,
        )  # fmt: skip
        own = (model for model in self.get_models() if model not in unseen)
        version.register_content([*own, Document, Page, PageViewRestriction, Site])
        # A page that was kept names the file of a size that is gone.
        post_delete.connect(
            version.renew_on_commit, sender=models.ClinicRendition, dispatch_uid="clinic.content_version"
        )
        for signal in (
            signals.page_published,
            signals.page_unpublished,
            signals.page_slug_changed,
            signals.post_page_move,
        ):
            signal.connect(version.renew_on_commit, dispatch_uid="clinic.content_version")
        changes.connect()
        signals.page_published.connect(prerender.prerender_on_publish, dispatch_uid=prerender.RECEIVER_ID)
        post_save.connect(prerender.prerender_on_save, sender=models.Person, dispatch_uid=prerender.RECEIVER_ID)
        history.connect()
        references.connect()
        recording.connect()
        publishing.connect()
        page_reading.connect()
        indexnow.connect()
        search_console.connect()
        for build in structured_data.BUILDERS:
            register_node(build)
