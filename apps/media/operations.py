"""Take pictures in, make their renditions, describe them, and delete them when nothing shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

from django.db import transaction

from apps.core import audit, outbox
from apps.media import cleaning, files, queries
from apps.media.decoding import EXTENSIONS, MAX_BYTES, PictureFacts, inspect
from apps.media.encoding import FIRST_FORMATS, LATER_FORMATS, Encoded, Size, encode_all, encode_or_refuse, sizes_for
from apps.media.errors import AssetInUse, FocalPointOutside, PictureRefused, PictureTooLarge
from apps.media.models import Asset, AssetState, AssetText, Rendition

STORED = "media.asset_stored"
RENDITIONS_CHANGED = "media.renditions_changed"
LONGEST_ERROR = 2000


def store_original(
    *,
    filename: str,
    at: datetime,
    by: str,
    data: bytes | None = None,
    path: Path | None = None,
    facts: PictureFacts | None = None,
) -> Asset:
    """
    Keep a picture's bytes as received, once, and announce it so that its renditions are made; return its asset.

    Give `data` or `path`. The same bytes always return the same asset and write nothing more. facts: what `inspect`
    said of these very bytes a moment ago, to spare decoding them twice. Raises PictureRefused.
    """
    content = data if data is not None else _read(path, filename)
    sha256 = files.sha256_of(content)
    found = Asset.objects.filter(sha256=sha256).first()
    if found is not None:
        return found
    known = facts or inspect(data=content, filename=filename)
    name = files.original_name(sha256=sha256, extension=EXTENSIONS[known.mime_type])
    # The file first: a row always has its file; a file without a row is found again by the same bytes.
    cleaning.put(name=name, data=content)
    with transaction.atomic():
        asset, is_new = Asset.objects.get_or_create(
            sha256=sha256,
            defaults={
                "original": name,
                "filename": filename[-255:],
                "mime_type": known.mime_type,
                "byte_size": len(content),
                "width": known.width,
                "height": known.height,
                "created_at": at,
            },
        )
        if is_new:
            outbox.publish(topic=STORED, key=str(asset.pk), payload={"asset_id": asset.pk, "by": by}, at=at)
    return asset


def make_renditions(*, asset_id: int, at: datetime, formats: Sequence[str] = FIRST_FORMATS) -> int:
    """
    Make the files of an asset that are missing in these formats; return how many rows were added.

    Any number of workers may do it at once: names come from content and rows are unique. The rows of one call appear
    together or not at all. A picture that cannot be decoded becomes `failed` with its reason; that is not raised.
    """
    asset = Asset.objects.get(pk=asset_id)
    missing = _missing(asset, formats)
    try:
        made = encode_all(data=files.get(name=asset.original), filename=asset.filename, sizes=missing)
    except PictureRefused as refusal:
        fail(asset_id=asset_id, error=str(refusal))
        return 0
    return _publish_files(asset, made, at)


def make_renditions_many(
    *,
    asset_ids: Iterable[int],
    at: datetime,
    formats: Sequence[str] = FIRST_FORMATS,
    progress: Callable[[int, int], None] | None = None,
    processes: int = 2,
) -> int:
    """
    Make the missing files of many assets with several processes; return how many rows were added.

    progress: called with assets done and in all. For commands: a Celery worker may not have children of its own.
    """
    assets = list(Asset.objects.filter(pk__in=list(asset_ids)).order_by("id"))
    jobs = [(asset, sizes) for asset in assets if (sizes := _missing(asset, formats))]
    added = 0
    if not jobs:
        return 0
    # Spawned, not forked: a fork would share this process's database connection.
    with ProcessPoolExecutor(max_workers=processes, mp_context=get_context("spawn")) as pool:
        # A window, so that the originals and results of thousands of pictures are never in memory together.
        window = processes * 8
        for start in range(0, len(jobs), window):
            part = jobs[start : start + window]
            changed: dict[int, int] = {}
            results = pool.map(
                encode_or_refuse,
                [(files.get(name=asset.original), asset.filename, missing) for asset, missing in part],
            )
            for done, ((asset, _sizes), result) in enumerate(zip(part, results, strict=True), start=start + 1):
                if isinstance(result, PictureRefused):
                    fail(asset_id=asset.pk, error=str(result))
                else:
                    changed[asset.pk] = _publish_files(asset, result, at, is_announced=False)
                if progress:
                    progress(done, len(jobs))
            # One event for the window: readers publish many products at once anyway.
            with transaction.atomic():
                _announce([asset_id for asset_id, rows in changed.items() if rows], at)
            added += sum(changed.values())
    return added


def fail(*, asset_id: int, error: str) -> None:
    """Record that an asset's renditions cannot be made. One that already has files keeps showing them."""
    Asset.objects.filter(pk=asset_id).update(error=error[:LONGEST_ERROR])
    Asset.objects.filter(pk=asset_id, renditions__isnull=True).update(state=AssetState.FAILED)


@transaction.atomic
def retry(*, asset_id: int, at: datetime, by: str) -> None:
    """Have the missing renditions of an asset made again. Safe to repeat."""
    Asset.objects.filter(pk=asset_id, state=AssetState.FAILED).update(state=AssetState.PENDING, error="")
    outbox.publish(topic=STORED, key=str(asset_id), payload={"asset_id": asset_id, "by": by}, at=at)


