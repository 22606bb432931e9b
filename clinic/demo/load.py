"""Writes the demo clinic into a database without a home page."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Site
from wagtail.signals import page_published

from blog.models import BlogCategory, BlogPageTreatment
from bookings.models import ConsultationSettings
from clinic import warming
from clinic.hours.parsing import parse_spans
from clinic.models import (
    ClinicImage,
    ClinicProfile,
    HomeFeaturedTreatment,
    OpeningHours,
    Person,
    PublicHoliday,
    SocialLink,
    Testimonial,
    WhyChooseUs,
    YearlyHoliday,
)
from treatments.models import AreaOfConcern

from . import pages, people, pictures, profile, requests, testimonials, users
from .articles import ARTICLES, CATEGORIES
from .body import Name
from .resolve import resolved
from .treatments import AREAS, TREATMENTS

Values = dict[str, Any]


def load(say: Callable[[str], Any], *, with_users: bool, with_requests: bool) -> None:
    """All or nothing, a line to ``say`` for each step. Requests need users: somebody has to answer them."""
    say(f"Drawing {len(pictures.PICTURES)} pictures.")
    drawn = pictures.draw_all()  # before the transaction, so that nobody else waits for the brush
    loader = Loader(say)
    with quiet_publishing():
        try:
            with transaction.atomic():
                loader.run(drawn, with_users=with_users, with_requests=with_requests)
        except BaseException:
            loader.remove_files()
            raise
    say("Making the sizes in which the pictures are shown.")
    for page in Page.objects.live().filter(depth__gt=1).specific():
        warming.render(page, page.get_site())


@contextmanager
def quiet_publishing() -> Iterator[None]:
    """Each published page also warms the lists above it: for thirty at once that is three times the work."""
    page_published.disconnect(dispatch_uid=warming.RECEIVER_ID)
    try:
        yield
    finally:
        page_published.connect(warming.warm_on_publish, dispatch_uid=warming.RECEIVER_ID)


class Loader:
    def __init__(self, say: Callable[[str], Any]):
        self.say = say
        self.known: dict[Name, Any] = {}
        self.users: dict[str, Any] = {}

    def run(self, drawn: dict[str, bytes], *, with_users: bool, with_requests: bool) -> None:
        if with_users:
            self.users = users.create()
            self.say(f"Accounts: {', '.join(self.users)}. The password of each is {users.PASSWORD}")
        self.keep_pictures(drawn)
        self.make_snippets()
        self.plant_pages()
        site = self.show_home_at_site()
        clinic = self.write_profile(site)
        self.fill_pages(clinic.today(timezone.now()))
        if with_requests:
            self.enter_requests(site)

    # What pages are made of

    def keep_pictures(self, drawn: dict[str, bytes]) -> None:
        for name, picture in pictures.PICTURES.items():
            image = ClinicImage(title=picture.title, description=picture.alt, credit=pictures.CREDIT)
            image.file = ContentFile(drawn[name], name=f"{name}.jpg")
            image.uploaded_by_user = self.users.get("editor")
            image._set_image_file_metadata()
            self.known[Name("picture", name)] = image
            image.save()

    def remove_files(self) -> None:
        """What a rolled-back transaction leaves on the disk."""
        for name, image in self.known.items():
            if name.kind == "picture" and image.file._committed:
                image.file.storage.delete(image.file.name)

    def make_snippets(self) -> None:
        self.make("person", Person, _in_order(people.PEOPLE.items()))
        self.make("testimonial", Testimonial, testimonials.TESTIMONIALS.items(), is_example=True)
        self.make("why_us", WhyChooseUs, testimonials.WHY_US.items())
        self.make("category", BlogCategory, ((name, {"name": name, "slug": slug}) for name, slug in CATEGORIES.items()))
        areas = ((slug, {"slug": slug, "name": name, "introduction": words}) for slug, name, words in AREAS)
        self.make("area", AreaOfConcern, _in_order(areas))
        self.say(f"{len(people.PEOPLE)} people, {len(testimonials.TESTIMONIALS)} testimonials marked as examples.")

    def make(self, kind: str, model: type, rows: Iterable[tuple[str, Values]], **same: Any) -> None:
        for key, values in rows:
            self.known[Name(kind, key)] = model.objects.create(**self.resolved(values), **same)

    def resolved(self, values: Values) -> Values:
        return resolved(values, self.known)

    # The tree first, so that every page can link to every other; then the content.

    def plant_pages(self) -> None:
        root = Page.get_first_root_node()
        # Wagtail's welcome page has the home page's place; it goes as soon as the site does not point to it.
        Page.objects.child_of(root).filter(slug=pages.HOME["slug"]).update(slug="wagtail-welcome")
        home = self.plant(root, "clinic.HomePage", pages.HOME)
        for model, values in pages.BELOW_HOME:
            self.plant(home, model, values)
        for treatment in TREATMENTS:
            self.plant(self.page("treatments"), "treatments.TreatmentPage", treatment.fields())
        for article in ARTICLES:
            self.plant(self.page("blog"), "blog.BlogPage", article.fields())

    def plant(self, parent: Page, model: str, values: Values) -> Page:
        page = apps.get_model(model)(
            slug=values["slug"], title=values["title"], live=False, owner=self.users.get("editor")
        )
        parent.add_child(instance=page)
        self.known[Name("page", page.slug)] = page
        return page

    def page(self, slug: str) -> Page:
        return self.known[Name("page", slug)]

    def fill_pages(self, today: date) -> None:
        for _model, values in pages.BELOW_HOME:
            self.publish(self.page(values["slug"]), values)
        for treatment in TREATMENTS:
            self.publish(self.page(treatment.slug), treatment.fields())
        self.say(f"{len(pages.BELOW_HOME)} pages and {len(TREATMENTS)} treatments.")
        for article in ARTICLES:
            page = self.page(article.slug)
            page.date = today - timedelta(days=article.days_ago)
            page.related_treatments = [BlogPageTreatment(treatment=self.page(slug)) for slug in article.treatments]
            self.publish(page, article.fields())
        self.say(
            f"{len(ARTICLES)} articles, the newest of {today - timedelta(days=min(a.days_ago for a in ARTICLES))}."
        )
        home = self.page(pages.HOME["slug"])
        home.featured_treatments = [HomeFeaturedTreatment(treatment=self.page(slug)) for slug in pages.FEATURED]
        self.publish(home, pages.HOME)
        self.say("The home page.")

    def publish(self, page: Page, values: Values) -> None:
        for field, value in self.resolved(values).items():
            if field == "keywords":
                page.keywords.set(value)
            else:
                setattr(page, field, value)
        editor = self.users.get("editor")
        page.save_revision(user=editor).publish(user=editor)

    # The clinic

    def show_home_at_site(self) -> Site:
        home = self.page(pages.HOME["slug"])
        site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
        site.root_page, site.site_name = home, profile.PROFILE["name"]
        site.save()
        for welcome in Page.objects.sibling_of(home, inclusive=False).filter(slug="wagtail-welcome", numchild=0):
            welcome.delete()
        return site

    def write_profile(self, site: Site) -> ClinicProfile:
        clinic = ClinicProfile.for_site(site)
        for field, value in profile.PROFILE.items():
            setattr(clinic, field, value)
        clinic.social_links = [SocialLink(name=name, url=url) for name, url in profile.SOCIAL_LINKS]
        clinic.save()
        holidays = self.write_hours(site)
        ConsultationSettings.for_site(site)
        self.say(f"Profile, opening hours with {holidays} holidays, consultation form.")
        return clinic

    def write_hours(self, site: Site) -> int:
        times = parse_spans(profile.OPENING_TIMES)
        hours = OpeningHours(site=site, **dict.fromkeys(profile.OPEN_WEEKDAYS, times))
        decided = {
            PublicHoliday.Decision.CLOSED: profile.CLOSED_HOLIDAYS,
            PublicHoliday.Decision.AS_USUAL: profile.USUAL_HOLIDAYS,
        }
        hours.public_holidays = [
            PublicHoliday(name=name, decision=decision) for decision, names in decided.items() for name in names
        ]
        hours.yearly_holidays = [
            YearlyHoliday(name=name, month=month, day=day, spans=parse_spans(spans))
            for name, month, day, spans in profile.SHORT_HOLIDAYS
        ]
        hours.save()
        hours.save_revision(user=self.users.get("manager"), log_action="wagtail.create")
        return len(hours.public_holidays.all()) + len(hours.yearly_holidays.all())

    def enter_requests(self, site: Site) -> None:
        ids = {name.name: row.pk for name, row in self.known.items() if name.kind == "page"}
        count = requests.create(self.users, ids, ConsultationSettings.for_site(site), site)
        self.say(f"{count} example requests; their mails count as sent.")


def _in_order(rows: Iterable[tuple[str, Values]]) -> Iterable[tuple[str, Values]]:
    return ((key, {**values, "sort_order": place}) for place, (key, values) in enumerate(rows))
