"""Count how often each page is read, without persons, to render those first that are read most."""

import time
from collections import Counter

from django.core.cache import cache

KEY = "pages-read"
MOST = 100  # addresses
EACH_SECONDS = 60  # after so long a process writes down what it counted

_counted: Counter[str] = Counter()
_written = {"at": 0.0}


def count_read(url: str) -> None:
    """Count one read of a full address."""
    _counted[url] += 1
    if time.monotonic() - _written["at"] > EACH_SECONDS:
        _written["at"] = time.monotonic()
        counted = _counted.copy()
        _counted.clear()
        write(counted)


def write(counted: Counter[str]) -> None:
    """Add up what all processes counted. Two that write at once may lose one: it is no bookkeeping."""
    reads = Counter(cache.get(KEY) or {}) + counted
    if len(reads) > 2 * MOST:
        # What was read last month counts for half as much as what is read now.
        reads = Counter({url: count // 2 for url, count in reads.most_common(MOST)}) + counted
    cache.set(KEY, dict(reads), None)


def get_most_read() -> list[str]:
    """Return full addresses, the one that is read most first."""
    return [url for url, _count in Counter(cache.get(KEY) or {}).most_common(MOST)]