@transaction.atomic
def set_focal_point(*, asset_id: int, x: Decimal, y: Decimal, at: datetime, by: str) -> None:
    """
    Say what part of a picture matters, as shares of its width and height from 0 to 1, and tell those who show it.

    Locks the asset. Safe to repeat. Raises FocalPointOutside.
    """
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise FocalPointOutside
    asset = Asset.objects.select_for_update().get(pk=asset_id)
    if (asset.focal_x, asset.focal_y) == (x, y):
        return
    before = {"x": str(asset.focal_x), "y": str(asset.focal_y)}
    asset.focal_x, asset.focal_y = x, y
    asset.save(update_fields=["focal_x", "focal_y"])
    audit.record(
        action="media.set_focal_point",
        target=audit.target_of(model="media.asset", pk=asset_id),
        actor=by,
        at=at,
        before=before,
        after={"x": str(x), "y": str(y)},
    )
    _announce([asset_id], at)


@transaction.atomic
def set_alt_texts(*, asset_id: int, texts: Mapping[str, str], at: datetime) -> int:
    """Write the alt texts per language; an empty text removes one. Return how many changed. Safe to repeat."""
    held = dict(AssetText.objects.filter(asset_id=asset_id).values_list("language", "alt"))
    wanted = {language: text.strip()[:300] for language, text in texts.items()}
    changed = {language: text for language, text in wanted.items() if held.get(language, "") != text}
    AssetText.objects.filter(
        asset_id=asset_id, language__in=[code for code, text in changed.items() if not text]
    ).delete()
    AssetText.objects.bulk_create(
        [AssetText(asset_id=asset_id, language=code, alt=text) for code, text in changed.items() if text],
        update_conflicts=True,
        unique_fields=["asset", "language"],
        update_fields=["alt"],
    )
    if changed:
        _announce([asset_id], at)
    return len(changed)


@transaction.atomic
def delete_asset(*, asset_id: int, at: datetime, by: str) -> None:
    """
    Delete an asset that nothing shows. Its files stay for a week: a cached page may still want them.

    Locks the asset. Raises AssetInUse with the number of places.
    """
    asset = Asset.objects.select_for_update().get(pk=asset_id)
    uses = queries.usage(asset_ids=[asset_id]).get(asset_id, [])
    if uses:
        raise AssetInUse(filename=asset.filename, uses=len(uses))
    audit.record(
        action="media.delete_asset",
        target=audit.target_of(model="media.asset", pk=asset_id),
        actor=by,
        at=at,
        before={"sha256": asset.sha256, "filename": asset.filename},
    )
    names = [asset.original, *Rendition.objects.filter(asset=asset).values_list("path", flat=True)]
    asset.delete()
    cleaning.discard(names=names, at=at)


def _read(path: Path | None, filename: str) -> bytes:
    if path is None:
        raise TypeError("store_original needs data or path")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise PictureTooLarge(filename=filename, found=f"{size:,} B", limit=f"{MAX_BYTES:,} B")
    return path.read_bytes()


def _missing(asset: Asset, formats: Sequence[str]) -> list[Size]:
    held = set(Rendition.objects.filter(asset=asset, version=asset.renditions_version).values_list("format", "width"))
    wanted = sizes_for(width=asset.width, height=asset.height, formats=formats)
    return [size for size in wanted if (size.format, size.width) not in held]


def _publish_files(asset: Asset, made: Sequence[Encoded], at: datetime, *, is_announced: bool = True) -> int:
    rows = []
    for encoded in made:
        name = files.rendition_name(
            data=encoded.data, extension="jpg" if encoded.size.format == "jpeg" else encoded.size.format
        )
        cleaning.put(name=name, data=encoded.data)
        rows.append(
            Rendition(
                asset=asset,
                format=encoded.size.format,
                width=encoded.size.width,
                height=encoded.size.height,
                path=name,
                byte_size=len(encoded.data),
                version=asset.renditions_version,
            )
        )
    with transaction.atomic():
        current = Asset.objects.select_for_update().get(pk=asset.pk)
        if current.renditions_version != asset.renditions_version:
            # A newer version was asked for while we worked: that change has announced its own round.
            return 0
        held = Rendition.objects.filter(asset=asset, version=asset.renditions_version).count()
        Rendition.objects.bulk_create(rows, ignore_conflicts=True)
        added = Rendition.objects.filter(asset=asset, version=asset.renditions_version).count() - held
        if current.state != AssetState.READY or current.error:
            current.state = AssetState.READY
            current.error = ""
            current.save(update_fields=["state", "error"])
        if added and is_announced:
            _announce([asset.pk], at)
    return added


def _announce(asset_ids: Sequence[int], at: datetime) -> None:
    if asset_ids:
        ids = list(asset_ids)
        outbox.publish(topic=RENDITIONS_CHANGED, key=str(ids[0]), payload={"asset_ids": ids}, at=at)


__all__ = [
    "FIRST_FORMATS",
    "LATER_FORMATS",
    "RENDITIONS_CHANGED",
    "STORED",
    "delete_asset",
    "fail",
    "make_renditions",
    "make_renditions_many",
    "retry",
    "set_alt_texts",
    "set_focal_point",
    "store_original",
]
