"""Make files that attack, or that programs for pictures and documents fail on."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape

import pikepdf
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from pillow_heif import HeifImagePlugin  # noqa: F401 adds HEIC to Pillow

SECRET = "SECRET33.6N"  # in each piece of metadata
SCRIPT = b"<script>alert(1)</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# Color profiles

# Red, green and blue in XYZ, as these profiles have them, and the curve.
P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
WHITE = (0.9642, 1.0, 0.82491)
SECRETS = (SECRET.encode(), SECRET.encode("utf-16-be"))


def numbers(kind: bytes, *values: float) -> bytes:
    return kind + bytes(4) + struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def gamma(value: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(value * 256))


SRGB_CURVE = struct.pack(">4s4xHxx", b"para", 3) + numbers(b"", 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)[4:]
STEPS = struct.pack(">4s4xI1024H", b"curv", 1024, *(round(65535 * (step / 1023) ** 1.8) for step in range(1024)))


def icc(tags: dict[bytes, bytes], space: bytes = b"RGB ", head: bytes = bytes(16), version: int = 4) -> bytes:
    place = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, place + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    header = struct.pack(">I4xB3x4s4s4s", place + len(body), version, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H4s", 2020, 1, 1, 0, 0, 0, b"acsp") + head + bytes(12)
    header += numbers(b"", *WHITE)[4:]
    return header + bytes(128 - len(header)) + table + body


def matrix(colors: tuple, curve: bytes) -> dict[bytes, bytes]:
    tags = {b"wtpt": numbers(b"XYZ ", *WHITE)}
    tags |= {name + b"XYZ": numbers(b"XYZ ", *color) for name, color in zip((b"r", b"g", b"b"), colors, strict=True)}
    return tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)


def tags_of(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * index) for index in range(count))
    return {name: profile[start : start + size] for name, start, size in entries}


def text_tag(kind: bytes) -> bytes:
    """Return a text of this type that holds the secret."""
    text, wide = SECRET.encode(), SECRET.encode("utf-16-be")
    if kind == b"mluc":
        return struct.pack(">4s4xII4sII", kind, 1, 12, b"enUS", len(wide), 28) + wide
    if kind == b"desc":
        return struct.pack(">4s4xI", kind, len(text) + 1) + text + bytes(79)
    return kind + bytes(4) + text + b"\0"


DISPLAY_P3 = icc(matrix(P3, SRGB_CURVE))
PROFILES = {
    "sRGB": ("RGB", SRGB),
    "Display P3": ("RGB", DISPLAY_P3),
    "Adobe RGB": ("RGB", icc(matrix(ADOBE, gamma(2.2)), version=2)),
    "curve of many steps": ("RGB", icc(matrix(P3, STEPS))),
    "straight curve": ("RGB", icc(matrix(ADOBE, struct.pack(">4s4xI", b"curv", 0)))),
    "gray": ("L", icc({b"wtpt": numbers(b"XYZ ", *WHITE), b"kTRC": gamma(1.4)}, b"GRAY")),
    "old gray": ("L", icc({b"wtpt": numbers(b"XYZ ", *WHITE), b"kTRC": STEPS}, b"GRAY", version=2)),
}
LOSSLESS = {"JPEG": {"quality": 100, "subsampling": 0}, "PNG": {}, "WEBP": {"lossless": True}}


def with_secrets(profile: bytes) -> bytes:
    """Return the profile with the secret in tags of all kinds, and behind its end."""
    tags = tags_of(profile) | {
        b"GPSx": text_tag(b"text"),
        b"zzzz": text_tag(b"zzzz"),
        b"targ": text_tag(b"text"),
        b"dmnd": text_tag(b"mluc"),
        b"dmdd": text_tag(b"desc"),
        b"cprt": text_tag(b"mluc"),
        b"desc": text_tag(b"mluc"),
    }
    return icc(tags, profile[16:20], version=profile[8]) + SECRET.encode()


def told_profile(**tags: bytes) -> bytes:
    """Return Display P3 with these tags changed or added."""
    return icc(matrix(P3, SRGB_CURVE) | {name.encode(): tag for name, tag in tags.items()})


def profile_of_one_gray() -> bytes:
    """Return a profile of tables that shows all colors as the same gray."""
    straight = bytes(range(256)) * 3
    identity = numbers(b"", *(1, 0, 0, 0, 1, 0, 0, 0, 1))[4:]
    table = b"mft1" + bytes(4) + b"\3\3\2\0" + identity + straight + b"\x80\x80\x80" * 8 + straight
    profile = told_profile(A2B0=table, targ=text_tag(b"text"))
    return profile[:20] + b"Lab " + profile[24:]


# 1,025 pairs of bytes, of which some are the secret.
TEXT_CURVE = struct.pack(">4s4xI", b"curv", 1025) + (SECRET.encode() + b"\0") * 170 + bytes(10)
TOLD_PROFILES = {
    **{
        f"{name} of {kind}": told_profile(**{name: text_tag(kind.encode())})
        for name, kind in (
            ("desc", "mluc"),
            ("desc", "desc"),
            ("desc", "text"),
            ("cprt", "text"),
            ("cprt", "mluc"),
            ("targ", "text"),
            ("dmnd", "desc"),
            ("dmdd", "mluc"),
            ("vued", "desc"),
            ("meta", "dict"),
            ("GPSx", "text"),
            ("abcd", "zzzz"),
            ("chrm", "chrm"),
            ("cicp", "cicp"),
            ("A2B9", "data"),
            ("ncl2", "ncl2"),
            ("wtpt", "text"),
            ("rTRC", "text"),
        )
    },
    "white with more behind it": told_profile(wtpt=numbers(b"XYZ ", *WHITE) + SECRET.encode()),
    "curve with more behind it": told_profile(gTRC=SRGB_CURVE + SECRET.encode()),
    "curve of text": told_profile(bTRC=TEXT_CURVE),
    "head": icc(matrix(P3, SRGB_CURVE), head=SECRET.encode().ljust(16, b"\0")),
    "behind the end": DISPLAY_P3 + SECRET.encode(),
    "gap before the end": icc(matrix(P3, SRGB_CURVE) | {b"bXYZ": numbers(b"XYZ ", *P3[2]) + SECRET.encode()}),
    "all": with_secrets(DISPLAY_P3),
}


# Pictures


def many_colors(mode: str) -> Image.Image:
    """Return a picture of all hues, dark to bright."""
    hues = [Image.radial_gradient("L"), Image.linear_gradient("L"), Image.linear_gradient("L").rotate(90)]
    return Image.merge("RGB", hues).resize((64, 64)).convert(mode)


def exif(orientation: int = 1) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Make] = tags[ExifTags.Base.Model] = tags[ExifTags.Base.ImageDescription] = SECRET
    place = tags.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (33.0, 36.0, 1.0)
    place[ExifTags.GPS.GPSAreaInformation] = SECRET.encode()
    return tags.tobytes()


def two_colors(mode: str = "RGB", size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Return a picture with a red left half and a blue right half."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image.convert(mode)


def noise(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.effect_noise(size, 90).convert(mode)


def saved(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def told_jpeg(orientation: int = 1) -> bytes:
    """Return a JPEG with all kinds of metadata: EXIF, XMP, a comment, IPTC, and a file behind its end."""
    options = {"exif": exif(orientation), "xmp": XMP, "comment": SECRET, "icc_profile": SRGB, "quality": 95}
    data = saved(two_colors(), "JPEG", **options)
    iptc = b"\x1c\x02\x78" + struct.pack(">H", len(SECRET)) + SECRET.encode()
    resource = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    return data[:2] + segment(0xED, resource) + data[2:] + SECRET.encode()


def told_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Description", SECRET)
    texts.add_text("Comment", SECRET, zip=True)
    texts.add_itxt("Location", SECRET, "en", "Location")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return saved(two_colors(), "PNG", pnginfo=texts, exif=exif(), icc_profile=SRGB) + SECRET.encode()


def told_gif() -> bytes:
    return saved(two_colors("P"), "GIF", comment=SECRET.encode())


def told(kind: str, **options) -> bytes:
    return saved(two_colors(), kind, exif=exif(), xmp=XMP, icc_profile=SRGB, **options)


def told_heic() -> bytes:
    return saved(two_colors(), "HEIF", exif=exif(), xmp=XMP)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def one_bit_png(side: int) -> bytes:
    row = b"\0" + b"\xaa" * ((side + 7) // 8)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * side)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def png_with_text_bomb() -> bytes:
    data = saved(two_colors(), "PNG")
    bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000, 9))
    return data[:33] + bomb + data[33:]


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "blue", "green")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def palette_with_transparency() -> bytes:
    image = Image.new("P", (60, 40), 1)
    image.putpalette([0, 0, 0, 200, 30, 30])
    image.paste(0, (0, 0, 30, 40))
    return saved(image, "PNG", transparency=0)


def sixteen_bits() -> bytes:
    image = Image.new("I;16", (80, 40), 20_000)
    image.paste(Image.new("I;16", (40, 40), 50_000), (40, 0))
    return saved(image, "PNG")


def cmyk_jpeg() -> bytes:
    return saved(two_colors("CMYK"), "JPEG", quality=95, exif=exif())


def jpeg_with_page() -> bytes:
    return saved(two_colors(), "JPEG", comment=HTML) + HTML


# Documents


def zipped(parts: Iterable[tuple[str, bytes]], compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compress) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN_TYPES = {"docx": "wordprocessingml.document", "xlsx": "spreadsheetml.sheet", "pptx": "presentationml.presentation"}
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def office(
    kind: str = "docx", more: Iterable[tuple[str, bytes]] = (), text: str = "", link: str = "", more_types: str = ""
) -> bytes:
    main = f"application/vnd.openxmlformats-officedocument.{MAIN_TYPES[kind]}.main+xml"
    types = f"<Types><Override PartName='/{MAIN_PARTS[kind]}' ContentType='{main}'/>{more_types}</Types>"
    relation = f"<Relationships xmlns='{RELATIONS}'>{link}</Relationships>"
    body = f"<w:document xmlns:w='{WORD}'><w:p><w:r>{text}</w:r></w:p></w:document>"
    parts = [("[Content_Types].xml", types), ("word/_rels/document.xml.rels", relation), (MAIN_PARTS[kind], body)]
    return zipped([*((name, content.encode()) for name, content in parts), *more])


def outside(kind: str, target: str) -> str:
    return f"<Relationship Id='r1' Type='{OFFICE}/{kind}' Target='{target}' TargetMode='External'/>"


def inside(kind: str, target: str) -> str:
    return f"<Relationship Id='r1' Type='{OFFICE}/{kind}' Target='{target}'/>"


def field(*codes: str) -> str:
    """Return a field of Word whose code is split into these pieces."""
    code = "".join(f"<w:instrText>{piece}</w:instrText>" for piece in codes)
    return f"<w:fldChar w:fldCharType='begin'/>{code}<w:fldChar w:fldCharType='end'/>"


def slide(body: str) -> bytes:
    part = f"<p:sld xmlns:p='p' xmlns:a='a' xmlns:r='{OFFICE}'>{body}</p:sld>"
    return office("pptx", more=[("ppt/slides/slide1.xml", part.encode())])


def sheet(body: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    return office("xlsx", more=[(part, f"<x:sheet xmlns:x='x' xmlns:m='m'>{body}</x:sheet>".encode())])


def formula(text: str) -> bytes:
    return sheet(f"<x:c><x:f>{escape(text)}</x:f></x:c>")


NAMESPACES = {"b": "urn:oasis:names:tc:opendocument:xmlns:table:1.0", "x": "http://www.w3.org/1999/xlink"} | {
    name[0]: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
    for name in ("config", "drawing", "form", "office", "presentation", "script", "text")
}


def open_part(body: bytes) -> bytes:
    spaces = " ".join(f"xmlns:{prefix}='{name}'" for prefix, name in NAMESPACES.items())
    return b"<o:document-content %b>%b</o:document-content>" % (spaces.encode(), body)


def open_document(body: bytes = b"", more: Iterable[tuple[str, bytes]] = (), kind: bytes = b"text") -> bytes:
    kind = b"application/vnd.oasis.opendocument." + kind
    return zipped([("mimetype", kind), ("content.xml", open_part(body)), *more])


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **options) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    if change:
        change(document)
    file = io.BytesIO()
    document.save(file, **options)
    return file.getvalue()


def pdf_with(place: str, **entries) -> bytes:
    """Return a PDF with more entries in its Root, or on its first page."""

    def change(document: pikepdf.Pdf) -> None:
        holder = document.Root if place == "Root" else document.pages[0].obj
        for key, value in entries.items():
            holder[f"/{key}"] = value

    return pdf(change)


def action(kind: str, **entries) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **entries)


JAVASCRIPT = {"S": pikepdf.Name("/JavaScript"), "JS": pikepdf.String("app.alert(1)")}


def open_script() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(**JAVASCRIPT)


def encrypted_pdf(user: str) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = open_script()

    return pdf(change, encryption=pikepdf.Encryption(owner="owner", user=user))


def pdf_in_streams() -> bytes:
    """Return a PDF whose script is in a compressed object, so that no search of the bytes finds it."""

    def change(document: pikepdf.Pdf) -> None:
        document.Root.Names = document.make_indirect(
            pikepdf.Dictionary(JavaScript=document.make_indirect(pikepdf.Dictionary(Names=[pikepdf.String("a")])))
        )

    return pdf(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def pdf_with_attachment() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.attachments["visit.html"] = pikepdf.AttachedFileSpec(document, HTML)

    return pdf(change)


def pdf_with_hidden_names() -> bytes:
    """Return a PDF that writes the name of the action with escapes."""
    return pdf_with("page", Annots=[pikepdf.Dictionary(A=action("L" * 10))]).replace(b"/LLLLLLLLLL", b"/#4caunc#68")


def pdf_bomb(size: int = 100_000_000) -> bytes:
    """Return a PDF whose stream of objects unpacks to this size, a thousand times its own."""
    stream = zlib.compress(b"6 0 << /A 1 >>" + b" " * size, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> /X 6 0 R >>",
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(stream), stream),
    ]
    data, rows = b"%PDF-1.5\n", [b"\0\0\0\0\0\xff\xff"]
    for number, content in enumerate(objects, start=1):
        rows.append(b"\1" + len(data).to_bytes(4, "big") + b"\0\0")
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(data)
    table = b"".join([*rows, b"\1" + start.to_bytes(4, "big") + b"\0\0", b"\2\0\0\0\4\0\0"])
    entry = b"<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    return data + b"5 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (entry, table, start)


def nested_bombs() -> bytes:
    """Return a Word file in which 30 workbooks together unpack to 600 MB."""
    workbook = office("xlsx", more=[("xl/media/a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20_000_000)])
    return office(more=[(f"word/embeddings/{number}.xlsx", workbook) for number in range(30)])
