"""Read pictures as pages need them, and who shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.files.storage import default_storage

from apps.media.models import Asset, AssetState, AssetText, Rendition


@dataclass(frozen=True, slots=True)
class PictureSources:
    """Everything a picture element needs. Widths and heights in pixels, focal point as shares from 0 to 1."""

    asset_id: int
    width: int
    height: int
    focal: tuple[float, float]
    fallback: str
    sources: Mapping[str, Sequence[tuple[int, str]]]
    """Format → (width, address), narrow to wide."""
    alts: Mapping[str, str] = field(default_factory=dict)


def picture_sources(*, asset_ids: Iterable[int], languages: Iterable[str]) -> dict[int, PictureSources]:
    """Return asset id → sources, of those that are ready, whatever their number. Two statements."""
    ids = list(asset_ids)
    alts: dict[int, dict[str, str]] = {}
    texts = AssetText.objects.filter(asset_id__in=ids, language__in=list(languages))
    for asset_id, language, alt in texts.values_list("asset_id", "language", "alt"):
        alts.setdefault(asset_id, {})[language] = alt
    rows = (
        Rendition.objects.filter(asset_id__in=ids, asset__state=AssetState.READY)
        .select_related("asset")
        .order_by("asset_id", "format", "width")
    )
    grouped: dict[int, tuple[Asset, dict[str, list[tuple[int, str]]]]] = {}
    for row in rows:
        if row.version == row.asset.renditions_version:
            _asset, made = grouped.setdefault(row.asset_id, (row.asset, {}))
            made.setdefault(row.format, []).append((row.width, default_storage.url(row.path)))
    return {
        asset_id: PictureSources(
            asset_id=asset_id,
            width=asset.width,
            height=asset.height,
            focal=(float(asset.focal_x), float(asset.focal_y)),
            fallback=made["jpeg"][-1][1],
            sources=made,
            alts=alts.get(asset_id, {}),
        )
        for asset_id, (asset, made) in grouped.items()
        if made.get("jpeg")
    }


@dataclass(frozen=True, slots=True)
class Use:
    """A place that shows an asset: a model's label and the row's id."""

    model: str
    pk: int
    title: str


UsageSource = Callable[[Sequence[int]], Iterable[tuple[int, Use]]]
_usage_sources: dict[str, UsageSource] = {}


def register_usage_source(*, name: str, source: UsageSource) -> None:
    """Have rooms above tell where they show assets; called when Django starts. One statement per source."""
    _usage_sources[name] = source


def usage(*, asset_ids: Iterable[int]) -> dict[int, list[Use]]:
    """Return asset id → places that show it, from every room that registered; unused assets are absent."""
    ids = list(asset_ids)
    found: dict[int, list[Use]] = {}
    for name in sorted(_usage_sources):
        for asset_id, use in _usage_sources[name](ids):
            found.setdefault(asset_id, []).append(use)
    return found
