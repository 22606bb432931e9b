"""Upload hostile files in every way the admin has, then fetch all that the site serves of them."""

import contextlib
import io
import itertools
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pytest
import requests
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageCms
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction, UploadedFile

from clinic.media import documents, relocation
from clinic.media.documents import pdf
from clinic.media.pictures import MAX_PIXELS, clean_picture
from clinic.media.renditions import SHAPES, render_picture
from clinic.models import ClinicImage
from clinic.seo import sharing
from tests.clinic import hostile_files as hostile
from tests.clinic.hostile_documents import HOSTILE_DOCUMENTS, suffix_for, updated_pdf
from tests.clinic.hostile_files import action, office, outside, pdf_with
from tests.clinic.plain_documents import PLAIN_DOCUMENTS
from tests.media import fetch, replace

names = itertools.count(1)
FORMATS = ("jpeg", "png", "webp", "avif")
AJAX = {"x-requested-with": "XMLHttpRequest"}
WAYS = ("add", "multiple", "chooser", "replace")

# Each: name of the file, its content. All are refused.
REFUSED_DOCUMENTS = {
    "page": ("evil.html", hostile.HTML),
    "script": ("evil.js", b"alert(document.cookie)"),
    "drawing": ("evil.svg", hostile.SVG),
    "xhtml": ("evil.xhtml", hostile.XHTML),
    "xml": ("evil.xml", b"<?xml version='1.0'?><a/>"),
    "style sheet for xml": ("evil.xsl", b"<?xml version='1.0'?><xsl:stylesheet/>"),
    "no extension": ("evil", hostile.HTML),
    "page with a double extension": ("evil.html.pdf", hostile.pdf()),
    "page as pdf": ("evil.pdf", hostile.HTML),
    "page as text": ("evil.txt", hostile.HTML),
    "open tag as text": ("evil.txt", b"Prices\n<script src=//evil.example"),
    "script as text": ("evil.txt", b"fetch('/admin/users/').then(r => r.text())"),
    "function as text": ("evil.txt", b"var a = function (b) { b() }"),
    "arrow as text": ("evil.txt", b"a = (b) => b()"),
    "program of the shell as text": ("evil.txt", b"#!/bin/sh"),
    "address that runs as text": ("evil.txt", b"javascript:a()"),
    "drawing as csv": ("evil.csv", hostile.SVG),
    "program as text": ("evil.txt", b"MZ\x90\x00\x03\x00"),
    "formula in csv": ("evil.csv", b"name,price\n\"=cmd|'/c calc'!A0\",1\n"),
    "sum that starts a program in csv": ("evil.csv", b"name;price\n-2+3+cmd|'/c calc'!A0;1\n"),
    "page as word": ("evil.docx", hostile.HTML),
    "old word": ("evil.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "picture": ("evil.jpg", hostile.told_jpeg()),
    "page before a pdf": ("evil.pdf", hostile.HTML + hostile.pdf()),
    "page inside the head of a pdf": ("evil.pdf", b"%PDF-1.7\n%" + hostile.SCRIPT + hostile.pdf()),
    "page behind a pdf": ("evil.pdf", hostile.pdf() + hostile.HTML),
    "archive behind a pdf": ("evil.pdf", hostile.pdf() + hostile.office()),
    "pdf that opens a script": ("evil.pdf", pdf_with("Root", OpenAction=hostile.open_script())),
    "pdf that opens a page of the web": (
        "evil.pdf",
        pdf_with("Root", OpenAction=action("URI", URI=pikepdf.String("https://evil.example"))),
    ),
    "pdf with more actions": ("evil.pdf", pdf_with("page", AA=pikepdf.Dictionary(O=action("Named")))),
    "pdf that starts a program": ("evil.pdf", pdf_with("page", Annots=[pikepdf.Dictionary(A=action("Launch"))])),
    "pdf that starts a program, name escaped": ("evil.pdf", hostile.pdf_with_hidden_names()),
    "pdf with a script in a compressed object": ("evil.pdf", hostile.pdf_in_streams()),
    "pdf with a script as a link": (
        "evil.pdf",
        pdf_with("page", Annots=[pikepdf.Dictionary(A=action("URI", URI=pikepdf.String("javascript:alert(1)")))]),
    ),
    "pdf that sends a form": ("evil.pdf", pdf_with("page", Annots=[pikepdf.Dictionary(A=action("SubmitForm"))])),
    "pdf with an attachment": ("evil.pdf", hostile.pdf_with_attachment()),
    "pdf with an XFA form": ("evil.pdf", pdf_with("Root", AcroForm=pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>")))),
    "encrypted pdf that anybody can open": ("evil.pdf", hostile.encrypted_pdf("")),
    "encrypted pdf with a password": ("evil.pdf", hostile.encrypted_pdf("secret")),
    "half a pdf": ("evil.pdf", hostile.half(hostile.pdf())),
    "pdf without its table": ("evil.pdf", re.sub(rb"xref.*?trailer", b"trailer", hostile.pdf(), flags=re.DOTALL)),
    "pdf that unpacks to 100 MB": ("evil.pdf", hostile.pdf_bomb()),
    "macro": ("evil.docx", office(more=[("word/vbaProject.bin", b"\xd0\xcf")])),
    "macro in a file of another type": ("evil.docm", office(more=[("word/vbaProject.bin", b"\xd0\xcf")])),
    "macro of Excel 4": ("evil.xlsx", office("xlsx", more=[("xl/macrosheets/sheet1.xml", b"<a/>")])),
    "sheet as word": ("evil.docx", office("xlsx")),
    "control": ("evil.pptx", office("pptx", more=[("ppt/activeX/activeX1.xml", b"<a/>")])),
    "embedded program": ("evil.docx", office(more=[("word/embeddings/oleObject1.bin", b"MZ")])),
    "macro in an embedded sheet": (
        "evil.docx",
        office(more=[("word/embeddings/a.xlsx", office("xlsx", more=[("xl/vbaProject.bin", b"\xd0")]))]),
    ),
    "template from elsewhere": ("evil.docx", office(link=outside("attachedTemplate", "https://evil.example/a.dotm"))),
    "field that starts a program": (
        "evil.docx",
        office(text="<w:instrText>DD</w:instrText><w:instrText>EAUTO c:\\\\cmd.exe</w:instrText>"),
    ),
    "entities without end": (
        "evil.docx",
        hostile.zipped([("[Content_Types].xml", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>')]),
    ),
    "archive bomb": ("evil.docx", office(more=[("word/media/a.bin", b"\0" * 101 * 1024 * 1024)])),
    "archives in an archive": ("evil.docx", hostile.nested_bombs()),
    "very long text": ("evil.docx", office(more=[("word/styles.xml", b"<a/>" * 3_000_000)])),
    "archive with 6,000 parts": ("evil.xlsx", office("xlsx", more=[(f"a/{n}", b"") for n in range(6_000)])),
    "archive that is not office": ("evil.docx", hostile.zipped([("a.txt", b"a")])),
    "page before an archive": ("evil.docx", hostile.HTML + office()),
    "archive with a comment": ("evil.docx", office()[:-2] + b"\x05\x00<a/>x"),
    "half an archive": ("evil.xlsx", hostile.half(office("xlsx"))),
    "macro of LibreOffice": ("evil.odt", hostile.open_document(more=[("Basic/Standard/a.xml", b"<a/>")])),
    "event of LibreOffice": ("evil.odt", hostile.open_document(b"<s:event-listener x:href='a'/>")),
    "link of LibreOffice to a macro": ("evil.odt", hostile.open_document(b"<o:a x:href='vnd.sun.star.script:a'/>")),
    "link to a file": ("evil.docx", office(link=outside("hyperlink", "file:///c:/a.exe"))),
    "formula that reads the web": ("evil.xlsx", hostile.formula("WEBSERVICE(A1)")),
    "nothing": ("evil.pdf", b""),
    "only a hidden name": (".pdf", hostile.HTML),
    "name that reads backwards": ("evil\u202efdp.html", hostile.HTML),
    "name of 300 letters": ("a" * 300 + ".html", hostile.HTML),
}
ACCEPTED_DOCUMENTS = {
    "pdf": ("prices.pdf", hostile.pdf()),
    "pdf with an identifier like a tag": ("a.pdf", re.sub(rb"<[0-9a-f]{32}>", b"<abcdef>", hostile.pdf())),
    "pdf that opens at a page": (
        "prices.pdf",
        pdf_with("Root", OpenAction=pikepdf.Array([0, pikepdf.Name("/Fit")])),
    ),
    "pdf with a link": (
        "prices.v2.pdf",
        pdf_with("page", Annots=[pikepdf.Dictionary(A=action("URI", URI=pikepdf.String("https://example.com")))]),
    ),
    "word": ("after care.docx", office(link=outside("hyperlink", "https://example.com"))),
    "excel with settings of a printer": ("a.xlsx", office("xlsx", more=[("xl/printerSettings1.bin", b"\0")])),
    "pdf with a stream of objects": ("a.pdf", hostile.pdf_bomb(1_000)),
    "powerpoint with a chart": ("a.pptx", office("pptx", more=[("ppt/embeddings/a.xlsx", office("xlsx"))])),
    "open document": ("a.odt", hostile.open_document(b"<o:scripts/>")),
    "text": (
        "a.txt",
        "5 < 6, Jane <jane@example.com>, through the window. Liver function (ALT) – we require (by law) an ID".encode(),
    ),
    "text of Windows": ("a.txt", "Crème – 5 €".encode("cp1252")),
    "csv": ("a.csv", b"name;phone;change\nJane;+1 (949) 555-0100;-5\n"),
    "name of 250 letters": ("b" * 246 + ".pdf", hostile.pdf()),
    "name of another script": ("价格 <b>.pdf", hostile.pdf()),
}
REFUSED_PICTURES = {
    "half a jpeg": ("a.jpg", hostile.half(hostile.saved(hostile.noise(), "JPEG"))),
    "half a png": ("a.png", hostile.half(hostile.saved(hostile.noise(), "PNG"))),
    "half a webp": ("a.webp", hostile.half(hostile.saved(hostile.noise(), "WEBP"))),
    "half a gif": ("a.gif", hostile.half(hostile.saved(hostile.noise("P"), "GIF"))),
    "half an avif": ("a.avif", hostile.half(hostile.saved(hostile.noise(), "AVIF"))),
    "half a heic": ("a.heic", hostile.half(hostile.saved(hostile.noise(), "HEIF"))),
    "121 million pixels in one bit each": ("a.png", hostile.one_bit_png(11_000)),
    "text that unpacks to 80 MB": ("a.png", hostile.png_with_text_bomb()),
    "one pixel wide": ("a.png", hostile.saved(Image.new("RGB", (1, 30_000)), "PNG")),
    "one pixel high": ("a.jpg", hostile.saved(Image.new("RGB", (30_000, 1)), "JPEG")),
    "nothing": ("a.jpg", b""),
    "only a header": ("a.png", b"\x89PNG\r\n\x1a\n"),
    "drawing as png": ("a.png", hostile.SVG),
    "drawing": ("a.svg", hostile.SVG),
    "page as jpeg": ("a.jpg", hostile.HTML),
    "pdf as png": ("a.png", hostile.pdf()),
    "photoshop as jpeg": ("a.jpg", b"8BPS\0\x01" + b"\0" * 40),
    "icon": ("a.ico", hostile.saved(hostile.two_colors(), "ICO")),
    "postscript as png": ("a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
}
# Each: name, content, extension and size of what is stored.
ACCEPTED_PICTURES = {
    "jpeg that tells of its place": ("a.jpg", hostile.told_jpeg(), ".jpg", (80, 40)),
    "jpeg on its side": ("a.jpeg", hostile.told_jpeg(orientation=6), ".jpg", (40, 80)),
    "png that tells of its place": ("a.png", hostile.told_png(), ".png", (80, 40)),
    "webp that tells of its place": ("a.webp", hostile.told("WEBP"), ".jpg", (80, 40)),
    "avif that tells of its place": ("a.avif", hostile.told("AVIF"), ".jpg", (80, 40)),
    "heic that tells of its place": ("a.heic", hostile.told_heic(), ".jpg", (80, 40)),
    "gif with a comment": ("a.gif", hostile.told_gif(), ".png", (80, 40)),
    "page behind a jpeg": ("a.jpg", hostile.jpeg_with_page(), ".jpg", (80, 40)),
    "double extension": ("evil.html.jpg", hostile.jpeg_with_page(), ".jpg", (80, 40)),
    "jpeg named page": ("evil.html", hostile.jpeg_with_page(), ".jpg", (80, 40)),
    "png named jpeg": ("a.jpg", hostile.told_png(), ".png", (80, 40)),
    "16 bits": ("a.png", hostile.sixteen_bits(), ".png", (80, 40)),
    "print colors": ("a.jpg", hostile.cmyk_jpeg(), ".jpg", (80, 40)),
    "animated gif": ("a.gif", hostile.animation("GIF"), ".png", (60, 40)),
    "animated webp": ("a.webp", hostile.animation("WEBP"), ".jpg", (60, 40)),
    "animated png": ("a.png", hostile.animation("PNG"), ".png", (60, 40)),
    "palette with transparency": ("a.png", hostile.palette_with_transparency(), ".png", (60, 40)),
    "one pixel": ("a.png", hostile.saved(Image.new("RGB", (1, 1)), "PNG"), ".png", (1, 1)),
    "strip": ("a.png", hostile.saved(Image.new("RGB", (50, 1)), "PNG"), ".png", (50, 1)),
    "name of 250 letters": ("c" * 246 + ".jpg", hostile.told_jpeg(), ".jpg", (80, 40)),
    "name of another script": ("фото <b>'.jpg", hostile.told_jpeg(), ".jpg", (80, 40)),
}


@pytest.fixture
def client(admin_client, home):
    admin_client.raise_request_exception = False
    return admin_client


def upload(client, kind: str, way: str, name: str, content: bytes):
    """Return the object that was made, or None, and the text of the answer."""
    model, app = {"images": (ClinicImage, "wagtailimages"), "documents": (Document, "wagtaildocs")}[kind]
    fields = {"title": f"Upload {next(names)}", "description": "Dunes", "collection": Collection.objects.get().pk}
    last = model.objects.order_by("pk").last()
    file = SimpleUploadedFile(name, content)
    if way == "multiple":
        answer = client.post(reverse(f"{app}:add_multiple"), fields | {"files[]": file}, headers=AJAX)
        waiting = answer.status_code == 200 and answer.json().get("uploaded_file_id")
        if waiting:  # a picture still lacks its alt text
            prefix = f"uploaded-{kind.rstrip('s')}-{waiting}-"
            fields = {prefix + key: value for key, value in fields.items()}
            address = f"{app}:create_multiple_from_uploaded_{kind.rstrip('s')}"
            answer = client.post(reverse(address, args=[waiting]), fields, headers=AJAX)
    elif way == "chooser":
        prefix = f"{kind.rstrip('s')}-chooser-upload-"
        fields = {prefix + key: value for key, value in (fields | {"file": file}).items()}
        answer = client.post(reverse(f"{app}_chooser:create"), fields)
    elif way == "replace":
        old = make_old(kind)
        address = reverse(f"{app}:edit", args=[old.pk])
        answer = client.post(address, fields | {"file": file})
        assert answer.status_code in (200, 302), answer
        changed = model.objects.get(pk=old.pk)
        return (changed if changed.file.name != old.file.name else None), answer.content.decode()
    else:
        answer = client.post(reverse(f"{app}:add"), fields | {"file": file})
    assert answer.status_code in (200, 302), answer
    text = answer.content.decode()
    text = " ".join(map(str, json.loads(text).values())) if text.startswith("{") else text
    made = model.objects.order_by("pk").last()
    return (made if made != last else None), text


def make_old(kind: str):
    file = ContentFile(hostile.saved(hostile.two_colors(), "PNG"), name="old.png")
    if kind == "images":
        return ClinicImage.objects.create(title="Old", description="Old", file=file)
    return Document.objects.create(title="Old", file=ContentFile(hostile.pdf(), name="old.pdf"))


def assert_not_active(answer) -> None:
    """Check that no browser runs what is in the answer."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-" not in policy
    assert "default-src 'none'" in policy


def assert_only_pixels(content: bytes) -> None:
    assert hostile.SECRET.encode() not in content
    assert b"script" not in content
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert not image.getexif()
        left = image.info.keys() - {"icc_profile", "jfif", "jfif_version", "jfif_unit", "jfif_density"}
        left -= {"progressive", "progression", "loop", "background", "timestamp", "duration", "transparency"}
        assert not left
        assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("case", REFUSED_DOCUMENTS)
def test_hostile_document_is_refused_in_words(client, case):
    name, content = REFUSED_DOCUMENTS[case]
    for way in WAYS:
        document, text = upload(client, "documents", way, name, content)
        assert document is None, way
        assert re.search(
            "cannot be checked|not what its name says|holds (?:something|a link|a formula)|begins like"
            "|can be PDF|unpacks|is empty",
            text,
        ), way
    assert not UploadedFile.objects.exists()


@pytest.mark.parametrize("case", ACCEPTED_DOCUMENTS)
def test_plain_document_leaves_only_as_download(client, case):
    name, content = ACCEPTED_DOCUMENTS[case]
    for way in WAYS:
        document, text = upload(client, "documents", way, name, content)
        assert document, (way, text)
        answer = client.get(document.url)
        assert b"".join(answer.streaming_content) == content
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Cache-Control"] == "private"
        assert "Content-Encoding" not in answer.headers
        assert_not_active(answer)
        assert client.get(f"/media/{document.file.name}").status_code == 404
        assert client.get(f"/media/images/../{document.file.name}").status_code == 404


@pytest.mark.parametrize("case", HOSTILE_DOCUMENTS)
def test_active_content_is_refused_with_its_reason(case):
    content, code = HOSTILE_DOCUMENTS[case]
    with pytest.raises(ValidationError) as refusal:
        documents.check_document(ContentFile(content, name=f"a{suffix_for(content)}"))
    assert refusal.value.code == code


@pytest.mark.parametrize("case", PLAIN_DOCUMENTS)
def test_what_office_programs_write_is_accepted(case):
    content = PLAIN_DOCUMENTS[case]
    documents.check_document(ContentFile(content, name=f"a{suffix_for(content)}"))


@pytest.mark.parametrize("case", REFUSED_PICTURES)
def test_hostile_picture_is_refused_in_words(client, case):
    name, content = REFUSED_PICTURES[case]
    for way in WAYS:
        picture, text = upload(client, "images", way, name, content)
        assert picture is None, way
        assert re.search("cannot be read as a picture|50 million pixels|50 times as long|is empty", text), way
    assert not UploadedFile.objects.exists()


@pytest.mark.parametrize("case", ACCEPTED_PICTURES)
def test_only_the_pixels_of_a_picture_are_kept(client, case, settings):
    name, content, suffix, size = ACCEPTED_PICTURES[case]
    for way in WAYS:
        picture, text = upload(client, "images", way, name, content)
        assert picture, (way, text)
        assert Path(picture.file.name).suffix == suffix
        assert (picture.width, picture.height) == size
        with picture.file.open() as file:
            stored = file.read()
        assert_only_pixels(stored)
        assert picture.file_size == len(stored)
        assert client.get(f"/media/{picture.file.name}").status_code == 404
    html = "".join(render_picture(picture, shape) for shape in SHAPES)
    addresses = {part.split(" ")[0] for part in re.findall(r"(?<=[ \"])[^\" ]+/images/[^\"]+?(?=[\",]| \d)", html)}
    original = picture.get_rendition("original").url
    assert len(addresses) >= 4
    for address in (*addresses, original):
        answer = fetch(client, address)
        assert answer.headers["Content-Type"].startswith("image/")
        if not settings.S3:  # which sends no such headers, from a host of its own
            assert_not_active(answer)
        assert_only_pixels(answer.content)


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_too_large_file_is_refused_in_words(client, kind, settings):
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 100
    name, content = {"images": ("a.jpg", hostile.told_jpeg()), "documents": ("a.pdf", hostile.pdf())}[kind]
    for way in WAYS:
        made, text = upload(client, kind, way, name, content)
        assert made is None
        assert "too big" in text


def test_thirty_and_more_hostile_files_are_tried():
    assert len(REFUSED_DOCUMENTS) + len(HOSTILE_DOCUMENTS) + len(REFUSED_PICTURES) + len(ACCEPTED_PICTURES) >= 350


@pytest.mark.parametrize(("limit", "message"), [("MAX_OBJECTS", "Make it smaller"), ("MAX_REVISIONS", "Save it again")])
def test_pdf_of_very_many_pieces_is_refused(limit, message, monkeypatch):
    monkeypatch.setattr(pdf, limit, 0)
    with pytest.raises(ValidationError, match=message):
        documents.check_document(ContentFile(updated_pdf(), name="a.pdf"))


@pytest.mark.parametrize("piece", ["function a ", "_xla.", "a=-_xla.", "ID;", "[a]\n;b\n", "\n", "$a", "<a ", "WEB\n"])
def test_check_of_a_long_text_is_quick(piece):
    """Check texts that a careless pattern would read once for each of their pieces."""
    content = piece * (300_000 // len(piece))
    start = time.process_time()
    with contextlib.suppress(ValidationError):
        documents.check_document(ContentFile(content.encode(), name="a.csv"))
    assert time.process_time() - start < 5


def test_pdf_bomb_is_not_unpacked():
    with pikepdf.open(io.BytesIO(hostile.pdf_bomb(1_000_000))) as document:
        assert document.get_object(6, 0)["/A"] == 1
    with pikepdf.open(io.BytesIO(hostile.pdf_bomb())) as document:
        assert document.get_object(6, 0) is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", [*ACCEPTED_PICTURES, *ACCEPTED_DOCUMENTS])
def test_damaged_file_is_accepted_or_refused_in_words(case):
    """Change some bytes, fifty times: nothing but ValidationError may come of it."""
    chance = random.Random(case)  # noqa: S311 the same at each run
    name, content, *_rest = ACCEPTED_PICTURES.get(case) or ACCEPTED_DOCUMENTS[case]
    check = clean_picture if case in ACCEPTED_PICTURES else documents.check_document
    for _attempt in range(50):
        damaged = bytearray(content)
        for _change in range(chance.choice((1, 3, 30))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(ValidationError):
            check(ContentFile(bytes(damaged), name=name))


# Pixels


def test_rotation_is_applied_before_it_is_forgotten():
    with Image.open(clean_picture(ContentFile(hostile.told_jpeg(orientation=6)), "a.jpg")) as image:
        top, bottom = image.getpixel((20, 10)), image.getpixel((20, 70))
    assert top[0] > 200 > top[2]
    assert bottom[2] > 200 > bottom[0]


def test_color_profile_is_kept():
    for content in (hostile.told_jpeg(), hostile.told_png(), hostile.told("WEBP"), hostile.told("AVIF")):
        with Image.open(clean_picture(ContentFile(content), "a")) as image:
            assert to_srgb(image) == to_srgb(image, hostile.SRGB)


def to_srgb(image: Image.Image, profile: bytes | None = None) -> bytes:
    """Return the pixels as a screen shows them."""
    profile = profile or image.info.get("icc_profile")
    if not profile:
        return image.convert("RGB").tobytes()
    profile = io.BytesIO(profile)
    return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB").tobytes()


@pytest.mark.parametrize(
    ("kind", "case"),
    # WebP has no gray.
    [(kind, case) for kind in hostile.LOSSLESS for case in hostile.PROFILES if kind != "WEBP" or "gray" not in case],
)
def test_colors_are_kept_and_nothing_else_of_a_profile(kind, case):
    mode, profile = hostile.PROFILES[case]
    colors = hostile.many_colors(mode)
    content = hostile.saved(colors, kind, icc_profile=hostile.with_secrets(profile), **hostile.LOSSLESS[kind])
    with Image.open(io.BytesIO(content)) as image:
        expected = to_srgb(image.convert(mode), profile)
        assert hostile.SECRET.encode() in image.info["icc_profile"]
    with Image.open(clean_picture(ContentFile(content), "a")) as image:
        assert hostile.SECRET.encode() not in image.info.get("icc_profile", b"")
        shown = to_srgb(image)
    differences = [abs(first - second) for first, second in zip(expected, shown, strict=True)]
    assert sum(differences) / len(differences) < (1 if kind == "PNG" else 3)
    assert len(set(expected)) > 50


@pytest.mark.parametrize("case", hostile.TOLD_PROFILES)
def test_nothing_told_in_a_profile_is_stored_or_served(home, case):
    profile = hostile.TOLD_PROFILES[case]
    content = hostile.saved(hostile.two_colors(), "PNG", icc_profile=profile)
    assert any(secret in content or secret in profile for secret in hostile.SECRETS)
    picture = ClinicImage.objects.create(title="a", description="a", file=ContentFile(content, name="a.png"))
    files = [picture.file, *(picture.get_rendition(f"width-40|format-{kind}").file for kind in FORMATS)]
    for file in files:
        with file.open() as stored:
            data = stored.read()
        with Image.open(io.BytesIO(data)) as image:
            data += image.info.get("icc_profile", b"")
        assert not any(secret in data for secret in hostile.SECRETS), file.name


def test_colors_of_a_profile_of_tables_become_srgb():
    content = hostile.saved(hostile.many_colors("RGB"), "PNG", icc_profile=hostile.profile_of_one_gray())
    with Image.open(clean_picture(ContentFile(content), "a.png")) as image:
        assert "icc_profile" not in image.info
        assert image.getcolors(1)  # as the tables say


def test_wide_colors_stay_wide():
    content = hostile.saved(Image.new("RGB", (40, 40), (0, 255, 0)), "PNG", icc_profile=hostile.DISPLAY_P3)
    with Image.open(clean_picture(ContentFile(content), "a.png")) as image:
        assert image.getpixel((1, 1)) == (0, 255, 0)
        primaries = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])).profile.green_primary
    expected = ImageCms.ImageCmsProfile(io.BytesIO(hostile.DISPLAY_P3)).profile.green_primary
    assert primaries == expected


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
def test_broken_color_profile_is_dropped(profile):
    content = hostile.saved(hostile.two_colors(), "PNG", icc_profile=profile)
    with Image.open(clean_picture(ContentFile(content), "a.png")) as image:
        assert "icc_profile" not in image.info


def test_sixteen_bits_keep_their_brightness():
    with Image.open(clean_picture(ContentFile(hostile.sixteen_bits()), "a.png")) as image:
        assert (image.getpixel((5, 5)), image.getpixel((75, 5))) == (20_000 // 256, 50_000 // 256)


def test_print_colors_become_screen_colors():
    with Image.open(clean_picture(ContentFile(hostile.cmyk_jpeg()), "a.jpg")) as image:
        assert image.mode == "RGB"
        red, _green, blue = image.getpixel((5, 5))
    assert red > 200 > blue


def test_transparency_is_kept():
    with Image.open(clean_picture(ContentFile(hostile.palette_with_transparency()), "a.png")) as image:
        assert (image.getpixel((5, 5))[3], image.getpixel((55, 5))) == (0, (200, 30, 30, 255))


def test_too_many_pixels_are_refused_before_decoding(monkeypatch):
    side = int(MAX_PIXELS**0.5) + 1
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda image: pytest.fail("decoded"))
    with pytest.raises(ValidationError, match="50 million pixels"):
        clean_picture(ContentFile(hostile.one_bit_png(side)), "a.png")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_pixels_of_a_telephone_are_accepted():
    Image._decompression_bomb_check((8064, 6048))


def test_large_picture_is_stored_smaller():
    content = hostile.saved(Image.new("L", (6000, 3000), 200), "JPEG")
    with Image.open(clean_picture(ContentFile(content), "a.jpg")) as image:
        assert image.size == (4096, 2048)


# Private files


@pytest.mark.parametrize("case", ["page", "script", "drawing", "xhtml", "pdf that opens a script"])
def test_hostile_document_of_an_earlier_release_is_only_a_download(client, case):
    name, content = REFUSED_DOCUMENTS[case]
    document = Document.objects.create(title="a", file=ContentFile(content, name=name))
    answer = client.get(document.url)
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert_not_active(answer)
    assert client.get(f"/media/{document.file.name}").status_code == 404


@pytest.mark.parametrize("kind", ["password", "login"])
def test_private_collection_keeps_its_wall(client, kind, settings):
    folder = Collection.get_first_root_node().add_child(name="Staff")
    CollectionViewRestriction.objects.create(collection=folder, restriction_type=kind, password="secret")
    document = Document.objects.create(title="a", file=ContentFile(hostile.pdf(), name="a.pdf"), collection=folder)
    client.logout()
    answer = client.get(document.url, follow=True)
    assert "Content-Disposition" not in answer.headers
    assert b"%PDF" not in answer.content
    assert client.get(f"/media/{document.file.name}").status_code == 404
    if kind == "password":
        address = reverse("wagtaildocs_authenticate_with_password", args=[folder.view_restrictions.get().pk])
        answer = client.post(address, {"password": "secret", "return_url": document.url}, follow=True)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_only_the_site_can_read_private_files(db, settings):
    document = Document.objects.create(title="a", file=ContentFile(hostile.pdf(), name="a.pdf"))
    if settings.S3:
        signed = document.file.url
        assert requests.get(signed, timeout=10).content.startswith(b"%PDF")
        assert requests.get(signed.partition("?")[0], timeout=10).status_code == 403
        return
    path = Path(document.file.path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "path",
    [
        "documents/a.pdf",
        "original_images/a.jpg",
        "images/",
        "images/a.html",
        "images/a.svg",
        "images/a",
        "images/%00.jpg",
        "images/..%2f..%2fdb.sqlite3",
        "images/../private/documents/a.jpg",
        "images/" + "a" * 5000 + ".jpg",
        "images/%ed%a0%80.jpg",
        "images/%0d%0aSet-Cookie:a.jpg",
        "wagtail_uploads/a.jpg",
        "avatar_images/a.jpg",
        "not-found",
    ],
)
def test_nothing_else_is_served_under_media(client, path, settings):
    for folder in ("documents", "original_images", "images"):
        for file in ("a.pdf", "a.jpg", "a.html", "a.svg", "a"):
            target = Path(settings.MEDIA_ROOT) / folder / file
            if (folder, file) != ("images", "a.jpg"):
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(hostile.HTML)
    answer = client.get(f"/media/{path}")
    assert answer.status_code in (400, 404)
    assert hostile.SCRIPT not in answer.content


@pytest.mark.parametrize("address", ["9" * 19 + "/a.pdf", "0/a.pdf", "1/" + "a" * 5000, "1/%01", "1/a.pdf%0a", "1/"])
def test_unknown_document_is_not_found(client, address):
    assert client.get(f"/documents/{address}").status_code == 404


def test_missing_document_is_not_found(client):
    document = make_old("documents")
    default_storage.delete(document.file.name)
    assert client.get(document.url).status_code == 404


def test_document_with_too_long_title_is_asked_for_another(client):
    fields = {"files[]": SimpleUploadedFile("a.pdf", hostile.pdf()), "title": "a" * 300}
    waiting = client.post(reverse("wagtaildocs:add_multiple"), fields, headers=AJAX).json()["uploaded_file_id"]
    address = reverse("wagtaildocs:create_multiple_from_uploaded_document", args=[waiting])
    assert client.post(address, {f"uploaded-document-{waiting}-title": "Prices"}, headers=AJAX).json()["success"]
    assert Document.objects.get().title == "Prices"


def test_staff_cannot_upload_a_picture_of_themselves(client, admin_user):
    file = SimpleUploadedFile("a.jpg", hostile.told_jpeg())
    client.post(reverse("wagtailadmin_account"), {"avatar-avatar": file})
    assert b"avatar-avatar" not in client.get(reverse("wagtailadmin_account")).content
    admin_user.refresh_from_db()
    assert not admin_user.wagtail_userprofile.avatar


@pytest.mark.parametrize(("kind", "app"), [("images", "wagtailimages"), ("documents", "wagtaildocs")])
def test_deleting_an_upload_deletes_its_files(client, kind, app, django_capture_on_commit_callbacks):
    old = make_old(kind)
    files = [old.file]
    if kind == "images":
        files.append(old.get_rendition("width-20").file)
    assert all(file.storage.exists(file.name) for file in files)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse(f"{app}:delete", args=[old.pk])).status_code == 302
    assert not any(file.storage.exists(file.name) for file in files)


def test_storages_can_be_named_in_a_task():
    code = "import json; from clinic.settings.base import STORAGES; json.dumps(STORAGES)"  # not those of the tests
    subprocess.run([sys.executable, "-c", code], check=True)


# Broken files


def break_file(picture: ClinicImage, how: str) -> None:
    with picture.file.open() as file:
        content = file.read()
    broken = {"half": hostile.half(content), "empty": b"", "page": hostile.HTML, "huge": hostile.one_bit_png(11_000)}
    if how == "folder":
        inside = f"{picture.file.name}/a"
        replace(picture.file, b"a", inside)
        picture.file.storage.delete(inside)  # the folder stays
    else:
        replace(picture.file, broken.get(how))


BREAKS = ("missing", "half", "empty", "page", "huge", "folder")


@pytest.mark.parametrize("how", BREAKS)
def test_page_leaves_a_broken_picture_out(client, home, how, caplog, monkeypatch):
    picture = make_old("images")
    break_file(picture, how)
    home.hero_image = home.listing_image = picture
    home.save_revision().publish()
    monkeypatch.setattr(sharing, "find_drawn", lambda *args: "")  # another test may have drawn it
    answer = client.get(home.url)
    assert answer.status_code == 200
    assert b"<picture" not in answer.content
    assert b"not-found" not in answer.content
    assert b"og:image" not in answer.content
    assert f"Picture {picture.pk} cannot be shown" in caplog.text


@pytest.mark.parametrize("how", BREAKS)
def test_admin_shows_broken_pictures_without_error(client, how):
    picture = make_old("images")
    break_file(picture, how)
    for name, args in (
        ("wagtailimages:index", []),
        ("wagtailimages:edit", [picture.pk]),
        ("wagtailimages:delete", [picture.pk]),
        ("wagtailimages:image_usage", [picture.pk]),
        ("wagtailimages_chooser:choose", []),
        ("wagtailimages_chooser:chosen", [picture.pk]),
        ("wagtailimages:preview", [picture.pk, "max-165x165"]),
    ):
        assert client.get(reverse(name, args=args)).status_code in (200, 404), name
    fields = {"title": "New", "description": "New", "collection": Collection.objects.get().pk}
    file = SimpleUploadedFile("new.jpg", hostile.told_jpeg())
    answer = client.post(reverse("wagtailimages:edit", args=[picture.pk]), fields | {"file": file})
    assert answer.status_code == 302
    picture.refresh_from_db()
    assert picture.width == 80


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_page_is_shown_when_renditions_cannot_be_stored(client, home, settings, monkeypatch):
    home.hero_image = home.listing_image = make_old("images")
    home.save()

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storages["renditions"]), "_save", fail)
    answer = client.get(home.url)
    assert answer.status_code == 200
    assert b"<picture" not in answer.content


# Earlier releases


@pytest.fixture
def old_release(db, settings, tmp_path):
    """Return the public folder as an earlier release left it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    contents = {
        "original_images/turned.jpg": hostile.told_jpeg(orientation=6),
        "original_images/broken.jpg": hostile.half(hostile.told_jpeg()),
        "original_images/deep/forgotten.jpg": hostile.told_jpeg(),
        "documents/a.pdf": hostile.pdf(),
        "images/turned.width-40.jpg": hostile.told_jpeg(),
    }
    for name, content in contents.items():
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    pictures = [
        ClinicImage(title=name, description="a", file=f"original_images/{name}.jpg", width=80, height=40)
        for name in ("turned", "broken")
    ]
    for picture in ClinicImage.objects.bulk_create(pictures):
        picture.renditions.create(filter_spec="width-40", file="images/turned.width-40.jpg", width=40, height=20)
    Document.objects.create(title="a", file="documents/a.pdf")
    return settings.MEDIA_ROOT


def test_uploads_of_an_earlier_release_are_moved_and_cleaned(old_release, client, caplog):
    said = []
    relocation.make_uploads_private(said.append)
    assert len(said) == 1
    assert [path.name for path in old_release.iterdir()] == ["images"]
    turned, broken = ClinicImage.objects.order_by("pk")
    assert (turned.width, turned.height) == (40, 80)
    with turned.file.open() as file:
        assert_only_pixels(file.read())
    assert not turned.renditions.exists()
    assert default_storage.exists(broken.file.name)
    assert f"Picture {broken.pk} is damaged" in caplog.text
    assert b"".join(client.get(Document.objects.get().url).streaming_content).startswith(b"%PDF")
    relocation.make_uploads_private(said.append)
    assert len(said) == 1


def test_interrupted_move_goes_on(old_release, monkeypatch):
    def fail(image, file):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(relocation, "_clean", fail)
        with pytest.raises(KeyboardInterrupt):
            relocation.make_uploads_private(str)
    relocation.make_uploads_private(str)
    assert ClinicImage.objects.get(title="turned").width == 40
