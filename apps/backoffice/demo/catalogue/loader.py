"""Read the data files into one validated-by-tests catalogue."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

from apps.backoffice.demo.catalogue.model import (
    LANGUAGES,
    Brand,
    DemoAttribute,
    DemoCatalogue,
    DemoCategory,
    DemoFamily,
    DemoHome,
    DemoOption,
    DemoPage,
    DemoProduct,
    Words,
)
from apps.backoffice.demo.catalogue.places import locations
from apps.backoffice.demo.catalogue.products import FIELDS, product, slugify

DATA = Path(__file__).parent / "data"
# Belgium reads French, but not France's law.
OWN_PAGES = {"fr": ("BE",)}


@cache
def load() -> DemoCatalogue:
    """Return the whole demo catalogue; the same object at every call, never to be changed."""
    words = _json("words")
    attributes = {
        code: DemoAttribute(code=code, kind=kind, unit=unit, labels=_words(labels))
        for code, (kind, unit, *labels) in words["attributes"].items()
    }
    products = _products(words)
    return DemoCatalogue(
        attributes=attributes,
        options=_options(words, products),
        families=_families(words, products),
        categories=_categories(products),
        products=products,
        locations=locations(),
        homes=_homes(),
        pages=_pages(),
    )


def _json(name: str) -> Any:  # noqa: ANN401 -- the shape differs per file
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def _words(labels: list[str]) -> Words:
    return dict(zip(LANGUAGES, labels, strict=True))


def _products(words: dict[str, Any]) -> tuple[DemoProduct, ...]:
    told = {}
    for path in sorted((DATA / "texts").glob("*.psv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            key, *texts = line.split("|")
            told[key] = texts
    kinds, points = _json("types"), _json("points")
    parents = {key: parent for key, parent, *_ in _json("categories")}
    seen: Counter[str] = Counter()
    made = []
    for line in (DATA / "products.psv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        row = dict(zip(FIELDS, line.split("|"), strict=True))
        seen[row["type"]] += 1
        key = f"{row['type']}-{slugify(row['series'])}"
        made.append(
            product(
                row=row,
                number=seen[row["type"]],
                kinds=kinds,
                words=words,
                points=points,
                told=told[key],
                parents=parents,
            )
        )
    return tuple(made)


def _options(words: dict[str, Any], products: tuple[DemoProduct, ...]) -> tuple[DemoOption, ...]:
    sizes = sorted(
        {variant.options["size_cm"] for p in products for variant in p.variants if "size_cm" in variant.options},
        key=int,
    )
    classes = sorted({str(p.attributes["energy_class"]) for p in products if "energy_class" in p.attributes})
    return (
        *(DemoOption("colour", code, _words(labels)) for code, labels in words["colours"].items()),
        *(DemoOption("material", code, _words(labels)) for code, labels in words["material"].items()),
        *(DemoOption("size_cm", size, dict.fromkeys(LANGUAGES, f"{size} cm")) for size in sizes),
        *(DemoOption("energy_class", letter, dict.fromkeys(LANGUAGES, letter)) for letter in classes),
    )


def _families(words: dict[str, Any], products: tuple[DemoProduct, ...]) -> dict[str, DemoFamily]:
    families = {}
    for code, labels in words["families"].items():
        own = [p for p in products if p.family == code]
        used = {a for p in own for a in p.attributes} | {p.axis for p in own if p.axis} | {"colour"}
        families[code] = DemoFamily(
            code=code, names=_words(labels), attributes=tuple(a for a in words["attributes"] if a in used)
        )
    return families


def _categories(products: tuple[DemoProduct, ...]) -> tuple[DemoCategory, ...]:
    made = []
    for key, parent, *told in _json("categories"):
        sold = {brand for p in products if key in p.category for brand in p.brands}
        names, slugs, descriptions = zip(*told, strict=True)
        made.append(
            DemoCategory(
                key=key,
                parent=parent,
                names=_words(list(names)),
                slugs=_words(list(slugs)),
                descriptions=_words(list(descriptions)),
                brands=cast("tuple[Brand, ...]", tuple(brand for brand in ("halles", "volt") if brand in sold)),
            )
        )
    return tuple(made)


def _homes() -> dict[tuple[Brand, str], DemoHome]:
    return {
        (cast("Brand", brand), language): DemoHome(
            headline=home["headline"],
            sentence=home["sentence"],
            button=home["button"],
            promises=tuple((title, text) for title, text in home["promises"]),
        )
        for brand, by_language in _json("homes").items()
        for language, home in by_language.items()
    }


def _pages() -> dict[tuple[Brand, str], tuple[DemoPage, ...]]:
    """Every brand's pages by language; the seller's facts are left open in them."""
    return {
        (brand, language): (*_pages_in(f"pages.{language}"), *_pages_of_countries(language))
        for language in LANGUAGES
        for brand in get_args(Brand)
    }


def _pages_of_countries(language: str) -> tuple[DemoPage, ...]:
    return tuple(
        page
        for country in OWN_PAGES.get(language, ())
        for page in _pages_in(f"pages.{language}.{country.lower()}", country=country)
    )


def _pages_in(name: str, *, country: str = "") -> tuple[DemoPage, ...]:
    return tuple(
        DemoPage(
            code=code,
            title=title,
            slug=slugify(title),
            sections=tuple((heading, tuple(paragraphs)) for heading, *paragraphs in sections),
            country=country,
        )
        for code, (title, sections) in _json(name).items()
    )
