"""Check that a text or a table in text is only that."""

import re

from .outside import CONVERSATION, FUNCTION, OTHER_FILE, reaches_outside
from .refusals import FORMULA_CELL, OTHER_FORMAT, WRONG_CONTENT, refuse_if

PAGE = re.compile(
    r"<(?:!doctype|html|head|body|script|style|svg|math|iframe|img|link|meta|object|embed|form)\b", re.IGNORECASE
)
MARKUP = re.compile(
    rf"{PAGE.pattern}|<[!?/]|<[a-z][\w:.-]*(?:\s[^<>]*)?/?>|<[a-z][\w:.-]*\s+[\w:-]+\s*=", re.IGNORECASE
)
SCRIPT = re.compile(
    r"\b(?:document|window|globalThis)\.[a-z]|\b(?:eval|fetch|alert)\([\"'`\w]|\bfunction\b[^\n(]{0,200}\([^\n)]{0,1000}\)\s*\{"
    r"|\)\s*=>|=>\s*[{(]|^#!|javascript:"
)
# Commands of Windows, PowerShell, Visual Basic, Python and JavaScript, wherever they stand.
COMMAND = re.compile(
    r"\b(?:cmd(?:\.exe)?\s+/[ckr]\b|(?:powershell|pwsh)(?:\.exe)?\s+[-/]\w|wscript\.|(?:create|get)object\s*\("
    r"|(?:invoke-(?:expression|webrequest|restmethod|command|item)|start-process|new-object|add-type"
    r"|set-executionpolicy|write-host)\b|iex\s*[($]|new\s+function\s*\(|(?:import|require)\s*\(\s*[\"'`]"
    r"|(?:self|top|parent|this|window)\[[\"'`])|%(?:~dp0|comspec%|systemroot%|windir%|temp%|appdata%)"
    r"|^[ \t]*(?:setlocal\b|@?echo[ \t]+off\b|start[ \t]+(?:\"|/[a-z]|calc\b|cmd\b|powershell\b)"
    r"|goto[ \t]+:?\w+[ \t]*$|\$[a-z_][\w:]*[ \t]*=|function[ \t]+[\w-]+[ \t]*\{|option[ \t]+explicit\b"
    r"|on[ \t]+error[ \t]+(?:resume|goto)\b|end[ \t]+(?:sub|function)[ \t]*$|attribute[ \t]+vb_"
    r"|from[ \t]+[\w.]+[ \t]+import[ \t]|import[ \t]+(?:base64|ctypes|os|shutil|socket|subprocess|sys|urllib)\b)",
    re.IGNORECASE | re.MULTILINE,
)
# Nobody sees these characters.
INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
# Programs go by these beginnings, whatever the name of the file says.
SIGNATURES = {
    "RTF or TeX": r"\{\s*\\u?rtf|\\(?:documentclass|documentstyle|input|immediate|write18)\b",
    "PDF or PostScript": r"%!|%[PF]DF-|\*PPD-Adobe",
    "Query of the web or of a database": r"WEB[ \t]*[\r\n]\s*(?:\d+[ \t]*[\r\n]|[a-z]+:|\\\\)|XLODBC\b|QueryType\s*=",
    "DIF": r"TABLE[ \t]*[\r\n]\s*0[ \t]*,[ \t]*\d",
    "Settings and shortcuts of Windows and Linux": (
        r"(?:[;#][^\r\n]*+\s*+)*+\[[^\[\]\r\n]{1,99}\]\s*+(?:[;#][^\r\n]*+\s*+)*+[^\[\]\r\n=,;]{1,99}="
    ),
    "Registry of Windows": r"Windows Registry Editor|REGEDIT\d*\s*$",
    "Remote desktop": r"[a-z0-9 ]{1,40}:[isb]:",
    "Batch": r"@(?:call|cls|cmd|copy|del|echo|for|goto|if|powershell|pushd|rem|set|setlocal|start|title)[ \t]",
    "Scripts": r"<#|#requires\b|param\s*\(|#@~\^|[\"']use strict[\"']|GIF8[79]a",
    "Keys": r"-{4,5} ?BEGIN\b|PuTTY-User-Key-File",
    "Encoded files": r"begin(?:-base64)? [0-7]{3,4} |=ybegin |d8:announce",
    "Cards and calendars": r"BEGIN[ \t]*:",
}
SIGNATURE = re.compile(rf"[\s{INVISIBLE}]*+(?:{'|'.join(SIGNATURES.values())})", re.IGNORECASE | re.MULTILINE)
# A page with all that belongs to it, in the format of a mail. Other lines may come first.
MAIL_HEADER = re.compile(
    r"^[ \t]*(?:MIME-Version|Content-(?:Base|Disposition|ID|Location|Transfer-Encoding|Type)|X-MimeOLE)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
# Excel tries SYLK on all that begins with ID, as do many tables. So a first line such as "ID;Price" is accepted as
# long as no line is a record of a cell, a name, a link or an option: without them, SYLK holds nothing.
SYLK = re.compile(rf"[\s{INVISIBLE}]*+ID(?!\w)(?P<only>[ \t]*;[ \t]*P[ \t]*(?:[;\r\n]|$))?", re.IGNORECASE)
SYLK_RECORD = re.compile(r"^[ \t]*(?:C|NN|NE|NU|O)[ \t]*;[;\s]*[A-Z]", re.IGNORECASE | re.MULTILINE)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
# A spreadsheet calculates a cell that begins with a sign, also after quotes and characters that nobody sees.
START = rf"(?:^|[{{separators}}])(?:(?![{{separators}}])[\s\"'`{INVISIBLE}])*"
SEPARATORS = ",;\t\r\n\v\f\x85\u2028\u2029|:^~"
SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)", re.IGNORECASE)  # Excel then splits at this character
CELL = re.compile(r"[^,;\t\r\n]*")
REFERENCE = re.compile(r"![\w$#']|'#")
QUOTED_CELL = re.compile(r"(?:[^\"]|\"\")*")


