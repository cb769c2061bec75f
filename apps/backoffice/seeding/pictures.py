"""Draws the demo's pictures with both cores, stores them as any upload, and hangs them where they belong."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context

from django.apps import apps

from apps.backoffice.demo.catalogue import DemoCatalogue
from apps.backoffice.demo.catalogue.model import Brand
from apps.backoffice.demo.jobs import Drawing, draw_job
from apps.backoffice.demo.pictures.views import View
from apps.backoffice.seeding.catalogue import BY, Sold
from apps.backoffice.seeding.families import Vocabulary
from apps.catalog.models import CategoryMedia, ProductMedia
from apps.media import operations as media
from apps.media.models import Asset, AssetText

PROCESSES = 2
BRANDS: tuple[Brand, ...] = ("halles", "volt")
MORE_VIEWS: tuple[View, ...] = ("detail", "scene")

Progress = Callable[[int, int], None]


def plan(*, demo: DemoCatalogue) -> list[Drawing]:
    """Every picture: a front per variant, a detail and a scene per product, a tile per category, two openings."""
    jobs: list[Drawing] = []
    for product in demo.products:
        brand = product.brands[0]
        for variant in product.variants:
            name = f"{variant.sku.lower()}-front.jpg"
            jobs.append(Drawing(name, "product", brand, variant.picture, "front", variant.sku))
        first = product.variants[0]
        jobs += [
            Drawing(f"{product.sku.lower()}-{view}.jpg", "product", brand, first.picture, view, f"={product.sku}")
            for view in MORE_VIEWS
        ]
    jobs += [
        Drawing(f"category-{category.key}.jpg", "tile", category.brands[0], target=category.tile)
        for category in demo.categories
    ]
    return jobs + [Drawing(f"home-{brand}.jpg", "split", brand, target=brand) for brand in BRANDS]


def seed_pictures(
    *, demo: DemoCatalogue, sold: Sold, words: Vocabulary, at: datetime, drawn: Progress, rendered: Progress
) -> int:
    """Draw, store, render and attach every picture; return how many there are. On an empty catalogue only."""
    jobs = plan(demo=demo)
    assets = {}
    for number, (job, data) in enumerate(_drawn(jobs), start=1):
        assets[job.name] = media.store_original(filename=job.name, data=data, at=at, by=BY)
        drawn(number, len(jobs))
    _alt_texts(demo, jobs, assets)
    media.make_renditions_many(
        asset_ids=[asset.pk for asset in assets.values()],
        at=at,
        progress=rendered,
        processes=PROCESSES,
    )
    _attach(demo, sold, words, assets)
    return len(assets)


def _drawn(jobs: list[Drawing]) -> Iterator[tuple[Drawing, bytes]]:
    with ProcessPoolExecutor(max_workers=PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from zip(jobs, pool.map(draw_job, jobs, chunksize=4), strict=True)


def _attach(demo: DemoCatalogue, sold: Sold, words: Vocabulary, assets: dict[str, Asset]) -> None:
    links = []
    for product in demo.products:
        root = sold.roots[product.sku]
        for variant in product.variants:
            row = sold.by_sku[variant.sku]
            links.append(ProductMedia(product=row, asset=assets[f"{variant.sku.lower()}-front.jpg"], position=0))
        links += [
            ProductMedia(product=root, asset=assets[f"{product.sku.lower()}-{view}.jpg"], position=position)
            for position, view in enumerate(("detail", "scene"), start=1)
        ]
        if product.axis is not None:
            # The first variant's front leads the gallery of the product.
            first = assets[f"{product.variants[0].sku.lower()}-front.jpg"]
            links.append(ProductMedia(product=root, asset=first, position=0))
    ProductMedia.objects.bulk_create(links)
    CategoryMedia.objects.bulk_create(
        CategoryMedia(category=words.categories[category.key], asset=assets[f"category-{category.key}.jpg"])
        for category in demo.categories
    )
    for brand in ("halles", "volt"):
        apps.get_model("storefront", "ContentBlock").objects.filter(brand__code=brand, kind="split").update(
            asset=assets[f"home-{brand}.jpg"]
        )


def _alt_texts(demo: DemoCatalogue, jobs: list[Drawing], assets: dict[str, Asset]) -> None:
    """What each picture shows, in every language its product is described in."""
    by_sku = {variant.sku: product for product in demo.products for variant in product.variants}
    by_root = {f"={product.sku}": product for product in demo.products}
    texts: list[AssetText] = []
    for job in jobs:
        product = by_sku.get(job.target) or by_root.get(job.target)
        if job.kind != "product" or product is None or job.view is None:
            continue
        view = job.view
        texts += [
            AssetText(asset=assets[job.name], language=language, alt=_alt(text.name, view, language))
            for language, text in product.texts.items()
        ]
    AssetText.objects.bulk_create(texts, ignore_conflicts=True)


def _alt(name: str, view: View, language: str) -> str:
    words = {
        "front": {
            "fr": "{0}, vue de face",
            "en": "{0}, front view",
            "de": "{0}, Vorderansicht",
            "nl": "{0}, vooraanzicht",
        },
        "detail": {"fr": "{0}, détail", "en": "{0}, close-up", "de": "{0}, Detail", "nl": "{0}, detail"},
        "scene": {"fr": "{0}, en situation", "en": "{0}, in use", "de": "{0}, im Gebrauch", "nl": "{0}, in gebruik"},
    }
    return words[view][language].format(name)
