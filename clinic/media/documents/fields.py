"""Check the fields of a Word document, which can start programs and read files."""

import re
from xml.etree.ElementTree import Element  # for the annotations only

from .outside import is_web_link
from .refusals import ACTIVE, LINK, refuse_if

WORD = re.compile(
    r"\{http://(?:schemas\.openxmlformats\.org/wordprocessingml/2006|purl\.oclc\.org/ooxml/wordprocessingml)/main\}"
)
FIELD_TAGS = {"fldSimple", "fldChar", "instrText", "delInstrText"}
FIELDS = set(
    "= ADDIN ADVANCE AUTHOR AUTONUM AUTONUMLGL AUTONUMOUT BARCODE BIBLIOGRAPHY BIDIOUTLINE CITATION COMMENTS COMPARE "
    "CREATEDATE DATE DISPLAYBARCODE DOCPROPERTY DOCVARIABLE EDITTIME EMBED EQ FILENAME FILESIZE FORMCHECKBOX "
    "FORMDROPDOWN FORMTEXT HYPERLINK IF INDEX INFO KEYWORDS LASTSAVEDBY LISTNUM MERGEFIELD MERGEREC MERGESEQ NOTEREF "
    "NUMCHARS NUMPAGES NUMWORDS PAGE PAGEREF PRINTDATE QUOTE REF REVNUM SAVEDATE SECTION SECTIONPAGES SEQ SET SHAPE "
    "STYLEREF SUBJECT SYMBOL TA TC TEMPLATE TIME TITLE TOA TOC USERADDRESS USERINITIALS USERNAME XE".split()
)
NAME = re.compile(r"\s*(=|[a-z]+)?", re.IGNORECASE)
# The switches that have a value, other switches, the address.
HYPERLINK = re.compile(r'\\[lot*]\s*(?:"[^"]*"|[^\s"]*)|\\\w(?=\s|$)|(?P<address>"(?:\\.|[^"\\])*"|\S+)', re.IGNORECASE)
NESTED = "\0"  # stands where another field gives a part of the code


class _Field:
    """Collect the code of a field: as it is, and as it is without insertions or without deletions."""

    def __init__(self):
        self.codes = {"": "", "ins": "", "del": ""}
        self.has_result = False

    def add(self, text: str, revision: str) -> None:
        if not self.has_result:
            for without in self.codes:
                self.codes[without] += "" if without and without == revision else text

    def check(self) -> None:
        for code in self.codes.values():
            _check_code(code)


def check_fields(root: Element) -> None:
    """Check the fields in an element. A text box or a foreign element in it has fields of its own."""
    fields = [_Field()]
    stack = [(root, "")]
    space = ""
    while stack:
        tag, revision = stack.pop()
        own_space = WORD.match(tag.tag)
        own_space = own_space[0] if own_space else ""
        space = space or own_space
        name = tag.tag.removeprefix(space)
        if tag is not root and (own_space != space or name == "txbxContent"):
            check_fields(tag)
            continue
        _read_tag(tag, name, tag.get(f"{space}fldCharType"), revision, fields)
        revision = {"ins": "ins", "moveTo": "ins", "del": "del", "moveFrom": "del"}.get(name, revision)
        stack.extend((child, revision) for child in reversed(tag))
    for field in fields:
        field.check()


def _read_tag(tag: Element, name: str, kind: str | None, revision: str, fields: list[_Field]) -> None:
    if name == "fldSimple":
        for key, code in tag.attrib.items():
            _check_code(code if key.endswith("instr") else "")
    elif name in ("instrText", "delInstrText"):
        refuse_if(len(tag), ACTIVE, "document_active")  # a code holds no tags
        fields[-1].add(tag.text or "", revision)
    elif name == "fldChar" and kind == "begin":
        if len(fields) > 1:
            fields[-1].add(NESTED, revision)
        fields.append(_Field())
    elif name == "fldChar" and kind == "separate":
        fields[-1].has_result = True
    elif name == "fldChar" and kind == "end" and len(fields) > 1:
        fields.pop().check()


def _check_code(code: str) -> None:
    name = NAME.match(code)[1] or ""
    refuse_if(code.strip() and name.upper() not in FIELDS, ACTIVE, "document_active")
    if name.upper() == "HYPERLINK":
        parts = HYPERLINK.finditer(code.strip()[len(name) :])
        addresses = [part["address"].strip('"') for part in parts if part["address"]]
        refuse_if(not all(map(is_web_link, addresses)), LINK, "document_link")
