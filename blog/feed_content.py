"""Turn the HTML of an article into what feed readers accept. Pure."""

from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Comment, Tag

# What a reader must not or cannot show. A form or a script would run in the reader of somebody else.
REMOVED = (
    "script style link meta template noscript iframe frame object embed source form input select textarea button svg "
    "math audio video canvas dialog"
).split()
UNWRAPPED = "picture details summary section div span address".split()
KEPT_ATTRIBUTES = frozenset("href src alt width height title colspan rowspan scope start".split())
ADDRESSES = ("href", "src")
SCHEMES = frozenset(("http", "https", "mailto", "tel"))


def clean_for_feed(html: str, url: str) -> str:
    """Return the HTML with whole addresses, without what runs or asks for something. ``url`` is the article's."""
    soup = BeautifulSoup(html, "html.parser")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(REMOVED) + soup.select(".visually-hidden"):
        tag.decompose()
    for tag in soup.find_all(True):
        _clean_attributes(tag, url)
    for tag in soup.find_all(UNWRAPPED):
        tag.unwrap()
    return str(soup).strip()


def _clean_attributes(tag: Tag, url: str) -> None:
    tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT_ATTRIBUTES}
    for name in ADDRESSES:
        if name in tag.attrs:
            address = _make_whole(str(tag[name]), url)
            if address:
                tag[name] = address
            else:
                del tag[name]
    if tag.name == "img" and "src" not in tag.attrs:
        tag.decompose()


def _make_whole(address: str, url: str) -> str:
    """Return the address with its host, or an empty text if it cannot be followed from a reader."""
    try:
        whole = urljoin(url, address.strip())
        return whole if urlsplit(whole).scheme in SCHEMES else ""
    except ValueError:
        return ""
