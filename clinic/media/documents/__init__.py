"""Check by its content that a document is what its name says and runs nothing."""

from pathlib import PurePath

from django.core.exceptions import ValidationError

from .microsoft import OFFICE_TYPES, check_microsoft
from .open_document import OPEN_DOCUMENT_TYPES, check_open_document
from .pdf import check_pdf
from .refusals import UNREADABLE, WRONG_TYPE
from .text import check_table, check_text

# A name like visit.html.pdf misleads people, and some servers.
PROGRAM_SUFFIXES = {
    f".{suffix}"
    for suffix in (
        "asp aspx bat cgi class cmd com css dll exe hta htm html jar js jse jsp lnk mht mhtml mjs msi php phtml pl ps1 "
        "py scr sh shtml svg svgz swf vbe vbs wasm wsf xht xhtml xml xsl xslt"
    ).split()
}
CHECKS = {
    ".pdf": check_pdf,
    ".txt": check_text,
    ".csv": check_table,
    **dict.fromkeys(OFFICE_TYPES, check_microsoft),
    **dict.fromkeys(OPEN_DOCUMENT_TYPES, check_open_document),
}


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
