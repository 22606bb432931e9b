from django.apps import AppConfig
from wagtail.signals import page_published


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self):
        from . import freshness
        from .warming import RECEIVER_ID, prerender_on_publish

        freshness.connect()
        page_published.connect(prerender_on_publish, dispatch_uid=RECEIVER_ID)
