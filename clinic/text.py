"""Drop characters that no text needs. Pure."""

import json
import re
from typing import Any
from urllib.parse import unquote

# Control characters but tab and line ends (a return without a line feed is none), lone surrogates, and code points that
# Unicode gives to no character. XML, calendars and databases refuse a whole file or row for one of them.
UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17))
    + "]|\r(?!\n)"
)


def drop_unwanted(text: str) -> str:
    return UNWANTED.sub("", text)


def one_line(text: str) -> str:
    """Return the text on one line: programs refuse a whole calendar or mail for a line break in the wrong place."""
    # A lone "\r" is unwanted and parts words; what is dropped may leave a space at an end.
    return " ".join(drop_unwanted(" ".join(text.split())).split())


def unquote_all(path: str) -> str:
    """Return the path without escapes, also those that were escaped once more."""
    for _time in range(5):
        plain = unquote(path)
        if plain == path:
            break
        path = plain
    return path


def drop_unwanted_escapes(text: str) -> str:
    """Drop unwanted characters from a JSON object or list, also escaped ones.

    Return any other text as it is.
    """
    if "\\u" not in text or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        found = json.loads(text)
        cleaned = drop_unwanted_inside(found)
    except (ValueError, RecursionError):
        return text
    return text if cleaned == found else json.dumps(cleaned)


def drop_unwanted_inside(value: Any) -> Any:
    """Drop unwanted characters from every text in lists and dictionaries."""
    if isinstance(value, str):
        return drop_unwanted(value)
    if isinstance(value, list):
        return [drop_unwanted_inside(one) for one in value]
    if isinstance(value, dict):
        return {drop_unwanted(name): drop_unwanted_inside(one) for name, one in value.items()}
    return value
