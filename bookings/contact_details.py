"""Clean what people type about themselves, also in forms, and make it findable at the desk. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any, Protocol

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.phones import EXTENSION
from clinic.text import UNWANTED

DEFAULT_REGION = "US"
QUERY_LENGTH = 200
QUERY_WORDS = 8
# Longer words are cut, also in a query.
WORD_LENGTH = 40
# Every part of a number is found that has so many digits. A number in a text may be a phone number if it is so long.
SHORTEST_PART, SHORTEST_PHONE = 3, 7

# In North America, area code and exchange start with 2 to 9. Which of them are in use changes every year, so an
# old list would refuse valid numbers.
NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
# These letters are not a plain letter with a mark, so removing the marks does not help.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# People write a name with or without them, and keyboards and phones replace them by look-alikes. Dashes have a
# category of their own. A dot in the middle joins names too ("Gal·la").
HYPHENS = frozenset("\u00b7\u02d7\u2022\u2027\u2043\u2212\u2219\u22c5\u2796\u30fb\uff65")
APOSTROPHES = frozenset(
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u02f4\u0384\u055a\u05f3\u07f4\u07f5\u1fbd\u1fbf\u1fef\u1ffd"
    "\u1ffe\u2018\u2019\u201a\u201b\u2032\u2035\u275b\u275c\ua78b\ua78c\uff07\uff40"
)
# Invisible marks that turn the reading direction make a list show something else than it holds.
DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
# Unicode counts these fillers as letters, symbols and marks, but nothing of them is seen.
BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc\U00016fe4\U0001d159"
    + "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
)
# Letters and digits
PIECES = re.compile(r"[^\W_]+")
# What a copied link to a number or an address begins with
LINK = re.compile(r"\b(?:mailto|sms|tel):", re.IGNORECASE)
PHONE_WORD = re.compile(r"[+(]*\d[\d().\-/+]*")
# No number at home begins with 00: what follows is the country code.
INTERNATIONAL_PREFIX = re.compile(r"^\W*0\W*0(?=\W*[1-9])")
# A whole number with its country code
ABROAD = re.compile(r"\(?(\+|00|011)")
# Until 2019 a mobile number in Mexico had a 1 after the country code. Many people still write it.
OLD_MEXICAN_MOBILE = re.compile(r"1(\d{10})")


# What may stand before and after the @, as Django's validator takes it. A quoted name is left to it.
BEFORE_AT = re.compile(r"^\".*\"$|[-!#$%&'*+/=?^_`{}|~0-9A-Za-z.]+")
AFTER_AT = re.compile(r"[-.0-9A-Za-z\u00a1-\uffff]+|^\[.*\]$")


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


def is_invisible(char: str) -> bool:
    return char in BLANKS or unicodedata.category(char) in ("Cc", "Cf", "Cs")


def is_blank(value: str) -> bool:
    """Return whether nothing of the text can be seen."""
    return not any(unicodedata.category(char)[0] in "LNPS" and char not in BLANKS for char in value)


def check_email(typed: str) -> str:
    """Return the address with full-width characters made plain.

    Raise ValidationError that says what to mend. The finer rules are those of Django's own validator.
    """
    if any(is_invisible(char) for char in typed):
        raise _bad_email(_("There is an invisible character in this email address. Delete it and type it again."))
    email = one_line(unicodedata.normalize("NFKC", typed))
    # Copied from a mail program or a link
    email = re.sub(r"^(?:mailto:)?<?(?:mailto:)?([^<>]*)>?$", r"\1", email, flags=re.IGNORECASE)
    before, at_sign, domain = email.rpartition("@")
    if "@" in before:
        raise _bad_email(_("There is more than one @ in this email address. Give us one address, with one @."))
    if not at_sign:
        raise _bad_email(_("The @ is missing in this email address. It looks like name@example.com."))
    if " " in email:
        raise _bad_email(_("There is a space in this email address. Delete it."))
    if "," in email:
        raise _bad_email(_("There is a comma in this email address. Write a dot instead."))
    if not before:
        raise _bad_email(_("The part before the @ is missing in this email address. It looks like name@example.com."))
    if "." not in domain.strip("."):
        raise _bad_email(_("The part after the @ is not complete. It needs a dot, as in name@example.com."))
    if ".." in email or email.startswith(".") or before.endswith(".") or domain[0] == "." or domain[-1] == ".":
        raise _bad_email(_("There is one dot too many in this email address. Delete it."))
    _check_characters(before, domain)
    return email


def identify_email(email: str) -> str:
    """Return what addresses of one mailbox have in common, to count them as one.

    Case, dots before the @ and what follows a plus do not matter to most mailboxes.
    """
    mailbox, _at_sign, domain = unicodedata.normalize("NFKC", email).casefold().rpartition("@")
    return f"{mailbox.partition('+')[0].replace('.', '') or mailbox}@{domain.replace('googlemail.', 'gmail.')}"


def _check_characters(before: str, domain: str) -> None:
    if wrong := BEFORE_AT.sub("", before) or AFTER_AT.sub("", domain):
        words = {"character": wrong[0]}
        raise _bad_email(_("Email addresses cannot have this character: %(character)s"), words)
    if any(label[0] == "-" or label[-1] == "-" for label in domain.split(".")):
        raise _bad_email(_("There is a hyphen next to a dot or the @ in this email address. Delete it."))
    if len(domain.rpartition(".")[2]) < 2:
        raise _bad_email(_("The part after the last dot is not complete. It looks like name@example.com."))


def _bad_email(message: Promise, words: dict[str, str] | None = None) -> ValidationError:
    return ValidationError(message, code="invalid", params=words)


def _is_unwanted(char: str) -> bool:
    return char in DIRECTION_MARKS or UNWANTED.match(char) is not None


def phone_to_e164(typed: str, region: str = "") -> str:
    """Return the number as "+19495550123", without its extension.

    Raise ValidationError if it cannot be dialed.

    ``region``: the two-letter country whose numbers are written without a country code.
    """
    typed = "".join(char for char in typed if not is_invisible(char))
    typed = INTERNATIONAL_PREFIX.sub("+", unicodedata.normalize("NFKC", EXTENSION.sub("", typed)))
    try:
        number = phonenumbers.parse(typed, _known_region(region))
    except phonenumbers.NumberParseException as error:
        raise _not_a_number() from error
    national = phonenumbers.national_significant_number(number)
    if number.country_code == 52 and (old := OLD_MEXICAN_MOBILE.fullmatch(national)):
        number.national_number = int(old[1])
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or (number.country_code == 1 and not NORTH_AMERICAN.fullmatch(national)):
        raise _not_a_number()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _known_region(region: str) -> str:
    region = region.upper()
    return region if region in phonenumbers.SUPPORTED_REGIONS else DEFAULT_REGION


def _not_a_number() -> ValidationError:
    return ValidationError(
        _(
            "We cannot dial this number. Write it with its area code, for example (949) 555-0123, or for a number "
            "outside the US with + and the country code."
        ),
        code="phone",
    )


def get_words(text: str) -> set[str]:
    """Return the words and numbers under which a text is found.

    A word with hyphens, dots or apostrophes is found whole and from each of its pieces on, so "O'Brien-Roy" by
    "obrien", "brien" and "roy". An email address is found the same way, but not by its last piece alone. A number of
    seven digits or more is found by every part of it that has three digits.
    """
    words: set[str] = set()
    for spelled, number in _read(text):
        pieces = PIECES.findall(spelled)
        words |= {"".join(pieces[first:]) for first in range(len(pieces) - ("@" in spelled and len(pieces) > 1))}
        if len(number) < SHORTEST_PHONE:
            words.add(number)
            continue
        words |= _get_parts(number)
        with suppress(ValidationError):  # Not every long number is a phone number.
            words |= _get_parts(phone_to_e164(number).removeprefix("+"))
    return {word[:WORD_LENGTH] for word in words if word}


def get_contact_words(case: HasContactDetails) -> set[str]:
    """Return the words by which a case is found by its reference and contact details."""
    name = [piece for spelled, _number in _read(case.name) for piece in PIECES.findall(spelled)]
    # "Jean Paul" is found by "Jean-Paul", and by "jeanpaul".
    words = {"".join(name[first:])[:WORD_LENGTH] for first in range(len(name))}
    words |= get_words(case.name) | get_words(case.reference) | get_words(case.email)
    return words.union(*(_get_parts(digits) for digits in _phone_digits(case)))


def _get_parts(number: str) -> set[str]:
    """Return the ends of a number: every part of it is the start of one."""
    number = number[:WORD_LENGTH]
    return {number[first:] for first in range(max(1, len(number) - SHORTEST_PART + 1))} - {""}


def _phone_digits(case: HasContactDetails) -> list[str]:
    typed = phonenumbers.normalize_digits_only(EXTENSION.sub("", case.phone))
    if not case.phone_e164:
        return [typed]
    # A national number may start with a 0 that the international form lacks.
    number = phonenumbers.parse(case.phone_e164)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return [case.phone_e164[1:], phonenumbers.normalize_digits_only(national), typed]


def fold(value: str) -> str:
    """Remove case, accents, hyphens, apostrophes and what cannot be seen.

    "  Zoë  O’BRIEN-Åström" becomes "zoe obrienastrom".
    """
    # Some look-alikes fall apart into a space and an accent, so they go first.
    letters = unicodedata.normalize("NFKD", _without_joiners(one_line(value))).casefold()
    letters = _without_joiners(unicodedata.normalize("NFKD", letters))
    return " ".join(letters.translate(PLAIN_LETTERS).split())


def _without_joiners(value: str) -> str:
    return "".join(char for char in value if not _is_joiner(char))


def _is_joiner(char: str) -> bool:
    is_mark = unicodedata.combining(char) or unicodedata.category(char) == "Pd"
    return bool(is_mark) or char in HYPHENS or char in APOSTROPHES or is_invisible(char)


def normalize_query(query: str) -> list[str]:
    """Return the words and numbers that a case must all have, or be found by when they are joined.

    Phone numbers consist of digits only.
    """
    needles = []
    for spelled, number in _read(EXTENSION.sub("", LINK.sub(" ", query[:QUERY_LENGTH]))):
        if number or not PHONE_WORD.fullmatch(spelled):
            needles.append((number or "".join(PIECES.findall(spelled)))[:WORD_LENGTH])
    return [*dict.fromkeys(filter(None, needles))][:QUERY_WORDS]


def _read(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a text without case, accents and what cannot be seen, and with "-" for all that joins.

    With the last word of a number come the digits of the whole number, which may be typed in several words. With every
    other word comes "".
    """
    # Some look-alikes fall apart into a space and an accent, so they go first.
    joined = "".join("-" if _joins(char) else char for char in one_line(text) if not is_invisible(char))
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", joined).casefold())
    letters = "".join("-" if _joins(char) else char for char in letters if unicodedata.category(char)[0] != "M")
    words = letters.translate(PLAIN_LETTERS).split()
    number = ""
    for word, following in pairwise([*words, ""]):
        if not PHONE_WORD.fullmatch(word):
            yield word, ""
            continue
        number += word
        if PHONE_WORD.fullmatch(following):
            yield word, ""
        else:
            yield word, _get_digits(number)
            number = ""


def _joins(char: str) -> bool:
    return unicodedata.category(char) == "Pd" or char in HYPHENS or char in APOSTROPHES


def _get_digits(number: str) -> str:
    """Return the digits of a number, with its country code and without what is dialed before it."""
    if ABROAD.match(number):
        try:
            return phone_to_e164(number).removeprefix("+")
        except ValidationError:  # A part of a number
            number = number.replace("(0)", "")
    digits = "".join(str(unicodedata.digit(char)) for char in number if char.isdigit())
    return digits.removeprefix("00") or digits


class LineField(forms.CharField):
    """Clean one line of plain text.

    Line breaks and control characters become spaces or nothing. A line of invisible characters is empty.
    """

    def to_python(self, value: Any) -> str:
        line = one_line(super().to_python(value))
        return "" if is_blank(line) else line


class EmailField(forms.EmailField):
    """Clean an email address to one line.

    A line break in it would start a new email header.
    """

    default_validators = [EmailValidator(_("The part after the @ looks wrong. It should look like name@example.com."))]

    def to_python(self, value: Any) -> str:
        email = one_line(super().to_python(value))
        return "" if is_blank(email) else check_email(email)
