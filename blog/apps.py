from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = "Blog"

    def ready(self):
        from clinic.caching.version import register_content

        from . import addresses

        register_content(self.get_models())
        addresses.connect()
