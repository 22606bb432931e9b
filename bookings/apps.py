from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Consultations"

    def ready(self):
        from clinic.addresses.missing import register_private
        from clinic.caching.version import register_content
        from clinic.site.sitemaps import register_view

        from .models import ConsultationSettings, VisitType
        from .services import tasks  # the services also register when a queued message may still leave

        register_view("bookings:consultation")
        register_private("consultation")  # what follows it may be a patient's token
        register_content([ConsultationSettings, VisitType])
        tasks.connect()
