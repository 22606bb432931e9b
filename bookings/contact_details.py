"""Clean what people type about themselves, and make it findable at the desk. Pure."""

import re
import unicodedata
from typing import Protocol

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DEFAULT_REGION = "US"
QUERY_LENGTH = 200
QUERY_WORDS = 8
# An index holds this text, and PostgreSQL refuses index rows of 2,700 bytes. A single character of a name can unfold
# into eighteen.
SEARCH_TEXT_LENGTH = 600

# In North America, area code and exchange start with 2 to 9. Which of them are in use changes every year, so an
# old list would refuse valid numbers.
NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
# These letters are not a plain letter with a mark, so removing the marks does not help.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'", "‘": "'"}
)
# Invisible marks that turn the reading direction make a list show something else than it holds.
DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
PHONE_WORD = re.compile(r"[+(]*\d[\d().\-/+]*")
EXTENSION = re.compile(r"\b(?:ext\.?|extension|x)\s*\d{1,7}\s*$", re.IGNORECASE)
HYPHENATED_REFERENCE = re.compile(r"[0-9a-z]{4}-[0-9a-z]{4}")


class HasContactDetails(Protocol):
    name: str
    email: str
    phone: str
    phone_e164: str
    reference: str


def plain_text(value: str) -> str:
    """Return text without control or direction characters.

    Line ends become ``\\n``.
    """
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(char for char in value if char in "\n\t" or not _is_unwanted(char))


def one_line(value: str) -> str:
    """Return plain text on one line, with single spaces."""
    return " ".join(plain_text(value).split())


def _is_unwanted(char: str) -> bool:
    return char in DIRECTION_MARKS or unicodedata.category(char) in ("Cc", "Cs")


def phone_to_e164(typed: str, region: str = "") -> str:
    """Return the number as "+19495550123", without its extension.

    Raise ValidationError if it cannot be dialed.

    ``region``: the two-letter country whose numbers are written without a country code.
    """
    try:
        number = phonenumbers.parse(typed, _known_region(region))
    except phonenumbers.NumberParseException as error:
        raise _not_a_number() from error
    national = phonenumbers.national_significant_number(number)
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or (number.country_code == 1 and not NORTH_AMERICAN.fullmatch(national)):
        raise _not_a_number()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _known_region(region: str) -> str:
    region = region.upper()
    return region if region in phonenumbers.SUPPORTED_REGIONS else DEFAULT_REGION


def _not_a_number() -> ValidationError:
    return ValidationError(
        _("We cannot dial this number. Write it with its area code, for example (949) 555-0123."), code="phone"
    )


def search_text_for(case: HasContactDetails) -> str:
    """Return the text in which the desk searches for a case.

    ``normalize_query`` brings what the desk types into the same form.
    """
    parts = [fold(case.reference), *_phone_digits(case), fold(case.email), fold(case.name)]
    return " ".join(part for part in parts if part)[:SEARCH_TEXT_LENGTH]


def _phone_digits(case: HasContactDetails) -> list[str]:
    typed = phonenumbers.normalize_digits_only(EXTENSION.sub("", case.phone))
    if not case.phone_e164:
        return [typed]
    if case.phone_e164.startswith("+1"):  # North American numbers are the same at home and abroad.
        return [case.phone_e164[1:]] + [typed] * (typed not in case.phone_e164)
    # A national number may start with a 0 that the international form lacks, so the text holds both.
    number = phonenumbers.parse(case.phone_e164)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = [case.phone_e164[1:], phonenumbers.normalize_digits_only(national), typed]
    return [one for place, one in enumerate(digits) if not any(one in earlier for earlier in digits[:place])]


def fold(value: str) -> str:
    """Remove case, accents and surplus space.

    "  Zoë  ÅSTRÖM" becomes "zoe astrom".
    """
    letters = unicodedata.normalize("NFKD", one_line(value).casefold())
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(bare.translate(PLAIN_LETTERS).split())


def normalize_query(query: str) -> list[str]:
    """Return the words and numbers that must all occur in ``search_text``.

    Phone numbers consist of digits only.
    """
    words = fold(EXTENSION.sub("", query[:QUERY_LENGTH])).split()
    needles: list[str] = []
    number = ""
    for word in words:
        if PHONE_WORD.fullmatch(word):
            number += word
            continue
        needles += _digits_needle(number)
        number = ""
        needles.append(word.replace("-", "") if HYPHENATED_REFERENCE.fullmatch(word) else word)
    return [*needles, *_digits_needle(number)][:QUERY_WORDS]


def _digits_needle(number: str) -> list[str]:
    """Return the digits of ``number`` as ``search_text`` has them, or []."""
    if number.startswith(("+", "(+")):
        number = number.replace("(0)", "")
    digits = "".join(char for char in number if char.isdigit())
    return [digits.removeprefix("00") or digits] if digits else []
