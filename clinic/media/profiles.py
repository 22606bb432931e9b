"""Write color profiles anew, so that they hold colors and nothing else."""

import io
import itertools
import struct

from PIL import Image, ImageCms

# What the matrix profiles of the International Color Consortium hold, with the types of each tag.
COLORANTS = ("rXYZ", "gXYZ", "bXYZ")
CURVES = ("rTRC", "gTRC", "bTRC")
MAX_CURVE = 4096  # entries of a curve; sRGB as HP wrote it has 1024
PARAMETERS = (1, 3, 4, 5, 7)  # of a parametric curve, by its function
D50 = struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
CREATED = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


class ProfileError(Exception):
    """The profile cannot be written anew."""


def clean_profile(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    """Return the picture and a profile that holds only its colors.

    Gray and print colors become those of sRGB, which needs no profile and looks the same in all formats. So do colors
    whose profile consists of tables instead of a matrix, since tables could hold anything. Without a profile, or with
    a broken one or that of another mode, the picture stays as it is.
    """
    try:
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
    except OSError:
        return image, None
    space = {"L": "GRAY", "CMYK": "CMYK"}.get(image.mode, "RGB")
    if read.profile.xcolor_space.strip() != space:
        return image, None
    try:
        if space == "RGB":
            return image, _rebuild(read.tobytes())
    except (ProfileError, struct.error, KeyError, OSError):
        pass
    return _to_srgb(image, read), None


def _to_srgb(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        changed = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
    except ImageCms.PyCMSError:  # the profile cannot be used
        return image
    return changed.convert("L") if image.mode == "L" else changed


def _rebuild(profile: bytes) -> bytes:
    tags = _read_tags(profile)
    # Tables beside a matrix come first.
    if profile[20:24] != b"XYZ " or any(f"A2B{intent}" in tags for intent in range(3)):
        raise ProfileError
    new = {"wtpt": _read_numbers(tags["wtpt"], b"XYZ ", 3)}
    if "chad" in tags:
        new["chad"] = _read_numbers(tags["chad"], b"sf32", 9)
    new |= {name: _read_numbers(tags[name], b"XYZ ", 3) for name in COLORANTS}
    new |= {name: _read_curve(tags[name]) for name in CURVES}
    built = _write(new, version=4 if profile[8] >= 4 else 2)
    ImageCms.ImageCmsProfile(io.BytesIO(built))
    return built


def _read_tags(profile: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * index) for index in range(min(count, 100)))
    return {name.decode("latin-1"): profile[start : start + size] for name, start, size in entries}


def _read_numbers(tag: bytes, kind: bytes, count: int) -> bytes:
    """Return the tag without what stands in its gaps or behind its end."""
    if tag[:4] != kind:
        raise ProfileError
    return kind + bytes(4) + struct.pack(f">{count}i", *struct.unpack_from(f">{count}i", tag, 8))


def _read_curve(tag: bytes) -> bytes:
    if tag[:4] == b"para":
        (function,) = struct.unpack_from(">H", tag, 8)
        if function >= len(PARAMETERS):
            raise ProfileError
        numbers = struct.unpack_from(f">{PARAMETERS[function]}i", tag, 12)
        return struct.pack(f">4s4xHxx{len(numbers)}i", b"para", function, *numbers)
    (count,) = struct.unpack_from(">I", tag, 8)
    if tag[:4] != b"curv" or count > MAX_CURVE:
        raise ProfileError
    numbers = struct.unpack_from(f">{count}H", tag, 12)
    # A text would go up and down.
    if any(first > second for first, second in itertools.pairwise(numbers)):
        raise ProfileError
    return struct.pack(f">4s4xI{count}H", b"curv", count, *numbers)


def _write(tags: dict[str, bytes], version: int) -> bytes:
    # Each profile needs a description and a license.
    tags = {"desc": _write_text("Colors", version, b"desc"), "cprt": _write_text("CC0", version, b"text")} | tags
    place = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += struct.pack(">4sII", name.encode(), place + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    header = struct.pack(
        ">I4xB3x4s4s4s12s4s28x12s48x",
        place + len(body),
        version,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        CREATED,
        b"acsp",
        D50,
    )
    return header + table + body


def _write_text(text: str, version: int, kind: bytes) -> bytes:
    if version == 4:
        content = text.encode("utf-16-be")
        return struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(content), 28) + content
    content = text.encode() + b"\0"
    if kind == b"text":
        return b"text" + bytes(4) + content
    # Behind the text stand an empty one in Unicode and one for old Macintosh.
    return struct.pack(">4s4xI", b"desc", len(content)) + content + bytes(78)
