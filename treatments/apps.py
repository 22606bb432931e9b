from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = "Treatments"

    def ready(self):
        from clinic.caching.version import register_content
        from clinic.site.offers import register_treatments

        from . import offers

        register_content(self.get_models())
        register_treatments(offers.get_offered)
