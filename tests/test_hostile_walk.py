"""Walk every URL with every role and hostile values: no answer is 500.

Each address is opened by each role. Then every query parameter that its view reads and every field of its forms gets
hostile values, many in one request. By default each parameter gets a few of them, with EVERY_VALUE=1 all.
"""

import io
import itertools
import logging
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from PIL import Image
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    Site,
    Task,
    UploadedFile,
    Workflow,
)

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from bookings.messaging.links import get_receipt_path, get_visit_path
from bookings.models import Appointment, Resource, VisitType
from clinic import models as clinic_models
from clinic.demo import load
from clinic.keywords.console_files import read_export
from clinic.keywords.search_console import ignore_query, keep_upload, save_export
from clinic.management.commands import load_demo as load_demo_command
from clinic.models import (
    Announcement,
    ClinicImage,
    ContactPage,
    GoneAddress,
    HomePage,
    Keyword,
    KeywordGroup,
    MissingAddress,
    OpeningHours,
    PageEvidence,
    Person,
    Regrouping,
    SearchPhrase,
    StandardPage,
    Synonym,
    WhyChooseUs,
    WordRule,
)
from clinic.site.heartbeat import WorkerHeartbeat
from clinic.undo.trash import move_to_trash
from tests import factories, sizes
from tests.addresses import SETTINGS, SNIPPETS, read_rows
from tests.hostile_values import BODIES, HEADERS, PATH_TEXTS, TEXTS
from treatments.models import AreaOfConcern, TreatmentIndexPage, TreatmentPage

ANONYMOUS = "anonymous"
SUPERUSER = "admin"
DAYS = ("first_day", "last_day")
SEARCHES = b"query,page,clicks,impressions\nbotox,/a/,1,2\nbotox party,/b/,1,2\n"
ROLES = (ANONYMOUS, "editor", "frontdesk", "clinician", "manager", SUPERUSER)
size = partial(sizes.size, variable="EVERY_VALUE")
PARTS = size(2, 3)  # of the fields of a form, a half or a third are hostile at once
ROWS = read_rows()
TWINS = size({pattern for pattern, _address in ROWS if any(name in pattern for name in list(SNIPPETS)[1:])}, set())
AREAS = {}  # the numbered rows of each part of the site
for row in enumerate(ROWS):
    parts = row[1][0].split("/")
    AREAS.setdefault(parts[1] if parts[0] == "admin" and parts[1:] else "site", []).append(row)


