"""The demo clinic is loaded once for all tests here, with one small grey picture in place of the drawn ones."""

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.db.models import TextField
from django.utils import timezone
from PIL import Image
from wagtail.fields import RichTextField, StreamField
from wagtail.models import ModelLogEntry, Page, Revision, Site

from blog.models import BlogPage
from bookings.models import Case, Message, MessageState, Status
from clinic.demo import art, load, profile
from clinic.demo.articles import ARTICLES
from clinic.demo.pictures import PICTURES
from clinic.demo.resolve import tidy
from clinic.demo.treatments import TREATMENTS
from clinic.hours.admin.holidays import find_coming, find_undecided
from clinic.hours.formatting import format_spans
from clinic.hours.holidays import public_holidays
from clinic.hours.schedule import Schedule
from clinic.models import BasePage, ClinicImage, ClinicProfile, HomePage, OpeningHours
from treatments.models import TreatmentPage

LEGACY = Path(__file__).parent.parent / "blog/legacy/how-can-botox-help-with-migraine-headaches.txt"
FORBIDDEN = ("the surgery", "guarantee", "100 %", "100%", "painless", "lorem", "page:", " '", "' ")
KNOWN_HOSTS = (
    "https://www.fda.gov/",
    "https://www.aad.org/",
    "https://americanmigrainefoundation.org/",
    "https://ichd-3.org/",
)


def load_demo(*options) -> str:
    said = io.StringIO()
    call_command("load_demo", *options, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def small_pictures():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(art, "draw", lambda name, size=None: Image.new("RGB", (64, 48), "#777"))
        patch.setattr(load.warming, "render", lambda page, site: None)  # visiting every page below does the same
        yield


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, small_pictures):
    """What the command said; the database holds the demo until the last test of this module."""
    cache.clear()
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo("--with-users")
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db):
    return loaded


def demo_pages() -> list[BasePage]:
    return list(Page.objects.live().filter(depth__gt=1).specific())


def words_of(page: BasePage) -> str:
    """Everything a reader of the page is told, without markup."""
    html = " ".join(str(getattr(page, field.name) or "") for field in page._meta.get_fields() if is_prose(field))
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def is_prose(field) -> bool:
    return isinstance(field, TextField | StreamField) or field.name in ("title", "seo_title")


def counts_and_times() -> dict:
    models = [
        model for app in ("clinic", "blog", "treatments", "bookings") for model in apps.get_app_config(app).get_models()
    ]
    counts = {model._meta.label: model.objects.count() for model in (*models, Revision, Site, get_user_model())}
    times = list(Page.objects.order_by("pk").values_list("pk", "latest_revision_created_at", "last_published_at"))
    return {**counts, "pages": times, "cases": list(Case.objects.values_list("pk", "version", "created_at"))}


# Before the demo is loaded: these two come first, and put the database back


def test_without_debug_nobody_gets_the_public_password(db, small_pictures):
    """The tests run with DEBUG off, as a real clinic does."""
    assert "No accounts and no example requests" in load_demo()
    assert HomePage.objects.exists()
    assert not get_user_model().objects.exists()
    assert not Case.objects.exists()


def test_a_load_that_fails_leaves_nothing_behind(db, small_pictures, monkeypatch, settings):
    def fail(*args):
        raise RuntimeError("out of paint")

    monkeypatch.setattr(load.Loader, "fill_pages", fail)
    files = set(Path(settings.MEDIA_ROOT).rglob("*.*"))
    pages, images = Page.objects.count(), ClinicImage.objects.count()
    with pytest.raises(RuntimeError):
        load.load(lambda line: None, with_users=False, with_requests=False)
    assert (Page.objects.count(), ClinicImage.objects.count()) == (pages, images)
    assert set(Path(settings.MEDIA_ROOT).rglob("*.*")) == files


# Loaded


def test_it_says_what_it_does(demo):
    assert "The password of each is clinic-demo-2026" in demo
    assert len(demo.splitlines()) >= 6


def test_a_second_load_changes_nothing(demo):
    before = counts_and_times()
    assert load_demo("--with-users") == "The demo is loaded already; nothing changed.\n"
    assert counts_and_times() == before


def test_there_is_a_whole_clinic(demo):
    assert TreatmentPage.objects.live().count() >= 9
    assert BlogPage.objects.live().count() >= 8
    testimonials = apps.get_model("clinic.Testimonial").objects
    assert testimonials.count() == testimonials.filter(is_example=True).count() >= 4
    site = Site.objects.get(is_default_site=True)
    assert isinstance(site.root_page.specific, HomePage)
    assert not Page.objects.filter(slug="wagtail-welcome").exists()
    assert site.root_page.specific.featured_treatments.count() == 6


def test_the_addresses_are_the_promised_ones(demo):
    site = Site.objects.get(is_default_site=True)
    addresses = {page.relative_url(site) for page in demo_pages()}
    promised = "/ /treatments/ /blog/ /about/ /prices/ /contact/ /privacy/ /accessibility/ /treatments/baby-botox/"
    assert set(promised.split()) <= addresses


