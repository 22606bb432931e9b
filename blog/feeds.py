from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from wagtail.rich_text import expand_db_html

from clinic.text import drop_unwanted_inside

from .feed_content import clean_for_feed

MAX_ARTICLES = 20


class CleanMixin:
    """Drop what XML cannot hold. A reader refuses the whole feed for one such character."""

    def __init__(self, *args, **kwargs):
        super().__init__(*drop_unwanted_inside([*args]), **drop_unwanted_inside(kwargs))

    def add_item(self, *args, **kwargs):
        super().add_item(*drop_unwanted_inside([*args]), **drop_unwanted_inside(kwargs))


class CleanRSS(CleanMixin, Rss201rev2Feed):
    def root_attributes(self):
        return {**super().root_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item.get("content"):
            handler.addQuickElement("content:encoded", item["content"])


class CleanAtom(CleanMixin, Atom1Feed):
    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item.get("content"):
            handler.addQuickElement("content", item["content"], {"type": "html"})


def get_permanent_id(page) -> str:
    """Return an id that outlives every address of the page: readers show an article again when its id changes."""
    return page.translation_key.urn


class RSSFeed(Feed):
    """List the newest articles with their whole text. Dates are midnight on the clinic's clock."""

    feed_type = CleanRSS
    item_guid_is_permalink = False

    def __init__(self, index, profile):
        self.index, self.zone, self.clinic = index, profile.zone, profile.name

    def author_name(self):
        return self.clinic

    def title(self):
        return self.index.seo_title or self.index.title

    def link(self):
        return self.index.full_url

    def description(self):
        return self.index.meta_description

    subtitle = description

    def feed_url(self):
        return f"{self.index.full_url}feed/"

    def feed_guid(self):
        return get_permanent_id(self.index)

    def items(self):
        return self.index.articles(with_text=True)[:MAX_ARTICLES]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.summary

    def item_guid(self, item):
        return get_permanent_id(item)

    def item_link(self, item):
        return item.full_url

    def item_pubdate(self, item):
        return datetime.combine(item.date, time.min, self.zone) if item.date else None

    def item_updateddate(self, item):
        return item.content_date or self.item_pubdate(item)

    def item_extra_kwargs(self, item):
        html = item.body.render_as_block() + expand_db_html(item.sources)
        return {"content": clean_for_feed(html, item.full_url)}

    def item_author_name(self, item):
        return str(item.author) if item.author else None

    def item_categories(self, item):
        return [category.name for category in item.categories.all()]


class AtomFeed(RSSFeed):
    feed_type = CleanAtom

    def feed_url(self):
        return f"{self.index.full_url}feed/atom/"
