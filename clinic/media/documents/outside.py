"""Recognize links and formulas that reach outside a document."""

import re

# An address without a scheme leads to a file beside the document, an empty one nowhere.
WEB_LINK = re.compile(r"\s*(?:https?://[^\\]|mailto:|tel:|#|$)", re.IGNORECASE)
# An address that leads elsewhere than to the web, wherever it stands in a value.
BAD_ADDRESS = re.compile(
    r"^\s*//[\w.-]+[\\/]|(?:^|[\s\"'(=,;|])(?:(?!https?:|ppaction:)[a-z][a-z0-9+.-]*://|\\\\[\w.?%$]"
    r"|(?:about|cid|file|ftp|hcp|its|jar|javascript|ldap|livescript|macro|mhtml|mk|ms-[a-z-]+|res|search(?:-ms)?|sftp"
    r"|shell|smb|ssh|telnet|vbscript|view-source|vnd\.sun\.star\.[a-z]+):\S|data:(?!image/(?:gif|jpe?g|png)[;,])[^\s,]*,)",
    re.IGNORECASE,
)
# Programs write some of these with a prefix, such as _xlfn.WEBSERVICE or COM.MICROSOFT.WEBSERVICE.
PREFIX = r"(?<![a-z0-9_])"
NAMES = (
    r"(?:COPILOT|CUBE[A-Z]+|DDE|DDEAUTO|DETECTLANGUAGE|EXEC|FOPEN|GOOGLE[A-Z]+|HYPERLINK|"
    r"IMPORT(?:CSV|DATA|FEED|HTML|RANGE|TEXT|XML)|PY|REGISTER\.ID|RTD|SEND\.KEYS|SQL\.REQUEST|STOCKHISTORY|WEBSERVICE)"
)
# These are also words, as in "call (949) 555-0100". INDIRECT makes a place of any text, also one in another file.
WORDS = r"(?:CALL|EVALUATE|EXECUTE|FILES|IMAGE|INDIRECT|INITIATE|POKE|REGISTER|RUN|TRANSLATE)"
FUNCTION = re.compile(
    rf"{PREFIX}(?:{NAMES}\s*\(|{WORDS}(?:\(|\s+\(\s*(?:[\"'$\[]|[a-z]{{1,3}}\$?\d)))|_xll\.", re.IGNORECASE
)
FUNCTION_OF_FORMULA = re.compile(rf"{PREFIX}{WORDS}\s*\(", re.IGNORECASE)
WEB_HYPERLINK = re.compile(r'HYPERLINK\s*\(\s*"(?:https?://[^\\"]|mailto:|tel:|#)', re.IGNORECASE)
# A conversation with a program, such as cmd|'/c calc'!A0.
CONVERSATION = re.compile(r"[\w'\"\].)]\s*\|[^|\r\n]*?![\w'\"$#]")
OTHER_FILE = re.compile(
    r"'#\$?[\w'$]|://|\\\\|'\s*//|\bfile:|\b[a-z]:\\|\[[^\[\]\"]*\.(?:csv|ods|xl\w{1,2})\]", re.IGNORECASE
)
TOKEN = re.compile(r"""'(?:[^']|'')*'|\[(?:'.|[^\[\]'])*\]|(?P<text>"(?:[^"]|"")*")|(?P<array>\{[^{}'!]*\})""")


def is_web_link(address: str) -> bool:
    return bool(WEB_LINK.match(address))


def reaches_outside(formula: str) -> bool:
    """Return whether the formula runs a program, or reads a page or another file."""
    bare = TOKEN.sub(lambda token: '""' if token["text"] or token["array"] else token[0], formula)
    has_function = FUNCTION.search(WEB_HYPERLINK.sub("", formula)) or FUNCTION_OF_FORMULA.search(bare)
    return bool(has_function or CONVERSATION.search(bare) or OTHER_FILE.search(bare))
