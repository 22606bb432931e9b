"""Test the menu and the footer that editors choose."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction, Site

from clinic.addresses.links import find_places
from clinic.models import Navigation, StandardPage
from clinic.site.navigation import MAX_LINKS, MenuItemBlock, build_navigation, validate_address
from clinic.undo import trash
from tests import factories
from tests.counting import queries_for

SCRIPT = "java" + "script:alert(1)"


@pytest.fixture
def pages(profile, home):
    """Make three pages below the home page. The third is not in menus."""
    return [
        home.add_child(instance=StandardPage(title=title, show_in_menus=title != "Careers"))
        for title in ("About", "Prices", "Careers")
    ]


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def editor(client, profile):
    client.force_login(factories.make_user("editor"))
    return client


def link(page=None, address: str = "", label: str = "", children=()) -> dict:
    value = {"page": page and page.pk, "address": address, "label": label}
    return value | {"children": rows(children)}


def rows(values) -> list[dict]:
    return [{"type": "item", "id": str(number), "value": value} for number, value in enumerate(values)]


def choose(menu=(), footer=()) -> Navigation:
    navigation = Navigation.for_site(Site.objects.get())
    navigation.menu = [{"type": "link", "value": row} for row in menu]
    navigation.footer = [
        {"type": "column", "value": {"heading": heading, "links": rows(links)}} for heading, links in footer
    ]
    navigation.save()
    return Navigation.objects.get()


def read(client, path: str = "/") -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "html.parser")


def menu_of(page: BeautifulSoup) -> list:
    """Return each link of the menu as "label address", and each list as its label and its links."""
    found = []
    for item in page.select(".main-nav > ul > li")[:-1]:
        if summary := item.select_one("summary"):
            links = [f"{one.get_text()} {one['href']}" for one in item.select("a")]
            found.append((summary.get_text(strip=True), links))
        else:
            found.append(f"{item.a.get_text()} {item.a['href']}")
    return found


def columns_of(page: BeautifulSoup) -> dict[str, list[str]]:
    columns = page.select(".site-footer__grid > div")[2:]
    return {column.h2.get_text(): [one.get_text() for one in column.select("a")] for column in columns}


def test_empty_menu_lists_pages_as_before(client, pages):
    page = read(client)
    assert menu_of(page) == ["About /about/", "Prices /prices/"]
    assert columns_of(page) == {"More": ["Free consultation", "Careers"]}


def test_menu_shows_what_editors_chose(client, pages):
    about, prices, careers = pages
    choose(
        [
            link(careers),
            link(about, label="Who we are", children=[link(prices), link(address="tel:+19495550142", label="Call")]),
            link(address="https://shop.example.com/", label="Shop"),
            link(address="/blog/feed/", label="Feed"),
        ]
    )
    assert menu_of(read(client)) == [
        "Careers /careers/",
        ("Who we are", ["Who we are: overview /about/", "Prices /prices/", "Call tel:+19495550142"]),
        "Shop https://shop.example.com/",
        "Feed /blog/feed/",
    ]


def test_both_menus_hold_the_same_links(client, pages):
    choose([link(pages[0], children=[link(pages[1])])])
    small, wide = ([one["href"] for one in read(client).select(f"{menu} a")] for menu in (".menu__panel", ".main-nav"))
    assert small == wide


def test_footer_shows_chosen_columns_and_social_links(client, pages, profile):
    profile.social_links.create(name="Instagram", url="https://www.instagram.com/example")
    profile.save()
    choose(footer=[("Clinic", [link(pages[0])]), ("Legal", [link(pages[1], label="Fees")])])
    page = read(client)
    assert columns_of(page) == {"Clinic": ["About"], "Legal": ["Fees", "Instagram"]}
    assert menu_of(page) == ["About /about/", "Prices /prices/"]


def unpublish(page):
    page.unpublish()


def make_private(page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def put_in_trash(page):
    trash.move_to_trash(page, None)


def delete(page):
    page.delete()


HIDE = [unpublish, make_private, put_in_trash, delete]


@pytest.mark.parametrize("hide", HIDE)
def test_hidden_page_leaves_menu_and_footer(client, pages, committed, hide):
    choose([link(pages[0]), link(pages[1])], [("Clinic", [link(pages[0])]), ("More", [link(pages[2])])])
    assert "About /about/" in menu_of(read(client))
    with committed():
        hide(pages[0])
    page = read(client)
    assert menu_of(page) == ["Prices /prices/"]
    assert columns_of(page) == {"More": ["Careers"]}
    assert "About" not in page.select_one("header").get_text()


@pytest.mark.parametrize("hide", HIDE)
def test_hidden_parent_still_opens_its_children(client, pages, committed, hide):
    choose([link(pages[0], label="Clinic", children=[link(pages[1])])])
    with committed():
        hide(pages[0])
    assert menu_of(read(client)) == [("Clinic", ["Prices /prices/"])]


@pytest.mark.parametrize("hide", HIDE)
def test_title_of_hidden_parent_is_not_shown(client, pages, committed, hide):
    choose([link(pages[0], children=[link(pages[1])])])
    with committed():
        hide(pages[0])
    assert menu_of(read(client)) == ["Prices /prices/"]


@pytest.mark.parametrize("hide", HIDE)
def test_parent_of_hidden_children_is_a_plain_link(client, pages, committed, hide):
    choose([link(pages[0], children=[link(pages[1])]), link(label="Empty", children=[link(pages[1])])])
    with committed():
        hide(pages[1])
    assert menu_of(read(client)) == ["About /about/"]


def test_menu_of_hidden_pages_only_is_empty(client, pages):
    pages[0].unpublish()
    choose([link(pages[0])])
    assert menu_of(read(client)) == []


def test_restored_page_is_back_in_the_menu(client, pages, home, committed):
    choose([link(pages[0])])
    row = trash.move_to_trash(pages[0], None)
    with committed():
        trash.restore(row, home, "about", None)
    assert menu_of(read(client)) == ["About /about/"]


def test_menu_follows_title_and_address_of_the_page(client, pages, committed):
    choose([link(pages[0])])
    assert menu_of(read(client)) == ["About /about/"]
    with committed():
        pages[0].title, pages[0].slug = "Our team", "team"
        pages[0].save_revision().publish()
    assert menu_of(read(client)) == ["Our team /team/"]


def test_changed_menu_shows_on_next_request(client, pages, committed):
    assert len(menu_of(read(client))) == 2
    with committed():
        choose([link(pages[2])])
    assert menu_of(read(client)) == ["Careers /careers/"]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/about/", {"Clinic": "true", "Clinic: overview": "page"}),
        ("/prices/", {"Clinic": "true", "Prices": "page"}),
        ("/careers/", {"Careers": "page"}),
        ("/", {"Home": "page"}),
        ("/careers/nurse/", {"Careers": "true"}),
    ],
)
def test_current_page_and_its_parents_are_marked(client, pages, home, path, current):
    about, prices, careers = pages
    careers.add_child(instance=StandardPage(title="Nurse", slug="nurse"))
    outside = link(address="https://www.example.com/careers/", label="Outside")
    choose([link(home), link(about, label="Clinic", children=[link(prices)]), link(careers), outside])
    marked = read(client, path).select(".main-nav [aria-current]")
    assert {one.get_text(strip=True).replace(home.title, "Home"): one["aria-current"] for one in marked} == current


SAFE = [
    "https://www.example.com/",
    "http://example.com/a?b=c#d",
    "/prices/",
    "/",
    "/prices/#botox",
    "/blog/feed/",
    "tel:+19495550142",
    "tel:949-555-0142",
    "TEL:9495550142",
    "mailto:hello@example.com",
    "mailto:hello@example.com?subject=Question",
]
UNSAFE = [
    SCRIPT,
    SCRIPT.upper(),
    f" {SCRIPT}",
    "java\tscript:alert(1)",
    "\x01" + SCRIPT,
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://example.com/1",
    "ftp://example.com/",
    "//evil.example/",
    "/\\evil.example/",
    "www.example.com",
    "prices/",
    "#top",
    "tel:call me",
    "tel:",
    "mailto:",
    "mailto:nobody",
    "https://",
    "https://exa mple.com/",
    "/a b/",
]


@pytest.mark.parametrize("address", SAFE)
def test_address_that_visitors_can_follow_is_accepted(address):
    validate_address(address)


@pytest.mark.parametrize("address", UNSAFE)
def test_address_that_is_unsafe_is_refused_in_words(address):
    with pytest.raises(ValidationError, match="begins with https://"):
        validate_address(address)


@pytest.mark.parametrize(
    "address",
    ["/nothing/", "/about/nothing/", "http://localhost/nothing/", "/media/gone.pdf", "/plans/", "/nothing/?q=1#top"],
)
def test_address_of_this_site_that_leads_nowhere_is_refused(pages, address):
    pages[0].get_parent().add_child(instance=StandardPage(title="Plans", live=False))
    block = MenuItemBlock()
    for row in (link(address=address, label="Bad"), link(label="More", children=[link(address=address, label="Bad")])):
        with pytest.raises(StructBlockValidationError):
            block.clean(block.to_python(row))


@pytest.mark.parametrize(
    "address", ["/about/", "/about", "/about/?q=1#top", "/", "/hours.ics", "/old/", *SAFE[:2], *SAFE[6:]]
)
def test_address_that_leads_somewhere_is_taken(pages, address):
    Redirect.add_redirect("/old/", pages[0])
    block = MenuItemBlock()
    assert block.clean(block.to_python(link(address=address, label="Good")))["address"] == address


@pytest.mark.parametrize("address", UNSAFE)
def test_unsafe_address_in_the_database_is_not_shown(client, pages, address):
    choose([link(address=address, label="Bad"), link(pages[0])], [("Links", [link(address=address, label="Bad")])])
    page = read(client)
    assert menu_of(page) == ["About /about/"]
    assert "Bad" not in page.get_text()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (link(), "page"),
        (link(label="Nowhere"), "page"),
        (link(address="/prices/"), "label"),
        (link(children=[link(address="/consultation/", label="Prices")]), "label"),
        (link(children=[link(label="Nowhere")], label="A list"), "children"),
        (link(address=SCRIPT, label="Bad"), "address"),
        (link(label="x" * 61, address="/"), "label"),
        (link(label="Long", children=[link(address="/", label="Home")] * (MAX_LINKS + 1)), "children"),
    ],
)
def test_incomplete_link_is_refused_beside_its_field(db, row, field):
    block = MenuItemBlock()
    with pytest.raises(StructBlockValidationError) as refusal:
        block.clean(block.to_python(row))
    assert set(refusal.value.block_errors) == {field}


def test_page_and_address_together_are_refused(pages):
    block = MenuItemBlock()
    with pytest.raises(StructBlockValidationError) as refusal:
        block.clean(block.to_python(link(pages[0], address="/prices/")))
    assert "not both" in str(refusal.value.block_errors["address"])


def test_label_alone_may_open_a_list():
    block = MenuItemBlock()
    row = block.to_python(link(label="Treatments", children=[link(address="/consultation/", label="Prices")]))
    assert block.clean(row)["label"] == "Treatments"


def test_usage_of_a_page_names_the_menu(pages, committed):
    user = factories.make_user("editor")
    with committed():
        choose([link(label="Clinic", children=[link(pages[0])])], [("More", [link(pages[1])])])
    (place,) = find_places([pages[0]], user)
    assert place.title == "Menu and footer"
    assert place.edit_url.endswith(
        reverse("wagtailsettings:edit", args=["clinic", "navigation", Site.objects.get().pk])
    )
    assert find_places([pages[1]], user)
    assert find_places([pages[2]], user) == []


@pytest.mark.parametrize("action", ["delete", "unpublish"])
def test_deleting_a_page_of_the_menu_says_so_first(editor, pages, committed, action):
    with committed():
        choose([link(pages[0])])
    page = editor.get(reverse(f"wagtailadmin_pages:{action}", args=[pages[0].pk])).content.decode()
    assert "Menu and footer" in page


@pytest.mark.parametrize(
    ("role", "status"), [("editor", 200), ("manager", 200), ("frontdesk", 302), ("clinician", 302)]
)
def test_roles_that_write_pages_edit_the_menu(client, profile, role, status):
    client.force_login(factories.make_user(role))
    address = reverse("wagtailsettings:edit", args=["clinic", "navigation", Site.objects.get().pk])
    assert client.get(address).status_code == status


def test_more_links_cause_no_more_queries(pages, home, django_assert_max_num_queries):
    site = Site.objects.get()
    few = choose([link(pages[0], children=[link(pages[1])])], [("More", [link(pages[2])])])
    children = [home.add_child(instance=StandardPage(title=f"Page {number}")) for number in range(8)]
    with CaptureQueriesContext(connection) as with_few:
        build_navigation(few, site)
    many = choose(
        [link(page, children=[link(child) for child in children]) for page in pages],
        [("More", [link(child) for child in children]), ("Clinic", [link(page) for page in pages])],
    )
    with django_assert_max_num_queries(len(with_few)):
        assert len(build_navigation(many, site).menu) == 3


def test_warm_page_with_a_menu_stays_within_its_queries(client, pages):
    choose([link(pages[0], children=[link(pages[1])])], [("More", [link(pages[2])])])
    client.get("/prices/")
    assert queries_for(client, "/prices/") <= 12
