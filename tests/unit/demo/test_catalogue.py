"""The demo catalogue keeps its promises: complete where promised, unique where needed, drawable, and free of claims."""

import re
from collections import Counter

import pytest

from apps.backoffice.demo.catalogue import load, units
from apps.backoffice.demo.pictures import KINDS, PAINTS, TILES
from apps.storefront.legal import NAMES

CATALOGUE = load()


def test_catalogue_size_is_as_announced():
    leaves = {p.category for p in CATALOGUE.products}
    assert (len(CATALOGUE.products), len(leaves), len({path[0] for path in leaves})) == (120, 15, 5)


def test_brands_sell_as_announced():
    sold = Counter(brand for p in CATALOGUE.products for brand in p.brands)
    assert sold == {"halles": 88, "volt": 56}


def test_skus_are_unique_across_parents_and_variants():
    skus = [s for p in CATALOGUE.products for s in {p.sku, *(v.sku for v in p.variants)}]
    assert [s for s, n in Counter(skus).items() if n > 1] == []


@pytest.mark.parametrize("language", ["fr", "en", "de", "nl"])
def test_slugs_are_unique_within_a_language(language):
    slugs = [p.texts[language].slug for p in CATALOGUE.products if language in p.texts]
    slugs += [c.slugs[language] for c in CATALOGUE.categories]
    assert [s for s, n in Counter(slugs).items() if n > 1] == []


def test_every_product_speaks_french_english_german_and_about_half_dutch():
    assert [p.key for p in CATALOGUE.products if not {"fr", "en", "de"} <= p.texts.keys()] == []
    dutch = sum("nl" in p.texts for p in CATALOGUE.products)
    assert 50 <= dutch <= 70


def test_every_text_is_filled_and_tells_more_than_its_name():
    thin = [
        (p.key, language)
        for p in CATALOGUE.products
        for language, t in p.texts.items()
        if not (
            t.name
            and t.charm
            and len(t.points) == 3
            and len(t.description) > 40
            and "{" not in "".join((t.name, *t.points))
        )
    ]
    assert thin == []


def test_no_text_makes_a_green_claim():
    claims = re.compile(
        r"écolog|ecolog|eco-friendly|durable\b|nachhaltig|umwelt|klimaneutral|duurzaam|milieu|carbon|biodegrad",
        re.IGNORECASE,
    )
    texts = [
        " ".join((t.name, t.charm, t.description, *t.points)) for p in CATALOGUE.products for t in p.texts.values()
    ]
    assert [text for text in texts if claims.search(text)] == []


def test_attributes_belong_to_their_family_and_hold_their_kind():
    types = {"integer": int, "option": str, "boolean": bool, "text": dict}
    options = {(o.attribute, o.code) for o in CATALOGUE.options}
    for p in CATALOGUE.products:
        for code, value in p.attributes.items():
            attribute = CATALOGUE.attributes[code]
            assert code in CATALOGUE.families[p.family].attributes
            assert attribute.kind == "decimal" or isinstance(value, types[attribute.kind])
            assert attribute.kind != "option" or (code, value) in options
        for v in p.variants:
            assert set(v.options.items()) <= options


def test_about_forty_products_have_two_to_four_variants():
    sizes = [len(p.variants) for p in CATALOGUE.products if p.axis]
    assert 40 <= len(sizes) <= 70
    assert set(sizes) <= {2, 3, 4}


def test_every_picture_can_be_drawn():
    pictures = [v.picture for p in CATALOGUE.products for v in p.variants]
    assert [x for x in pictures if x.kind not in KINDS or x.paint not in PAINTS] == []
    assert {c.tile for c in CATALOGUE.categories} == set(TILES)


def test_prices_fall_with_quantity_and_promotions_are_below_the_list_price():
    listed = {v.sku: v for p in CATALOGUE.products for v in p.variants}
    for p in CATALOGUE.products:
        for offer in p.promotions:
            assert 0 < offer.price_eur < listed[offer.sku].price_eur
            assert 0 < offer.price_gbp < listed[offer.sku].price_gbp
        for sku in {b.sku for b in p.breaks}:
            ladder = [listed[sku].price_eur, *(b.price_eur for b in p.breaks if b.sku == sku)]
            assert ladder == sorted(set(ladder), reverse=True)
    assert sum(p.on_sale for p in CATALOGUE.products) == 8


def test_places_are_two_warehouses_a_partner_and_six_stores():
    assert Counter(x.kind for x in CATALOGUE.locations) == {"warehouse": 2, "partner": 1, "store": 6}
    assert Counter(x.country for x in CATALOGUE.locations if x.kind == "store") == {"FR": 3, "BE": 1, "DE": 1, "GB": 1}


def test_stock_profiles_put_units_where_they_say():
    for p in CATALOGUE.products:
        for v in p.variants:
            held = {x.kind: 0 for x in CATALOGUE.locations}
            for place in CATALOGUE.locations:
                held[place.kind] += units(sku=v.sku, profile=p.stock, location=place)
            assert (held["warehouse"] > 0) == (p.stock in {"plenty", "low"})
            assert p.stock != "stores" or held["store"] > 0
            assert p.stock != "out" or held["store"] == 0


@pytest.mark.parametrize("brand", ["halles", "volt"])
@pytest.mark.parametrize("language", ["fr", "en", "de", "nl"])
def test_pages_and_home_exist_and_name_the_demo_company(brand, language):
    pages = CATALOGUE.pages[brand, language]
    text = " ".join(x for page in pages for _, paragraphs in page.sections for x in paragraphs)
    assert [page.code for page in pages if not page.country] == [
        "terms",
        "legal",
        "contact",
        "delivery",
        "accessibility",
        "privacy",
        "withdrawal",
    ]
    assert set(re.findall(r"\{.*?\}", text)) <= {f"{{{name}}}" for name in NAMES}
    assert "{company}" in text
    assert not re.search(r"[<>]|ec\.europa\.eu|[Dd]emo-?[Mm]ediator|\b75000\b", text)
    assert len(CATALOGUE.homes[brand, language].promises) == 3
