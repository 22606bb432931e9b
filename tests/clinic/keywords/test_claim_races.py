"""Test that two pages never both become the page for a keyword, however many are published at once.

Real transactions and threads, on the database that ``DATABASE_URL`` names.
"""

from functools import partial

import pytest
from django.test import Client
from wagtail.models import Page

from clinic.models import HomePage, KeywordGroup, PageKeyword, StandardPage
from tests import factories
from tests.editing.forms import fill_in
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PRIMARY = PageKeyword.Role.PRIMARY
THREADS = 4


def publish(pk):
    Page.objects.get(pk=pk).latest_revision.publish()


def unpublish(pk):
    Page.objects.get(pk=pk).specific.unpublish()


@pytest.fixture
def groups(home):
    return [KeywordGroup.objects.create(name=name) for name in ("Botox in Irvine", "Lip fillers", "Med spa")]


def make_draft(number, groups):
    page = StandardPage(title=f"Page {number}", live=False)
    page.page_keywords = [PageKeyword(group=group, role=PRIMARY) for group in groups]
    HomePage.objects.get().add_child(instance=page)
    page.save_revision()
    return page


def holders_of(group):
    return PageKeyword.objects.filter(group=group, role=PRIMARY, is_live=True).count()


def test_one_of_the_pages_published_at_once_is_the_page_for_it(groups):
    for turn in range(3):
        pages = [make_draft(f"{turn} {number}", groups[:1]) for number in range(THREADS)]
        together([partial(publish, page.pk) for page in pages])
        assert Page.objects.filter(pk__in=[page.pk for page in pages], live=True).count() == THREADS
        assert holders_of(groups[0]) == 1
    refused = PageKeyword.objects.filter(refused_at__isnull=False, is_live=True)
    assert refused.count() == 3 * THREADS - 1


def test_pages_with_the_same_keywords_never_wait_for_each_other(groups):
    """Each page names the groups in another order, and some leave the site meanwhile."""
    for turn in range(3):
        orders = [groups, groups[::-1], [groups[1], groups[0], groups[2]], [groups[2], groups[0], groups[1]]]
        pages = [make_draft(f"{turn} {number}", order) for number, order in enumerate(orders)]
        publish(pages[0].pk)
        together([partial(unpublish, pages[0].pk), *(partial(publish, page.pk) for page in pages[1:])])
        assert [holders_of(group) for group in groups] == [1, 1, 1]
        PageKeyword.objects.all().delete()


def test_second_editor_is_told_why_not(profile, groups):
    pages = [make_draft(number, groups[:1]) for number in range(2)]
    jobs = []
    for number, page in enumerate(pages):
        user = factories.make_user("editor", username=f"editor-{number}")
        browser = Client()
        browser.force_login(user)
        form = fill_in(page.latest_revision.as_object(), user) | {"action-publish": "1"}
        jobs.append(partial(browser.post, f"/admin/pages/{page.pk}/edit/", form, follow=True))
    answers = together(jobs)
    assert [answer.status_code for answer in answers] == [200, 200]
    told = [answer for answer in answers if "is the page for it" in answer.content.decode()]
    assert len(told) == 1
    assert holders_of(groups[0]) == 1