def list_patterns(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        whole = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from list_patterns(pattern, whole)
        else:
            yield whole


class RecordingQueryDict(QueryDict):
    """Remember the name of every parameter that a view asks for."""

    asked: set[str] = set()

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self.asked.add(key)
        return super().__contains__(key)

    def getlist(self, key, default=None):
        self.asked.add(key)
        return super().getlist(key, default)


class Walk:
    """Send requests as any role, undo what they did, and count."""

    def __init__(self, objects):
        self.objects = objects
        self.counts = Counter()
        self.failures = {}
        self.clients = {}
        self.cookies = {}
        for role in ROLES:
            # Checks against forgery are on, as for a browser: every form posts its token.
            client = self.clients[role] = Client(enforce_csrf_checks=True, raise_request_exception=False)
            if role != ANONYMOUS:
                client.force_login(factories.make_user(role))
            client.cookies["csrftoken"] = "a" * 32
            self.cookies[role] = client.cookies.output(header="", sep=";")

    @contextmanager
    def undone(self, role):
        """Undo what a request does to the database and to the cookies of the role."""
        with transaction.atomic():
            yield self.clients[role]
            transaction.set_rollback(True)
        self.clients[role].cookies = SimpleCookie(self.cookies[role])

    def get(self, role, address, data=None):
        return self.send(role, "get", address, data or {}, len(data or ()) or 1)

    def post(self, role, address, data, combinations=None, **headers):
        headers.setdefault("headers", {"X-CSRFToken": "a" * 32})
        return self.send(role, "post", address, data, combinations or len(data) or 1, **headers)

    def send(self, role, method, address, data, combinations, **headers):
        self.counts["requests"] += 1
        self.counts["combinations"] += combinations
        with self.undone(role) as client:
            if isinstance(data, bytes):  # as it is, whatever its charset says
                response = client.generic("POST", address, data, **headers)
            else:
                response = getattr(client, method)(address, data, **headers)
            if response.status_code >= 500:
                self.fail(role, method, address, data, response)
            elif not response.streaming:
                self.counts[f"answers of {response.status_code}"] += 1
            else:
                b"".join(response)  # to its end, which closes the file
        return response

    def fail(self, role, method, address, data, response):
        kind, error, trace = getattr(response, "exc_info", None) or (None, None, None)
        frames = []
        while trace:
            code = trace.tb_frame.f_code
            frames.append(f"{'/'.join(code.co_filename.split('/')[-3:])}:{trace.tb_lineno}")
            trace = trace.tb_next
        key = (getattr(kind, "__name__", response.status_code), frames[-1] if frames else "")
        data = {name: str(value)[:40] for name, value in data.items()} if isinstance(data, dict) else data[:80]
        self.failures.setdefault(key, []).append(
            (role, method, address[:120], str(data)[:400], str(error)[:200], frames[-6:])
        )


def rotated(names, values, start, chosen=lambda place: True):
    """Return a hostile value for each chosen name, each another one."""
    places = (place for place in range(len(names)) if chosen(place))
    found = {names[place]: values[(start + place) % len(values)] for place in places}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def find_names(soup, address) -> set[str]:
    """Return the names of the query parameters in links and search forms of the page."""
    names = {field["name"] for field in soup.select("form[method=get i] [name], form:not([method]) [name]")}
    for link in soup.select('a[href*="?"]'):
        parts = urlsplit(link["href"])
        if parts.path in ("", address):
            names |= {name for name, _value in parse_qsl(parts.query)}
    return names


def find_forms(soup, address):
    """Yield target, fields and buttons of the forms that are posted."""
    for form in soup.select("form[method=post i]"):
        fields, buttons = {}, []
        for field in soup.select(f'[form="{form.get("id")}"]') + form.select("[name]"):
            name, kind = field.get("name"), field.get("type", "")
            if not name or name == "csrfmiddlewaretoken":
                continue
            if field.name == "button" or kind in ("submit", "image"):
                buttons.append((name, field.get("value", "")))
            elif field.name == "select":
                chosen = field.select_one("option[selected]") or field.select_one("option")
                fields[name] = chosen.get("value", "") if chosen else ""
            elif field.name == "textarea":
                fields[name] = field.get_text()
            elif kind not in ("checkbox", "radio") or field.has_attr("checked") or name not in fields:
                fields[name] = field.get("value", "")
        target = form.get("action") or address
        if fields or buttons:
            yield target if target.startswith("/") else address, fields, buttons or [None]


# The demo, and one object for each row


@pytest.fixture(scope="module")
def walk(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for file in load.IMAGES.iterdir():
        Image.new("RGB", (64, 48), "#777").save(folder / file.name)
    cache.clear()
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "IMAGES", folder)
        patch.setattr(load_demo_command, "call_command", lambda name: None)
        factories.remove_home()
        call_command("load_demo", "--with-users", verbosity=0, stdout=io.StringIO())
        walk = Walk(make_objects())
        patch.setattr("django.core.handlers.wsgi.QueryDict", RecordingQueryDict)
        patch.setattr("django.http.request.QueryDict", RecordingQueryDict)
        logging.disable()  # ten thousand refused requests
        yield walk
        logging.disable(logging.NOTSET)
        print(f"\nHostile walk: {len(ROWS)} addresses, {len(ROLES)} roles, {dict(walk.counts)}")  # noqa: T201
        transaction.set_rollback(True)


def make_objects() -> dict[str, str]:
    """Return what stands for the names in the rows."""
    article, home = BlogPage.objects.live().first(), HomePage.objects.get()
    user = factories.make_user("editor")
    draft = Page.objects.get(pk=article.pk).specific
    revision = draft.save_revision(user=user)
    workflow, task = Workflow.objects.first(), Task.objects.first()
    state = workflow.start(draft, user)
    document = Document.objects.create(title="Price list", file=ContentFile(b"%PDF-1.4", name="a.pdf"))
    document.file.close()
    image = ClinicImage.objects.first()
    collection = Collection.get_first_root_node().add_child(instance=Collection(name="Letters"))
    uploads = {
        name: UploadedFile.objects.create(
            for_content_type=ContentType.objects.get_for_model(model),
            file=ContentFile(b"a", name="a.txt"),
            uploaded_by_user=user,
        )
        for name, model in (("uploaded_image", ClinicImage), ("uploaded_document", Document))
    }
    hours = OpeningHours.objects.get()
    visit = Appointment.objects.live().filter(starts_at__gt=timezone.now()).first()
    private = BlogIndexPage.objects.get().add_child(instance=BlogPage(title="Private", date=date(2026, 1, 2)))
    deleted = BlogIndexPage.objects.get().add_child(instance=BlogPage(title="Deleted", date=date(2026, 1, 2)))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    WorkerHeartbeat.record()
    found = {
        "article": article,
        "home": home,
        "blog": BlogIndexPage.objects.get(),
        "treatments": TreatmentIndexPage.objects.get(),
        "treatment": TreatmentPage.objects.first(),
        "standard": StandardPage.objects.first(),
        "contact": ContactPage.objects.first(),
        "revision": revision,
        "workflow": workflow,
        "task": task,
        "workflow_state": state,
        "task_state": state.current_task_state,
        "document": document,
        "image": image,
        "collection": collection,
        "collection_restriction": CollectionViewRestriction.objects.create(
            collection=collection, restriction_type="password", password="open"
        ),
        "search_upload": keep_upload("a.csv", read_export("a.csv", SEARCHES), User.objects.get(username=SUPERUSER)),
        "search_period": save_export(read_export("a.csv", SEARCHES), first_day=moment.date(), last_day=moment.date())[
            0
        ],
        "ignored_query": ignore_query("botox party"),
        "page_restriction": PageViewRestriction.objects.create(
            page=private, restriction_type="password", password="open"
        ),
        **uploads,
        "session": EditingSession.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(BlogPage),
            object_id=str(article.pk),
            last_seen_at=timezone.now(),
        ),
        "trashed": move_to_trash(deleted, user),
        "redirect": Redirect.objects.create(old_path="/old", redirect_link="/"),
        "gone_address": GoneAddress.objects.create(path="/gone"),
        "missing_address": MissingAddress.objects.create(path="/missing/", first_day=moment, last_day=moment),
        "search_phrase": SearchPhrase.objects.create(words="submarine", zero_hits=1, last_day=moment),
        "site": Site.objects.get(),
        "user": user,
        "group": Group.objects.first(),
        "case": visit.case,
        "room": Resource.objects.first(),
        "visit_type": VisitType.objects.first(),
        "hours": hours,
        "hours_revision": hours.latest_revision,
        "category": BlogCategory.objects.first(),
        "area": AreaOfConcern.objects.first(),
        "announcement": Announcement.objects.create(text="Closed", starts_at=moment, ends_at=timezone.now()),
        "keyword": Keyword.objects.first(),
        "keyword_group": KeywordGroup.objects.first(),
        "word_rule": WordRule.objects.first(),
        "regrouping": Regrouping.objects.create(summary="moved", before={"keywords": {}, "groups": {}, "rows": {}}),
        "suggestion": PageEvidence.objects.create(page=home, group=KeywordGroup.objects.first(), mention="a phrase"),
        "person": Person.objects.first(),
        "testimonial": clinic_models.Testimonial.objects.first(),
        "synonym": Synonym.objects.first(),
        "why_choose_us": WhyChooseUs.objects.first(),
        **{name: apps.get_model(*label.split("/")).for_site(Site.objects.get()) for label, name in SETTINGS.items()},
    }
    found["indexnow"].key = "abcdef0123456789"
    found["indexnow"].save()
    versions = {f"{name}_revision": found[name].save_revision() for name in (*SNIPPETS.values(), *SETTINGS.values())}
    paths = {
        "token": get_visit_path(visit.case).split("/")[-2],
        "receipt": get_receipt_path(visit.case).split("/")[-2],
        "article_path": article.url.lstrip("/"),
        "treatment_path": found["treatment"].url.lstrip("/"),
    }
    return {name: str(thing.pk) for name, thing in (found | versions).items()} | paths


