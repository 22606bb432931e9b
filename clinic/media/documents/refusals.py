"""Tell an editor, in plain words, why a document is refused."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WRONG_TYPE = _(
    "Documents can be PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument (.odt, .ods, .odp), "
    "text (.txt) or .csv. Save the document as one of these. Pictures belong under Images."
)
WRONG_CONTENT = _("The content of this file is not what its name says. Export the document again, then upload it.")
OTHER_FORMAT = _(
    "This text begins like, or holds a line of, a file of another format: a script, a shortcut, settings, a saved web "
    "page, RTF, or a SYLK table (first ID, then lines such as C;X1). Some programs would open or run it as that. "
    "Remove or reword these lines, or save the document as PDF, then upload it again."
)
ACTIVE = _(
    "This document holds something that runs, opens or loads by itself: a macro, a script, an action, a form that "
    "sends, an embedded object, sound or video, an attachment, or content from another file. "
    "Export it as a plain PDF, then upload that."
)
LINK = _(
    "This document holds a link that does not lead to a web page, an email address or a phone number, for example a "
    "link to a file on a computer. Remove the link, or write the full web address with https:// in front."
)
FORMULA = _(
    "This document holds a formula that would run when someone opens it, or that reads from outside the document. "
    "Replace such formulas with their values (Copy, then Paste Special, Values), then upload the document again."
)
FORMULA_CELL = _(
    "A cell of this table begins like a formula, which a spreadsheet would run. Begin no cell with an equals sign, and "
    "replace formulas with their values (Copy, then Paste Special, Values). Negative prices, phone numbers and "
    "@names are fine."
)
UNREADABLE = _(
    "This document cannot be checked: it is damaged or protected with a password. "
    "Save it again without a password, then upload it."
)
TOO_LARGE = _(
    "This document unpacks to more than 100 MB, or holds too much text or too many parts to be checked. "
    "Make it smaller, then upload it again."
)


def refuse_if(is_bad: object, message, code: str) -> None:
    if is_bad:
        raise ValidationError(message, code=code)
