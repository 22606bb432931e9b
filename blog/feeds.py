from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

MAX_ARTICLES = 20


class RSSFeed(Feed):
    """List the newest articles. Dates are midnight on the clinic's clock."""

    feed_type = Rss201rev2Feed

    def __init__(self, index, zone):
        self.index, self.zone = index, zone

    def title(self):
        return self.index.seo_title or self.index.title

    def link(self):
        return self.index.full_url

    def description(self):
        return self.index.meta_description or self.index.introduction

    subtitle = description

    def feed_url(self):
        return f"{self.index.full_url}feed/"

    def items(self):
        return self.index.articles().select_related("author")[:MAX_ARTICLES]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.summary or item.intro

    def item_link(self, item):
        return item.full_url

    def item_pubdate(self, item):
        return datetime.combine(item.date, time.min, self.zone) if item.date else None

    def item_updateddate(self, item):
        return item.last_published_at

    def item_author_name(self, item):
        return str(item.author) if item.author else None

    def item_categories(self, item):
        return [category.name for category in item.categories.all()]


class AtomFeed(RSSFeed):
    feed_type = Atom1Feed

    def feed_url(self):
        return f"{self.index.full_url}feed/atom/"