def test_each_url_has_a_row():
    patterns = set(list_patterns(get_resolver()))
    listed = {pattern for pattern, _address in ROWS}
    assert patterns - listed == set(), "Add these to tests/addresses.py"
    assert listed - patterns == set(), "These are gone: remove them from tests/addresses.py"


@pytest.mark.parametrize("area", AREAS)
def test_no_hostile_value_is_answered_with_500(walk, area):
    for number, (pattern, template) in AREAS[area]:
        address = "/" + template.format_map(walk.objects)
        allowed, names, forms = open_page(walk, address)
        # Snippets share their views: by default all roles send values to the first of them, the superuser to each.
        for role in [SUPERUSER] if pattern in TWINS else ROLES:
            rounds = range(number, number + size(1, len(TEXTS) if role == SUPERUSER else 2))
            send_parameters(walk, role, address, sorted(names), rounds)
            for form in forms if role in allowed else forms[-1:]:
                send_form(walk, role, form, rounds, is_whole=role == SUPERUSER)
        send_bodies(walk, address, number)
        send_headers(walk, address, number)
        send_addresses(walk, pattern, template, number)
    failures, walk.failures = walk.failures, {}
    assert not failures, describe(failures)


def open_page(walk, address):
    """Open the page as each role.

    Return the roles that may see it, the parameters it reads, and its forms. The last form is what the view asks for.
    """
    RecordingQueryDict.asked.clear()
    allowed, names, forms = [], set(), []
    for role in ROLES:
        response = walk.get(role, address)
        if response.status_code == 200:
            allowed.append(role)
        if role in (ANONYMOUS, SUPERUSER) and "html" in response.get("Content-Type", "") and not response.streaming:
            soup = BeautifulSoup(response.content, "lxml")
            names |= find_names(soup, address)
            forms += find_forms(soup, address)
    names |= RecordingQueryDict.asked - {"csrfmiddlewaretoken"}
    RecordingQueryDict.asked.clear()
    walk.post(SUPERUSER, address, {})
    walk.post(ANONYMOUS, address, {})
    asked = dict.fromkeys(RecordingQueryDict.asked - {"csrfmiddlewaretoken"}, "")
    return allowed, names, [*forms, (address, asked, [None])]