def test_each_role_can_log_in(demo, client):
    groups = {
        user.username: list(user.groups.values_list("name", flat=True)) for user in get_user_model().objects.all()
    }
    assert groups == {
        "admin": [],
        "editor": ["Editors"],
        "frontdesk": ["Front desk"],
        "clinician": ["Clinicians"],
        "manager": ["Managers"],
    }
    assert all(client.login(username=name, password="clinic-demo-2026") for name in groups)


def demo_hours() -> Schedule:
    site = Site.objects.get(is_default_site=True)
    return OpeningHours.for_site(site).schedule(ClinicProfile.for_site(site))


def test_hours_are_the_clinics(demo):
    weekly = demo_hours().weekly
    assert [day for day, spans in weekly.items() if spans] == [0, 1, 2, 3, 4]
    assert {format_spans(spans) for spans in weekly.values()} == {"9 am – 4 pm", "Closed"}


@time_machine.travel(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), tick=False)
def test_the_clinic_is_closed_on_the_great_holidays_of_the_coming_year(demo):
    exceptions = demo_hours().exceptions_between(date(2026, 11, 22), date(2027, 11, 21))
    assert [f"{one.first} {format_spans(one.spans)}" for one in exceptions if one.first.weekday() < 5] == [
        "2026-11-26 Closed",
        "2026-11-27 Closed",
        "2026-12-24 9 am – 12 pm",
        "2026-12-25 Closed",
        "2027-01-01 Closed",
        "2027-05-31 Closed",
        "2027-09-06 Closed",
    ]


@time_machine.travel(datetime(2028, 12, 1, 20, 0, tzinfo=UTC), tick=False)
def test_christmas_eve_opens_no_weekend(demo):
    assert demo_hours().spans_on(date(2028, 12, 24)) == ()


def test_every_holiday_that_the_demo_names_is_in_the_calendar():
    known = set(public_holidays("US", "CA", range(2026, 2029)))
    assert {*profile.CLOSED_HOLIDAYS, *profile.USUAL_HOLIDAYS} <= known


def test_some_holidays_are_left_to_be_decided(demo):
    site = Site.objects.get(is_default_site=True)
    coming = find_coming(ClinicProfile.for_site(site), date(2026, 11, 22))
    open_questions = find_undecided(OpeningHours.for_site(site), coming)
    assert open_questions[0].name == "Martin Luther King Jr. Day"


def test_the_hours_come_with_a_line_in_their_history(demo):
    hours = OpeningHours.objects.get()
    assert hours.latest_revision.user.username == "manager"
    assert ModelLogEntry.objects.for_instance(hours).get().action == "wagtail.create"


# Requests


def test_example_requests_stand_at_different_steps(demo):
    assert 6 <= Case.objects.count() <= 8
    assert {Status.NEW, Status.CONTACTING, Status.CLOSED} <= set(Case.objects.values_list("status", flat=True))


def test_example_requests_are_nobodys(demo):
    for case in Case.objects.all():
        assert not case.email or case.email.endswith("@example.com")
        assert not case.phone or "55501" in re.sub(r"\D", "", case.phone)


def test_no_mail_of_an_example_request_ever_leaves(demo, mailoutbox):
    assert Message.objects.exists()
    assert not Message.objects.exclude(state=MessageState.SENT).exists()
    assert not mailoutbox


def test_the_story_of_a_request_is_told_in_order(demo):
    for case in Case.objects.all():
        moments = [event.at for event in case.events.order_by("pk")]
        assert moments == sorted(moments)
        assert moments[0] == case.created_at
        assert moments[-1] <= timezone.now()
        assert not case.closed_at or case.created_at < case.answered_at < case.closed_at


# What the pages say


def test_every_page_can_be_found_and_shared(demo):
    for page in demo_pages():
        assert 50 <= len(page.search_description) <= 160, page
        assert 15 <= len(page.seo_title) <= 60, page
        assert page.listing_summary, page
        assert page.listing_image.description, page
        assert page.keywords.exists(), page


def test_pictures_have_alt_text_and_credit_and_show_nobody(demo):
    assert ClinicImage.objects.count() == len(PICTURES)
    for image in ClinicImage.objects.all():
        assert len(image.description) > 20
        assert image.credit == "Drawn for the clinic"
        assert not image.shows_patient


def test_every_picture_can_be_drawn():
    assert set(PICTURES) <= set(art.MOTIFS)


def test_an_editor_could_save_every_page(demo):
    """What forms and blocks ask for, since the loader does not pass through them."""
    for page in demo_pages():
        page.full_clean()
        for field in page._meta.get_fields():
            value = getattr(page, field.name, None)
            if isinstance(field, StreamField):
                field.stream_block.clean(value)
            elif isinstance(field, TextField) and field.max_length:
                assert len(value) <= field.max_length, (page, field.name)


