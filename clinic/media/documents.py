"""Check by its content that a document is what its name says and runs nothing."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePath

import pikepdf
from defusedxml import ElementTree
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_UNPACKED = 100 * 1024 * 1024  # bytes
MAX_XML = 10 * 1024 * 1024  # bytes of one part of an office file
MAX_PARTS = 5_000  # files in one office file

WRONG_TYPE = _(
    "Documents can be PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument (.odt, .ods, .odp), "
    "text (.txt) or .csv. Save the document as one of these. Pictures belong under Images."
)
WRONG_CONTENT = _("The content of this file is not what its name says. Export the document again, then upload it.")
ACTIVE = _(
    "This document contains something that runs or opens by itself: a macro, a script, an action, a form that sends, "
    "a link to another file or an attachment. Export it as a plain PDF, then upload that."
)
UNREADABLE = _(
    "This document cannot be checked: it is damaged or protected with a password. "
    "Save it again without a password, then upload it."
)
TOO_LARGE = _(
    "This document unpacks to more than 100 MB, or holds more than 10 MB of text. "
    "Make it smaller, then upload it again."
)

# A name like visit.html.pdf misleads people, and some servers.
PROGRAM_SUFFIXES = {
    f".{suffix}"
    for suffix in (
        "asp aspx bat cgi class cmd com css dll exe hta htm html jar js jse jsp lnk mht mhtml mjs msi php phtml pl ps1 "
        "py scr sh shtml svg svgz swf vbe vbs wasm wsf xht xhtml xml xsl xslt"
    ).split()
}
PAGE = re.compile(
    r"<(?:!doctype|html|head|body|script|style|svg|math|iframe|img|link|meta|object|embed|form)\b", re.IGNORECASE
)
MARKUP = re.compile(rf"{PAGE.pattern}|<[!?/]|<[a-z][\w:.-]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
SCRIPT = re.compile(
    r"\b(?:document|window|globalThis)\.[a-z]|\b(?:eval|fetch|alert)\([\"'`\w]|\bfunction\b[^\n(]*\([^\n)]*\)\s*\{"
    r"|\)\s*=>|=>\s*[{(]|^#!|javascript:"
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
# A spreadsheet calculates such a cell, and can be made to start a program.
FORMULA = re.compile(r"[\s\"']*(?:=|[+\-@](?=.*[a-z]).*[(|!])", re.IGNORECASE)


def check_document(file) -> None:
    """Raise ValidationError, in words for the editor, if the file is refused."""
    *inner, suffix = [suffix.lower() for suffix in PurePath(file.name).suffixes] or [""]
    check = CHECKS.get(suffix)
    if check is None or PROGRAM_SUFFIXES.intersection(inner):
        raise ValidationError(WRONG_TYPE, code="document_type")
    file.seek(0)
    try:
        check(file.read(), suffix)
    except ValidationError:
        raise
    except Exception as error:  # the readers of damaged files raise many kinds
        raise ValidationError(UNREADABLE, code="document_unreadable") from error
    finally:
        file.seek(0)


def _refuse_if(is_bad: bool, message, code: str) -> None:
    if is_bad:
        raise ValidationError(message, code=code)


# Text


def _check_text(data: bytes, suffix: str) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    is_something_else = CONTROL.search(text) or MARKUP.search(text) or SCRIPT.search(text)
    _refuse_if(bool(is_something_else), WRONG_CONTENT, "document_content")
    if suffix == ".csv":
        has_formula = any(FORMULA.match(cell) for cell in re.split(r"[,;\t\r\n]", text))
        _refuse_if(has_formula, ACTIVE, "document_active")


# PDF

PDF_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
PDF_ACTIONS = {
    f"/{action}"
    for action in (
        "JavaScript Launch ImportData SubmitForm ResetForm GoToE GoToR Rendition Movie Sound RichMediaExecute "
        "GoTo3DView Hide SetOCGState"
    ).split()
}
PDF_TYPES = {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/3D", "/Sound"}
# Also in an earlier revision of the file, which a reader that repairs it may find.
PDF_NAMES = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)\b")
MAX_OBJECTS = 200_000
MAX_STREAM = 4 * 1024 * 1024  # bytes of a stream of objects; pictures and pages are not decoded
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=1,
    flate_max_memory=MAX_STREAM,
    png_max_memory=MAX_STREAM,
    run_length_max_memory=MAX_STREAM,
    tiff_max_memory=MAX_STREAM,
)
WEB_ADDRESS = re.compile(r"(?:https?:|mailto:|tel:|[^:]*$)", re.IGNORECASE)


def _check_pdf(data: bytes, suffix: str) -> None:
    end = data.rpartition(b"%%EOF")[2].strip(b"\0\t\n\f\r ")
    is_pdf = data.startswith(b"%PDF-") and not end and not zipfile.is_zipfile(io.BytesIO(data))
    _refuse_if(not is_pdf or bool(PAGE.search(data[:1024].decode("latin-1"))), WRONG_CONTENT, "document_content")
    _refuse_if(bool(PDF_NAMES.search(data)), ACTIVE, "document_active")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        _refuse_if(len(pdf.objects) > MAX_OBJECTS, TOO_LARGE, "document_too_large")
        objects = [pdf.trailer, *pdf.objects]
        is_active = any(_is_active(entry) for obj in objects for entry in _direct_dictionaries(obj))
        _refuse_if(is_active, ACTIVE, "document_active")
        # Each reader repairs a damaged file in its own way and may find other objects in it.
        _refuse_if(bool(pdf.get_warnings()), UNREADABLE, "document_unreadable")


def _direct_dictionaries(obj) -> Iterator[pikepdf.Dictionary | pikepdf.Stream]:
    """Return the dictionaries in an object, but not those with a number of their own."""
    stack = [obj]
    while stack:
        item = stack.pop()
        children = []
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item
            children = [item.get(key) for key in item.keys()]  # noqa: SIM118 a stream has no other iterator
        elif isinstance(item, pikepdf.Array):
            children = list(item)
        stack.extend(child for child in children if isinstance(child, pikepdf.Object) and not child.is_indirect)


def _is_active(entry: pikepdf.Dictionary | pikepdf.Stream) -> bool:
    keys = set(entry.keys())
    opens = entry.get("/OpenAction", pikepdf.Array())
    address = entry.get("/URI")
    return bool(
        keys & PDF_KEYS
        or str(entry.get("/S")) in PDF_ACTIONS
        or {str(entry.get("/Type")), str(entry.get("/Subtype"))} & PDF_TYPES
        # Many programs write where to open the file: that is harmless.
        or not (isinstance(opens, pikepdf.Array) or str(opens.get("/S")) == "/GoTo")
        or (isinstance(address, pikepdf.String) and not WEB_ADDRESS.match(str(address)))
    )


# Office files

OFFICE_TYPE = "application/vnd.openxmlformats-officedocument."
OFFICE_TYPES = {
    ".docx": f"{OFFICE_TYPE}wordprocessingml.document.main+xml",
    ".xlsx": f"{OFFICE_TYPE}spreadsheetml.sheet.main+xml",
    ".pptx": f"{OFFICE_TYPE}presentationml.presentation.main+xml",
}
OPEN_DOCUMENT_TYPE = b"application/vnd.oasis.opendocument."
OPEN_DOCUMENT_TYPES = {
    ".odt": OPEN_DOCUMENT_TYPE + b"text",
    ".ods": OPEN_DOCUMENT_TYPE + b"spreadsheet",
    ".odp": OPEN_DOCUMENT_TYPE + b"presentation",
}
ACTIVE_PART = re.compile(
    r"vba|macro|activex|ole-?object|external-?link|connections|attachedtoolbars|keymapcustomizations"
    r"|(?:^|/)(?:basic|scripts)(?:/|$)",
    re.IGNORECASE,
)
SCRIPT_NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:script:1.0}"
DYNAMIC_FIELD = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)


def _check_office(data: bytes, suffix: str, budget: int = MAX_UNPACKED) -> int:
    """Return how many bytes of the budget are left for files embedded beside this one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        budget -= sum(part.file_size for part in parts)
        _refuse_if(len(parts) > MAX_PARTS or budget < 0, TOO_LARGE, "document_too_large")
        # Nothing in front of the first part and nothing behind the end: a second file could hide there.
        is_alone = min(part.header_offset for part in parts) == 0 and data[-22:-18] == b"PK\5\6"
        _refuse_if(not is_alone, WRONG_CONTENT, "document_content")
        names = [part.filename for part in parts]
        _refuse_if(len(set(names)) < len(names), UNREADABLE, "document_unreadable")  # readers differ in which they take
        _refuse_if(any(_is_active_part(name) for name in names), ACTIVE, "document_active")
        (_check_microsoft if suffix in OFFICE_TYPES else _check_open_document)(archive, suffix)
        for name in names:
            if "/embeddings/" in name.lower():
                inner = PurePath(name).suffix.lower()
                _refuse_if(inner not in OFFICE_TYPES, ACTIVE, "document_active")
                budget = _check_office(archive.read(name), inner, budget)
    return budget


