"""Read from the HTML of a page what a check looks at. Pure."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageContent:
    """Hold the parts of a page. Each link and file says whether it stands in the page's own content."""

    title: str = ""
    description: str = ""
    is_hidden: bool = False  # from search engines
    links: dict[str, bool] = field(default_factory=dict)
    files: dict[str, bool] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    without_alt: list[str] = field(default_factory=list)  # the addresses of pictures
    structured_data: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageContent()
        self.is_in_main = False
        self.collected: list[str] | None = None  # of the element whose text is read

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        if identifier := attributes.get("id"):
            self.page.ids.add(identifier)
        if tag == "main":
            self.is_in_main = True
        elif tag == "a":
            self.page.ids.add(attributes.get("name", ""))
            if "href" in attributes:
                self._add(self.page.links, attributes["href"])
        elif tag in ("img", "source", "video", "audio", "script"):
            self._add_files(attributes)
        elif tag in ("link", "meta"):
            self._read_head(tag, attributes)
        if tag == "img" and "alt" not in attributes:
            self.page.without_alt.append(attributes.get("src", ""))
        is_data = tag == "script" and attributes.get("type") == "application/ld+json"
        if is_data or (tag == "title" and not self.page.title):
            self.collected = []

    def _read_head(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "link" and attributes.get("rel") in ("stylesheet", "icon", "preload", "apple-touch-icon"):
            self._add(self.page.files, attributes.get("href", ""))
        elif attributes.get("name") == "description":
            self.page.description = " ".join(attributes.get("content", "").split())
        elif attributes.get("name") == "robots":
            self.page.is_hidden = "noindex" in attributes.get("content", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.is_in_main = False
        elif self.collected is not None and tag in ("title", "script"):
            text = "".join(self.collected)
            if tag == "title":
                self.page.title = " ".join(text.split())
            else:
                self.page.structured_data.append(text)
            self.collected = None

    def handle_data(self, data: str) -> None:
        if self.collected is not None:
            self.collected.append(data)

    def _add_files(self, attributes: dict[str, str]) -> None:
        for name in ("src", "poster"):
            if attributes.get(name):
                self._add(self.page.files, attributes[name])
        for candidate in attributes.get("srcset", "").split(","):
            if candidate.strip():
                self._add(self.page.files, candidate.split()[0])

    def _add(self, found: dict[str, bool], address: str) -> None:
        found[address.strip()] = found.get(address.strip(), False) or self.is_in_main


def read_page(html: str) -> PageContent:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
