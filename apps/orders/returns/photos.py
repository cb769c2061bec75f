"""Photos of goods that come back: taken in re-encoded, shown to the shopper and to staff."""

import hashlib
import io
from datetime import datetime
from http import HTTPStatus

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image

from apps.core import locks
from apps.core.errors import Refusal
from apps.media.decoding import decode
from apps.orders.enums import ReturnState
from apps.orders.models import Return, ReturnPhoto

MOST = 6
"""Photos of one return."""
LARGEST = 12_000_000
"""Bytes of a file somebody sends: what a telephone makes."""
WIDEST = 1600
QUALITY = 80
_WHITE = (255, 255, 255)


class TooManyPhotos(Refusal):
    """More than anybody looks at. Parameters: most."""

    code = "returns.too_many_photos"
    message = _("A return can have %(most)s photos. If you have more to show, please write to us.")
    http_status = HTTPStatus.CONFLICT


class PhotosTooLate(Refusal):
    """It was decided. Parameters: number."""

    code = "returns.photos_too_late"
    message = _("Return %(number)s has been decided, so photos change nothing any more. Please write to us instead.")
    http_status = HTTPStatus.CONFLICT


class PhotoTooLarge(Refusal):
    """Parameters: name, most (megabytes)."""

    code = "returns.photo_too_large"
    message = _("%(name)s is too large. A photo may have %(most)s MB; please send a smaller one.")
    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def check_size(*, name: str, size: int) -> None:
    """Refuse a file before it is read. Raises PhotoTooLarge."""
    if size > LARGEST:
        raise PhotoTooLarge(name=name[:80], most=LARGEST // 1_000_000)


def add_photo(*, return_id: int, data: bytes, name: str, at: datetime) -> ReturnPhoto:
    """
    Add a photo to a return that is awaited; return it. The same picture twice is one photo.

    Decoded and encoded anew before anything is locked, so that nothing but its pixels is kept. Locks the return. Raises
    PhotoTooLarge, a `media.errors.PictureRefused` that says why it is no picture, TooManyPhotos, PhotosTooLate.
    """
    check_size(name=name, size=len(data))
    content, width, height = _encoded(data, name=name[:80])
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row = locks.lock_row(queryset=Return.objects.filter(pk=return_id), rank=locks.Rank.RETURN)
        if row.state != ReturnState.DECLARED:
            raise PhotosTooLate(number=row.number)
        known = photos_of(return_id=row.pk)
        same = next((each for each in known if each.sha256 == digest), None)
        if same is not None:
            return same
        if len(known) >= MOST:
            raise TooManyPhotos(most=MOST)
        return ReturnPhoto.objects.create(
            parent=row,
            position=len(known) + 1,
            content=content,
            sha256=digest,
            width=width,
            height=height,
            added_at=at,
        )


def photos_of(*, return_id: int) -> list[ReturnPhoto]:
    """Return the photos of a return without their content, as they were added. One statement."""
    return list(ReturnPhoto.objects.filter(parent_id=return_id).defer("content").order_by("position"))


def photo_of(*, return_id: int, position: int) -> bytes | None:
    """Return a photo as a JPEG, None where there is none. One statement."""
    content = ReturnPhoto.objects.filter(parent_id=return_id, position=position).values_list("content", flat=True)
    found = content.first()
    return None if found is None else bytes(found)


def _encoded(data: bytes, *, name: str) -> tuple[bytes, int, int]:
    picture = decode(data=data, filename=name, at_most_width=WIDEST)
    if picture.mode != "RGB":
        flat = Image.new("RGB", picture.size, _WHITE)
        flat.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
        picture = flat
    picture.thumbnail((WIDEST, WIDEST))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), picture.width, picture.height
