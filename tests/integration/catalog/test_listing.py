"""Lists and searches: facets, counts, sorting, paging, and no dead ends."""

import itertools

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog import publication, queries
from apps.catalog.models import FacetValue, Publication
from apps.catalog.publication import versions
from apps.catalog.queries import ListingRequest, near
from apps.core import clock
from tests.factories import catalog, markets

pytestmark = pytest.mark.django_db

COLOURS = ["Red", "Green", "Blue"]
SIZES = ["S", "M"]


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def shop():
    return markets.make_shop(language="fr")


@pytest.fixture
def base(shop):
    return catalog.make_price_list(markets=[markets.make_market()], code="base")


def _publish():
    return publication.publish_all(at=clock.now())


def _names(result):
    return [card.name for card in result.cards]


def _brute_force(products, chosen, category):
    """Count as the law says, one product at a time: a filter's own choice does not restrict its own values."""
    counts = {}
    for code in ("colour", "size"):
        others = {other: keys for other, keys in chosen.items() if other != code and keys}
        for product in products:
            if category and category not in product["categories"]:
                continue
            if all(product[other] in keys for other, keys in others.items()):
                counts[code, product[code]] = counts.get((code, product[code]), 0) + 1
    total = sum(
        1
        for product in products
        if (not category or category in product["categories"])
        and all(product[code] in keys for code, keys in chosen.items() if keys)
    )
    return total, counts


@pytest.fixture
def assortment(shop, base):
    root = catalog.make_category(name="Kitchen", names={"fr": "Cuisine"})
    leaf = catalog.make_category(name="Kettles", parent=root, names={"fr": "Bouilloires"})
    other = catalog.make_category(name="Garden", names={"fr": "Jardin"})
    catalog.make_attribute(code="colour", options=COLOURS)
    catalog.make_attribute(code="size", options=SIZES)
    made = []
    for number, (colour, size, node) in enumerate(itertools.product(COLOURS, SIZES, [root, leaf, other])):
        if number % 5 == 4:
            continue
        catalog.make_product(
            title=f"Thing {number:02}",
            price={base: f"{10 + number}.00"},
            categories=[node],
            attributes={"colour": colour, "size": size},
        )
        made.append(
            {
                "name": f"Thing {number:02}",
                "colour": colour.lower(),
                "size": size.lower(),
                "categories": {node.id, root.id} if node is leaf else {node.id},
            }
        )
    _publish()
    return {"products": made, "root": root, "leaf": leaf, "other": other}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    colours=st.sets(st.sampled_from([colour.lower() for colour in COLOURS])),
    sizes=st.sets(st.sampled_from([size.lower() for size in SIZES])),
    where=st.sampled_from([None, "root", "leaf", "other"]),
)
def test_listing_counts_equal_brute_force(shop, assortment, colours, sizes, where):
    category = assortment[where].id if where else None
    chosen = {"colour": tuple(sorted(colours)), "size": tuple(sorted(sizes))}
    total, expected = _brute_force(assortment["products"], chosen, category)

    found = queries.listing(shop=shop, request=ListingRequest(category_id=category, facets=chosen, page_size=96))

    shown = {
        (group.code, option.key): option.count for group in found.facets for option in group.options if option.count
    }
    assert (found.total, shown) == (total, expected)
    assert len(found.cards) == total


def _count_of_red(shop, category_id, **facets):
    found = queries.listing(shop=shop, request=ListingRequest(category_id=category_id, facets=facets))
    return {(group.code, option.key): option for group in found.facets for option in group.options}["colour", "red"]


@pytest.mark.parametrize("facets", [{}, {"size": ("s",)}])
def test_listing_counts_anew_once_a_product_is_gone(shop, assortment, facets):
    before = _count_of_red(shop, assortment["root"].id, **facets).count
    red = Publication.objects.get(name=assortment["products"][0]["name"])
    publication.unpublish(product_id=red.product_id, by="user:1", at=clock.now(), reason="recall")
    assert _count_of_red(shop, assortment["root"].id, **facets).count == before - 1


