"""Test the check of style sheets in ``styles.py``."""

import pytest

from tests.styles import find_faults, find_styles


@pytest.mark.parametrize(
    "css",
    [
        "a { color: red; } b } c { color: red }",
        "a { color: red /* x",
        "a { color red }",
        ".x { color: re d; & { }",
        "a, { color: red }",
        ".a { color: red;\n} }\n.b { color: red }",
        "a\n/* of b */\n.c { color: red }",
        ".a { .b\n/* of c */\n.c { color: red } }",
        "@media (min-width: 60rem) { .a { color: red }",
        '.a { color: red; } .b { content: "x }\n.c { color: red }',
        ".a { &:has( { color: red } }",
        "{ color: red }",
        ".a:hover:: { color: red }",
        ".a { color: red; ;width; }",
        ".a { .5b { color: red } }",
    ],
)
def test_broken_styles_are_refused(css):
    assert find_faults(css)


@pytest.mark.parametrize(
    "css",
    [
        "",
        "/* only a comment */",
        ".a { color: red /* why */; }\n/* of b */\n.b { color: red }",
        ".a { & .b, > .c { color: red } @media print { display: none } }",
        "@layer a, b; @container (min-width: 2rem) { .a { inset: 0 } }",
        ".a { --x: {}; --y: 1px; width: calc(var(--y) * 2) }",
        ':root { --quote: "}"; background: url("data:image/svg+xml;utf8,<svg/>") }',
    ],
)
def test_good_styles_pass(css):
    assert find_faults(css) == []


def test_every_sheet_and_style_element_is_read():
    names = {name for name, _css in find_styles()}
    assert {"clinic/static/clinic/css/base.css", "clinic/static/clinic/css/admin.css"} <= names
    assert {"bookings/static/bookings/desk.css", "clinic/static/clinic/img/mark.svg"} <= names