def _is_active_part(name: str) -> bool:
    return bool(ACTIVE_PART.search(name)) or PurePath(name).suffix.lower() in PROGRAM_SUFFIXES - {".xml", ".svg"}


def _check_microsoft(archive: zipfile.ZipFile, suffix: str) -> None:
    types = {part.get("ContentType", "") for part in _read_xml(archive, "[Content_Types].xml")}
    _refuse_if(OFFICE_TYPES[suffix] not in types, WRONG_CONTENT, "document_content")
    _refuse_if(any(ACTIVE_PART.search(kind) for kind in types), ACTIVE, "document_active")
    for name in archive.namelist():
        if name.endswith(".rels"):
            links = [link for link in _read_xml(archive, name) if link.get("TargetMode") == "External"]
            is_active = any(not link.get("Type", "").endswith("/hyperlink") for link in links)
            _refuse_if(is_active, ACTIVE, "document_active")
        elif name.startswith("word/") and name.endswith(".xml"):
            tags = list(_read_xml(archive, name).iter())
            codes = [tag.text or "" for tag in tags if tag.tag.endswith("}instrText")]
            codes += [value for tag in tags for key, value in tag.attrib.items() if key.endswith("}instr")]
            _refuse_if(bool(DYNAMIC_FIELD.search("".join(codes))), ACTIVE, "document_active")


def _check_open_document(archive: zipfile.ZipFile, suffix: str) -> None:
    _refuse_if(archive.read("mimetype") != OPEN_DOCUMENT_TYPES[suffix], WRONG_CONTENT, "document_content")
    for name in archive.namelist():
        if PurePath(name).name in ("content.xml", "styles.xml"):
            is_active = any(
                tag.tag.startswith(SCRIPT_NAMESPACE)
                or "}dde-" in tag.tag
                or any(value.startswith(("vnd.sun.star.script:", "macro:")) for value in tag.attrib.values())
                for tag in _read_xml(archive, name).iter()
            )
            _refuse_if(is_active, ACTIVE, "document_active")


def _read_xml(archive: zipfile.ZipFile, name: str):
    _refuse_if(archive.getinfo(name).file_size > MAX_XML, TOO_LARGE, "document_too_large")
    return ElementTree.fromstring(archive.read(name), forbid_dtd=True)


CHECKS = {
    ".pdf": _check_pdf,
    ".txt": _check_text,
    ".csv": _check_text,
    **dict.fromkeys((*OFFICE_TYPES, *OPEN_DOCUMENT_TYPES), _check_office),
}
