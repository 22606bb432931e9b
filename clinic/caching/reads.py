"""Count how often each page is read, without persons, to render those first that are read most."""

import time
from collections import Counter

from django.core.cache import cache

KEY = "pages-read"
MOST = 100  # addresses
EACH_READS, EACH_SECONDS = 100, 60  # a process writes down what it counted after so many

_counted: Counter[str] = Counter()
_since = {"reads": 0, "seconds": 0.0}


def count_read(url: str) -> None:
    """Count one read of a full address."""
    _counted[url] += 1
    _since["reads"] += 1
    if _since["reads"] >= EACH_READS or time.monotonic() - _since["seconds"] > EACH_SECONDS:
        _since.update(reads=0, seconds=time.monotonic())
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
