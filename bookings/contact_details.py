"""Clean what people type about themselves, also in forms, and make it findable at the desk. Pure."""

import re
import unicodedata
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
# An index holds this text, and PostgreSQL refuses index rows of 2,700 bytes. A single character of a name can unfold
# into eighteen.
SEARCH_TEXT_LENGTH = 600

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


def search_text_for(case: HasContactDetails) -> str:
    """Return the text in which the desk searches for a case.

    ``normalize_query`` brings what the desk types into the same form.
    """
    name = fold(case.name)
    # "Jean Paul" is found by "Jean-Paul", which folds into one word.
    joined = name.replace(" ", "")
    parts = [fold(case.reference), *_phone_digits(case), fold(case.email), name, joined if joined != name else ""]
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
        needles.append(word)
    return [*needles, *_digits_needle(number)][:QUERY_WORDS]


def _digits_needle(number: str) -> list[str]:
    """Return the digits of ``number`` as ``search_text`` has them, or []."""
    if ABROAD.match(number):
        try:
            return [phone_to_e164(number).removeprefix("+")]
        except ValidationError:  # A part of a number
            number = number.replace("(0)", "")
    digits = "".join(char for char in number if char.isdigit())
    return [digits.removeprefix("00") or digits] if digits else []


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
