import pytest
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from clinic.keywords.grouping import add_keywords
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import ContactPage, HomePage, PageKeyword, StandardPage
from tests import factories

BODY = streamfield([("text", rich_text("<h2>What is it?</h2><p>Words.</p>"))])


class PageTypesTest(WagtailPageTestCase):
    """Check with Wagtail's own assertions that editors can use each type."""

    @classmethod
    def setUpTestData(cls):
        cls.home = factories.make_home()

    def setUp(self):
        self.login()

    def test_home_page_can_be_read_edited_and_previewed(self):
        post_data = nested_form_data(
            {
                "title": "Home",
                "slug": "clinic-home",
                "hero_heading": "Care that listens",
                "hero_button": "Ask",
                "body": BODY,
                "featured_treatments": inline_formset([]),
                "page_keywords": inline_formset([]),
                "comments": inline_formset([]),
            }
        )
        self.assertPageIsRenderable(self.home)
        self.assertPageIsEditable(self.home, post_data=post_data)
        self.assertPageIsPreviewable(self.home, post_data=post_data)

    def test_standard_page_can_be_read_edited_and_previewed(self):
        page = self.home.add_child(instance=StandardPage(title="About", introduction="Who we are"))
        post_data = nested_form_data(
            {
                "title": "About",
                "slug": "about",
                "body": BODY,
                "page_keywords": inline_formset([]),
                "comments": inline_formset([]),
            }
        )
        self.assertPageIsRenderable(page)
        self.assertPageIsEditable(page, post_data=post_data)
        self.assertPageIsPreviewable(page, post_data=post_data)

    def test_contact_page_can_be_read_edited_and_previewed(self):
        page = self.home.add_child(instance=ContactPage(title="Contact"))
        post_data = nested_form_data(
            {
                "title": "Contact",
                "slug": "contact",
                "visiting": rich_text("<p>Walk in.</p>"),
                "body": BODY,
                "page_keywords": inline_formset([]),
                "comments": inline_formset([]),
            }
        )
        self.assertPageIsRenderable(page)
        self.assertPageIsEditable(page, post_data=post_data)
        self.assertPageIsPreviewable(page, post_data=post_data)

    def test_one_home_page_holds_the_sections(self):
        root = self.home.get_parent()
        assert not HomePage.can_create_at(root)
        self.assertAllowedParentPageTypes(ContactPage, {HomePage})
        self.assertAllowedParentPageTypes(StandardPage, {HomePage, StandardPage})


@pytest.fixture
def about(home):
    page = StandardPage(
        title="About us", seo_title="About our team", search_description="Who looks after you.", introduction="Hello"
    )
    return home.add_child(instance=page)


def test_head_has_title_description_and_canonical(client, about):
    html = client.get("/about-us/").content.decode()
    assert "<title>About our team</title>" in html
    assert '<meta name="description" content="Who looks after you.">' in html
    assert '<link rel="canonical" href="http://localhost/about-us/">' in html
    assert '<meta property="og:title" content="About our team">' in html


def test_title_ends_with_clinic_name(client, home, profile):
    home.add_child(instance=StandardPage(title="Privacy"))
    assert "<title>Privacy – OC Beauty Medspa</title>" in client.get("/privacy/").content.decode()


def test_keywords_never_appear_on_page(client, about):
    (keyword,) = add_keywords([ParsedKeyword("Botox in Irvine")])
    about.page_keywords.add(PageKeyword(group=keyword.group))
    about.save()
    html = client.get("/about-us/").content.decode()
    assert about.page_keywords.get().is_live
    assert 'name="keywords"' not in html
    assert "Botox in Irvine" not in html


def test_noindex_page_leaves_the_sitemap(client, about):
    assert "/about-us/" in client.get("/sitemap.xml").content.decode()
    about.noindex = True
    about.save_revision().publish()
    assert '<meta name="robots" content="noindex">' in client.get("/about-us/").content.decode()
    assert "/about-us/" not in client.get("/sitemap.xml").content.decode()


def test_footer_lists_pages_not_in_menu(client, home, profile):
    home.add_child(instance=StandardPage(title="About us", show_in_menus=True))
    home.add_child(instance=StandardPage(title="Privacy"))
    html = client.get("/about-us/").content.decode()
    header, footer = html.split("<main")[0], html.split("<footer")[1]
    assert "About us" in header
    assert "Privacy" not in header
    assert "Privacy" in footer
    assert 'href="/about-us/" aria-current="page"' in header


def test_changed_slug_leaves_a_redirect(client, home, django_capture_on_commit_callbacks):
    page = home.add_child(instance=StandardPage(title="About us"))
    page.slug = "team"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    response = client.get("/about-us/")
    assert response.status_code == 301
    assert response.url.endswith("/team/")
