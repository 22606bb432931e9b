"""List values that no view may answer with 500.

Strangers, broken programs and curious editors send them in addresses, parameters, forms and bodies.
"""

MEGABYTE = 2**20

TEXTS = (
    # Search languages
    '"a',
    "'a",
    'col:"',
    "col:",
    "live:yes",
    "a AND",
    "NOT",
    "NEAR(a b, -1)",
    "*",
    "(",
    '" "" "',
    "a' OR '1'='1",
    "1; DROP TABLE wagtailcore_page; --",
    "%",
    "\\",
    # Dates and times
    "9999-12-31",
    "0001-01-01",
    "0000-00-00",
    "2026-02-30",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00",
    "24:60",
    # Numbers
    "-1",
    "0",
    str(2**31),
    str(2**63),
    str(2**64),
    str(-(2**63) - 1),
    "9" * 5000,
    "1e999",
    "NaN",
    "Infinity",
    "٣",
    "²",
    # Words that programs understand
    "",
    " ",
    "null",
    "None",
    "true",
    "all",
    "on",
    "id",
    "-pk",
    "?",
    "password",
    "owner__password",
    # Structures
    "[]",
    "{}",
    '{"a": [1, {"b": null}]}',
    "[[1]]",
    '"text"',
    "[" * 2000,
    '{"blocks": 1, "entityMap": []}',
    '{"blocks": [{"text": "a\\u0000\\u000b\\ud800"}], "entityMap": {}}',
    "0,1,2",
    "a.b.c",
    "wagtailcore.Page",
    "false",
    "0.0",
    '""',
    # Format strings and templates
    "%s%n%x",
    "%(name)s",
    "{0.__class__}",
    "{{ 7|add:7 }}",
    "{% now %}",
    "${7*7}",
    # Markup and addresses
    "<script>alert(1)</script>",
    "<b",
    "]]>",
    "&#0;",
    "javascript:alert(1)",
    "//example.com\\@",
    "http://[::1",
    "http://" + "a" * 300 + ".example.com/",
    "../../../../etc/passwd",
    "/" * 300,
    "a" * 300,
    "a\r\nBcc: all@example.com",
    "a@b@c",
    # Characters
    "\x00",
    "a\x00b",
    "a\x0bb\x1b\x7f\x85",
    "\ufffe\uffff\ufdd0\U0001ffff",
    "\u202egnp.exe",
    "\u0130\u0131ß",
    "e" + "\u0301" * 500,
    "👩‍⚕️" * 50,
    "\ufeff",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xff\xfe",
    # More than one where a view reads one
    ("a", "b"),
    ("1", "\x00", str(2**64)),
    "x" * MEGABYTE,
)

# What goes into an address itself, percent-encoded where it has to be.
PATH_TEXTS = (
    "%22a",
    "col:%22",
    "9999-12-31",
    "-1",
    "0",
    str(2**63),
    str(2**64),
    "9" * 5000,
    "%00",
    "a%00b",
    "%ED%A0%80",  # a lone surrogate
    "%FF%FE",
    "%EF%BF%BE",
    "%0b",
    "%0d%0aX:%20y",
    "%25s",
    "%7B0.__class__%7D",
    "..%2f..%2fetc%2fpasswd",
    "%E2%80%AE",
    "a" * 300,
    "a" * 5000,
    "null",
    "live",
    "a.b",
)

# JSON that a check for "nothing there" takes for nothing.
FALSY_JSON = ("false", "0", "0.0", "-0", "-0.0", "0e5", "null", "[]", "{}", '""', " false ", "")

BOUNDARY = "multipart/form-data; boundary=frontier"


def _part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    return b'--frontier\r\nContent-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n" + value + b"\r\n"


END = b"--frontier--\r\n"
FORM = "application/x-www-form-urlencoded"

