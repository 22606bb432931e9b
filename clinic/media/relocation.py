"""Move uploads that an earlier release kept in the public folder."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage

from .models import ClinicImage

logger = logging.getLogger(__name__)

FOLDERS = ("original_images", "documents", "wagtail_uploads", "avatar_images")


def make_uploads_private(say: Callable[[str], Any]) -> None:
    """Clean the pictures of an earlier release, and move all uploads.

    Where they are tells whether this is done: an interrupted move goes on at the next start.
    """
    public = Path(settings.MEDIA_ROOT)
    found = [public / folder for folder in FOLDERS if (public / folder).is_dir()]
    if not found:
        return
    say("Cleaning the pictures of an earlier release, and moving uploads out of the public folder ...")
    for image in ClinicImage.objects.all():
        file = public / image.file.name
        if file.is_file():
            _clean(image, file)
    for folder in found:
        for file in filter(Path.is_file, folder.rglob("*")):
            name = file.relative_to(public).as_posix()
            if not default_storage.exists(name):
                with file.open("rb") as content:
                    default_storage.save(name, File(content))
        shutil.rmtree(folder)


def _clean(image: ClinicImage, file: Path) -> None:
    width = image.width
    try:
        with file.open("rb") as content:
            image.file.save(file.name, File(content), save=False)
    except ValidationError:
        logger.warning("Picture %s is damaged: it is moved as it is, and not shown", image.pk)
        return
    for name in ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height"):
        if (pixels := getattr(image, name)) is not None:
            setattr(image, name, round(pixels * image.width / width))
    image._set_image_file_metadata()
    image.save()
    image.renditions.all().delete()
    file.unlink()
