"""Tell that the storage of the media is away. Knows no storage, so anything may import it."""


class StorageAwayError(OSError):
    """The storage on the network does not answer. The log has it already, once a minute."""


def is_storage_away(error: BaseException | None) -> bool:
    """Return whether that is behind the error."""
    while error and not isinstance(error, StorageAwayError):
        error = error.__cause__ or error.__context__
    return error is not None
