from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = "Blog"

    def ready(self):
        from clinic.caching.version import register_content
        from clinic.seo.graph import register_node

        from . import addresses
        from .structured_data import article_nodes, index_nodes

        register_content(self.get_models())
        register_node(article_nodes)
        register_node(index_nodes)
        addresses.connect()