# Content type and body of a POST.
BODIES = (
    (f"{FORM}; charset=latin-1", b"name=%E9&q=a"),
    (f"{FORM}; charset=utf-7", b"name=+AOk-"),
    (f"{FORM}; charset=utf-16", "name=a".encode("utf-16")),
    (f"{FORM}; charset=nonsense", b"name=a"),
    (f"{FORM}; charset=", b"name=a"),
    *(
        (f"{FORM}; charset={codec}", b"name=a%FF")
        for codec in ("hex", "idna", "punycode", "rot13", "zlib", "undefined")
    ),
    (f"{FORM}; charset=\xe9", b"name=a"),
    (f"{FORM}; charset={'u' * 2000}", b"name=a"),
    (FORM, b"name=%ED%A0%80&text=\xff\xfe&%00=%00"),
    (FORM, b"name[]=a&name[a][b]=c&name=a&name=b&=&&&"),
    (FORM, b"&".join(b"f%d=1" % number for number in range(10_050))),
    (FORM, b"name=" + b"x" * 3 * MEGABYTE),
    (FORM, b"{'a': 1}"),
    ("application/json", b'{"name": "a"}'),
    ("application/json", b"{"),
    ("application/json", b'["\\ud800"]'),
    ("application/json; charset=utf-7", b"+AHs-"),
    ("application/json", b"\xff"),
    ("application/json", b"[" * 100_000),
    ("application/json", b"1" * 5000),
    ("text/plain", b"a=b"),
    ("text/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ("", b"name=a"),
    ("nonsense", b"name=a"),
    ("multipart/form-data", b""),
    ("multipart/form-data; boundary=", b"a"),
    ("multipart/form-data; boundary=\xc3\xa9", b"a"),
    (f"multipart/form-data; boundary={'b' * 300}", b"a"),
    (BOUNDARY, b""),
    (BOUNDARY, END),
    (BOUNDARY, b"--front"),
    (BOUNDARY, b"--frontier\r\n\r\n"),
    (BOUNDARY, _part(b"name", b"a")),
    (f"{BOUNDARY}; charset=latin-1", _part(b"name", b"\xe9") + END),
    (f"{BOUNDARY}; charset=utf-7", _part(b"name", b"+AOk-") + END),
    (f"{BOUNDARY}; charset=nonsense", _part(b"name", b"a") + END),
    *((f"{BOUNDARY}; charset={codec}", _part(b"name", b"\xff") + END) for codec in ("hex", "idna", "undefined")),
    (BOUNDARY, _part(b"file", b"a", b'; filename="a\x00.jpg"') + END),
    (BOUNDARY, _part(b"file", b"a", b'; filename="' + b"a" * 5000 + b'.jpg"') + END),
    (BOUNDARY, _part(b"file", b"a", b'; filename="../../a.jpg"') + END),
    (BOUNDARY, _part(b"name", b"a", b'; filename=""') + END),
    (BOUNDARY, _part(b"name", b"%%%", b"\r\nContent-Transfer-Encoding: base64") + END),
    (BOUNDARY, b"".join(_part(b"file", b"a", b'; filename="a.txt"') for _number in range(150)) + END),
)

# Headers of a GET, as the server hands them over.
HEADERS = (
    {"CONTENT_TYPE": "text/html; charset=hex"},
    {"CONTENT_TYPE": "text/html; charset=idna"},
    {"CONTENT_LENGTH": "abc"},
    {"CONTENT_LENGTH": "-1"},
    {"HTTP_HOST": "evil.example.com"},
    {"HTTP_HOST": "testserver:99999"},
    {"HTTP_HOST": "[::1"},
    {"HTTP_HOST": "a" * 3000},
    {"HTTP_X_FORWARDED_FOR": '"; DROP TABLE x, 1.2.3.4.5, ::::'},
    {"HTTP_X_FORWARDED_FOR": "1" * 5000},
    {"HTTP_X_FORWARDED_HOST": "evil.example.com"},
    {"HTTP_ACCEPT": "*/*;q=nonsense, text/" + "a" * 3000},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 3000},
    {"HTTP_ACCEPT_LANGUAGE": "../../etc;q=0.5,\xff"},
    {"HTTP_RANGE": "bytes=9223372036854775808-18446744073709551616"},
    {"HTTP_RANGE": "bytes=-" + "9" * 5000},
    {"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 99999999999 00:00:00 GMT"},
    {"HTTP_IF_MODIFIED_SINCE": "0"},
    {"HTTP_IF_NONE_MATCH": '"' + "a" * 3000},
    {"HTTP_REFERER": "http://[::1"},
    {"HTTP_REFERER": "\xff\x00"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_USER_AGENT": "\x00" + "x" * 5000},
    {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
    {"HTTP_COOKIE": 'sessionid="\\000aaaaaaaaaaaa"; csrftoken="\\000"; messages="\\000"'},
    {"HTTP_COOKIE": "sessionid=" + "a" * 5000},
    {"HTTP_COOKIE": "=;;;=a; \xff=\xff"},
    {"HTTP_AUTHORIZATION": "Basic \xff"},
)
