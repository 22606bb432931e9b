import gc

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        gc.enable()  # the settings switched it off
        from wagtail import signals
        from wagtail.models import Page, PageViewRestriction, Site

        from .addresses import recording
        from .caching import prerender, version
        from .models import AccountEvent, ClinicRendition, ContentVersion, LimitCount, StaffMail, TrashedPage
        from .seo import changes, structured_data
        from .seo.graph import register_node
        from .undo import history, references

        # Renditions are saved while pages are rendered, and the others are on no page.
        unseen = (AccountEvent, ClinicRendition, ContentVersion, LimitCount, StaffMail, TrashedPage)
        own = (model for model in self.get_models() if model not in unseen)
        version.register_content([*own, Page, PageViewRestriction, Site])
        for signal in (
            signals.page_published,
            signals.page_unpublished,
            signals.page_slug_changed,
            signals.post_page_move,
        ):
            signal.connect(version.renew_on_commit, dispatch_uid="clinic.content_version")
        signals.page_published.connect(changes.note_change, dispatch_uid="clinic.note_change")
        signals.page_published.connect(prerender.prerender_on_publish, dispatch_uid=prerender.RECEIVER_ID)
        history.connect()
        references.connect()
        recording.connect()
        for build in structured_data.BUILDERS:
            register_node(build)
