"""Test every kind of public page in a browser.

Pages are accessible, ask no other host, and fit every width.
"""

import io
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
import tinycss2
from PIL import Image

from tests.styles import find_declarations, find_styles

from .axe import violations
from .conftest import HEIGHT, WIDTHS

pytestmark = pytest.mark.same_everywhere

SCROLL_WIDTH = "document.documentElement.scrollWidth"
# Safari's, which Chromium does not know.
OTHER_BROWSERS = ("-webkit-text-size-adjust", "-webkit-font-smoothing")

PAGES = [
    "/",
    "/about/",
    "/prices/",
    "/privacy/",
    "/contact/",
    "/treatments/",
    "/treatments/botox-forehead-lines/",
    "/blog/",
    "/blog/?page=2",
    "/blog/category/skin-care/",
    "/search/?q=botox",
    "/search/?q=submarine",
    "/consultation/",
    "/consultation/?treatment=lip-fillers",
]


@pytest.fixture(scope="module", params=PAGES)
def public_page(request, chromium, site):
    """Open a page that all tests share.

    They may resize and read it, and do not click.
    """
    page = chromium.new_page(base_url=site.url, viewport={"width": 390, "height": HEIGHT}, reduced_motion="reduce")
    page.hosts, page.complaints = set(), []
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(request.param)
    yield page
    page.close()


@pytest.fixture(scope="module")
def first_article(chromium, site):
    page = chromium.new_page(base_url=site.url)
    page.goto("/blog/")
    address = page.locator(".card__link").first.get_attribute("href")
    page.close()
    return address


def test_axe_finds_nothing(public_page):
    assert violations(public_page) == []


def test_axe_finds_a_field_without_a_label(open_page):
    page = open_page("/privacy/")
    page.locator("main").evaluate("(main) => main.append(document.createElement('input'))")
    assert [line.partition(": ")[2] for line in violations(page)] == ["label: <input>"] * 4


def test_axe_finds_nothing_in_an_article(open_page, first_article):
    assert violations(open_page(first_article)) == []


def test_axe_finds_nothing_in_a_form_with_errors(open_page):
    page = open_page("/consultation/")
    page.get_by_role("button", name="Send my request").click()
    page.locator(".error-summary").wait_for()
    assert violations(page) == []


def test_page_asks_no_other_host_and_breaks_no_policy(public_page, site):
    public_page.wait_for_load_state("networkidle")
    assert public_page.complaints == []
    assert public_page.hosts == {urlsplit(site.url).netloc}


def test_page_fits_every_width(public_page):
    """Include 320 px, which a 1280 px screen has left at 400 % zoom."""
    for width in (320, 360, 390, 768, 1440):
        public_page.set_viewport_size({"width": width, "height": HEIGHT})
        assert public_page.evaluate(SCROLL_WIDTH) <= width


def test_page_fits_with_text_at_200_percent(public_page):
    """Enlarge the text alone, as browsers can: a media query would not notice."""
    for width in (320, 390, 768, 1024, 1440):
        public_page.set_viewport_size({"width": width, "height": HEIGHT})
        scroll_width = f"document.documentElement.style.fontSize = '200%', {SCROLL_WIDTH}"
        assert public_page.evaluate(scroll_width) <= width
    public_page.evaluate("document.documentElement.style.fontSize = ''")


LONG_WORD = "Onabotulinumtoxinhypersensitivity"
# Every text that an editor may have written. Tables of hours hold times alone, and tables of text scroll.
FILL_SLOTS = """word => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || element.closest('td, .hours, .table, script, svg, option')) continue;
    if (getComputedStyle(element).whiteSpace === 'nowrap') continue;
    text.data = `${word} ${word}`;
  }
}"""


