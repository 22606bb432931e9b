"""Turn an uploaded picture into one that is safe to store and to serve."""

import io
import warnings
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps
from pillow_heif import HeifImagePlugin  # noqa: F401 adds HEIC to Pillow

from .profiles import clean_profile

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF")
MAX_PIXELS = 50_000_000  # a telephone's 48 megapixels
MAX_SIDE = 4096  # pixels; three times the widest picture of any page
MAX_RATIO = 50  # of the longer side to the shorter
JPEG_QUALITY = 90

# Everywhere, also for stored files: Pillow refuses twice this number by the header, before it decodes anything.
# From this number on it would warn.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

TOO_LARGE = _("This picture has more than 50 million pixels. Make it smaller, then upload it again.")
TOO_THIN = _("This picture is more than 50 times as long as it is wide. Crop it, then upload it again.")
BROKEN = _(
    "This file cannot be read as a picture: it is damaged, incomplete, or of another type. "
    "Open it in an image editor, save it as JPEG or PNG, then upload that file."
)


class CleanPicture(ContentFile):
    """Hold a picture that ``clean_picture`` has made."""


def clean_picture(file, name: str = "") -> CleanPicture:
    """Return the picture as a new JPEG or PNG that holds only pixels.

    The rotation is applied and the colors kept, with a color profile written anew. Of an animation the first frame is
    left. Pictures with transparency, PNG and GIF become PNG, all others JPEG. Raise ValidationError if the file cannot
    be used.
    """
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as image:
            if max(image.size) > MAX_RATIO * min(image.size):
                raise ValidationError(TOO_THIN, code="too_thin")
            is_drawing = image.format in ("PNG", "GIF")
            image.load()
            pixels, profile = _only_pixels(image)
        output = io.BytesIO()
        if is_drawing or pixels.mode == "RGBA":
            pixels.save(output, "PNG", icc_profile=profile)
            suffix = ".png"
        else:
            pixels.save(output, "JPEG", quality=JPEG_QUALITY, icc_profile=profile)
            suffix = ".jpg"
    except Image.DecompressionBombError as error:
        raise ValidationError(TOO_LARGE, code="file_too_many_pixels") from error
    except ValidationError:
        raise
    except Exception as error:  # each decoder raises what it likes: OSError, SyntaxError, struct.error, zlib.error
        raise ValidationError(BROKEN, code="invalid_image") from error
    stem = PurePath(name or file.name or "").stem or "picture"
    return CleanPicture(output.getvalue(), name=stem + suffix)


def _only_pixels(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """Return 8-bit gray, RGB or RGBA without metadata, and its color profile."""
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        pixels = image.convert("RGBA")
    elif image.mode.startswith("I"):  # 16 bits: converting alone would turn all above 255 white
        pixels = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.mode in ("L", "RGB", "CMYK"):
        pixels = image
    else:
        pixels = image.convert("L" if image.mode == "1" else "RGB")
    pixels.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    pixels, profile = clean_profile(ImageOps.exif_transpose(pixels), profile)
    if pixels.mode == "CMYK":
        pixels = pixels.convert("RGB")
    pixels.info.clear()
    return pixels, profile
