"""Test the demo clinic, loaded once for all tests of this module.

Its pictures are small and gray.
"""

import io
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import TextField
from django.utils import timezone
from PIL import Image
from wagtail.fields import RichTextField, StreamField
from wagtail.models import ModelLogEntry, Page, PageLogEntry, ReferenceIndex, Revision, Site

from blog.models import BlogCategory, BlogPage
from bookings.models import Case, Message, MessageState, Status
from clinic import models as clinic_models
from clinic.demo import content, load
from clinic.hours.admin.holidays import find_coming, find_undecided
from clinic.hours.formatting import format_spans
from clinic.hours.holidays import public_holidays
from clinic.hours.schedule import Schedule
from clinic.management.commands import load_demo as load_demo_command
from clinic.models import BasePage, ClinicImage, ClinicProfile, HomePage, Keyword, KeywordGroup, OpeningHours
from tests import factories
from tests.media import list_files
from treatments.models import TreatmentPage

LEGACY = Path(__file__).parent.parent / "blog/legacy/how-can-botox-help-with-migraine-headaches.txt"
PICTURES = sorted(load.IMAGES.iterdir())
MAX_PICTURE_BYTES = 3 * 1024 * 1024  # of all pictures together
FORBIDDEN = ("the surgery", "guarantee", "100 %", "100%", "painless", "lorem", "page:", " '", "' ", ":::", "{{", "**")
KNOWN_HOSTS = {
    "www.fda.gov",
    "www.aad.org",
    "www.mbc.ca.gov",
    "www.rxabbvie.com",
    "americanmigrainefoundation.org",
    "ichd-3.org",
}


