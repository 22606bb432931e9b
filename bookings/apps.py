from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Consultations"

    def ready(self):
        from clinic.site.sitemaps import register_view

        from . import services  # noqa: F401  (registers when a queued message may still leave)

        register_view("bookings:consultation")
