"""Check that a file of LibreOffice runs nothing and loads nothing."""

import re
from xml.etree.ElementTree import Element  # for the annotations only

from .outside import reaches_outside
from .package import FONTS, PICTURES, XML, Allowance, Package, check_link, local_attributes, suffix_of
from .refusals import ACTIVE, FORMULA, WRONG_CONTENT, refuse_if

OPEN_DOCUMENT_TYPE = "application/vnd.oasis.opendocument."
OPEN_DOCUMENT_TYPES = {
    ".odt": f"{OPEN_DOCUMENT_TYPE}text",
    ".ods": f"{OPEN_DOCUMENT_TYPE}spreadsheet",
    ".odp": f"{OPEN_DOCUMENT_TYPE}presentation",
}
ACTIVE_PART = re.compile(r"(?:^|/)(?:basic|dialogs|scripts|database|versions)(?:/|$)", re.IGNORECASE)
PLAIN_NAMES = re.compile(r"(?:.*/)?(?:mimetype|layout-cache|ObjectReplacements/[^/]+)")
ACTIVE_NAMESPACES = {"urn:oasis:names:tc:opendocument:xmlns:script:1.0", "http://www.w3.org/2002/xforms"}
ACTIVE_TAGS = re.compile(
    r"object-ole|plugin|applet|floating-frame|script|execute-macro|section-source|table-source|cell-range-source"
    r"|connection-resource|dde-.*|database-(?!range).*|auto-reload|audio|command|sound"
)
LINK_TAGS = {"a", "event-listener", "area-rectangle", "area-circle", "area-polygon"}
SLIDE_ACTIONS = set("none previous-page next-page first-page last-page hide stop show fade-out".split())
MACRO = re.compile(r"\s*(?:vnd\.sun\.star\.(?:script|expand|job|configuration):|macro:/)", re.IGNORECASE)
INSIDE = re.compile(r"\.?\.?|#.*|(?!.*\.\.(?:/|$)|/|[^/]*:)[^\\]*")  # a part of the same archive
LOCAL_TEMPLATE = re.compile(r"(?:file:///(?:[a-z]:)?)?(?!//|.*[:\\])", re.IGNORECASE)


def check_open_document(data: bytes, suffix: str) -> None:
    package = Package(data, Allowance())
    kind = OPEN_DOCUMENT_TYPES[suffix]
    refuse_if(package.archive.read("mimetype") != kind.encode(), WRONG_CONTENT, "document_content")
    for name, size in package.sizes.items():
        refuse_if(ACTIVE_PART.search(name), ACTIVE, "document_active")
        if suffix_of(name) in XML:
            # LibreOffice writes some of its settings as an empty part.
            for tag in package.read_xml(name).iter() if size else ():
                _check_tag(tag, kind)
        else:
            is_known = PLAIN_NAMES.fullmatch(name) or suffix_of(name) in PICTURES | FONTS
            refuse_if(not is_known, ACTIVE, "document_active")
            package.check_media(name)


def _check_tag(tag: Element, kind: str) -> None:
    namespace, _brace, name = tag.tag.lstrip("{").rpartition("}")
    # Pairs, since a second attribute of another namespace may have the same name.
    attributes = list(local_attributes(tag))
    if name == "file-entry" and ("full-path", "/") in attributes:
        is_other = any(key == "media-type" and value != kind for key, value in attributes)
        refuse_if(is_other, WRONG_CONTENT, "document_content")
    is_active = (
        namespace in ACTIVE_NAMESPACES
        or ACTIVE_TAGS.fullmatch(name)
        or (name == "config-item" and (len(tag) or MACRO.match(tag.text or "")))
    )
    refuse_if(is_active, ACTIVE, "document_active")
    for key, value in attributes:
        is_action = name == "event-listener" and key == "action" and value not in SLIDE_ACTIONS
        refuse_if(is_action or MACRO.match(value) or (key == "datasource" and value), ACTIVE, "document_active")
        if key in ("formula", "expression", "condition") or key.endswith("-address"):
            refuse_if(reaches_outside(value), FORMULA, "document_formula")
        elif key == "href":
            _check_address(name, value)


def _check_address(name: str, address: str) -> None:
    if name in LINK_TAGS:
        check_link(address or "#")
    elif name == "template":
        refuse_if(not LOCAL_TEMPLATE.match(address), ACTIVE, "document_active")
    else:
        refuse_if(not INSIDE.fullmatch(address), ACTIVE, "document_active")
