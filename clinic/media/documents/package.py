"""Check the parts of an office file, which is an archive, whatever program made it."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element  # for the annotations; the reader below is the safe one

from defusedxml import ElementTree

from .outside import is_web_link
from .refusals import ACTIVE, LINK, TOO_LARGE, UNREADABLE, WRONG_CONTENT, refuse_if

MAX_UNPACKED = 100 * 1024 * 1024  # bytes
MAX_XML = 10 * 1024 * 1024  # bytes, of all parts together
MAX_PARTS = 5_000

PICTURES = set("bmp dib emf emz gif heic ico jfif jpe jpeg jpg png svg svm tif tiff wdp webp wmf wmz".split())
FONTS = set("fntdata odttf otf ttf".split())
XML = set("psmdcp rdf rels vml xml".split())
# The first bytes of programs, archives, old office files, PDF, RTF, scripts, and XML in any encoding.
DISGUISED = re.compile(
    rb"\xd0\xcf\x11\xe0|MZ|PK|\x7fELF|%PDF|\{\\rt|#!|\xff\xfe|\xfe\xff|\0*(?:\xef\xbb\xbf)?[\s\0]*<", re.IGNORECASE
)
SVG_ACTIVE = {"script", "foreignObject", "handler", "listener", "iframe", "embed", "object", "audio", "video"}


@dataclass
class Allowance:
    """Count how much a file, with the files embedded in it, may still unpack to."""

    unpacked: int = MAX_UNPACKED
    xml: int = MAX_XML
    parts: int = MAX_PARTS


class Package:
    def __init__(self, data: bytes, allowance: Allowance):
        self.allowance = allowance
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        parts = self.archive.infolist()
        self.sizes = {part.filename: part.file_size for part in parts if not part.is_dir()}
        allowance.parts -= len(parts)
        allowance.unpacked -= sum(self.sizes.values())
        refuse_if(allowance.parts < 0 or allowance.unpacked < 0, TOO_LARGE, "document_too_large")
        # Nothing in front of the first part and nothing behind the end: a second file could hide there.
        is_alone = min(part.header_offset for part in parts) == 0 and data[-22:-18] == b"PK\5\6"
        refuse_if(not is_alone, WRONG_CONTENT, "document_content")
        # Readers differ in which of two equal names they take, and in what they make of such paths.
        names = {part.filename.lower() for part in parts}
        is_ambiguous = len(names) < len(parts) or any(re.search(r"\\|^/|(?:^|/)\.\.?(?:/|$)", name) for name in names)
        refuse_if(is_ambiguous, UNREADABLE, "document_unreadable")

    def read_xml(self, name: str, allow_doctype: bool = False) -> Element:
        self.allowance.xml -= self.sizes[name]
        refuse_if(self.allowance.xml < 0, TOO_LARGE, "document_too_large")
        return ElementTree.fromstring(self.archive.read(name), forbid_dtd=not allow_doctype)

    def check_media(self, name: str) -> None:
        """Check that a picture or font is not another kind of file under its name."""
        if suffix_of(name) == "svg":
            is_active = any(_is_active_drawing(tag) for tag in self.read_xml(name, allow_doctype=True).iter())
        else:
            with self.archive.open(name) as file:
                is_active = DISGUISED.match(file.read(100))
        refuse_if(is_active, ACTIVE, "document_active")


def suffix_of(name: str) -> str:
    """Return the suffix, also of a name that is only a suffix, such as .rels."""
    _stem, dot, suffix = name.rpartition("/")[2].lower().rpartition(".")
    return suffix if dot else ""


def local_attributes(tag: Element) -> Iterator[tuple[str, str]]:
    """Return the name, without namespace, and the value of each attribute."""
    return ((key.rpartition("}")[2], value) for key, value in tag.attrib.items())


def check_link(address: str) -> None:
    refuse_if(not is_web_link(address), LINK, "document_link")


def _is_active_drawing(tag: Element) -> bool:
    return tag.tag.rpartition("}")[2] in SVG_ACTIVE or any(
        key.lower().startswith("on") or (key == "href" and not re.match(r"#|data:image/(?!svg)|$", value))
        for key, value in local_attributes(tag)
    )
