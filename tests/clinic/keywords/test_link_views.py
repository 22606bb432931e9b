"""Check the buttons that put a suggested link into a draft, or ignore the suggestion."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry, Revision, Workflow

from clinic.keywords import evidence
from clinic.keywords.page_reading import read_everything_due
from clinic.models import IgnoredLink, Keyword, KeywordGroup, PageEvidence, PageKeyword, PageReading, StandardPage
from tests import factories
from treatments.models import TreatmentPage

pytestmark = pytest.mark.django_db
BODY = [
    ("text", "<h2>A chemical peel</h2><p>First <b>of</b> all.</p>"),
    (
        "questions",
        {"heading": "Q", "questions": [{"question": "Why?", "answer": "<p>A chemical peel &amp; rest.</p>"}]},
    ),
]


@pytest.fixture
def suggestion(home):
    """Return a suggestion to link a treatment to the page for "chemical peel"."""
    group = KeywordGroup.objects.create(name="chemical peel")
    Keyword.objects.create(phrase="chemical peel", group=group)
    owner = home.add_child(instance=StandardPage(title="Chemical peel"))
    PageKeyword.objects.create(page=owner, group=group)
    page = factories.make_treatment("Skin in spring", body=BODY, sources="<p>A chemical peel: a review</p>")
    page.save_revision().publish()
    read_everything_due()
    (found,) = evidence.find_link_suggestions().rows
    return found


def click(client, suggestion, name="add", role="editor", **data):
    user = factories.make_user(role)
    client.force_login(user)
    response = client.post(reverse(f"keyword_link_{name}", args=[suggestion.pk]), data)
    return response, [str(message) for message in get_messages(response.wsgi_request)]


def latest(page):
    return TreatmentPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def test_link_goes_into_the_draft_alone(client, suggestion):
    before = Revision.objects.count()
    response, (message,) = click(client, suggestion, next="/admin/reports/")
    assert response.url == "/admin/reports/"
    assert "links “chemical peel” to “Chemical peel” now" in message
    draft, live = latest(suggestion.page), TreatmentPage.objects.get(pk=suggestion.page.pk)
    answer = draft.body[1].value["questions"][0]["answer"].source
    assert answer == f'<p>A <a linktype="page" id="{suggestion.owner.pk}">chemical peel</a> &amp; rest.</p>'
    assert draft.body[0].value.source == BODY[0][1]
    assert "linktype" not in live.body[1].value["questions"][0]["answer"].source
    assert live.has_unpublished_changes
    assert Revision.objects.count() == before + 1
    entry = PageLogEntry.objects.filter(page=suggestion.page.pk, action="wagtail.edit").latest("timestamp")
    assert entry.user == draft.latest_revision.user
    assert entry.revision == draft.latest_revision


def test_added_link_is_suggested_no_more_and_comes_back_with_the_draft_gone(client, suggestion):
    click(client, suggestion)
    assert evidence.find_link_suggestions().total == 0
    live = TreatmentPage.objects.get(pk=suggestion.page.pk)
    live.save_revision().publish()  # without the link
    assert evidence.find_link_suggestions().total == 1


def test_published_link_ends_the_suggestion(client, suggestion):
    click(client, suggestion)
    latest(suggestion.page).latest_revision.publish()
    cache.clear()
    PageReading.objects.update(due_at=timezone.now())
    read_everything_due()
    assert not PageEvidence.objects.exclude(mention="").exists()


def test_rich_text_field_of_a_page_is_linked(client, suggestion):
    page = TreatmentPage.objects.get(pk=suggestion.page.pk)
    page.what_it_is = "<p>Like a chemical peel.</p>"
    page.save_revision()
    click(client, suggestion)
    link = f'<a linktype="page" id="{suggestion.owner.pk}">chemical peel</a>'
    draft = latest(page)
    assert link in draft.what_it_is
    assert draft.sources == "<p>A chemical peel: a review</p>"


def change_words(page):
    page.body = [("text", "<p>Something else.</p>")]
    page.save_revision()
    return "no longer says “chemical peel”"


def put_link(page):
    target = StandardPage.objects.get(title="Chemical peel").pk
    page.body = [("text", f'<p>A <a linktype="page" id="{target}">link</a>, a chemical peel.</p>')]
    page.save_revision()
    return "links to “Chemical peel” already"


def lock(page):
    page.locked, page.locked_by, page.locked_at = True, factories.make_user("manager"), timezone.now()
    page.save()
    return "is locked"


def submit(page):
    page.save_revision()
    Workflow.objects.get(name="Managers approval").start(page, factories.make_user("manager"))
    return "is locked, in moderation"


def schedule(page):
    page.save_revision(approved_go_live_at=timezone.now() + timedelta(days=1))
    return "waits for its date"


@pytest.mark.parametrize("change", [change_words, put_link, lock, submit, schedule])
def test_draft_that_changed_is_left_as_it_is(client, suggestion, change):
    expected = change(TreatmentPage.objects.get(pk=suggestion.page.pk))
    before = Revision.objects.count()
    _response, (message,) = click(client, suggestion)
    assert expected in message
    assert Revision.objects.count() == before


def unpublish_owner(suggestion):
    StandardPage.objects.get(pk=suggestion.owner.pk).unpublish()


def delete_row(suggestion):
    PageEvidence.objects.filter(pk=suggestion.pk).delete()


@pytest.mark.parametrize("change", [unpublish_owner, delete_row])
@pytest.mark.parametrize("name", ["add", "ignore"])
def test_suggestion_that_is_out_of_date_says_so(client, suggestion, change, name):
    change(suggestion)
    response, (message,) = click(client, suggestion, name, next="https://evil.example/")
    assert "out of date" in message
    assert response.url == reverse("keyword_board")


@pytest.mark.parametrize("name", ["add", "ignore"])
@pytest.mark.parametrize(
    ("role", "may"), [("editor", True), ("manager", True), ("frontdesk", False), ("clinician", False), ("", False)]
)
def test_only_editors_and_managers_may_click(client, suggestion, name, role, may):
    before = Revision.objects.count()
    click(client, suggestion, name, role)
    assert (Revision.objects.count() > before or IgnoredLink.objects.exists()) is may


@pytest.mark.parametrize("name", ["add", "ignore"])
def test_link_is_never_added_by_opening_an_address(client, suggestion, name):
    client.force_login(factories.make_user("editor"))
    assert client.get(reverse(f"keyword_link_{name}", args=[suggestion.pk])).status_code == 405


def test_ignored_suggestion_stays_away(client, suggestion):
    _response, (message,) = click(client, suggestion, "ignore")
    assert "“Skin in spring” to “Chemical peel”" in message
    assert IgnoredLink.objects.get().ignored_by.username.startswith("editor")
    PageEvidence.objects.all().delete()
    PageReading.objects.update(vocabulary="")
    read_everything_due()
    assert PageEvidence.objects.exclude(mention="").exists()
    assert evidence.find_link_suggestions().total == 0


def test_hostile_words_are_escaped(client, suggestion):
    StandardPage.objects.filter(pk=suggestion.owner.pk).update(draft_title="<script>alert(1)</script>")
    client.force_login(factories.make_user("editor"))
    address = reverse("keyword_link_add", args=[suggestion.pk])
    response = client.post(address, {"next": "/admin/pages/"}, follow=True)
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in response.content
    assert b"<script>alert(1)</script>" not in response.content
