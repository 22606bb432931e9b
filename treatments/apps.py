from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = "Treatments"

    def ready(self):
        from clinic.caching.version import register_content
        from clinic.seo.graph import register_node
        from clinic.site.offers import register_treatments

        from . import offers, prices, structured_data

        register_content(self.get_models())
        register_treatments(offers.get_offered)
        register_node(structured_data.treatment_nodes)
        register_node(structured_data.index_nodes)
        prices.connect()
