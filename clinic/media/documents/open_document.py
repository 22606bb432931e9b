"""Check that a file of LibreOffice runs nothing and loads nothing."""

import re
from xml.etree.ElementTree import Element  # for the annotations only

from .outside import reaches_outside
from .package import (
    FONTS,
    PICTURES,
    VISIBLE_KEYS,
    XML,
    Allowance,
    Package,
    check_link,
    check_value,
    local_attributes,
    suffix_of,
)
from .refusals import ACTIVE, FORMULA, WRONG_CONTENT, refuse_if

OPEN_DOCUMENT_TYPE = "application/vnd.oasis.opendocument."
OPEN_DOCUMENT_TYPES = {
    ".odt": f"{OPEN_DOCUMENT_TYPE}text",
    ".ods": f"{OPEN_DOCUMENT_TYPE}spreadsheet",
    ".odp": f"{OPEN_DOCUMENT_TYPE}presentation",
}
ACTIVE_PART = re.compile(r"(?:^|/)(?:basic|dialogs|scripts|database|versions)(?:/|$)", re.IGNORECASE)
PREVIEW = re.compile(r"(?:.*/)?ObjectReplacements/[^/]+")  # the picture of an object
VISIBLE_SPACES = (":text:1.0", "/elements/1.1/", ":meta:1.0", ":svg-compatible:1.0", ":datastyle:1.0", "/MathML")
FORMULA_KEYS = re.compile(r"formula|expression|condition|data-range|.*-address|.*-ranges?")
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
            is_data = name in ("mimetype", "layout-cache")
            is_media = PREVIEW.fullmatch(name) or suffix_of(name) in PICTURES | FONTS
            refuse_if(not (is_data or is_media), ACTIVE, "document_active")
            package.check_data(name) if is_data else package.check_media(name)


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
    if not namespace.endswith(VISIBLE_SPACES):
        _check_text(name, tag.text or "", attributes)
    for key, value in attributes:
        is_action = name == "event-listener" and key == "action" and value not in SLIDE_ACTIONS
        refuse_if(is_action or MACRO.match(value) or (key == "datasource" and value), ACTIVE, "document_active")
        is_rule = key == "value" and (name == "condition" or name.endswith("-entry"))
        if is_rule or FORMULA_KEYS.fullmatch(key):
            refuse_if(reaches_outside(value), FORMULA, "document_formula")
        elif key == "href":
            _check_address(name, value)
        elif key == "image-data":
            refuse_if(not INSIDE.fullmatch(value), ACTIVE, "document_active")
        elif key not in VISIBLE_KEYS:
            check_value(value)


def _check_text(name: str, text: str, attributes: list[tuple[str, str]]) -> None:
    # A printer may be one of the network.
    if name == "config-item" and any(key == "name" and value.startswith("Printer") for key, value in attributes):
        return
    refuse_if(name == "config-item" and "://" in text, ACTIVE, "document_active")
    check_value(text)


def _check_address(name: str, address: str) -> None:
    if name in LINK_TAGS:
        check_link(address or "#")
    elif name == "template":
        refuse_if(not LOCAL_TEMPLATE.match(address), ACTIVE, "document_active")
    else:
        refuse_if(not INSIDE.fullmatch(address), ACTIVE, "document_active")
