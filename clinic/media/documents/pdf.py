"""Check that a PDF does nothing and holds nothing but its pages."""

import io
import re
import zipfile
from collections.abc import Iterator

import pikepdf

from .outside import is_web_link
from .refusals import ACTIVE, LINK, TOO_LARGE, UNREADABLE, WRONG_CONTENT, refuse_if
from .text import PAGE

# What a link or a bookmark may do. All other actions are refused, also those of later versions of PDF.
ACTIONS = {"/GoTo", "/URI", "/Named"}
NAMED_ACTIONS = {
    f"/{name}"
    for name in "NextPage PrevPage FirstPage LastPage GoBack GoForward GoToPage Find FullScreen Print".split()
}
# /S names other things too, such as the kind of a paragraph. So these are refused wherever they stand.
OTHER_ACTIONS = {
    f"/{name}"
    for name in (
        "JavaScript Launch ImportData SubmitForm ResetForm GoToE GoToR GoToDp Rendition Movie Sound Thread "
        "RichMediaExecute GoTo3DView Hide SetOCGState"
    ).split()
}
KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
TYPES = {"/EmbeddedFile", "/FileAttachment", "/Filespec", "/RichMedia", "/Movie", "/Screen", "/3D", "/Sound", "/PS"}
FILE_KEYS = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}
# Also in objects that no table of the file lists: a reader that repairs the file may find them.
NAMES = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia|SubmitForm|ImportData|GoTo[ER]|GoToDp|Rendition)\b")
ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
MAX_OBJECTS = 200_000  # in all revisions together
MAX_REVISIONS = 20
MAX_STREAM = 4 * 1024 * 1024  # bytes of a stream of objects; pictures and pages are not decoded
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=1,
    flate_max_memory=MAX_STREAM,
    png_max_memory=MAX_STREAM,
    run_length_max_memory=MAX_STREAM,
    tiff_max_memory=MAX_STREAM,
)


def check_pdf(data: bytes, suffix: str) -> None:
    end = data.rpartition(b"%%EOF")[2].strip(b"\0\t\n\f\r ")
    is_pdf = data.startswith(b"%PDF-") and not end and not zipfile.is_zipfile(io.BytesIO(data))
    refuse_if(not is_pdf or PAGE.search(data[:1024].decode("latin-1")), WRONG_CONTENT, "document_content")
    plain = ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), data)
    refuse_if(NAMES.search(data) or NAMES.search(plain), ACTIVE, "document_active")
    *earlier, _last = [match.end() for match in re.finditer(b"%%EOF", data)]
    refuse_if(len(earlier) > MAX_REVISIONS, UNREADABLE, "document_unreadable")
    left = _check_revision(data, MAX_OBJECTS, is_whole=True)
    for end in earlier:
        try:
            left = _check_revision(data[:end], left, is_whole=False)
        except pikepdf.PdfError:
            continue  # not a revision: some programs write a first table without objects


def _check_revision(data: bytes, left: int, *, is_whole: bool) -> int:
    """Return how many objects the other revisions may have."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        left -= len(pdf.objects)
        refuse_if(left < 0, TOO_LARGE, "document_too_large")
        for obj in (pdf.trailer, *pdf.objects):
            for entry, is_stream in _direct_dictionaries(obj):
                refuse_if(_is_active(entry) or (is_stream and "/F" in entry), ACTIVE, "document_active")
                refuse_if(_has_bad_link(entry), LINK, "document_link")
        # Each reader repairs a damaged file in its own way and may find other objects in it.
        refuse_if(is_whole and pdf.get_warnings(), UNREADABLE, "document_unreadable")
    return left


def _direct_dictionaries(obj) -> Iterator[tuple[dict, bool]]:
    """Return the dictionaries in an object, but not those with a number of their own."""
    stack = [obj]
    while stack:
        item = stack.pop()
        children = []
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            entry = {key: item.get(key) for key in item.keys()}  # noqa: SIM118 a stream has no other iterator
            yield entry, isinstance(item, pikepdf.Stream)
            children = entry.values()
        elif isinstance(item, pikepdf.Array):
            children = item
        stack.extend(child for child in children if isinstance(child, pikepdf.Object) and not child.is_indirect)


def _is_active(entry: dict) -> bool:
    kinds = {str(entry[key]) for key in ("/Type", "/Subtype") if key in entry}
    return bool(
        KEYS.intersection(entry)
        or str(entry.get("/S")) in OTHER_ACTIONS
        or kinds & TYPES
        or _opens_by_itself(entry.get("/OpenAction"))
        or any(not _is_harmless_action(entry[key]) for key in ("/A", "/PA", "/Next") if key in entry)
        # /F may be a number, or the name of a font. As a text it names a file.
        or any(isinstance(entry[key], pikepdf.String) for key in FILE_KEYS.intersection(entry))
        or isinstance(entry.get("/FS"), pikepdf.Name)
        or isinstance(entry.get("/Ref"), pikepdf.Dictionary)  # a page of another file
    )


def _opens_by_itself(action) -> bool:
    """Return whether opening the document does more than show a page."""
    if not isinstance(action, pikepdf.Dictionary):
        return False  # the name of a place in the document
    return str(action.get("/S")) != "/GoTo" or "/Next" in action


def _is_harmless_action(value) -> bool:
    """Return True also for a value that is no action: other things have these keys too."""
    if isinstance(value, pikepdf.Array):
        return all(_is_harmless_action(item) for item in value if isinstance(item, pikepdf.Dictionary))
    if not isinstance(value, pikepdf.Dictionary) or "/S" not in value:
        return True
    kind = str(value.get("/S"))
    return kind in ACTIONS and (kind != "/Named" or str(value.get("/N")) in NAMED_ACTIONS)


def _has_bad_link(entry: dict) -> bool:
    base, address = entry.get("/Base"), entry.get("/URI")
    is_action = str(entry.get("/S")) == "/URI"
    return (
        (isinstance(base, pikepdf.String) and not is_web_link(str(base)))
        or (isinstance(address, pikepdf.String) and not (is_web_link(str(address)) or str(address).startswith("www.")))
        or (is_action and not isinstance(address, pikepdf.String))
    )
