"""Read the addresses under which YouTube and Vimeo show a video. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

MAX_ADDRESS = 500  # characters
PLAYERS = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
YOUTUBE_HOSTS = {"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"}
VIMEO_HOSTS = {"vimeo.com", "player.vimeo.com"}
YOUTUBE_PATH = re.compile(r"/(?:shorts|live|embed|v)/([\w-]{11})/?", re.ASCII)
YOUTUBE_ID = re.compile(r"/?([\w-]{11})/?", re.ASCII)
VIMEO_PATH = re.compile(
    r"(?:/video|/channels/[\w-]+|/groups/[\w-]+/videos|/(?:album|showcase)/\d+/video)?"
    r"/(?P<id>\d{1,12})(?:/(?P<key>[0-9a-f]{6,20}))?/?",
    re.ASCII,
)
VIMEO_KEY = re.compile(r"[0-9a-f]{6,20}", re.ASCII)
START = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,5})s?)?", re.ASCII)


@dataclass(frozen=True)
class Video:
    """Name a video by its host and id.

    ``start`` is in seconds. ``key`` is what Vimeo adds to the address of a video that it does not list.
    """

    host: str  # as people write it
    id: str
    start: int = 0
    key: str = ""

    @property
    def url(self) -> str:
        """Return the address of the host's own page."""
        if self.host == "YouTube":
            return "https://www.youtube.com/watch?" + urlencode({"v": self.id} | self._seconds("t"))
        key = f"/{self.key}" if self.key else ""
        return f"https://vimeo.com/{self.id}{key}{self._fragment}"

    @property
    def player_url(self) -> str:
        """Return the address of a player that sets no cookie and starts at once."""
        youtube, vimeo = PLAYERS
        if self.host == "YouTube":
            return f"{youtube}/embed/{self.id}?" + urlencode({"autoplay": 1, "rel": 0} | self._seconds("start"))
        key = {"h": self.key} if self.key else {}
        return f"{vimeo}/video/{self.id}?{urlencode({'dnt': 1, 'autoplay': 1} | key)}{self._fragment}"

    def _seconds(self, name: str) -> dict[str, int]:
        return {name: self.start} if self.start else {}

    @property
    def _fragment(self) -> str:
        return f"#t={self.start}s" if self.start else ""


def read_video(address: str) -> Video | None:
    """Return the video that an address shows, or None if it shows none, several, or one elsewhere."""
    address = address.strip()
    if len(address) > MAX_ADDRESS or not address.isprintable() or re.search(r"[\s\\<>\"']", address):
        return None
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        is_bare = parts.port is None and parts.username is None
    except ValueError:
        return None
    if not is_bare or parts.scheme not in ("http", "https"):
        return None
    host = (parts.hostname or "").removeprefix("www.")
    if host == "youtu.be" or host in YOUTUBE_HOSTS:
        return _read_youtube(host, parts)
    return _read_vimeo(parts) if host in VIMEO_HOSTS else None


def _read_youtube(host: str, parts: SplitResult) -> Video | None:
    query = parse_qs(parts.query)
    if host == "youtu.be":
        found = YOUTUBE_ID.fullmatch(parts.path)
    elif parts.path.rstrip("/") == "/watch":
        found = YOUTUBE_ID.fullmatch(query.get("v", [""])[0])
    else:
        found = YOUTUBE_PATH.fullmatch(parts.path)
    # An address under /embed/ with this name plays a list.
    return Video("YouTube", found[1], _read_start(parts)) if found and found[1] != "videoseries" else None


def _read_vimeo(parts: SplitResult) -> Video | None:
    found = VIMEO_PATH.fullmatch(parts.path)
    if not found:
        return None
    key = found["key"] or parse_qs(parts.query).get("h", [""])[0]
    return Video("Vimeo", found["id"], _read_start(parts), key if VIMEO_KEY.fullmatch(key) else "")


def _read_start(parts: SplitResult) -> int:
    """Return the second at which the address starts the video. What cannot be read starts it at the beginning."""
    values = parse_qs(parts.query) | parse_qs(parts.fragment)
    (text,) = (values.get("t") or values.get("start") or [""])[:1]
    found = START.fullmatch(text)
    if not found:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
