"""What comes in: text is cleaned in one place, and what cannot be read is refused in words."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import wagtail
from bs4 import BeautifulSoup
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DataError, OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError
from PIL import Image
from wagtail.documents.models import Document
from wagtail.images.forms import get_image_form
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield
from wagtail.users.models import UserProfile

from blog.models import BlogPage
from clinic.middleware import InputMiddleware
from clinic.models import Announcement, ClinicImage, ClinicProfile, Person, StandardPage
from clinic.text import UNWANTED
from tests import factories
from tests.hostile_values import BODIES, BOUNDARY, FORM

NASTY = "\x00\x01\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f\ufffe\uffff\ufdd0\U0001ffff"
MARKED = f"A{NASTY}B"
# What the editor's rich text field sends: JSON, with control characters escaped.
BOLD = {"offset": 0, "length": len(MARKED), "style": "BOLD"}
BLOCK = {"key": "a", "type": "unstyled", "depth": 0, "inlineStyleRanges": [BOLD], "entityRanges": []}
MARKED_TEXT = json.dumps({"blocks": [{**BLOCK, "text": MARKED}], "entityMap": {}})


@pytest.fixture
def passed():
    """Return a function that sends a request through the middleware, and returns what a view gets."""

    def send(request):
        seen = []
        InputMiddleware(lambda request: seen.append(request) or HttpResponse())(request)
        return seen[0]

    return send


@pytest.fixture
def strict():
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrftoken"] = "a" * 32
    return client


# Cleaning


@pytest.mark.parametrize("char", NASTY)
def test_unwanted_characters_are_dropped_everywhere(rf, passed, char):
    file = SimpleUploadedFile("a.txt", b"x" + char.encode())
    file.name = f"a{char}.txt"
    request = rf.post("/", {f"na{char}me": f"a{char}b", "file": file}, query_params={"q": [f"{char}a", f"b{char}"]})
    request.COOKIES["sessionid"] = f"a{char}"
    request = passed(request)
    assert request.POST["name"] == "ab"
    assert request.GET.getlist("q") == ["a", "b"]
    assert request.FILES["file"].name == "a.txt"
    assert request.FILES["file"].read() == b"x" + char.encode()
    assert request.COOKIES["sessionid"] == "a"


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a\tb\r\nc\n", "Zoë", "你好", "👩‍⚕️", "\u202eabc", "\\u0000", "{\\u0000", "e\u0301", "\u200d"],
)
def test_other_text_arrives_as_it_was_sent(rf, passed, text):
    request = rf.post("/", {"text": text})
    assert passed(request).POST["text"] == text


@pytest.mark.parametrize(
    "escape",
    [r"\u0000", r"\u000b", r"\u001F", r"\u007f", r"\u0085", r"\ud800", r"\uDFFF", r"\uffFE", r"\ufdd0"],
)
def test_escaped_characters_are_dropped_from_json_fields(rf, passed, escape):
    request = rf.post("/", {"body": f'{{"blocks": [{{"text": "a{escape}b"}}]}}'})
    assert passed(request).POST["body"] == '{"blocks": [{"text": "ab"}]}'


def test_pair_of_surrogates_in_json_stays(rf, passed):
    request = rf.post("/", {"body": r'["\ud83d\ude00"]'})
    assert passed(request).POST["body"] == r'["\ud83d\ude00"]'


@pytest.fixture
def editor(admin_client, home, profile):
    return admin_client


def test_page_editor_stores_clean_text(editor, home):
    body = [
        ("text", MARKED_TEXT),
        ("call_out", {"kind": "note", "title": MARKED, "text": MARKED_TEXT}),
    ]
    data = {"title": MARKED, "slug": "clean", "introduction": MARKED, "seo_title": MARKED, "body": streamfield(body)}
    data = nested_form_data(data | {"action-publish": "1"})
    data |= {f"{rows}-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL") for rows in ("comments", "page_keywords")}
    editor.post(f"/admin/pages/add/clinic/standardpage/{home.pk}/", data)
    page = StandardPage.objects.get(slug="clean")
    assert (page.title, page.introduction, page.seo_title) == ("AB", "AB", "AB")
    assert str(page.body).count("AB") == 3
    assert str(page.body).count("<b>AB</b>") == 2
    assert not UNWANTED.search(str(page.latest_revision.content) + str(page.body))


def test_snippets_settings_and_uploads_store_clean_text(editor, profile):
    editor.post("/admin/snippets/clinic/person/add/", {"name": MARKED, "role": MARKED, "sort_order": "0"})
    assert Person.objects.get().name == "AB"
    links = {f"social_links-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    known = {name: getattr(profile, name) for name in ("country", "time_zone", "phone", "email")}
    editor.post(f"/admin/settings/clinic/clinicprofile/{profile.site_id}/", {**known, **links, "name": MARKED})
    assert ClinicProfile.objects.get().name == "AB"
    file = SimpleUploadedFile("a.txt", b"a")
    editor.post("/admin/documents/add/", {"title": MARKED, "file": file, "collection": "1"})
    if document := Document.objects.first():  # Other rules may refuse the type of the file.
        assert document.title == "AB"
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    fields = dict.fromkeys(get_image_form(ClinicImage).base_fields, "")
    file = SimpleUploadedFile("picture.png", picture.getvalue())
    file.name = "pic\x0bture\ufffe.png"
    words = {"title": MARKED, "description": MARKED}
    editor.post("/admin/images/add/", {**fields, **words, "file": file, "collection": "1"})
    image = ClinicImage.objects.get()
    assert (image.title, image.description) == ("AB", "AB")
    assert not UNWANTED.search(image.file.name)


def test_importer_stores_clean_text(blog_index, tmp_path):
    text = "What to ask\n\nA long \ufffesentence\uffff about care, and what to ask before a visit to us.\n" * 2
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    call_command("import_posts", str(tmp_path / "a.txt"), stdout=io.StringIO())
    assert not UNWANTED.search(str(BlogPage.objects.get().body))


# Refusing


@pytest.mark.parametrize("is_debug", [True, False])
@pytest.mark.parametrize("charset", "latin-1 iso-8859-1 utf-7 utf-16 cp1252 ascii hex idna rot13 zlib".split())
def test_foreign_charset_is_refused_in_words(strict, settings, home, charset, is_debug):
    settings.DEBUG = is_debug
    for kind in (FORM, BOUNDARY):
        headers = {"X-CSRFToken": "a" * 32}
        answer = strict.generic("POST", "/consultation/", b"name=a", f"{kind}; charset={charset}", headers=headers)
        assert answer.status_code == 400
        assert is_debug or "We could not read this" in answer.content.decode()


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body[0][:40]} {body[1][:20]}")
@pytest.mark.parametrize("path", ["/consultation/", "/admin/login/", "/search/", "/nothing-here/"])
def test_any_body_is_answered_with_and_without_a_token(strict, home, path, body):
    for headers in ({}, {"X-CSRFToken": "a" * 32}):
        answer = strict.generic("POST", path, body[1], body[0], headers=headers)
        assert answer.status_code < 500


@pytest.mark.parametrize("path", ["/a%00b/", "/admin/pages/%00/", "/media/a%00.jpg", "/consultation/visit/%00/"])
def test_address_with_nul_is_refused(strict, home, path):
    assert strict.get(path).status_code == 400


@pytest.fixture
def answer_to(rf):
    """Return a function: the status with which an error of a view of Wagtail's, or of ours, is answered."""

    def ask(error, *, path="/admin/x/?a=1", kwargs=None, ours=False):
        request = rf.get(path)
        request.resolver_match = SimpleNamespace(args=(), kwargs=kwargs or {})
        module = "bookings.desk.x" if ours else "wagtail.admin.x"
        try:
            exec("raise error", {"__name__": module, "error": error})  # noqa: S102 (a frame of that module)
        except type(error) as raised:
            raised.__traceback__ = raised.__traceback__.tb_next
            answer = InputMiddleware(lambda request: None).process_exception(request, raised)
        return answer and answer.status_code

    return ask


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        KeyError(),
        TypeError(),
        AttributeError(),
        IndexError(),
        NoReverseMatch(),
        MultiValueDictKeyError(),
        Page.DoesNotExist(),
        Page.MultipleObjectsReturned(),
        FieldError(),
        FieldDoesNotExist(),
    ],
)
def test_only_errors_of_views_that_are_not_ours_are_refused(answer_to, error):
    assert answer_to(error) == 400
    assert answer_to(error, path="/admin/x/", kwargs={"pk": "1"}) == 400
    assert answer_to(error, ours=True) is None
    assert answer_to(error, path="/admin/x/") is None  # nothing was sent that could be at fault


