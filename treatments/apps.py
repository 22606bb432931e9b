from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = "Treatments"

    def ready(self):
        from clinic.caching.version import register_content
        from clinic.site.offers import register_treatments

        from . import offers

        register_content(self.get_models())
        register_treatments(get_offered=offers.get_offered, get_titles=offers.get_titles)
