"""Write CSV that spreadsheets read as text. Pure."""

import unicodedata

# Spreadsheets read these as the start of a formula. The last four are full-width forms.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# Letters and marks that take no room or show nothing, besides spaces and control characters.
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
# Excel reads a file as UTF-8 only with this mark: without it "Zoë" becomes "ZoÃ«".
BYTE_ORDER_MARK = "\ufeff".encode()


def escape_formula(value: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate.

    Spaces and invisible characters before a formula do not hide it.
    """
    if value[:1].isascii() and value[:1].isalnum():  # as most values do, and the rest takes longer
        return value
    visible = "".join(c for c in value if unicodedata.category(c)[0] not in "CZ" and c not in BLANK)
    return f"'{value}" if value.startswith(FORMULA_STARTS) or visible.startswith(FORMULA_STARTS) else value