@pytest.mark.parametrize("parent", ["-1", "0", "999999", "x", ""])
def test_copy_below_a_page_that_does_not_exist_is_refused(admin_client, home, parent):
    fields = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": parent}
    assert admin_client.post(f"/admin/pages/{home.pk}/copy/", fields).status_code == 400


@pytest.mark.parametrize(
    "error", [DataError(), OverflowError(), RecursionError(), UnicodeEncodeError("a", "b", 0, 1, "c")]
)
def test_value_that_the_database_refuses_is_refused(answer_to, error):
    assert answer_to(error, ours=True) == 400


@pytest.mark.parametrize("error", [OperationalError("gone"), OSError("disk full"), RuntimeError(), AssertionError()])
def test_faults_of_the_machine_stay_errors(answer_to, error):
    assert answer_to(error) is None


def test_packages_inside_the_project_folder_are_not_ours(answer_to, settings):
    settings.BASE_DIR = Path(wagtail.__file__).parents[5]  # as where the virtual environment is the project's .venv
    assert answer_to(ValueError()) == 400


def test_refused_value_stays_out_of_the_log(editor, caplog):
    assert editor.get("/admin/api/main/images/find/?id=Zoe").status_code == 400
    assert "Refused a value" in caplog.text
    assert "Zoe" not in caplog.messages[-1]


