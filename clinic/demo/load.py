"""Load the demo clinic from ``data/`` and ``images/``.

The database must not have a home page yet.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.db.models import DecimalField, Model
from django.utils import timezone
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, Site
from wagtail.signals import page_published

from bookings.models import ConsultationSettings, Resource, ResourceKind, VisitType
from clinic.caching import prerender
from clinic.hours.parsing import parse_spans
from clinic.keywords.grouping import add_keywords
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import (
    ClinicImage,
    ClinicProfile,
    OpeningHours,
    PageKeyword,
    PublicHoliday,
    SocialLink,
    WordRule,
    YearlyHoliday,
)

from . import content, requests, users
from .content import DemoDataError, Names, PageFile, errors_in, read_yaml

IMAGES = Path(__file__).parent / "images"
CREDIT = "Drawn for the clinic"

# What other files call it by name: kind, model, and the file that lists them.
SNIPPETS = (
    ("person", "clinic.Person", "people.yaml"),
    ("testimonial", "clinic.Testimonial", "testimonials.yaml"),
    ("why_us", "clinic.WhyChooseUs", "why_us.yaml"),
    ("category", "blog.BlogCategory", "categories.yaml"),
    ("area", "treatments.AreaOfConcern", "areas.yaml"),
    ("synonym", "clinic.Synonym", "synonyms.yaml"),
)
KINDS = {"clinic.ClinicImage": "picture"} | {model: kind for kind, model, _file in SNIPPETS}

# Folder, type of its pages unless a file names another, and the fields that no page there may lack.
SEARCH_FIELDS = ("title", "seo_title", "search_description", "listing_summary", "listing_image")
FACTS = ("area", "introduction", "duration", "price_from", "price_note", "downtime", "results_show", "results_last")
BOTH_SIDES = ("how_often", "what_it_is", "who_it_suits", "who_should_not", "how_it_goes", "afterwards", "side_effects")
STORY = ("author", "categories", "days_ago", "intro", "related_treatments", "sources")
FOLDERS = {
    "pages": ("clinic.StandardPage", SEARCH_FIELDS),
    "treatments": ("treatments.TreatmentPage", (*SEARCH_FIELDS, *FACTS, *BOTH_SIDES, "questions", "sources")),
    "articles": ("blog.BlogPage", (*SEARCH_FIELDS, *STORY)),
}
# Lists of phrases in the data of a page, and what the page is to them.
PAGE_ROLES = {"page_for": PageKeyword.Role.PRIMARY, "supports": PageKeyword.Role.SUPPORTING}


def load(say: Callable[[str], Any], *, with_users: bool, with_requests: bool) -> None:
    """Load all or nothing, and pass a line to ``say`` for each step.

    Requests need users, who answer them.
    """
    loader = Loader(say)
    # Thirty pages are published, and each would render the lists above it.
    page_published.disconnect(dispatch_uid=prerender.RECEIVER_ID)
    try:
        with transaction.atomic():
            loader.run(with_users=with_users, with_requests=with_requests)
    except BaseException:
        loader.remove_files()
        raise
    finally:
        page_published.connect(prerender.prerender_on_publish, dispatch_uid=prerender.RECEIVER_ID)


class Loader:
    def __init__(self, say: Callable[[str], Any]):
        self.say = say
        self.names = Names()
        self.users: dict[str, Any] = {}

    def run(self, *, with_users: bool, with_requests: bool) -> None:
        files = {folder: content.page_files(folder, *needs) for folder, needs in FOLDERS.items()}
        if with_users:
            self.users = users.create()
            self.say(f"Accounts: {', '.join(self.users)}. The password of each is {users.PASSWORD}")
        self.add_pictures()
        self.add_snippets()
        self.add_keywords()
        # All pages are added before any is filled in, so that they can link to each other.
        home, *others = files["pages"]
        self.site = self.show_home(home)
        for parent, children in ((home.slug, others), ("treatments", files["treatments"]), ("blog", files["articles"])):
            for child in children:
                self.add_page(child, self.names.find("page", parent))
        today = self.write_clinic(read_yaml("clinic.yaml")).today(timezone.now())
        for file in (*files["treatments"], *files["articles"], *files["pages"]):
            self.publish(file, today)
        self.say(", ".join(f"{len(found)} {folder}" for folder, found in files.items()) + ".")
        if with_requests:
            count = requests.create(self.users, self.names, self.site)
            self.say(f"{count} example requests; their messages count as sent.")
        call_command("rebuild_references_index", verbosity=0)

    # What pages are made of

    def add_pictures(self) -> None:
        for name, words in read_yaml("pictures.yaml").items():
            file = IMAGES / f"{name}.jpg"
            if not file.exists():
                raise DemoDataError(f"pictures.yaml: The file images/{file.name} is missing.")
            image = ClinicImage(title=words["title"], description=words["alt"], credit=CREDIT)
            image.uploaded_by_user = self.users.get("editor")
            image.file = ContentFile(file.read_bytes(), name=file.name)
            self.names["picture", name] = image
            image.save()

    def remove_files(self) -> None:
        """Remove the copied pictures, which a rollback leaves on the disk."""
        for (kind, _name), image in self.names.items():
            if kind == "picture" and image.file._committed:
                image.file.storage.delete(image.file.name)

    def add_snippets(self) -> None:
        for kind, label, file in SNIPPETS:
            model = apps.get_model(label)
            fields = {field.name for field in model._meta.get_fields()}
            for order, (key, told) in enumerate(read_yaml(file).items()):
                implied = {"slug": key, "sort_order": order, "is_example": True}
                row = self.names[kind, key] = model()
                with errors_in(f"{file}: {key}"):
                    for name, value in ({name: implied[name] for name in implied.keys() & fields} | told).items():
                        self.set_field(row, name, value)
                    row.full_clean()
                row.save()
                row.save_revision(user=self.users.get("editor"), log_action="wagtail.create")

    def add_keywords(self) -> None:
        data = read_yaml("keywords.yaml")
        for place in data["places"]:
            WordRule.objects.create(kind=WordRule.Kind.PLACE, words=place["words"], means=place["means"])
        owner = self.users.get("editor")
        for keyword in add_keywords([ParsedKeyword(phrase) for phrase in data["phrases"]], owner=owner):
            self.names["keyword", keyword.phrase] = keyword

    # Pages

    def show_home(self, file: PageFile) -> Site:
        """Put the home page in the place of Wagtail's welcome page.

        Return the site that shows it.
        """
        root = Page.get_first_root_node()
        Page.objects.child_of(root).filter(slug=file.slug).update(slug="wagtail-welcome")
        home = self.add_page(file, root)
        site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
        site.root_page = home
        site.site_name = read_yaml("clinic.yaml")["profile"]["name"]
        site.save()
        for welcome in Page.objects.child_of(root).filter(slug="wagtail-welcome", numchild=0):
            welcome.delete()
        return site

    def add_page(self, file: PageFile, parent: Page) -> Page:
        """Add a page without its content."""
        page = file.model(slug=file.slug, title=file.fields["title"], live=False, owner=self.users.get("editor"))
        self.names["page", file.slug] = page
        return parent.add_child(instance=page)

    def publish(self, file: PageFile, today: date) -> None:
        page, editor = self.names.find("page", file.slug), self.users.get("editor")
        with errors_in(file.name):
            for name, value in (file.fields | file.sections).items():
                if name == "days_ago":
                    page.date = today - timedelta(days=value)
                else:
                    self.set_field(page, name, value)
            if file.body:
                page.body = content.to_blocks(file.body, self.names)
            page.save_revision(user=editor).publish(user=editor)

    def set_field(self, row: Model, name: str, value: Any) -> None:
        """Set a field from a data file.

        Rows are given by their name, rich text as Markdown.
        """
        if name in PAGE_ROLES:
            groups = {self.names.find("keyword", phrase).group_id: None for phrase in value}
            row.page_keywords.add(*(PageKeyword(group_id=group, role=PAGE_ROLES[name]) for group in groups))
            return
        try:
            field = row._meta.get_field(name)
        except FieldDoesNotExist as error:
            raise DemoDataError(f"There is no field called “{name}”.") from error
        setattr(row, name, self.to_field(field, value))

    def to_field(self, field: Any, value: Any) -> Any:
        if isinstance(field, RichTextField):
            return content.to_html(value, self.names)
        if isinstance(field, StreamField):
            (block,) = field.stream_block.child_blocks
            parts = {"step": content.to_steps, "question": content.to_questions}
            return [(block, part) for part in (parts[block](value, self.names) if block in parts else value)]
        if isinstance(field, DecimalField):
            return Decimal(value)
        if field.one_to_many:
            return [field.related_model(treatment=self.names.find("page", slug)) for slug in value]
        if field.many_to_many:
            return [self.names.find(KINDS[field.related_model._meta.label], name) for name in value]
        if field.is_relation:
            return self.names.find(KINDS[field.related_model._meta.label], value)
        return content.plain(value) if isinstance(value, str) else value

    # The clinic

    def write_clinic(self, data: dict) -> ClinicProfile:
        clinic = ClinicProfile.for_site(self.site)
        for name, value in data["profile"].items():
            self.set_field(clinic, name, value)
        clinic.social_links = [SocialLink(**link) for link in data["social_links"]]
        clinic.save()
        ConsultationSettings.for_site(self.site)
        self.write_hours(data)
        self.add_visit_types(read_yaml("visits.yaml"))
        return clinic

    def write_hours(self, data: dict) -> None:
        hours = OpeningHours(site=self.site)
        for day, spans in data["weekly_hours"].items():
            setattr(hours, day, parse_spans(spans))
        hours.public_holidays = [
            PublicHoliday(name=name, decision=decision)
            for decision, names in data["public_holidays"].items()
            for name in names
        ]
        hours.yearly_holidays = [
            YearlyHoliday(name=day["name"], month=day["month"], day=day["day"], spans=parse_spans(day["hours"]))
            for day in data["yearly_holidays"]
        ]
        hours.save()
        hours.save_revision(user=self.users.get("manager"), log_action="wagtail.create")

    def add_visit_types(self, data: dict) -> None:
        """Add practitioners, with the hours of those who have their own, and the treatments that they perform."""
        for name, week in data["practitioners"].items():
            hours = {day: parse_spans(spans) for day, spans in week.items()}
            Resource.objects.create(name=name, kind=ResourceKind.PRACTITIONER, has_own_hours=bool(week), **hours)
        for order, (name, told) in enumerate(data["visit_types"].items(), start=1):
            performers = told.pop("performed_by")
            made = VisitType(name=name, needs_practitioner=True, is_treatment=True, sort_order=order, **told)
            made.full_clean()
            made.save()
            made.performed_by.set(Resource.objects.filter(name__in=performers))
