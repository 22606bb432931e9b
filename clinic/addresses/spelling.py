"""Give each address one spelling, however its letters and signs are escaped."""

import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

from django.utils.encoding import escape_uri_path, repercent_broken_unicode
from wagtail.contrib.redirects.models import Redirect

from clinic.text import one_line, unquote_all


def canonical(address: str) -> str:
    """Return the path and query as redirects store them: "/it%27s/" and "/it's" are both "/it's"."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:  # brackets where a host would be
        parts = urlsplit(quote(address.strip(), safe="/%?&=+"))
    query = "".join(
        part if part in "&=+" else quote(_decode(part), safe="/:@$,-_.!~*'()?")
        for part in re.split("([&=+])", parts.query)
    )
    path = "/" + escape_uri_path(_decode(parts.path)).lstrip("/")  # "//" would begin a host
    return Redirect.normalise_path(f"{path}?{query}" if query else path)


def _decode(text: str) -> str:
    # What is no UTF-8 stays escaped, as in the path of a request.
    return repercent_broken_unicode(unquote_to_bytes(text)).decode()


def to_read(path: str) -> str:
    """Return the path as the list of missing addresses shows it."""
    return one_line(unquote_all(path))
