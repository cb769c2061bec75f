"""Where an import's files are: a folder, one file, or an upload in the storage. Read only, no way out of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from django.core.files.storage import default_storage

MAIN = "products.csv"
TEXTS = "product_translations.csv"
PICTURES = "images"
UPLOADS = "imports"


class Source(Protocol):
    """Reads the files of one import by their plain names."""

    main: str

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a table's bytes, at most `limit` + 1; None when it is not there."""

    def picture(self, name: str, limit: int) -> bytes | None:
        """Return a picture's bytes, at most `limit` + 1; None when it is not there."""


class FolderSource:
    """Files in a folder, or a single table with its pictures beside it."""

    def __init__(self, path: Path) -> None:
        self.root = path if path.is_dir() else path.parent
        self.main = MAIN if path.is_dir() else path.name
        self._alone = not path.is_dir()

    def read(self, name: str, limit: int) -> bytes | None:
        """Read a table; a single file has no translations beside it."""
        if self._alone and name != self.main:
            return None
        return self._bytes(self.root / name, limit)

    def picture(self, name: str, limit: int) -> bytes | None:
        """Read a picture of the folder of pictures."""
        return self._bytes(self.root / PICTURES / name, limit)

    def _bytes(self, path: Path, limit: int) -> bytes | None:
        # A link could lead anywhere: what is read must lie below the root once all links are followed.
        if not path.resolve().is_relative_to(self.root.resolve()) or not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(limit + 1)


class StorageSource:
    """Files of an upload, below a folder of the storage that is not served."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.main = MAIN

    def read(self, name: str, limit: int) -> bytes | None:
        """Read a table of the upload."""
        return self._bytes(f"{self.folder}/{name}", limit)

    def picture(self, name: str, limit: int) -> bytes | None:
        """Read a picture of the upload."""
        return self._bytes(f"{self.folder}/{PICTURES}/{name}", limit)

    @staticmethod
    def _bytes(name: str, limit: int) -> bytes | None:
        if not default_storage.exists(name):
            return None
        with default_storage.open(name, "rb") as file:
            return bytes(file.read(limit + 1))


def open_source(text: str) -> Source:
    """Return the source a job names, folder:… or storage:…."""
    kind, _, place = text.partition(":")
    makers: Mapping[str, Source] = {"folder": FolderSource(Path(place)), "storage": StorageSource(place)}
    return makers[kind]
