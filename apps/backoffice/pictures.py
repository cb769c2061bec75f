"""Take uploaded pictures in and show them on a product."""

from collections.abc import Iterable
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from apps.backoffice.changes import Changes
from apps.backoffice.operations import record_product_edit
from apps.catalog.models import ProductMedia
from apps.media import operations as media


def store_many(*, files: Iterable[UploadedFile], by: str, at: datetime) -> list[int]:
    """Store uploaded pictures, return their asset ids in order. Raises PictureRefused for the first that is refused."""
    return [media.store_original(filename=file.name or "picture", data=file.read(), at=at, by=by).pk for file in files]


@transaction.atomic
def add_to_product(*, product_id: int, files: Iterable[UploadedFile], by: str, at: datetime) -> int:
    """Store pictures and put them after those a product shows; return how many are new to it. Raises PictureRefused."""
    asset_ids = dict.fromkeys(store_many(files=files, by=by, at=at))
    shown = set(ProductMedia.objects.filter(product_id=product_id).values_list("asset_id", flat=True))
    last = ProductMedia.objects.filter(product_id=product_id).aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    new = [asset_id for asset_id in asset_ids if asset_id not in shown]
    ProductMedia.objects.bulk_create(
        [
            ProductMedia(product_id=product_id, asset_id=asset_id, position=start + place)
            for place, asset_id in enumerate(new)
        ]
    )
    if new:
        changes = Changes({"pictures": sorted(shown)}, {"pictures": [*sorted(shown), *new]})
        record_product_edit(product_id=product_id, changes=changes, by=by, at=at)
    return len(new)
