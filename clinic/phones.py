"""Read phone numbers as people write them. Pure."""

import re

# "ext. 4", "(extension 4)", "x4", "#4", ";ext=4", ",,4" at the end of a number.
EXTENSION = re.compile(
    r"(?<=[\d\s).-])[\s(,;]*(?:(?:ext(?:n|ension)?|x|int|anexo)[\s.:#=]*|#\s*|,,\s*|;\s*)\d{1,7}[\s)]*$", re.IGNORECASE
)

NUMBER = re.compile(r"\+?[\s0-9().\-\u2010-\u2013]+")  # hyphens of several kinds


def is_one_number(text: str) -> bool:
    """Return whether a phone can dial the text: one number in digits, and perhaps an extension."""
    number = EXTENSION.sub("", text)
    return bool(NUMBER.fullmatch(number.strip())) and 3 <= sum(map(str.isdigit, number)) <= 15


def to_url(number: str) -> str:
    """Return a ``tel:`` URL for a number as people write it: "tel:9495550100;ext=4"."""
    extension = EXTENSION.search(number)
    dialed = "".join(char for char in EXTENSION.sub("", number) if char.isdigit() or char == "+")
    return f"tel:{dialed};ext={''.join(filter(str.isdigit, extension[0]))}" if extension else f"tel:{dialed}"
