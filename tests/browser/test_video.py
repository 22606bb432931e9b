"""Test in a browser what a video loads, and when."""

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from wagtail.blocks import StreamValue

from clinic.middleware import get_public_policy
from clinic.pages.blocks import BodyBlock

pytestmark = pytest.mark.same_everywhere

HOME = "http://clinic.example.com/"
VIDEOS = {
    "https://youtu.be/abc_DEF-123?t=1m30s": (
        "https://www.youtube.com/watch?v=abc_DEF-123&t=90",
        "https://www.youtube-nocookie.com/embed/abc_DEF-123?autoplay=1&rel=0&start=90",
    ),
    "https://vimeo.com/123456789": (
        "https://vimeo.com/123456789",
        "https://player.vimeo.com/video/123456789?dnt=1&autoplay=1",
    ),
}


@pytest.fixture(params=VIDEOS)
def video(request, chromium, db):
    """Return a function that opens a page with a video. The page stores which addresses it asked for."""
    raw = [{"type": "video", "value": {"address": request.param, "title": "A first visit"}}]
    body = StreamValue(BodyBlock(), raw, is_lazy=True)
    policy = get_public_policy(SimpleNamespace(context_data={"page": SimpleNamespace(body=body)}))
    html = f"<title>x</title><script src='/video.js' defer></script><a href='/'>Before</a>{body.render_as_block()}"
    script = Path(finders.find("clinic/js/video.js")).read_text()
    contexts = []

    def answer(route):
        address = route.request.url
        if address == f"{HOME}video.js":
            route.fulfill(body=script, content_type="text/javascript")
        elif address == HOME:
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": policy})
        else:
            route.fulfill(body="<button>Pause</button>", content_type="text/html")

    def open_video(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.asked = []
        page.on("request", lambda asked: page.asked.append(asked.url))
        context.route("**/*", answer)
        page.goto(HOME, wait_until="networkidle")
        page.expected = VIDEOS[request.param]
        return page

    yield open_video
    for context in contexts:
        context.close()


def test_video_asks_no_other_host_before_the_click(video):
    page = video()
    page.get_by_role("link", name="Play the video: A first visit").hover()
    assert {urlsplit(address).netloc for address in page.asked} == {urlsplit(HOME).netloc}


@pytest.mark.parametrize("start", ["mouse", "keyboard"])
def test_player_replaces_the_link_and_gets_the_focus(video, start):
    page = video()
    link = page.get_by_role("link", name="Play the video")
    if start == "mouse":
        link.click()
    else:
        page.get_by_role("link", name="Before").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    player = page.get_by_title("A first visit")
    assert player.get_attribute("src") == page.expected[1]
    player.content_frame.get_by_role("button", name="Pause").wait_for()  # the policy allows it
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    assert link.count() == 0
    assert page.url == HOME


def test_link_opens_the_video_without_javascript(video):
    page = video(java_script_enabled=False)
    page.get_by_role("link", name="Play the video").click()
    page.wait_for_url(page.expected[0])


def test_click_for_a_new_tab_stays_a_link(video):
    page = video()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Play the video").click(modifiers=["ControlOrMeta"])
    opened.value.close()
    assert page.locator("iframe").count() == 0
