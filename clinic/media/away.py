"""Tell that the storage of the media is away. Knows no storage, so anything may import it."""

import time

_last_seen = [float("-inf")]


class StorageAwayError(OSError):
    """The storage on the network does not answer. The log has it already, once a minute."""

    def __init__(self, *args: object):
        super().__init__(*args)
        _last_seen[0] = time.monotonic()


def was_away_since(moment: float) -> bool:
    """Return whether that happened in this process since ``moment``, of ``time.monotonic()``."""
    return _last_seen[0] >= moment


def is_storage_away(error: BaseException | None) -> bool:
    """Return whether that is behind the error."""
    while error and not isinstance(error, StorageAwayError):
        error = error.__cause__ or error.__context__
    return error is not None
