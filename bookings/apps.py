from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Consultations"

    def ready(self):
        from clinic.caching.version import register_content
        from clinic.site.sitemaps import register_view

        from .models import ConsultationSettings, VisitType
        from .services import tasks  # the services also register when a queued message may still leave

        register_view("bookings:consultation")
        register_content([ConsultationSettings, VisitType])
        tasks.connect()
