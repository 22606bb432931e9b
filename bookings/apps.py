from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Consultations"

    def ready(self):
        from clinic.site.sitemaps import register_view

        register_view("bookings:consultation")
