"""Store the picture that each page is shared with, and find it.

Its name is a digest of what is drawn, so a page never shows one with an older title or name. It is drawn after
publishing and by the worker. Until then the page is shared with the picture that it shows itself.
"""

import hashlib
import logging
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone
from wagtail.models import Page, Site

from clinic.caching.version import content_version, renew
from clinic.media.away import StorageAwayError
from clinic.site.models import ClinicProfile

from . import drawing

logger = logging.getLogger(__name__)

FOLDER = "images/sharing"
HOME_DEPTH = 2
KEPT = timedelta(days=30)  # pictures that no page has any more: a network may have stored their address

_looked_at: list[str] = []  # the content version that the last run of the worker in this process has seen


def get_storage() -> Storage:
    return storages["renditions"]


def get_sharing_title(page: Page, profile: ClinicProfile) -> str:
    """Return the title on the picture. On the picture of the home page it is the tagline."""
    return profile.tagline if page.depth == HOME_DEPTH else page.title


@cache
def get_style() -> bytes:
    """Return a digest of how the pictures are drawn."""
    files = (Path(drawing.__file__), drawing.TITLE_FONT, drawing.NAME_FONT)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()


def get_name(clinic: str, title: str) -> str:
    """Return the name of the file with a picture of these texts."""
    digest = hashlib.sha256(get_style() + f"{clinic}\0{title}".encode("utf-8", "replace")).hexdigest()
    return f"{FOLDER}/{digest[:32]}.png"


def find_drawn(clinic: str, title: str = "") -> str:
    """Return the address of the picture, or an empty text if it is not drawn yet."""
    name = get_name(clinic, title)
    try:
        return get_storage().url(name) if get_storage().exists(name) else ""
    except StorageAwayError:
        return ""
    except Exception as error:
        logger.warning("Pictures for sharing cannot be looked up: %s", type(error).__name__)
        return ""


def draw(clinic: str, title: str = "") -> bool:
    """Draw the picture unless it exists. Return whether it was drawn. Log errors, never raise."""
    name, storage = get_name(clinic, title), get_storage()
    try:
        if storage.exists(name):
            return False
        saved = storage.save(name, ContentFile(drawing.draw(clinic, title)))
        if saved != name:  # somebody else was quicker
            storage.delete(saved)
    except Exception:
        logger.exception("A picture for sharing could not be drawn")
        return False
    return True


def draw_page(page: Page, site: Site) -> None:
    """Draw the picture of a published page. Pages that cached its head without it are rendered anew."""
    profile = ClinicProfile.for_site(site)
    is_public = not page.get_view_restrictions().exists()
    if is_public and draw(profile.name, get_sharing_title(page, profile)):
        renew()


def draw_sharing_pictures() -> None:
    """Draw what is missing on any site, and delete what no page has had for a while."""
    version = content_version()
    if _looked_at == [version]:
        return
    wanted = dict(find_wanted())
    known = list_drawn()
    drawn = [draw(*texts) for name, texts in wanted.items() if name not in known]
    for name in known - wanted.keys():
        delete_if_old(name)
    _looked_at[:] = [version]
    if any(drawn):
        renew()


def find_wanted():
    """Yield name and texts of the picture of each live, public page, and of the pages that are no pages of Wagtail."""
    for site in Site.objects.select_related("root_page"):
        profile = ClinicProfile.for_site(site)
        pages = site.root_page.get_descendants(inclusive=True).live().public().only("title", "depth")
        for title in ("", *(get_sharing_title(page, profile) for page in pages)):
            yield get_name(profile.name, title), (profile.name, title)


def list_drawn() -> set[str]:
    try:
        return {f"{FOLDER}/{name}" for name in get_storage().listdir(FOLDER)[1]}
    except FileNotFoundError:  # nothing has been drawn yet
        return set()


def delete_if_old(name: str) -> None:
    storage = get_storage()
    if storage.get_modified_time(name) < timezone.now() - KEPT:
        storage.delete(name)