def test_listing_names_a_value_anew_once_it_is_renamed(shop, assortment):
    _count_of_red(shop, assortment["root"].id)
    FacetValue.objects.filter(attribute_code="colour", value_key="red").update(labels={"fr": "Rouge"})
    versions.bump(keys=[versions.FACETS])
    assert _count_of_red(shop, assortment["root"].id).label == "Rouge"


def test_listing_shows_a_card_anew_once_its_row_says_something_else(shop, assortment):
    asked = ListingRequest(category_id=assortment["leaf"].id)
    shown = queries.listing(shop=shop, request=asked).cards[0]
    Publication.objects.filter(product_id=shown.product_id).update(
        card=Publication.objects.get(product_id=shown.product_id).card | {"tagline": "New words"}
    )
    again = queries.listing(shop=shop, request=asked).cards[0]
    assert (again.tagline, again.fingerprint != shown.fingerprint) == ("New words", True)


def test_listing_counts_from_the_cache_are_those_counted(shop, assortment):
    asked = ListingRequest(facets={"colour": ("red",)})
    counted = queries.listing(shop=shop, request=asked)
    kept = queries.listing(shop=shop, request=asked)
    assert kept.facets == counted.facets
    assert max(option.count for group in kept.facets for option in group.options) > 0


def test_listing_marks_chosen_values_and_keeps_those_without_products(shop, assortment):
    request = ListingRequest(
        category_id=assortment["other"].id, facets={"colour": ("red",), "size": ("nothing-like-it",)}
    )

    found = queries.listing(shop=shop, request=request)

    colour = next(group for group in found.facets if group.code == "colour")
    assert found.total == 0
    assert [option.key for option in colour.selected] == ["red"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("price", "Thing 00"),
        ("-price", "Thing 17"),
        ("name", "Thing 00"),
        ("popular", "Thing 00"),
        ("newest", "Thing 00"),
    ],
)
def test_listing_sorts(shop, assortment, sort, first):
    found = queries.listing(shop=shop, request=ListingRequest(sort=sort))

    assert (found.sort, found.cards[0].name) == (sort, first)


def test_listing_by_name_puts_accents_beside_their_letter(shop, base):
    for name in ("Zebra", "Étagère", "Etui", "armoire"):
        catalog.make_product(title=name, price={base: "1.00"})
    _publish()

    assert _names(queries.listing(shop=shop, request=ListingRequest(sort="name"))) == [
        "armoire", "Étagère", "Etui", "Zebra",
    ]  # fmt: skip


def test_listing_pages_show_every_product_once_and_stop_at_the_last(shop, assortment):
    pages = [queries.listing(shop=shop, request=ListingRequest(page=page, page_size=4)) for page in (1, 2, 3, 4, 9)]

    seen = [name for page in pages[:4] for name in _names(page)]
    assert sorted(seen) == sorted(product["name"] for product in assortment["products"])
    assert (pages[4].page, pages[4].pages, _names(pages[4])) == (4, 4, _names(pages[3]))


def test_listing_price_range_includes_its_ends(shop, assortment):
    found = queries.listing(shop=shop, request=ListingRequest(min_price=1100, max_price=1300, sort="price"))

    assert _names(found) == ["Thing 01", "Thing 02", "Thing 03"]


@pytest.fixture
def kettles(shop, base):
    node = catalog.make_category(name="Kettles", names={"fr": "Bouilloires et théières"})
    kettle = catalog.make_product(
        sku="KET-12",
        title="Electric kettle",
        names={"fr": "Bouilloire électrique d’inox"},
        price={base: "39.90"},
        categories=[node],
    )
    pot = catalog.make_product(
        sku="POT-7", title="Teapot", names={"fr": "Théière à l’eau de rose"}, price={base: "19.90"}, categories=[node]
    )
    lamp = catalog.make_product(sku="LAMP", title="Lamp", names={"fr": "Lampe d'architecte"}, price={base: "59.90"})
    _publish()
    return kettle, pot, lamp


