"""Store media in two buckets of S3, or of a storage that speaks its language.

Nothing but the settings imports this module: boto3 takes a quarter of a second to import.

A storage that does not answer is left alone for ``PAUSE``, so no page waits for each of its pictures. Whatever fails
then is an OSError, as with a disk.
"""

import hashlib
import logging
import time
from pathlib import PurePath
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import to_bytes

from .away import StorageAwayError
from .views import RENDITION_AGE, RENDITION_TYPES

CONNECT_SECONDS = 1
ANSWER_SECONDS = 5
PAUSE = 5.0  # seconds for which a process leaves a storage alone that failed
LOG_EVERY = 60.0  # seconds
KNOWN_SECONDS = 24 * 3600  # how long it is remembered that a file is there
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")

logger = logging.getLogger(__name__)


class Pause:
    """Store until when the storage is left alone. The threads of a process share it."""

    until = silent_until = 0.0

    def refuse(self, **kwargs: Any) -> None:
        if time.monotonic() < self.until:
            raise StorageAwayError("The storage of the media is left alone, since it has just failed.")

    def check_error(self, exception: Exception, **kwargs: Any) -> None:
        """Begin a pause when no answer came."""
        if isinstance(exception, BotoCoreError):
            self.until = time.monotonic() + PAUSE
            self.report(exception)

    def check_answer(self, http_response: Any, **kwargs: Any) -> None:
        """Raise for what is no answer about a file: the keys are refused, or the server has an error."""
        if http_response.status_code in (401, 403) or http_response.status_code >= 500:
            self.report(StorageAwayError(f"The storage of the media answered {http_response.status_code}."))

    def report(self, error: Exception) -> None:
        """Log the failure, once a minute, and raise it as that of a storage."""
        if time.monotonic() >= self.silent_until:
            self.silent_until = time.monotonic() + LOG_EVERY
            logger.error("The storage of the media failed: %s", type(error).__name__)
        raise StorageAwayError("The storage of the media does not answer.") from error


pause = Pause()


class Storage(S3Storage):
    """Take no argument: Wagtail hands what makes a storage to the task that deletes a file, and keys stay out of it."""

    bucket_setting = ""

    def get_default_settings(self) -> dict[str, Any]:
        own = {name: settings.S3[name] for name in ("endpoint_url", "region_name", "access_key", "secret_key")}
        return super().get_default_settings() | {name: value for name, value in own.items() if value} | {
            "bucket_name": settings.S3[self.bucket_setting],
            "location": settings.S3["location"],
            "file_overwrite": False,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "transfer_config": TransferConfig(use_threads=False),
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 2},
                # Other makers' storages refuse the checksums that Amazon has added.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }  # fmt: skip

    @property
    def connection(self) -> Any:
        is_new = not hasattr(self._connections, "connection")
        connection = super().connection
        if is_new:
            events = connection.meta.client.meta.events
            events.register("before-send.s3", pause.refuse)
            events.register("after-call-error.s3", pause.check_error)
            events.register("after-call.s3", pause.check_answer)
        return connection

    def _save(self, name: str, content: File) -> str:
        """Store the file under a name that no other file has, even if another machine stores one at this moment."""
        content.seek(0)
        body, parameters = to_bytes(content.read()), self._get_write_parameters(name, content)
        while True:
            try:
                self.bucket.Object(self._normalize_name(name)).put(Body=body, IfNoneMatch="*", **parameters)
                return name
            except ClientError as error:
                if error.response["Error"]["Code"] not in TAKEN:
                    raise
            name = self.get_available_name(name)


class PrivateStorage(Storage):
    """Store documents and the originals of pictures. Addresses are signed, and valid for five minutes."""

    bucket_setting = "private_bucket"


class PublicStorage(Storage):
    """Store what every visitor may see: renditions, and the drawn pictures for sharing."""

    bucket_setting = "public_bucket"

    def get_default_settings(self) -> dict[str, Any]:
        protocol, _slashes, place = settings.S3["public_url"].partition("//")
        return super().get_default_settings() | {
            "querystring_auth": False,
            "url_protocol": protocol,
            "custom_domain": place,
        }

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        content_type = RENDITION_TYPES.get(PurePath(name).suffix, self.default_content_type)
        return {"CacheControl": f"public, max-age={RENDITION_AGE}", "ContentType": content_type}

    def exists(self, name: str) -> bool:
        """Remember what is there, since every page asks for its picture for sharing."""
        key = self._key(name)
        if cache.get(key):
            return True
        if is_there := super().exists(name):
            cache.set(key, True, KNOWN_SECONDS)
        return is_there

    def delete(self, name: str) -> None:
        super().delete(name)
        cache.delete(self._key(name))

    def _key(self, name: str) -> str:
        return f"media:{hashlib.sha256(self._normalize_name(name).encode()).hexdigest()}"