# The clinic's clock


@pytest.fixture
def announcement(db):
    start, end = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 12, tzinfo=UTC)
    return Announcement.objects.create(text="Closed", starts_at=start, ends_at=end)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/Los_Angeles", "2026-07-01 05:00"),
        ("Asia/Tokyo", "2026-07-01 21:00"),
        ("Asia/Kathmandu", "2026-07-01 17:45"),
        ("Pacific/Kiritimati", "2026-07-02 02:00"),
        ("Nowhere/Land", "2026-07-01 05:00"),
        ("", "2026-07-01 05:00"),
        ("../etc", "2026-07-01 05:00"),
    ],
)
def test_admin_shows_and_reads_times_of_the_profile(editor, admin_user, profile, announcement, zone, shown):
    """Neither a user's own zone, stored by an earlier release, nor a wrong one makes a second clock."""
    UserProfile.objects.create(user=admin_user, current_time_zone="Europe/Paris")
    ClinicProfile.objects.update(time_zone=zone)
    address = f"/admin/snippets/clinic/announcement/edit/{announcement.pk}/"
    day, time = shown.split()
    form = BeautifulSoup(editor.get(address).content, "html.parser")
    assert [form.select_one(f'[name="{name}"]')["value"] for name in ("first_day", "from_time")] == [day, time]
    last_day = {"last_day": day.replace("07-", "08-"), "until_time": time}
    editor.post(address, {"text": "Open", "first_day": day, "from_time": time, **last_day})
    announcement.refresh_from_db()
    assert announcement.text == "Open"
    assert announcement.starts_at == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert announcement.ends_at.month == 8
    assert UserProfile.objects.get(user=admin_user).current_time_zone == "Europe/Paris"  # nothing of theirs is lost


def test_changed_zone_moves_every_clock_at_once(
    editor, profile, blog_index, announcement, django_capture_on_commit_callbacks
):
    factories.make_article("Dated")
    for zone, offset in (("Asia/Tokyo", "+0900"), ("Europe/Paris", "+0100")):
        profile.time_zone = zone
        with django_capture_on_commit_callbacks(execute=True):
            profile.save()
        assert editor.get("/hours.json").json()["time_zone"] == zone
        assert f"00:00:00 {offset}" in editor.get("/blog/feed/").content.decode()


def test_account_page_offers_no_time_zone(editor):
    assert "current_time_zone" not in editor.get("/admin/account/").content.decode()


def test_public_pages_work_with_an_unknown_zone(client, home, profile):
    factories.opening_hours()
    ClinicProfile.objects.update(time_zone="Nowhere/Land")
    for path in ("/", "/hours.json", "/hours.ics", "/consultation/"):
        assert client.get(path).status_code == 200
    assert client.get("/hours.json").json()["time_zone"] == "America/Los_Angeles"