@pytest.mark.parametrize(
    "text",
    ["bouilloire", "BOUILLOIRES", "electrique", "électriques", "d'inox", "d’inox", "inox", "bouil", "ket-12", "KET-12"],
)
def test_search_finds_the_kettle(shop, kettles, text):
    found = queries.listing(shop=shop, request=ListingRequest(text=text))

    assert found.cards[0].sku == "KET-12"
    assert found.suggestions.mode == "exact"


def test_search_with_elision_finds_the_word_behind_it(shop, kettles):
    assert _names(queries.listing(shop=shop, request=ListingRequest(text="l'eau"))) == ["Théière à l’eau de rose"]


@pytest.mark.parametrize("text", ["bouiloire", "boulloire", "bouilliore"])
def test_search_with_a_typo_searches_what_was_meant_and_says_so(shop, kettles, text):
    found = queries.listing(shop=shop, request=ListingRequest(text=text))

    assert found.cards[0].name == "Bouilloire électrique d’inox"
    assert (found.suggestions.mode, found.suggestions.corrected) == ("corrected", "bouilloire")


def test_search_with_words_no_product_has_together_finds_some_of_them(shop, kettles):
    found = queries.listing(shop=shop, request=ListingRequest(text="lampe inox"))

    assert (found.suggestions.mode, sorted(_names(found))) == (
        "any_word",
        ["Bouilloire électrique d’inox", "Lampe d'architecte"],
    )


@pytest.mark.parametrize("text", ["xyzzyqq", "de la", "!!!"])
def test_search_for_what_is_not_there_shows_what_others_like(shop, kettles, text):
    found = queries.listing(shop=shop, request=ListingRequest(text=text))

    assert len(found.cards) == 3
    assert found.suggestions.categories or text == "!!!"


def test_search_names_categories_that_fit(shop, kettles):
    found = queries.listing(shop=shop, request=ListingRequest(text="théière"))

    assert [node.name for node in found.suggestions.categories] == ["Bouilloires et théières"]


def test_search_in_german_finds_words_inside_compounds():
    german = markets.make_shop(language="de", country="DE")
    prices = catalog.make_price_list(markets=[markets.make_market(country="DE")])
    catalog.make_product(title="Wasserkocher Edelstahl", price={prices: "30.00"})
    _publish()

    assert _names(queries.listing(shop=german, request=ListingRequest(text="Kocher"))) == ["Wasserkocher Edelstahl"]


@pytest.mark.parametrize(
    "text", ["'", "a & b | !", "%s %(x)s", "\\", "<%", ":*", "'; DROP TABLE x", "\x00", "ß œ", '"red']
)
def test_search_takes_any_text(shop, kettles, text):
    assert queries.listing(shop=shop, request=ListingRequest(text=text)).cards


@pytest.mark.parametrize("products", [1, 3])
def test_listing_statement_counts_are_constant(shop, base, django_assert_num_queries, products):
    catalog.make_attribute(code="colour", options=COLOURS)
    node = catalog.make_category(names={"fr": "Cuisine"})
    for number in range(products):
        catalog.make_product(
            price={base: "1.00"}, categories=[node], attributes={"colour": COLOURS[number]}, names={"fr": "Bouilloire"}
        )
    _publish()
    queries.listing(shop=shop, request=ListingRequest(text="bouilloire"))
    cache.clear()
    near.forget()

    with django_assert_num_queries(3):
        queries.listing(shop=shop, request=ListingRequest(category_id=node.id))
    with django_assert_num_queries(1):
        queries.listing(shop=shop, request=ListingRequest(category_id=node.id))
    with django_assert_num_queries(3):
        queries.listing(shop=shop, request=ListingRequest(category_id=node.id, facets={"colour": ("red",)}))
    with django_assert_num_queries(3):
        queries.listing(shop=shop, request=ListingRequest(text="bouilloire"))
    with django_assert_num_queries(1):
        queries.listing(shop=shop, request=ListingRequest(text="bouilloire"))
