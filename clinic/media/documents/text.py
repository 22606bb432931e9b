"""Check that a text or a table in text is only that."""

import re

from .outside import CONVERSATION, FUNCTION, OTHER_FILE, reaches_outside
from .refusals import FORMULA_CELL, WRONG_CONTENT, refuse_if

PAGE = re.compile(
    r"<(?:!doctype|html|head|body|script|style|svg|math|iframe|img|link|meta|object|embed|form)\b", re.IGNORECASE
)
MARKUP = re.compile(rf"{PAGE.pattern}|<[!?/]|<[a-z][\w:.-]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
SCRIPT = re.compile(
    r"\b(?:document|window|globalThis)\.[a-z]|\b(?:eval|fetch|alert)\([\"'`\w]|\bfunction\b[^\n(]*\([^\n)]*\)\s*\{"
    r"|\)\s*=>|=>\s*[{(]|^#!|javascript:"
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
# A spreadsheet calculates a cell that begins with a sign, also after quotes and characters that nobody sees.
START = r"(?:^|[{separators}])(?:(?![{separators}])[\s\"'\u200b-\u200f\u2060\ufeff])*"
SEPARATORS = ",;\t\r\n\v\f\x85\u2028\u2029|:^~"
SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)", re.IGNORECASE)  # Excel then splits at this character
CELL = re.compile(r"[^,;\t\r\n]*")
REFERENCE = re.compile(r"![\w$#']|'#")
QUOTED_CELL = re.compile(r"(?:[^\"]|\"\")*")


def check_text(data: bytes, suffix: str) -> None:
    text = _decode(data)
    is_something_else = CONTROL.search(text) or MARKUP.search(text) or SCRIPT.search(text)
    refuse_if(is_something_else, WRONG_CONTENT, "document_content")


def check_table(data: bytes, suffix: str) -> None:
    check_text(data, suffix)
    text = _decode(data)
    separator = SEPARATOR_LINE.match(text)
    separators = re.escape(SEPARATORS + (separator[1] if separator else ""))
    start_of_formula = START.format(separators=separators)
    has_formula = CONVERSATION.search(text) or re.search(f"{start_of_formula}[=＝]", text)
    refuse_if(has_formula, FORMULA_CELL, "document_formula")
    if not (FUNCTION.search(text) or OTHER_FILE.search(text)):
        return
    # A number or a name may begin with one of the other signs.
    checked = 0
    for formula in re.finditer(f"{start_of_formula}(?P<sign>[+\\-@＋－＠])", text):
        start = formula.start("sign")
        if start >= checked:
            cell = (QUOTED_CELL if '"' in text[formula.start() : start] else CELL).match(text, start)[0]
            checked = start + len(cell)
            is_formula = FUNCTION.search(cell) or REFERENCE.search(cell)
            refuse_if(is_formula and reaches_outside(cell.replace('""', '"')), FORMULA_CELL, "document_formula")


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
