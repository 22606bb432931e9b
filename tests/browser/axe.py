from axe_playwright_python.sync_playwright import Axe

from .conftest import HEIGHT, SCHEMES, WIDTHS

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
FIND = """async ([part, options]) => (await axe.run(part ?? document, options)).violations.flatMap(
  (rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`))"""

# Buttons of the admin fade from one color scheme to the other.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"


def violations(page) -> list[str]:
    """Return what axe finds on the open page at every width, light and dark."""
    load_axe(page)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            found += [f"{width} px, {scheme}: {line}" for line in find_lasting(page)]
    return found


def find_faults(page, part) -> list[str]:
    """Return what axe finds in a part of the open page, which a selector names."""
    load_axe(page)
    page.evaluate(SETTLED)
    return page.evaluate(FIND, [part, OPTIONS])


def load_axe(page):
    """Load axe into the open page once all of the page is there. After a click, a part of it may still be missing."""
    page.wait_for_load_state()
    page.evaluate(Axe().axe_script)


def find_lasting(page) -> list[str]:
    """Return what axe finds twice.

    Panels of the admin still move for a moment after a change of size, and lie over buttons.
    """
    first = page.evaluate(FIND, [None, OPTIONS])
    if not first:
        return []
    page.wait_for_timeout(1500)
    return [line for line in page.evaluate(FIND, [None, OPTIONS]) if line in first]
