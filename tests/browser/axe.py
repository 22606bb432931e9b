from axe_playwright_python.sync_playwright import Axe

from .conftest import HEIGHT, SCHEMES, WIDTHS

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
FIND = """async (options) => (await axe.run(options)).violations.flatMap(
  (rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`))"""

# Buttons of the admin fade from one color scheme to the other.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"


def violations(page) -> list[str]:
    """Return what axe finds on the open page at every width, light and dark."""
    page.evaluate(Axe().axe_script)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            found += [f"{width} px, {scheme}: {line}" for line in find_lasting(page)]
    return found


def find_lasting(page) -> list[str]:
    """Return what axe finds twice.

    Panels of the admin still move for a moment after a change of size, and lie over buttons.
    """
    first = page.evaluate(FIND, OPTIONS)
    if not first:
        return []
    page.wait_for_timeout(1500)
    return [line for line in page.evaluate(FIND, OPTIONS) if line in first]