def test_texts_use_only_what_their_editor_offers(demo):
    tags_of = {"bold": "b", "italic": "i", "link": "a"}
    for page in demo_pages():
        for field in page._meta.get_fields():
            if isinstance(field, RichTextField):
                allowed = {"p", "li", *(tags_of.get(feature, feature) for feature in field.features)}
                html = BeautifulSoup(getattr(page, field.name), "html.parser")
                assert {tag.name for tag in html.find_all(True)} <= allowed, (page, field.name)


@pytest.mark.parametrize("treatment", TREATMENTS, ids=lambda treatment: treatment.slug)
def test_a_treatment_tells_both_sides(treatment):
    for name, value in vars(treatment).items():
        assert value, name
    assert 3 <= len(treatment.how_it_goes) <= 5
    assert 3 <= len(treatment.questions) <= 5
    assert all(len(answer) > 20 for _question, answer in treatment.questions)
    assert "xample price" in treatment.price_note
    assert 3 <= len(treatment.keywords) <= 6


@pytest.mark.parametrize(
    "treatment", [t for t in TREATMENTS if "botox" in t.slug], ids=lambda treatment: treatment.slug
)
def test_botox_always_comes_with_its_warning(treatment):
    assert "swallowing, speaking or breathing can be life-threatening. <b>Call 911" in tidy(treatment.side_effects)
    for word in ("infection", "allergic", "myasthenia", "ALS", "Lambert-Eaton", "pregnant", "breastfeeding"):
        assert word in treatment.who_should_not


@pytest.mark.parametrize("slug", ["botox-bunny-lines", "botox-dimpled-chin"])
def test_off_label_uses_are_called_so(slug):
    treatment = next(t for t in TREATMENTS if t.slug == slug)
    assert "off-label" in treatment.introduction
    assert "<b>This is an off-label use" in treatment.what_it_is


@pytest.mark.parametrize("slug", ["dermal-fillers", "lip-fillers"])
def test_fillers_always_come_with_their_warning(slug):
    treatment = next(t for t in TREATMENTS if t.slug == slug)
    assert "lost sight" in tidy(treatment.side_effects)
    assert "hyaluronidase" in treatment.side_effects


@pytest.mark.parametrize("slug", ["laser-treatments", "laser-hair-removal", "acne-scar-treatment"])
def test_laser_always_comes_with_its_warning(slug):
    treatment = next(t for t in TREATMENTS if t.slug == slug)
    for word in ("burns", "darker patches", "tanned", "eye protection"):
        assert word in tidy(treatment.side_effects)
    assert "isotretinoin" in treatment.who_should_not


def test_articles_have_the_length_of_an_article(demo):
    for page in BlogPage.objects.live():
        body = BeautifulSoup(str(page.body), "html.parser").get_text(" ")
        assert 500 <= len(body.split()) <= 950, (page, len(body.split()))
        assert page.author
        assert page.categories.exists()
        assert page.sources
        assert page.related_treatments.exists()


def test_articles_are_spread_over_the_past_fourteen_months(demo):
    ages = [(timezone.now().date() - page.date).days for page in BlogPage.objects.live()]
    assert len(set(ages)) == len(ARTICLES)
    assert 0 < min(ages) < 31
    assert 300 < max(ages) <= 427


def test_nothing_is_promised_or_hyped(demo):
    for page in demo_pages():
        words = words_of(page)
        assert not [phrase for phrase in FORBIDDEN if phrase in words.lower()], page
        for sentence in re.split(r"(?<=[.?!]) ", words):
            assert "Clostridium botulinum" not in sentence or "bacteri" in sentence, sentence


def test_no_sentence_of_the_old_article_comes_back(demo):
    def plain(text):
        return " ".join(re.findall(r"[a-z0-9]+", text.lower()))

    old = {plain(sentence) for sentence in re.split(r"[.?!]\s+|\n+", LEGACY.read_text())}
    everything = " | ".join(plain(words_of(page)) for page in demo_pages())
    assert len([sentence for sentence in old if len(sentence.split()) >= 6]) > 40
    assert not [sentence for sentence in old if len(sentence.split()) >= 6 and sentence in everything]


def test_most_keywords_are_those_of_marketing():
    theirs = {
        word.strip().lower() for word in re.findall(r"[“\"]([^”\"]+)[”\"]", LEGACY.read_text().split("Keywords:")[1])
    }
    ours = [word.lower() for content in (*TREATMENTS, *ARTICLES) for word in content.keywords]
    assert len([word for word in ours if word in theirs]) > 0.8 * len(ours)


def test_every_link_on_every_page_leads_somewhere(demo, client):
    inside, outside = set(), set()
    for page in demo_pages():
        response = client.get(page.url)
        assert response.status_code == 200, page
        for link in BeautifulSoup(response.content, "html.parser").select("main a[href]"):
            (inside if link["href"].startswith("/") else outside).add(link["href"])
    assert len(inside) > 30
    assert not [href for href in inside if client.get(href).status_code != 200]
    told = {
        href for href in outside if not href.startswith(("#", "tel:", "mailto:", profile.PROFILE["directions_url"]))
    }
    assert told <= set(KNOWN_HOSTS)