def check_text(data: bytes, suffix: str) -> None:
    text = _decode(data)
    # Old programs end a line with a return alone.
    lines = text.replace("\r", "\n")
    is_other_format = SIGNATURE.match(lines) or MAIL_HEADER.search(lines) or _is_sylk(lines)
    refuse_if(is_other_format, OTHER_FORMAT, "document_content")
    is_something_else = CONTROL.search(text) or MARKUP.search(text) or SCRIPT.search(text) or COMMAND.search(lines)
    refuse_if(is_something_else, WRONG_CONTENT, "document_content")


def check_table(data: bytes, suffix: str) -> None:
    check_text(data, suffix)
    text = _decode(data)
    separator = SEPARATOR_LINE.match(text)
    separators = re.escape(SEPARATORS + (separator[1] if separator else ""))
    start_of_formula = START.format(separators=separators)
    has_formula = CONVERSATION.search(text) or re.search(f"{start_of_formula}[=＝﹦⁼]", text)
    refuse_if(has_formula, FORMULA_CELL, "document_formula")
    if not (FUNCTION.search(text) or OTHER_FILE.search(text)):
        return
    # A number or a name may begin with one of the other signs.
    checked = 0
    for formula in re.finditer(f"{start_of_formula}(?P<sign>[+\\-@＋－＠﹢﹣﹫⁺⁻])", text):
        start = formula.start("sign")
        if start >= checked:
            cell = (QUOTED_CELL if '"' in text[formula.start() : start] else CELL).match(text, start)[0]
            checked = start + len(cell)
            is_formula = FUNCTION.search(cell) or REFERENCE.search(cell)
            refuse_if(is_formula and reaches_outside(cell.replace('""', '"')), FORMULA_CELL, "document_formula")


def _is_sylk(text: str) -> bool:
    start = SYLK.match(text)
    return bool(start and (start["only"] or SYLK_RECORD.search(text)))


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
