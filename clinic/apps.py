from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        from wagtail import signals
        from wagtail.models import Page, PageViewRestriction, Site

        from .caching import prerender, version
        from .models import ClinicRendition, ContentVersion
        from .seo.graph import register_node
        from .site.context import clinic_node

        # Renditions are saved while pages are rendered.
        own = (model for model in self.get_models() if model not in (ClinicRendition, ContentVersion))
        version.register_content([*own, Page, PageViewRestriction, Site])
        for signal in (
            signals.page_published,
            signals.page_unpublished,
            signals.page_slug_changed,
            signals.post_page_move,
        ):
            signal.connect(version.renew_on_commit, dispatch_uid="clinic.content_version")
        signals.page_published.connect(prerender.prerender_on_publish, dispatch_uid=prerender.RECEIVER_ID)
        register_node(clinic_node)
