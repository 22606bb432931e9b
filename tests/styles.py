"""Check every style sheet with real CSS parsers. ``make lint`` runs it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import lightningcss
import tinycss2

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("blog", "bookings", "clinic", "treatments")
STYLE_ELEMENT = re.compile(r"<style>(.*?)</style>", re.DOTALL)

# Whatever is still open at the end of a sheet takes this rule in.
LAST_RULE = "\n.end-of-sheet { color: red }\n"


def find_faults(css: str) -> list[str]:
    """Return what a browser would drop or read otherwise than it looks, each with its line."""
    try:
        lightningcss.process_stylesheet(css, minify=False)
    except ValueError as error:
        return [str(error)]
    return [*_find_errors(tinycss2.parse_blocks_contents(css)), *_find_open_end(css)]


def _find_errors(nodes: list) -> Iterator[str]:
    """Yield the errors of rules, also of nested ones, and the rules whose selector holds a comment."""
    for node in nodes:
        if node.type == "error":
            yield f"line {node.source_line}: {node.message}"
        if node.type not in ("qualified-rule", "at-rule"):
            continue
        if any(part.type == "comment" for part in node.prelude):
            yield f"line {node.source_line}: a comment stands between a selector and its block"
        if node.content is not None:
            yield from _find_errors(tinycss2.parse_blocks_contents(node.content))


def find_declarations(css: str) -> Iterator[tinycss2.ast.Declaration]:
    """Yield the declarations of all rules, also of nested ones, but not those of a font."""
    for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration":
            yield node
        elif getattr(node, "content", None) and getattr(node, "lower_at_keyword", "") != "font-face":
            yield from find_declarations(tinycss2.serialize(node.content))


def _find_open_end(css: str) -> list[str]:
    (*_before, last) = tinycss2.parse_stylesheet(css + LAST_RULE, skip_comments=True, skip_whitespace=True)
    is_closed = last.type == "qualified-rule" and tinycss2.serialize(last.prelude).strip() == ".end-of-sheet"
    return [] if is_closed else ["a block, comment or string is not closed"]


def find_styles() -> Iterator[tuple[str, str]]:
    """Yield the name and the CSS of each sheet, and of each ``<style>`` in a template or drawing."""
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.*")):
        name = str(path.relative_to(ROOT))
        if path.suffix == ".css":
            yield name, path.read_text()
        elif path.suffix in (".html", ".svg"):
            yield from ((name, css) for css in STYLE_ELEMENT.findall(path.read_text()))


def main() -> None:
    faults = [f"{name}: {fault}" for name, css in find_styles() for fault in find_faults(css)]
    sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
