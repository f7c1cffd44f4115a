"""Photos and voice notes in S3-compatible storage, for an installation of several hosts. Knows no report and no page.

Objects are private: nothing here ever asks for a public one, and there is no address to hand out, signed or not. Every
file leaves through a page that has asked who may see it. README, “Variables”: `GRIDGOV_S3_BUCKET` and what follows it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from storages.backends.s3 import S3Storage

_IN_MEMORY = 1024 * 1024  # bytes of a file that is read; the rest of a larger one waits in a temporary file


class PrivateS3Storage(S3Storage):
    """A bucket that only the program reads. `path_style`: its name stands in the path of an address, not in the host."""

    def __init__(self, *, path_style: bool = False, **options: Any) -> None:
        style = "path" if path_style else "virtual"
        super().__init__(
            client_config=Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 3},
                signature_version="s3v4",
                s3={"addressing_style": style},
                # Newer checksums than the protocol's are sent only where it demands them: not every server knows them.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(use_threads=False),  # files are small, and requests have their own threads
            max_memory_size=_IN_MEMORY,
            default_acl=None,  # private is the default of every bucket, and some refuse to be told
            querystring_auth=True,
            file_overwrite=True,  # a name says what is inside
            **options,
        )

    @property
    def bucket(self) -> Any:
        """The bucket, of this thread's own connection: resources of boto3 may not be shared between threads."""
        return self.connection.Bucket(self.bucket_name)

    def delete(self, name: str) -> None:
        """Take the object away, every version of it: what is erased must not be had back. No error if there is none."""
        key = self._normalize_name(name)
        answer = self.connection.meta.client.delete_object(Bucket=self.bucket_name, Key=key)
        if answer.get("VersionId"):  # the bucket keeps versions: what was just made is only a mark
            for version in self.bucket.object_versions.filter(Prefix=key):
                if version.object_key == key:
                    version.delete()

    def url(self, *args: object, **kwargs: object) -> NoReturn:
        """There is none. Raises NotImplementedError."""
        raise NotImplementedError("Files in this storage have no address: they leave through a page that asks who may see them.")
