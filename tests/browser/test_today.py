"""Today in a browser: its lines fit at every width."""

import pytest

from .axe import violations
from .test_walks import log_in

LONG = "a.very.long.address.of.somebody@mail.subdomain.example-domain.com"
OVERFLOWING = """(email) => {
  for (const one of document.querySelectorAll(".today-line__phone")) one.textContent = email;
  return [...document.querySelectorAll(".today-line > *")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .map((part) => part.className);
}"""
LINES_OF_DUE = """[...document.querySelectorAll(".today-line__due")].map((due) => {
  const text = document.createRange();
  text.selectNodeContents(due);
  return text.getClientRects().length;
})"""


@pytest.mark.parametrize("width", [390, 1280, 1440])
def test_parts_of_a_line_never_overlap(open_page, width):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/today/")
    assert set(page.evaluate(LINES_OF_DUE)) == {1}
    assert page.evaluate(OVERFLOWING, LONG) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
