"""Read how urgent a complaint is from its words. Pure."""

import re
import unicodedata

CALL_NOW, CLINICAL, SERVICE = "call_now", "clinical", "service"
FROM_MILD_TO_BAD = (SERVICE, CLINICAL, CALL_NOW)
# Signs that the toxin has spread, that a vessel is blocked, or of a severe allergic reaction.
URGENT = re.compile(r"\b(?:breath\w*|swallow\w*|cannot see|can ?t see)\b")


def get_severity(text: str) -> str:
    """Return how urgent a complaint is.

    Words of danger count even where they are denied: a call too many harms nobody.
    """
    return CALL_NOW if URGENT.search(_fold(text)) else CLINICAL


def get_worse(one: str, other: str) -> str:
    """Return the more urgent of two severities."""
    return max(one, other, key=lambda severity: FROM_MILD_TO_BAD.index(severity or SERVICE))


def _fold(text: str) -> str:
    """Return the words without case, accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]+", " ", "".join(letter for letter in plain if not unicodedata.combining(letter)))