def send_parameters(walk, role, address, names, starts):
    for start in starts:
        # A view may stop at the first of them, so every second request leaves out each second parameter.
        walk.get(
            role,
            address,
            rotated(names, TEXTS, start, lambda place, start=start: (place + start // 2) % 2 or start % 2),
        )


def send_form(walk, role, form, starts, *, is_whole):
    target, fields, buttons = form
    names = sorted(fields)
    for start, part in itertools.product(starts, range(PARTS if is_whole else 1)):
        hostile = rotated(names, TEXTS, start + part, lambda place, part=part: not is_whole or place % PARTS == part)
        button = buttons[(start + part) % len(buttons)]
        walk.post(role, target, fields | dict([button] if button else []) | hostile, len(hostile) or 1)


def some_of(values, number):
    """Return one of the values, another for each number; all of them in a full run."""
    return size(values[number % len(values) :][:1], values)


def send_bodies(walk, address, number):
    for content_type, body in some_of(BODIES, number):
        for role in (SUPERUSER, ANONYMOUS):
            walk.post(role, address, body, 1, content_type=content_type)


def send_headers(walk, address, number):
    for headers in some_of(HEADERS, number):
        for role in (SUPERUSER, ANONYMOUS):
            walk.send(role, "get", address, {}, 1, **headers)


def send_addresses(walk, pattern, template, number):
    """Put hostile texts in the place of each argument of the address."""
    arguments = [part for part in template.split("/") if "{" in part]
    if not arguments and ("<" in pattern or "(" in pattern):
        arguments = [part for part in template.split("/") if part][-1:]
    for text in some_of(PATH_TEXTS, number):
        for argument in arguments:
            address = "/" + template.replace(argument, "\0").format_map(walk.objects).replace("\0", text)
            for role in (SUPERUSER, ANONYMOUS):
                walk.get(role, address)


def describe(failures) -> str:
    lines = []
    for (kind, place), cases in failures.items():
        role, method, address, data, error, frames = cases[0]
        lines.append(
            f"{len(cases)} × {kind} at {place}: {error}\n    {method} {address} as {role}: {data}\n    {frames}"
        )
    return "\n".join(lines)
