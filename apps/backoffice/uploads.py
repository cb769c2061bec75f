"""Read what is uploaded for an import: two tables, and pictures as files or in an archive."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from apps.catalog.importing.operations import Uploaded
from apps.catalog.importing.sources import MAIN, TEXTS
from apps.core.errors import Refusal

MOST_PICTURES = 5_000
MOST_BYTES = 500 * 1024 * 1024
MOST_BYTES_EACH = 40 * 1024 * 1024


class ArchiveRefused(Refusal):
    """An archive that is broken, too large or too deep. Parameters: filename."""

    code = "backoffice.archive_refused"
    message = _("%(filename)s cannot be unpacked: it is damaged, or it holds too much.")


def tables_and_pictures(
    *, products: UploadedFile, texts: UploadedFile | None, pictures: Iterable[UploadedFile]
) -> list[Uploaded]:
    """Return the files of an upload under the names an import knows. Raises ArchiveRefused."""
    files = [Uploaded(name=MAIN, is_picture=False, data=products.read())]
    if texts is not None:
        files.append(Uploaded(name=TEXTS, is_picture=False, data=texts.read()))
    for picture in pictures:
        if zipfile.is_zipfile(picture):
            files.extend(_unpack(picture))
        else:
            picture.seek(0)
            files.append(Uploaded(name=picture.name or "picture", is_picture=True, data=picture.read()))
    return files


def _unpack(upload: UploadedFile) -> Iterator[Uploaded]:
    """Unpack an archive, counting what really comes out: the sizes it claims may be lies."""
    name, total = upload.name or "", 0
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_PICTURES:
                raise ArchiveRefused(filename=name)
            for entry in entries:
                plain = PurePosixPath(entry.filename).name
                if plain.startswith((".", "__")):
                    continue
                with archive.open(entry) as file:
                    data = file.read(MOST_BYTES_EACH + 1)
                total += len(data)
                if len(data) > MOST_BYTES_EACH or total > MOST_BYTES:
                    raise ArchiveRefused(filename=name)
                yield Uploaded(name=plain, is_picture=True, data=data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise ArchiveRefused(filename=name) from error
