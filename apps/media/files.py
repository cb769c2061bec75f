"""Put files under names that never change their content. A file is whole or it is not there."""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

ORIGINALS = "originals"
RENDITIONS = "r"


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def original_name(*, sha256: str, extension: str) -> str:
    """Return where an original is kept; nothing below this folder is served."""
    return f"{ORIGINALS}/{sha256[:2]}/{sha256}.{extension}"


def rendition_name(*, data: bytes, extension: str) -> str:
    """Return where a rendition is kept: named by its own content, so it can be cached for ever."""
    digest = sha256_of(data)
    return f"{RENDITIONS}/{digest[:2]}/{digest[2:34]}.{extension}"


def put(*, name: str, data: bytes) -> None:
    """Store bytes under a name made from them; does nothing when they are there. Any number of writers at once."""
    if default_storage.exists(name):
        return
    # A folder needs the rename below; other storages show a file only when it is complete.
    if isinstance(default_storage, FileSystemStorage):
        _put_into_folder(Path(default_storage.path(name)), data)
        return
    stored = default_storage.save(name, ContentFile(data))
    if stored != name:
        # Another writer was first; its content is the same, ours is a spare copy.
        default_storage.delete(stored)


def get(*, name: str) -> bytes:
    """Return a stored file's bytes."""
    with default_storage.open(name, "rb") as file:
        return bytes(file.read())


def _put_into_folder(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        # The rename is atomic: a reader, or a run after a crash, sees the whole file or none.
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