@pytest.mark.parametrize(
    "path", ["/", "/about/", "/prices/", "/contact/", "/treatments/lip-fillers/", "/consultation/"]
)
def test_long_words_fit_in_every_slot(open_page, path):
    page = open_page(path)
    page.evaluate(FILL_SLOTS, LONG_WORD)
    for width in (320, 390, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert page.evaluate(SCROLL_WIDTH) <= width


def test_long_words_fit_in_an_article(open_page, first_article):
    page = open_page(first_article)
    page.evaluate(FILL_SLOTS, LONG_WORD)
    for width in (320, 390, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert page.evaluate(SCROLL_WIDTH) <= width


@pytest.mark.parametrize(
    "price", ["$250 per session, or $1,200 for a series of six", "$1,234 to $2,345 per treatment and area"]
)
@pytest.mark.parametrize("width", [320, 390, 768])
def test_long_price_leaves_room_for_names(open_page, price, width):
    page = open_page("/prices/", width=width)
    page.evaluate("price => document.querySelectorAll('.prices td').forEach(td => { td.textContent = price })", price)
    assert page.evaluate(SCROLL_WIDTH) <= width
    table = page.locator(".prices table").first.bounding_box()["width"]
    for name in page.locator(".prices th[scope=row]").all():
        assert name.bounding_box()["width"] >= table / 2


def test_usual_prices_stay_on_one_line(open_page):
    page = open_page("/prices/", width=390)
    prices = page.locator(".prices td").all()
    one_line = """cell => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length === 1;
    }"""
    assert prices
    assert all(price.evaluate(one_line) for price in prices)


def test_heading_of_a_picture_stands_at_its_top(open_page):
    """A picture's baseline is that of its caption, below it."""
    page = open_page("/contact/", width=1440)
    heading, picture = (page.locator(f".block:has(.figure) {part}").bounding_box() for part in ("h2", "svg:not(.icon)"))
    assert abs(heading["y"] - picture["y"]) < 12


@pytest.mark.parametrize("text", [100, 200], ids=["usual text", "large text"])
@pytest.mark.parametrize("width", [320, 768, 992, 1024, 1200, 1440])
@pytest.mark.parametrize("sides", [(656, 96), (96, 96), (400, 96)], ids=["wide", "square", "usual"])
def test_logo_covers_no_part_of_the_header(open_page, sides, width, text):
    page = open_page("/privacy/", width=width)
    page.evaluate(
        """([width, height, text]) => {
          document.documentElement.style.fontSize = `${text}%`;
          const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
          const logo = `<img class="brand__logo" width="${width}" height="${height}" alt="Logo"
            src="data:image/svg+xml,${encodeURIComponent(drawing)}">`;
          document.querySelector('.brand').innerHTML = logo;
        }""",
        [*sides, text],
    )
    logo = page.locator(".brand__logo").bounding_box()
    assert logo["width"] > 20
    for other in page.locator(".main-nav li, .site-header__phone, .site-header__action, .menu__toggle").all():
        if other.is_visible():
            box = other.bounding_box()
            beside = box["x"] >= logo["x"] + logo["width"] - 1
            assert beside or box["y"] >= logo["y"] + logo["height"] - 1


def test_desktop_page_uses_the_window(public_page):
    """The text of an old page ended in the middle of it."""
    public_page.set_viewport_size({"width": 1440, "height": HEIGHT})
    left, right = public_page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('main :is(p, li, img, table, input, a)')]
            .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden, .invitation'))
            .map((element) => element.getBoundingClientRect());
          return [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
        }"""
    )
    wrap = public_page.locator("header .wrap").bounding_box()["width"]
    is_search = "/search/" in public_page.url  # a list of results is read from top to bottom
    assert right - left >= (0.5 if is_search else 0.95) * wrap


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("path", ["/", "/treatments/", "/blog/", "/treatments/lip-fillers/"])
def test_long_screenshot_has_every_picture(open_page, path, media):
    """Nothing is scrolled into view before the photograph or the print. A frame without its picture has one color."""
    page = open_page(path, width=1440)
    page.emulate_media(media=media)
    page.wait_for_load_state("networkidle")
    boxes = [image.bounding_box() for image in page.locator("main img").all()]
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as photograph:
        for box in boxes:
            left, top, width, height = (int(box[name]) for name in ("x", "y", "width", "height"))
            frame = photograph.crop((left + 20, top + 20, left + width - 20, top + height - 20)).convert("RGB")
            assert frame.getcolors(4) is None, box


@pytest.mark.parametrize(("width", "height"), [(816, 1056), (1056, 816)], ids=["portrait", "landscape"])
def test_print_uses_the_whole_width(open_page, first_article, width, height):
    page = open_page(first_article)
    assert page.locator(".toc").count() == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": height})
    body, around = (page.locator(part).bounding_box()["width"] for part in (".article__body", ".article__columns"))
    assert body == around
    assert page.locator(".main-nav, .menu, .toc, .invitation").filter(visible=True).count() == 0


# A browser leaves out backgrounds, unless asked for them.
PALE_ON_PAPER = """() => {
  const announcement = '<aside class="announcement"><p>Closed on <a href="/">Friday</a></p></aside>';
  document.body.insertAdjacentHTML('afterbegin', announcement);
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map(Number).map(part);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.checkVisibility() && !element.closest('svg, .visually-hidden'))
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((element) => 1.05 / (light(getComputedStyle(element).color) + 0.05) < 4.5)
    .map((element) => element.textContent);
}"""


@pytest.mark.parametrize(
    "path", ["/", "/about/", "/contact/", "/prices/", "/treatments/lip-fillers/", "/consultation/"]
)
def test_printed_text_is_dark_without_backgrounds(open_page, path):
    page = open_page(path)
    page.emulate_media(media="print")
    assert page.evaluate(PALE_ON_PAPER) == []


@pytest.mark.parametrize("path", ["/", "/prices/", "/treatments/lip-fillers/"])
def test_print_keeps_a_heading_with_what_follows(open_page, path):
    page = open_page(path)
    page.emulate_media(media="print")
    headings = page.locator("main h2, main h3").filter(visible=True).all()
    assert headings
    for heading in headings:
        assert heading.evaluate(
            """heading => ['.card', '.question', '.prices'].some((whole) => heading.closest(whole))
              || getComputedStyle(heading).breakAfter === 'avoid'"""
        )
    for whole in page.locator("main :is(.band__header, .card, .prices, .hours, dl)").all():
        assert whole.evaluate("whole => getComputedStyle(whole).breakInside") == "avoid"


def test_printed_treatment_uses_the_whole_width(open_page):
    page = open_page("/treatments/botox-forehead-lines/", width=1056)
    page.emulate_media(media="print")
    around = page.locator(".sections").bounding_box()
    for part in page.locator(".sections .prose").all():
        assert part.bounding_box()["width"] >= 0.9 * around["width"]


def test_home_on_a_phone_is_at_most_7000_px_tall(open_page):
    page = open_page("/", width=390)
    assert page.evaluate("document.documentElement.scrollHeight") <= 7000


@pytest.mark.parametrize("width", [320, 360, 390, 430, 768])
def test_phone_number_is_in_the_header_of_small_screens(open_page, width):
    page = open_page("/", width=width)
    link = page.locator(".site-header").get_by_role("link", name="Call (949) 555-0142")
    assert link.get_attribute("href").startswith("tel:")
    box = link.bounding_box()
    assert min(box["width"], box["height"]) >= 24


def test_header_of_a_phone_has_one_row(open_page):
    page = open_page("/", width=390)
    assert page.locator(".site-header").bounding_box()["height"] <= 80


@pytest.mark.parametrize("width", [700, 900, 1100, 1440])
@pytest.mark.parametrize("path", ["/", "/treatments/", "/blog/", "/search/?q=scars"])
def test_card_alone_in_its_row_fills_it(open_page, path, width):
    page = open_page(path, width=width)
    rows = page.evaluate(
        """() => [...document.querySelectorAll(".cards")].map(list => {
            const boxes = [...list.children].map(item => item.getBoundingClientRect())
            const last = boxes.filter(box => box.top === boxes.at(-1).top)
            return [last.length, Math.round(last[0].width), Math.round(list.getBoundingClientRect().width)]
        })"""
    )
    assert rows
    assert [row for row in rows if row[0] == 1 and row[1] < row[2]] == []


def test_picture_of_a_wide_card_is_beside_its_text(open_page):
    alone = open_page("/treatments/", width=1440).locator(".cards > :only-child .card").first
    picture, body = (alone.locator(part).bounding_box() for part in (".card__picture", ".card__body"))
    assert picture["x"] + picture["width"] <= body["x"]


@pytest.mark.parametrize("width", WIDTHS)
def test_picture_of_an_article_is_not_cropped(open_page, first_article, width):
    page = open_page(first_article, width=width)
    picture = page.locator("main .page-header img")
    natural = picture.evaluate("image => image.naturalWidth / image.naturalHeight")
    box = picture.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(natural, rel=0.01)


def test_browser_knows_every_declaration(open_page):
    """Ask the browser what it would drop; lint checks only the grammar."""
    page = open_page("/privacy/")
    declarations = {
        (declaration.lower_name, tinycss2.serialize(declaration.value).strip())
        for name, css in find_styles()
        if name.startswith("clinic/static/clinic/css/") and "admin" not in name
        for declaration in find_declarations(css)
        if not declaration.name.startswith("--")
    }
    unknown = page.evaluate("pairs => pairs.filter(([name, value]) => !CSS.supports(name, value))", list(declarations))
    assert [name for name, _value in unknown if name not in OTHER_BROWSERS] == []


@pytest.mark.parametrize("path", ["/", "/treatments/botox-forehead-lines/", "/consultation/", "/blog/"])
def test_targets_are_large_enough(open_page, path):
    """Check WCAG 2.2, 2.5.8: 24 px, except for links within a sentence.

    A card's link reaches over the whole card.
    """
    page = open_page(path)
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]
          .filter(e => e.checkVisibility() && !e.closest('p:not(.hero__actions), .prose, li li, td'))
          .filter(e => !e.matches('.skip-link, .card__link'))
          .filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.width < 24 || r.height < 24); })
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_skip_link_is_first_and_leads_to_the_content(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_menu_on_a_phone_opens_with_the_keyboard(open_page):
    page = open_page("/")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Treatments").first.click()
    page.wait_for_url("**/treatments/")


def test_pages_are_whole_without_javascript(open_page):
    page = open_page("/treatments/botox-forehead-lines/", java_script_enabled=False)
    assert page.locator("h1").inner_text() == "Botox for forehead lines"
    page.get_by_role("link", name="Ask about this treatment").click()
    assert page.get_by_label("Botox for forehead lines").is_checked()


def test_headings_go_down_one_level_at_a_time(public_page):
    levels = public_page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_fonts_and_style_stay_within_their_budget(open_page):
    page = open_page("about:blank")
    sizes = {}

    def weigh(response):
        if response.url.endswith((".woff2", ".css", ".js")):
            sizes[response.url] = len(response.body())

    page.on("response", weigh)
    page.goto("/consultation/", wait_until="networkidle")
    assert sum(size for url, size in sizes.items() if url.endswith(".woff2")) <= 60 * 1024
    assert sum(size for url, size in sizes.items() if url.endswith(".js")) <= 15 * 1024
