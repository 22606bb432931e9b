"""Tell what may say who somebody is, in what visitors type and in the addresses that they ask for. Pure.

The logs and the imports ask here before they keep anything. A wrong yes costs a line of a list, a wrong no tells of a
patient: in doubt, the answer is yes.
"""

import re
import unicodedata

PROVIDERS = "gmail|googlemail|yahoo|ymail|hotmail|icloud|aol|protonmail"
ENDINGS = "com|net|org|edu|gov|info|biz|io|co|me|us|uk|ca|de|es|fr|it|mx|nl|eu|app|dev|example"
DOMAIN = re.compile(r"(?:[^\W_][\w-]*\.)+[a-z]{2,}")
_AT = r"(?:@|(?<![^\W_])at(?![^\W_]))"
_DOT = r"(?<![^\W_])dot(?![^\W_])"
EMAIL = re.compile(
    rf"[^\s/]@[^\s/]|(?:^|[\s/])@\w|[(\[{{<]\s*at\s*[)\]}}>]"
    rf"|{_AT}.+{_DOT}|{_AT}[\W_]*[\w-]+(?:\.[\w-]+)*\.(?:{ENDINGS})(?![^\W_])"
    rf"|{_DOT}[\W_]+(?:{ENDINGS})(?![^\W_])|{_AT}[\W_]+[\w-]+[\W_]+(?:com|net|org|edu)(?![^\W_])"
    rf"|(?<![^\W_])(?:{PROVIDERS})(?![^\W_])"
)
WEB = re.compile(rf"://|www\.|{DOMAIN.pattern}")

# Seven digits, whatever is between them, or three, three and four with words between. Four stand for a year, and two or
# three numbers for a date.
PHONE = re.compile(r"\d(?:[\W_]{0,6}\d){6,}|(?<!\d)\d{3}[^\d/]{1,10}\d{3}[^\d/]{1,10}\d{4}(?!\d)")
YEARS = re.compile(r"(?:(?:19|20)\d\d[\W_]*)+")
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
# Articles and uploads have the day or the month in their addresses.
PUBLISHED = re.compile(
    rf"(?<!\d)(?:{_YEAR}[-_./]?{_MONTH}[-_./]?{_DAY}|{_DAY}[-_.]{_DAY}[-_.]{_YEAR}|{_YEAR}/{_MONTH}(?=/))(?!\d)"
)
PHONE_IN_PATH = re.compile(rf"(?P<published>{PUBLISHED.pattern})|{PHONE.pattern}")
HIDDEN_EMAIL = "…@…"
EMAIL_IN_PATH = re.compile(r"[^/@\s]*\s*@\s*[^/@\s]*")

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NAMED = rf"(?<![a-z])(?:{_NAMES})[a-z]*"
_TH = r"(?:st|nd|rd|th)?"
DATE = re.compile(
    rf"(?<!\d){_DAY}[\W_]+{_DAY}[\W_]+(?:{_YEAR}|\d\d)(?!\d)|(?<!\d){_YEAR}[\W_]+{_MONTH}[\W_]+{_DAY}(?!\d)"
    rf"|{_NAMED}[\W_]*{_DAY}{_TH}[\W_]+(?:{_YEAR}|\d\d)(?!\d)"
    rf"|(?<!\d){_DAY}{_TH}[\W_]*(?:of\s+)?{_NAMED}[\W_]*(?:{_YEAR}|\d\d)(?!\d)"
)
DATE_IN_PATH = re.compile(rf"(?<!\d){_DAY}/{_DAY}/{_YEAR}(?!\d)")
STREET = re.compile(
    r"(?<!\w)\d{1,6}[a-z]?\s+(?:[^\W\d_]+\.?\s+|\d+(?:st|nd|rd|th)\s+){1,3}"
    r"(?:st|street|ave|avenue|rd|road|ln|lane|blvd|boulevard|pkwy|parkway|hwy|highway)\b"
    r"|(?<!\w)\d{3,6}[a-z]?\s+(?:[^\W\d_]+\.?\s+){1,3}"
    r"(?:dr|drive|ct|court|pl|place|way|cir|circle|ter|terrace|trl|trail|sq|square)\b"
    r"|\b(?:apt|apartment|p\.?\s*o\.?\s*box)\W*\d"
)
RECORD = re.compile(
    r"(?<![a-z])(?:d\W?o\W?b|born|birth(?:date|day)?|s\W?s\W?n|social security|mrn|medical record|passport|"
    r"(?:driver'?s? )?licen[sc]e|(?:patient|member|insurance|policy|chart)\s*(?:id|no|number|#))(?![a-z])"
)
LONG_NUMBER = re.compile(r"\d{6,}")
REFERENCE = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{8,}")


def fold(text: str) -> str:
    """Return the text in small letters, with one kind of hyphen and of space, and without invisible characters."""
    return " ".join(_plain(text).casefold().split())


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_fold_one, unicodedata.normalize("NFKC", text)))


def _fold_one(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Pd" or char == "\u2212":
        return "-"
    return "" if kind in ("Cf", "Cc") and not char.isspace() else char


def looks_personal(text: str) -> bool:
    """Return whether words may say who typed them."""
    text = fold(text)
    if EMAIL.search(text) or WEB.search(text):
        return True
    if not any(map(str.isdigit, text)):
        return False
    is_phone = any(not YEARS.fullmatch(found[0]) for found in PHONE.finditer(text))
    return is_phone or any(rule.search(text) for rule in (RECORD, DATE, STREET, LONG_NUMBER, REFERENCE))


def redact_path(path: str) -> str:
    """Return the path with dots for email addresses and phone numbers.

    Return "" if one of them has no clear end, or if a date of birth, a number of a record or a street was typed.
    """
    plain = _plain(path)
    if _names_somebody(plain.replace("+", " ").casefold()):
        return ""
    redacted = PHONE_IN_PATH.sub(_hide_phone, EMAIL_IN_PATH.sub(HIDDEN_EMAIL, plain))
    if EMAIL.search(redacted.replace(HIDDEN_EMAIL, "").casefold()):
        return ""
    return path if redacted == plain else redacted


def _names_somebody(path: str) -> bool:
    """Return whether a date, a record or a street is in the path. Addresses of articles have dates, but no spaces."""
    if not any(map(str.isdigit, path)):
        return False
    typed = " " in path and (DATE.search(path) or STREET.search(path))
    return bool(typed or DATE_IN_PATH.search(path) or RECORD.search(re.sub(r"[-_/]+", " ", path)))


def _hide_phone(found: re.Match[str]) -> str:
    is_harmless = found["published"] or YEARS.fullmatch(found[0])
    return found[0] if is_harmless else "…"