def load_demo(*options) -> str:
    said = io.StringIO()
    call_command("load_demo", *options, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def small_pictures(tmp_path_factory):
    """Replace each picture by a small gray one, and skip the rendering."""
    folder = tmp_path_factory.mktemp("images")
    for file in PICTURES:
        Image.new("RGB", (64, 48), "#777").save(folder / file.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "IMAGES", folder)
        patch.setattr(load_demo_command, "call_command", lambda name: None)
        yield


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, small_pictures):
    """Return the output of the command.

    The database holds the demo until the last test of this module.
    """
    cache.clear()
    with django_db_blocker.unblock(), transaction.atomic():
        factories.remove_home()
        yield load_demo("--with-users")
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db):
    return loaded


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return a copy of the data files, which a test may damage."""
    shutil.copytree(content.DATA, tmp_path / "data")
    monkeypatch.setattr(content, "DATA", tmp_path / "data")
    return tmp_path / "data"


def demo_pages() -> list[BasePage]:
    return list(Page.objects.live().filter(depth__gt=1).specific())


@pytest.fixture(scope="module")
def words(loaded, django_db_blocker) -> dict[BasePage, str]:
    """Return the text of each page without markup."""
    with django_db_blocker.unblock():
        return {page: words_of(page) for page in demo_pages()}


def treatment(slug: str) -> TreatmentPage:
    return TreatmentPage.objects.get(slug=slug)


def words_of(page: BasePage) -> str:
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


# Before the demo is loaded. These tests put the database back.


def test_without_debug_nobody_gets_the_public_password(no_home, small_pictures):
    # The tests run with DEBUG off, as a real clinic does.
    assert "No accounts and no example requests" in load_demo()
    assert HomePage.objects.exists()
    assert not get_user_model().objects.exists()
    assert not Case.objects.exists()


def test_load_does_not_wait_for_rendering(no_home, small_pictures, monkeypatch):
    started = []
    monkeypatch.setattr(load_demo_command, "load", lambda *args, **kwargs: None)
    monkeypatch.setattr(load_demo_command.subprocess, "Popen", lambda command, **kwargs: started.append(command))
    load_demo("--render-in-background")
    assert [command[-1] for command in started] == ["render_pages"]


def test_failed_load_names_the_file_and_leaves_nothing(data, no_home, small_pictures):
    article = data / "articles/your-first-consultation.md"
    article.write_text(re.sub(r"^author: .*", "author: nobody", article.read_text(), flags=re.MULTILINE))
    files = list_files("original_images")
    pages, images = Page.objects.count(), ClinicImage.objects.count()
    with pytest.raises(CommandError, match=r"articles/your-first-consultation\.md: There is no person called “nobody”"):
        load_demo()
    assert (Page.objects.count(), ClinicImage.objects.count()) == (pages, images)
    assert list_files("original_images") == files


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seo_title:", "seo_titel:", "This is missing: seo_title."),
        ("## Side effects", "## Side efects", "This is missing: side_effects."),
        ("{{ filler-sources }}", "{{ filler-sauces }}", "The file shared/filler-sauces.md is missing."),
        ("title: ", 'title: "', "This is not valid YAML."),
        ("---\n", "", "The file does not begin with its fields between two lines of “---”."),
        (
            "title: ",
            "type: clinic.Nothing\ntitle: ",
            "This is missing or wrong: App 'clinic' doesn't have a 'Nothing' model.",
        ),
    ],
)
def test_damaged_page_file_is_reported_in_words(data, old, new, message):
    file = data / "treatments/09-lip-fillers.md"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(content.DemoDataError, match=re.escape(f"treatments/09-lip-fillers.md: {message}")):
        content.page_files("treatments", *load.FOLDERS["treatments"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("::: quote nobody\n:::", "There is no testimonial called “nobody”. There are: grace."),
        ("::: qoute grace\n:::", "There is no block called “qoute”."),
        ("::: note Never closed\nText", "A block begins with “::: kind” and ends with a line “:::”."),
        ("::: table Title\n- | A\n- B | 1 | 2\n:::", "Each row of a table needs as many cells as its first line."),
        ("::: quote grace\n::: note Title\nText\n:::", "A block begins with “::: kind” and ends with a line “:::”."),
        ("::: steps Heading\nNo title\n:::", "Each step or question needs a line “### Title”."),
        ("[A link](page:nowhere)", "There is no page called “nowhere”. There are: none."),
    ],
)
def test_damaged_block_is_reported_in_words(words, message):
    names = content.Names({("testimonial", "grace"): object()})
    with pytest.raises(content.DemoDataError, match=re.escape(message)):
        content.to_blocks(words, names)


def test_unknown_field_is_reported_in_words():
    with pytest.raises(content.DemoDataError, match="There is no field called “sumary”"):
        load.Loader(print).set_field(TreatmentPage(), "sumary", "A summary")


def test_bad_yaml_file_is_reported_in_words(data):
    (data / "people.yaml").write_text('elena: "')
    with pytest.raises(content.DemoDataError, match=r"people\.yaml: This is not valid YAML"):
        content.read_yaml("people.yaml")


def test_picture_without_file_is_reported_in_words(data, db):
    (data / "pictures.yaml").write_text("sunset: {title: Sunset, alt: The sun sets.}")
    with pytest.raises(content.DemoDataError, match=r"pictures\.yaml: The file images/sunset\.jpg is missing"):
        load.Loader(print).add_pictures()


# Pictures


def test_every_picture_has_a_file_and_words():
    pictures = content.read_yaml("pictures.yaml")
    assert {file.stem for file in PICTURES} == set(pictures)
    for words in pictures.values():
        assert words["title"]
        assert len(words["alt"]) > 20


def test_pictures_are_light_and_not_too_small():
    assert sum(file.stat().st_size for file in PICTURES) <= MAX_PICTURE_BYTES
    for file in PICTURES:
        with Image.open(file) as picture:
            assert (picture.format, picture.mode) == ("JPEG", "RGB"), file.name
            assert picture.width >= (800 if file.stem.startswith("person") else 1200), file.name


def test_pictures_differ_from_each_other():
    assert len({file.read_bytes() for file in PICTURES}) == len(PICTURES)


# Loaded


def test_command_tells_each_step(demo):
    assert "The password of each is clinic-demo-2026" in demo
    assert "8 pages, 14 treatments, 8 articles." in demo
    assert "10 example requests; their messages count as sent." in demo


def test_second_load_changes_nothing(demo):
    before = counts_and_times()
    assert load_demo("--with-users") == "The demo is loaded already; nothing changed.\n"
    assert counts_and_times() == before


def test_demo_is_a_whole_clinic(demo):
    assert TreatmentPage.objects.live().count() >= 9
    assert BlogPage.objects.live().count() >= 8
    testimonials = apps.get_model("clinic.Testimonial").objects
    assert testimonials.count() == testimonials.filter(is_example=True).count() >= 4
    site = Site.objects.get(is_default_site=True)
    assert isinstance(site.root_page.specific, HomePage)
    assert not Page.objects.filter(slug="wagtail-welcome").exists()
    assert site.root_page.specific.featured_treatments.count() == 6


def test_home_page_is_rendered_first(demo, monkeypatch):
    rendered = []
    monkeypatch.setattr(load.prerender, "prerender", lambda page, site: rendered.append(page.slug))
    call_command("render_pages")
    assert rendered[0] == "home"
    assert len(rendered) == len(demo_pages())


def test_promised_addresses_exist(demo):
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


def test_clinic_opens_on_weekdays_nine_to_four(demo):
    weekly = demo_hours().weekly
    assert [day for day, spans in weekly.items() if spans] == [0, 1, 2, 3, 4]
    assert {format_spans(spans) for spans in weekly.values()} == {"9 am – 4 pm", "Closed"}


@time_machine.travel(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), tick=False)
def test_clinic_closes_on_major_holidays(demo):
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


def test_named_holidays_are_in_the_calendar():
    known = set(public_holidays("US", "CA", range(2026, 2029)))
    named = content.read_yaml("clinic.yaml")["public_holidays"]
    assert {*named["closed"], *named["usual"]} <= known


def test_some_holidays_are_left_undecided(demo):
    site = Site.objects.get(is_default_site=True)
    coming = find_coming(ClinicProfile.for_site(site), date(2026, 11, 22))
    open_questions = find_undecided(OpeningHours.for_site(site), coming)
    assert open_questions[0].name == "Martin Luther King Jr. Day"


def test_loaded_hours_have_a_history(demo):
    hours = OpeningHours.objects.get()
    assert hours.latest_revision.user.username == "manager"
    assert ModelLogEntry.objects.for_instance(hours).get().action == "wagtail.create"


# History and counts


def test_history_of_each_demo_page_begins_with_a_version(demo):
    for page in demo_pages():
        created = PageLogEntry.objects.get(page=page, action="wagtail.create")
        assert (created.revision_id, created.content_changed) == (page.latest_revision_id, True), page


def test_history_of_each_demo_snippet_begins_with_a_version(demo):
    for _kind, label, _file in load.SNIPPETS:
        for row in apps.get_model(label).objects.all():
            assert ModelLogEntry.objects.for_instance(row).get().revision_id == row.latest_revision_id, row


def test_demo_counts_equal_a_rebuilt_index(demo):
    def references():
        names = ("content_type", "object_id", "to_content_type", "to_object_id", "content_path")
        return set(ReferenceIndex.objects.values_list(*names))

    before = references()
    call_command("rebuild_references_index", verbosity=0)
    assert references() == before
    used = KeywordGroup.objects.exclude(page_keywords=None)
    for item in (*used, *BlogCategory.objects.all(), *clinic_models.Testimonial.objects.all()):
        assert ReferenceIndex.get_grouped_references_to(item).count() > 0, item
    for category in BlogCategory.objects.all():
        assert ReferenceIndex.get_grouped_references_to(category).count() == category.pages.count()


# Requests


def test_example_cases_have_different_statuses(demo):
    assert 6 <= Case.objects.count() <= 12
    assert {Status.NEW, Status.CONTACTING, Status.CLOSED} <= set(Case.objects.values_list("status", flat=True))


def test_example_patients_have_invented_contacts(demo):
    for case in Case.objects.all():
        assert not case.email or case.email.endswith("@example.com")
        assert not case.phone or "55501" in re.sub(r"\D", "", case.phone)


def test_example_messages_never_leave(demo, mailoutbox):
    assert Message.objects.exists()
    assert not Message.objects.exclude(state=MessageState.SENT).exists()
    assert not mailoutbox


def test_example_events_are_in_order(demo):
    for case in Case.objects.all():
        moments = [event.at for event in case.events.order_by("pk")]
        assert moments == sorted(moments)
        assert moments[0] == case.created_at
        assert moments[-1] <= timezone.now()
        assert not case.closed_at or case.created_at < case.closed_at


# What the pages say


def test_every_page_has_its_search_texts(demo):
    for page in demo_pages():
        assert 50 <= len(page.search_description) <= 160, page
        assert 15 <= len(page.seo_title) <= 60, page
        assert page.listing_summary, page
        assert page.listing_image.description, page


def test_pictures_have_alt_text_and_credit(demo):
    assert ClinicImage.objects.count() == len(PICTURES)
    for image in ClinicImage.objects.all():
        assert len(image.description) > 20
        assert image.credit == "Drawn for the clinic"
        assert not image.shows_patient


def test_editor_could_save_every_page(demo):
    """Check the limits of forms and blocks, which the loader bypasses."""
    for page in demo_pages():
        page.full_clean()
        for field in page._meta.get_fields():
            value = getattr(page, field.name, None)
            if isinstance(field, StreamField):
                field.stream_block.clean(value)
            elif isinstance(field, TextField) and field.max_length:
                assert len(value) <= field.max_length, (page, field.name)


def test_texts_use_only_what_editors_offer(demo):
    tags_of = {"bold": "b", "italic": "i", "link": "a"}
    for page in demo_pages():
        for field in page._meta.get_fields():
            if isinstance(field, RichTextField):
                allowed = {"p", "li", *(tags_of.get(feature, feature) for feature in field.features)}
                html = BeautifulSoup(getattr(page, field.name), "html.parser")
                assert {tag.name for tag in html.find_all(True)} <= allowed, (page, field.name)


def test_every_treatment_tells_both_sides(demo):
    for page in TreatmentPage.objects.all():
        assert 3 <= len(page.how_it_goes) <= 5, page
        assert 3 <= len(page.questions) <= 5, page
        assert all(len(str(question.value["answer"])) > 20 for question in page.questions), page
        assert "xample price" in page.price_note, page
        assert page.page_keywords.filter(role="primary", is_live=True).exists(), page
        assert "<h2>What else could you do?</h2><p>" in str(page.body), page


def test_botox_always_comes_with_its_warning(demo):
    pages = TreatmentPage.objects.filter(slug__contains="botox")
    assert len(pages) >= 7
    for page in pages:
        assert "swallowing, speaking or breathing can be life-threatening. <b>Call 911" in page.side_effects, page
        assert "Boxed warning: “Distant spread of toxin effect.”" in page.side_effects, page
        assert "A drooping eyelid</b> is on the warning’s list as well" in page.side_effects, page
        assert "physician, nurse practitioner or physician assistant examines you" in page.who_should_not, page
        for word in ("infection", "allergic", "myasthenia", "ALS", "Lambert-Eaton", "pregnant", "breastfeeding"):
            assert word in page.who_should_not, page


def test_off_label_uses_are_called_so(demo):
    for slug in ("botox-bunny-lines", "botox-dimpled-chin"):
        assert "off-label" in treatment(slug).introduction
        assert "<b>This is an off-label use" in treatment(slug).what_it_is


def test_fillers_always_come_with_their_warning(demo):
    for slug in ("dermal-fillers", "lip-fillers"):
        assert "lost sight" in treatment(slug).side_effects
        assert "hyaluronidase" in treatment(slug).side_effects


def test_laser_always_comes_with_its_warning(demo):
    for slug in ("laser-treatments", "laser-hair-removal", "acne-scar-treatment"):
        for word in ("burns", "darker patches", "tanned", "eye protection"):
            assert word in treatment(slug).side_effects, slug
        assert "isotretinoin" in treatment(slug).who_should_not


def test_articles_have_the_length_of_an_article(demo):
    for page in BlogPage.objects.live():
        body = BeautifulSoup(str(page.body), "html.parser").get_text(" ")
        assert 500 <= len(body.split()) <= 950, (page, len(body.split()))
        assert page.author
        assert page.categories.exists()
        assert page.sources
        assert page.related_treatments.exists()


def test_articles_span_fourteen_months(demo):
    ages = [(timezone.now().date() - page.date).days for page in BlogPage.objects.live()]
    assert len(set(ages)) == len(list(content.DATA.glob("articles/*.md")))
    assert 0 < min(ages) < 31
    assert 300 < max(ages) <= 427


def test_nothing_is_promised_or_hyped(words):
    for page, told in words.items():
        assert not [phrase for phrase in FORBIDDEN if phrase in told.lower()], page
        for sentence in re.split(r"(?<=[.?!]) ", told):
            assert "Clostridium botulinum" not in sentence or "bacteri" in sentence, sentence


def test_no_sentence_of_the_old_article_returns(words):
    def plain(text):
        return " ".join(re.findall(r"[a-z0-9]+", text.lower()))

    old = {plain(sentence) for sentence in re.split(r"[.?!]\s+|\n+", LEGACY.read_text())}
    everything = " | ".join(plain(told) for told in words.values())
    assert len([sentence for sentence in old if len(sentence.split()) >= 6]) > 40
    assert not [sentence for sentence in old if len(sentence.split()) >= 6 and sentence in everything]


def test_most_keywords_are_those_of_marketing(demo):
    theirs = {
        word.strip().lower() for word in re.findall(r"[“\"]([^”\"]+)[”\"]", LEGACY.read_text().split("Keywords:")[1])
    }
    ours = {phrase.lower() for phrase in Keyword.objects.values_list("phrase", flat=True)}
    assert len(theirs) == 25
    assert theirs <= ours
    assert len(theirs) > 0.75 * len(ours)


def test_every_link_leads_somewhere(demo, client):
    inside, outside = set(), set()
    for page in demo_pages():
        response = client.get(page.url)
        assert response.status_code == 200, page
        for link in BeautifulSoup(response.content, "html.parser").select("main a[href]"):
            (inside if link["href"].startswith("/") else outside).add(link["href"])
    assert len(inside) > 30
    assert not [href for href in inside if client.get(href).status_code != 200]
    directions = content.read_yaml("clinic.yaml")["profile"]["directions_url"]
    told = {href for href in outside if not href.startswith(("#", "tel:", "mailto:", directions))}
    assert {urlsplit(href).hostname for href in told} == KNOWN_HOSTS
