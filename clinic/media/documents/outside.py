"""Recognize links and formulas that reach outside a document."""

import re

# An address without a scheme leads to a file beside the document, an empty one nowhere.
WEB_LINK = re.compile(r"\s*(?:https?://[^\\]|mailto:|tel:|#|$)", re.IGNORECASE)
# Programs write some of these with a prefix, such as _xlfn.WEBSERVICE or COM.MICROSOFT.WEBSERVICE.
FUNCTION = re.compile(
    r"(?<![a-z0-9_])(?:_xl[a-z]+\.)*(?:(?:COPILOT|DDE|DDEAUTO|DETECTLANGUAGE|EXEC|FOPEN|GOOGLE[A-Z]+|HYPERLINK|"
    r"IMPORT(?:DATA|FEED|HTML|RANGE|XML)|PY|REGISTER\.ID|RTD|SEND\.KEYS|SQL\.REQUEST|STOCKHISTORY|WEBSERVICE)\s*\(|"
    # These are also words, as in "call (949) 555-0100".
    r"(?:CALL|EVALUATE|EXECUTE|FILES|IMAGE|INITIATE|POKE|REGISTER|RUN|TRANSLATE)(?:\(|\s+\(\s*[\"']))|_xll\.",
    re.IGNORECASE,
)
WEB_HYPERLINK = re.compile(r'HYPERLINK\s*\(\s*"(?:https?://[^\\"]|mailto:|tel:|#)', re.IGNORECASE)
# A conversation with a program, such as cmd|'/c calc'!A0.
CONVERSATION = re.compile(r"[\w'\"\].)]\s*\|[^|\r\n]*?![\w'\"$#]")
OTHER_FILE = re.compile(r"'#\$?[\w'$]|://|\\\\|\bfile:", re.IGNORECASE)
TOKEN = re.compile(r"""'(?:[^']|'')*'|\[(?:'.|[^\[\]'])*\]|(?P<text>"(?:[^"]|"")*")|(?P<array>\{[^{}'!]*\})""")


def is_web_link(address: str) -> bool:
    return bool(WEB_LINK.match(address))


def reaches_outside(formula: str) -> bool:
    """Return whether the formula runs a program, or reads a page or another file."""
    bare = TOKEN.sub(lambda token: '""' if token["text"] or token["array"] else token[0], formula)
    has_function = FUNCTION.search(WEB_HYPERLINK.sub("", formula))
    return bool(has_function or CONVERSATION.search(bare) or OTHER_FILE.search(bare))
