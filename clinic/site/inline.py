"""Put into the page what its first view would otherwise wait for, and name its hashes for the policy."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

SCRIPTS = ("menu", "pictures", "times")  # too small for a request, or what would move the page if it came later
SHEETS = ("article", "base", "blocks", "components", "contact", "form", "home", "lists", "print", "treatment")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACE = re.compile(r"(?<=[{};:,])\s+|\s+(?=[{}])")
FILE = re.compile(r'url\("\.\./(.*?)"\)')

# A browser that knows these rules renders the next page while the pointer rests on its link, unless the visitor saves
# data. Left out is what has a form, belongs to one person, counts a visit, or is no page.
NOT_AHEAD = (
    *("/account/*", "/admin/*", "/consultation/*", "/documents/*", "/media/*", "/search/*", "/static/*", "/_util/*"),
    *("/*.*", "/*/feed/*"),
)
RULES = json.dumps(
    {
        "prerender": [
            {
                "where": {
                    "and": [
                        {"href_matches": "/*"},
                        {"not": {"href_matches": NOT_AHEAD}},
                        {"not": {"selector_matches": "[href^='#'], [href*='?'], [download], [target]"}},
                    ]
                },
                "eagerness": "moderate",
            }
        ]
    },
    separators=(",", ":"),
)


def read_sheet(name: str) -> str:
    """Return a public style sheet without comments and spaces."""
    # Nothing restarts the development server when a sheet changes.
    return (_read_sheet.__wrapped__ if settings.DEBUG else _read_sheet)(name)


def read_script(name: str) -> str:
    return (_read_script.__wrapped__ if settings.DEBUG else _read_script)(name)


@cache
def _read_script(name: str) -> str:
    return Path(finders.find(f"clinic/js/{name}.js")).read_text()


@cache
def _read_sheet(name: str) -> str:
    css = Path(finders.find(f"clinic/css/{name}.css")).read_text()
    css = SPACE.sub("", COMMENT.sub("", css)).strip()
    return FILE.sub(lambda file: f'url("{static(f"clinic/{file[1]}")}")', css)


def get_inline_policy(html: bytes) -> str:
    """Return the part of a policy that allows those of these texts that are in a page, and no others."""
    styles, scripts = map(read_sheet, SHEETS), (RULES, *map(read_script, SCRIPTS))
    kinds = {"style-src": styles, "script-src": scripts}
    return "; ".join(
        " ".join([kind, "'self'", *(_hash(text) for text in texts if _encode(text) in html)])
        for kind, texts in kinds.items()
    )


@cache
def _encode(text: str) -> bytes:
    return text.encode()


@cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_encode(text)).digest()).decode()}'"
