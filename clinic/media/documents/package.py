"""Check the parts of an office file, which is an archive, whatever program made it."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder  # they read nothing; the reader below is the safe one

from defusedxml import ElementTree

from .outside import BAD_ADDRESS, FUNCTION, is_web_link
from .refusals import ACTIVE, FORMULA, LINK, TOO_LARGE, UNREADABLE, WRONG_CONTENT, refuse_if

MAX_UNPACKED = 100 * 1024 * 1024  # bytes
MAX_XML = 10 * 1024 * 1024  # bytes, of all parts together
MAX_PARTS = 5_000

PICTURES = set("bmp dib emf emz gif heic ico jfif jpe jpeg jpg png svg svm tif tiff wdp webp wmf wmz".split())
FONTS = set("fntdata odttf otf ttf".split())
XML = set("psmdcp rdf rels vml xml".split())
# What a picture of these types begins with. Programs go by the content, so a PNG may be named .jpeg.
PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\0{4}|\x28\0\0\0|\x01\0\0\0.{36} EMF|\xd7\xcd\xc6\x9a"
    rb"|[\x01\x02]\0\t\0\0[\x01\x03]|\x1f\x8b\x08|II\*\0|MM\0\*|II\xbc|\0\0\x01\0[\x01-\x20]\0|.{4}ftyp|RIFF.{4}WEBP|VCLMTF",
    re.DOTALL,
)
# TrueType, OpenType, and the font of a slide. Word hides the first 32 bytes of a font, so look at its list of tables.
FONT = re.compile(rb"\0\x01\0\0|true|ttcf|OTTO|.{34}LP", re.DOTALL)
HIDDEN_FONT = re.compile(rb".{44}[\w/ ]{4}.{12}[\w/ ]{4}", re.DOTALL)
# The first bytes of programs, shortcuts, archives, old office files, PDF, RTF, scripts, and XML in any encoding.
DISGUISED = re.compile(
    rb"\xd0\xcf\x11\xe0|MZ|PK|\x7fELF|%PDF|%!|\{\\rt|#!|\xff\xfe|\xfe\xff|\0*(?:\xef\xbb\xbf)?[\s\0]*<|L\0\0\0\x01\x14"
    rb"|7z\xbc\xaf|MSCF|Rar!|ITSF|\x1f\x8b|BZh|\xfd7zXZ|\0\0\xfe\xff|Lo\xa7\x94|ID;P|[\s@]*(?:echo|rem|start|call|set)\b",
    re.IGNORECASE,
)
DATA_PAGE = re.compile(rb"<(?:!doctype|html|script|hta:|iframe|svg|object|embed)\b", re.IGNORECASE)
# What people read, how numbers look, and where a part of the same file is: no program takes these for an address.
VISIBLE_KEYS = set(
    "alt author c caption descr description display display-name error errorTitle formatCode helpText instr label name "
    "prompt promptTitle screenTip string-value title tooltip typeface userId v xpath".split()
)
SHAPES = set(
    "svg g defs symbol use switch path rect circle ellipse line polyline polygon text tspan textPath title desc style "
    "image clipPath mask marker pattern linearGradient radialGradient stop filter metadata a".split()
)
SVG = ("", "http://www.w3.org/2000/svg")
# Programs for drawings keep notes of their own in such places. They draw nothing.
SVG_NOTES = re.compile(
    r"http://(?:sodipodi\.sourceforge\.net/|www\.inkscape\.org/|www\.w3\.org/1999/02/22-rdf|creativecommons\.org/ns"
    r"|web\.resource\.org/cc|purl\.org/dc/|www\.serif\.com|www\.bohemiancoding\.com)"
)
SVG_LOADS = re.compile(
    r"@import|\\|(?:url|src|image|image-set)\s*\((?!\s*[\"']?#)|expression\s*\(|[a-z]script:", re.IGNORECASE
)


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
        parser = ElementTree.XMLParser(target=_Builder(), forbid_dtd=not allow_doctype)
        parser.feed(self.archive.read(name))
        return parser.close()

    def check_media(self, name: str) -> None:
        """Check that a picture or font is one, not another kind of file under its name."""
        suffix = suffix_of(name)
        if suffix == "svg":
            is_media = all(_is_shape(tag) for tag in self.read_xml(name, allow_doctype=True).iter())
        else:
            signature = HIDDEN_FONT if suffix == "odttf" else FONT if suffix in FONTS else PICTURE
            start = self.read_start(name)
            is_media = not start or (signature.match(start) and (suffix != "odttf" or not DISGUISED.match(start)))
        refuse_if(not is_media, ACTIVE, "document_active")

    def check_data(self, name: str, *, is_binary: bool = False) -> None:
        """Check data that only one program reads: it may be anything but a known kind of file."""
        start = self.read_start(name, 64 * 1024)
        is_text = b"\0" not in start[:64] if is_binary else DATA_PAGE.search(start)
        refuse_if(start and (DISGUISED.match(start) or is_text), ACTIVE, "document_active")

    def read_start(self, name: str, size: int = 100) -> bytes:
        with self.archive.open(name) as file:
            return file.read(size)


class _Builder(TreeBuilder):
    """Build the tree of a part, and refuse what says where more of it can be loaded from."""

    def pi(self, target: str, data: str | None = None) -> None:
        refuse_if(target.lower() == "xml-stylesheet", ACTIVE, "document_active")

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        refuse_if(system and not system.startswith("http://www.w3.org/"), ACTIVE, "document_active")


def suffix_of(name: str) -> str:
    """Return the suffix, also of a name that is only a suffix, such as .rels."""
    _stem, dot, suffix = name.rpartition("/")[2].lower().rpartition(".")
    return suffix if dot else ""


def local_attributes(tag: Element) -> Iterator[tuple[str, str]]:
    """Return the name, without namespace, and the value of each attribute."""
    return ((key.rpartition("}")[2], value) for key, value in tag.attrib.items())


def check_link(address: str) -> None:
    refuse_if(not is_web_link(address), LINK, "document_link")


def check_value(value: str) -> None:
    """Check a value that nobody reads as a text: a program may take it for an address or a formula."""
    refuse_if(BAD_ADDRESS.search(value), LINK, "document_link")
    refuse_if(FUNCTION.search(value), FORMULA, "document_formula")


def _is_shape(tag: Element) -> bool:
    space, _brace, name = tag.tag.lstrip("{").rpartition("}")
    if SVG_NOTES.match(space):
        return True
    is_known = space in SVG and (name in SHAPES or name.startswith("fe"))
    texts = [tag.text or "", *tag.attrib.values()] if name == "style" else tag.attrib.values()
    return (
        is_known
        and not any(SVG_LOADS.search(text) for text in texts)
        and not any(
            key.lower().startswith("on")
            or key in ("base", "src")
            or (key == "href" and not re.match(r"#|data:image/(?:gif|jpe?g|png);base64,|$", value))
            for key, value in local_attributes(tag)
        )
    )
