from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Consultations"

    def ready(self):
        from clinic.site.sitemaps import register_view

        from .services import tasks  # the services also register when a queued message may still leave

        register_view("bookings:consultation")
        tasks.connect()
