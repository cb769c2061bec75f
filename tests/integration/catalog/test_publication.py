"""The read model: what is shown where, what is written when, and what is never lost."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.catalog import ports, publication, queries
from apps.catalog.enums import Availability, PriceListKind, ProductStatus
from apps.catalog.models import (
    FacetCount,
    Price,
    PriceHistory,
    PriceList,
    Product,
    ProductContent,
    Publication,
    PublicationDue,
)
from apps.catalog.publication import counts
from apps.core import clock
from apps.core.models import AuditEvent
from tests.factories import catalog, markets

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return markets.make_shop(language="fr")


@pytest.fixture
def base(shop):
    return catalog.make_price_list(markets=[markets.make_market()], code="base")


def _publish(**options):
    return publication.publish_all(at=clock.now(), **options)


def _counts():
    return set(
        FacetCount.objects.exclude(products=0).values_list(
            "market_id", "language", "category_id", "facet_value_id", "products"
        )
    )


def test_publish_unchanged_truth_writes_no_row(shop, base):
    catalog.make_product(price={base: "10.00"})

    first, second = _publish(), _publish()

    assert (first.inserted, first.rows) == (1, 1)
    assert (second.rows, second.unchanged) == (0, 1)


def test_publish_changed_text_writes_that_row_only(shop, base):
    changed, _ = [catalog.make_product(price={base: "10.00"}) for _ in range(2)]
    _publish()
    ProductContent.objects.create(product=changed, language="fr", name="Nouveau nom")

    written = _publish()

    assert (written.updated, written.unchanged, written.inserted, written.removed) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    "fields",
    [{"status": ProductStatus.DRAFT}, {"status": ProductStatus.ARCHIVED}, {"is_public": False}, {"title": ""}],
)
def test_publish_product_that_must_not_be_shown_leaves_no_row(shop, base, fields):
    catalog.make_product(price={base: "10.00"}, **fields)

    _publish()

    assert Publication.objects.count() == 0


def test_publish_product_without_price_leaves_no_row(shop, base):
    catalog.make_product()

    _publish()

    assert Publication.objects.count() == 0


def test_publish_parent_without_live_variant_leaves_no_row(shop, base):
    parent = catalog.make_product(structure="parent")
    catalog.make_product(parent=parent, price={base: "5.00"}, status=ProductStatus.DRAFT)

    _publish()

    assert Publication.objects.count() == 0


def test_publish_never_leaks_an_assortment_to_another_brand(base):
    volt = markets.make_market(brand="volt", country="FR")
    base.markets.add(volt)
    catalog.make_product(title="Ours", brands=["halles"], price={base: "10.00"})
    catalog.make_product(title="Theirs", brands=["volt"], price={base: "10.00"})
    catalog.make_product(title="Both", brands=["halles", "volt"], price={base: "10.00"})
    _publish()

    shown = {
        code: sorted(
            card.name
            for card in queries.listing(
                shop=markets.queries.shop_for_market(market_code=code, language="fr"), request=queries.ListingRequest()
            ).cards
        )
        for code in ("halles-fr", "volt-fr")
    }
    assert shown == {"halles-fr": ["Both", "Ours"], "volt-fr": ["Both", "Theirs"]}


def test_publish_shows_a_product_only_in_markets_that_price_it(base):
    british = markets.make_market(country="GB", currency="GBP", languages={"en": []})
    catalog.make_product(price={base: "10.00"})
    _publish()

    shop = markets.queries.shop_for_market(market_code=british.code, language="en")
    assert queries.listing(shop=shop, request=queries.ListingRequest()).total == 0
    assert Publication.objects.count() == 1


def test_publish_resolves_each_field_and_says_where_from(base):
    market = markets.make_market(country="BE", languages={"nl": ["fr", "en"], "fr": ["nl"]})
    base.markets.add(market)
    product = catalog.make_product(
        title="Kettle", description="Reference text", names={"fr": "Bouilloire"}, price={base: "10.00"}
    )
    ProductContent.objects.create(product=product, language="nl", tagline="Snel heet")
    ProductContent.objects.create(product=product, language="fr", market=market, tagline="Une fois")
    ProductContent.objects.create(product=product, language="en", bullets=["Boils"], name="Kettle in English")
    _publish()

    row = Publication.objects.get(market=market, language="nl")
    assert row.name == "Bouilloire"
    assert (row.page["tagline"], row.page["bullets"]) == ("Snel heet", ["Boils"])
    assert row.sources == {"name": "fr", "tagline": "nl", "bullets": "en", "description": "reference"}
    assert row.card["foreign"] == {"name": "fr"}
    french = Publication.objects.get(market=market, language="fr")
    assert french.sources["tagline"] == "fr@halles-be"


def test_publish_cleans_the_description(shop, base):
    catalog.make_product(
        price={base: "1.00"}, description='<p onclick="x()">Hi <script>alert(1)</script><b>you</b></p>'
    )
    _publish()

    assert Publication.objects.get().page["description"] == "<p>Hi <b>you</b></p>"


def test_publish_changed_slug_keeps_the_old_one_as_a_move(shop, base):
    product = catalog.make_product(names={"fr": "Bouilloire rouge"}, price={base: "10.00"})
    _publish()
    ProductContent.objects.filter(product=product).update(name="Bouilloire verte")
    _publish()

    assert queries.product_page(shop=shop, slug="bouilloire-rouge") == queries.Moved(
        new_slug="bouilloire-verte", url="/fr-fr/p/bouilloire-verte/"
    )
    assert queries.product_page(shop=shop, slug="bouilloire-verte").product_id == product.id
    assert queries.product_page(shop=shop, slug="bouilloire-bleue") is None


def test_publish_same_name_twice_gives_two_slugs_and_never_an_old_one_of_another(shop, base):
    first, second = [catalog.make_product(title="Lampe", price={base: "10.00"}) for _ in range(2)]
    _publish()
    Product.objects.filter(pk=first.pk).update(title="Lampadaire")
    third = catalog.make_product(title="Lampe", price={base: "10.00"})
    _publish()

    slugs = dict(Publication.objects.values_list("product_id", "slug"))
    assert slugs == {first.id: "lampadaire", second.id: f"lampe-{second.id}", third.id: f"lampe-{third.id}"}


def test_publish_variants_with_their_own_prices_axes_and_addresses(shop, base):
    catalog.make_attribute(code="colour", options=["Red", "Blue"], is_variant_axis=True)
    parent = catalog.make_product(structure="parent", title="Kettle")
    blue = catalog.make_product(
        parent=parent, sku="K-B", price={base: "12.00"}, attributes={"colour": "Blue"}, variant_position=2, weight_g=900
    )
    red = catalog.make_product(
        parent=parent, sku="K-R", price={base: "10.00"}, attributes={"colour": "Red"}, variant_position=1
    )
    catalog.make_product(parent=parent, sku="K-X", attributes={"colour": "Blue"})
    _publish()

    page = queries.product_page(shop=shop, slug="kettle")
    assert [(item.sku, item.axes, item.label, str(item.price)) for item in page.variants] == [
        ("K-R", {"colour": "red"}, "Red", "10.00 EUR"),
        ("K-B", {"colour": "blue"}, "Blue", "12.00 EUR"),
    ]
    assert [value["key"] for value in page.axes[0]["values"]] == ["red", "blue"]
    assert (str(page.price), str(page.price_max)) == ("10.00 EUR", "12.00 EUR")
    lines = queries.sellable_lines(shop=shop, product_ids=[red.id, blue.id, parent.id])
    assert {key: (line.name, line.label, line.url, line.weight_g) for key, line in lines.items()} == {
        red.id: ("Kettle", "Red", "/fr-fr/p/kettle/?variant=K-R", None),
        blue.id: ("Kettle", "Blue", "/fr-fr/p/kettle/?variant=K-B", 900),
    }


def test_unpublish_is_immediate_and_audited(shop, base):
    node = catalog.make_category(names={"fr": "Cuisine"})
    product = catalog.make_product(price={base: "10.00"}, categories=[node])
    _publish()

    publication.unpublish(product_id=product.id, by="user:1", at=clock.now(), reason="recall")

    assert Publication.objects.count() == 0
    assert queries.listing(shop=shop, request=queries.ListingRequest(category_id=node.id)).total == 0
    assert [node.name for node in queries.menu(shop=shop)] == []
    assert AuditEvent.objects.get(action="catalog.unpublish").reason == "recall"
    assert _publish().rows == 0


def test_unpublish_one_variant_leaves_the_others(shop, base):
    parent = catalog.make_product(structure="parent", title="Kettle")
    gone, kept = [catalog.make_product(parent=parent, price={base: "10.00"}) for _ in range(2)]
    _publish()

    publication.unpublish(product_id=gone.id, by="user:1", at=clock.now(), reason="broken")

    assert [item.product_id for item in queries.product_page(shop=shop, slug="kettle").variants] == [kept.id]


def test_counts_kept_by_differences_equal_a_full_recount(shop, base):
    root = catalog.make_category(names={"fr": "Cuisine"})
    leaf = catalog.make_category(parent=root, names={"fr": "Bouilloires"})
    catalog.make_attribute(code="colour", options=["Red", "Blue"])
    products = [
        catalog.make_product(price={base: "1.00"}, categories=[node], attributes={"colour": colour})
        for node in (root, leaf) for colour in ("Red", "Blue")
    ]  # fmt: skip
    _publish()
    Product.objects.filter(pk=products[0].pk).update(is_public=False)
    products[1].attribute_values.all().delete()
    products[2].productcategory_set.update(category=root)
    _publish()
    moved = _counts()

    counts.recount()

    assert moved == _counts()
    assert (None, 3) in {(row[2], row[4]) for row in moved if row[3] is None}


def test_publish_due_takes_marked_products_and_unmarks_them(shop, base):
    products = [catalog.make_product(price={base: "1.00"}) for _ in range(3)]
    at = clock.now()
    publication.mark_due(
        product_ids=[product.id for product in products[:2]], reason="test", at=at - timedelta(seconds=9)
    )
    publication.mark_due(product_ids=[products[0].id], reason="again", at=at)
    assert publication.oldest_due_age(at=at) == timedelta(seconds=9)

    assert publication.publish_due(limit=1, at=at) == 1
    assert publication.publish_due(limit=10, at=at) == 1
    assert publication.publish_due(limit=10, at=at) == 0
    assert set(Publication.objects.values_list("product_id", flat=True)) == {product.id for product in products[:2]}
    assert publication.oldest_due_age(at=at) is None


def test_mark_due_of_a_variant_marks_its_family(shop, base):
    parent = catalog.make_product(structure="parent")
    child = catalog.make_product(parent=parent, price={base: "1.00"})

    publication.mark_due(product_ids=[child.id], reason="price", at=clock.now())

    assert list(PublicationDue.objects.values_list("product_id", flat=True)) == [parent.id]


def test_price_history_grows_only_when_the_price_does(shop, base):
    product = catalog.make_product(price={base: "10.00"})
    _publish()
    _publish()
    Price.objects.filter(product=product).update(amount_minor=900)
    _publish()

    assert list(PriceHistory.objects.order_by("seen_from").values_list("amount_minor", flat=True)) == [1000, 900]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PriceHistory.objects.update(amount_minor=1)


def test_published_reduction_shows_the_prior_price_from_history(shop, base):
    product = catalog.make_product(price={base: "10.00"})
    now = clock.now()
    publication.publish_all(at=now - timedelta(days=40))
    sale = catalog.make_price_list(markets=[markets.make_market()], kind=PriceListKind.PROMOTION)
    catalog.make_price(product=product, price_list=sale, amount="8.00", valid_from=now)
    publication.publish_all(at=now)

    card = queries.listing(shop=shop, request=queries.ListingRequest()).cards[0]
    assert (str(card.price), str(card.prior), card.is_promotion) == ("8.00 EUR", "10.00 EUR", True)
    assert queries.cards_of_rules(shop=shop, rules=["on_offer"]) == {"on_offer": (card,)}


def test_scheduled_prices_are_switched_when_their_moment_passes(shop, base):
    product = catalog.make_product(price={base: "10.00"})
    now = clock.now()
    publication.publish_all(at=now)
    assert publication.switch_scheduled_prices(at=now) == 0
    later = now + timedelta(hours=1)
    sale = catalog.make_price_list(markets=[markets.make_market()], kind=PriceListKind.PROMOTION, valid_from=later)
    catalog.make_price(product=product, price_list=sale, amount="8.00")

    assert publication.switch_scheduled_prices(at=now + timedelta(minutes=59)) == 0
    assert publication.switch_scheduled_prices(at=later) == 1
    publication.publish_due(at=later)
    assert Publication.objects.get().price_minor == 800
    assert publication.switch_scheduled_prices(at=later + timedelta(minutes=1)) == 0


def test_mark_availability_writes_only_rows_whose_code_changes(shop, base):
    parent = catalog.make_product(structure="parent")
    child = catalog.make_product(parent=parent, price={base: "1.00"})
    stock = {child.id: ports.StockFacts(available=10, in_stores=False)}
    undo = ports.register_stock_source(lambda **_: stock)
    try:
        _publish()
        assert Publication.objects.get().availability == Availability.IN_STOCK
        assert publication.mark_availability(product_ids=[child.id], at=clock.now()) == 0
        stock[child.id] = ports.StockFacts(available=0, in_stores=True)
        assert publication.mark_availability(product_ids=[child.id], at=clock.now()) == 1
        assert Publication.objects.get().availability == Availability.STORE_ONLY
        stock[child.id] = ports.StockFacts(available=10, in_stores=True)
        assert _publish().updated == 1
    finally:
        undo()


def test_category_tree_with_counts_moves_and_hidden_branches(shop, base):
    root = catalog.make_category(name="Kitchen", names={"fr": "Cuisine"})
    leaf = catalog.make_category(name="Kettles", parent=root, names={"fr": "Bouilloires"})
    hidden = catalog.make_category(name="Secret", parent=root, is_public=False)
    empty = catalog.make_category(name="Empty")
    catalog.make_product(price={base: "1.00"}, categories=[leaf, hidden])
    _publish()

    menu = queries.menu(shop=shop)
    assert [(node.name, node.product_count, [child.name for child in node.children]) for node in menu] == [
        ("Cuisine", 1, ["Bouilloires"])
    ]
    assert empty.id in queries.tree(shop=shop).by_id
    leaf.contents.update(name="Théières", slug="theieres")
    publication.publish_categories(at=clock.now())
    assert queries.category_page(shop=shop, slug="bouilloires") == queries.Moved(
        new_slug="theieres", url="/fr-fr/c/theieres/"
    )
    page = queries.category_page(shop=shop, slug="theieres")
    assert [node.name for node in page.trail] == ["Cuisine", "Théières"]
    assert queries.category_page(shop=shop, slug="nowhere") is None


def test_alternates_are_the_live_shops_of_the_brand_that_show_it(base):
    markets.make_market(country="BE", languages={"fr": [], "nl": ["fr"]})
    draft = markets.make_market(country="DE", languages={"de": []}, launch_state="draft")
    volt = markets.make_market(brand="volt")
    halles = markets.make_market()
    base.markets.set([*halles.__class__.objects.all()])
    product = catalog.make_product(title="Kettle", price={base: "1.00"}, brands=["halles", "volt"])
    _publish()

    found = queries.alternates(kind="product", object_id=product.id, brand=markets.info_of(halles).brand)

    assert {item.shop.code: item.url for item in found} == {
        code: f"/{code}/p/kettle/" for code in ("fr-fr", "fr-be", "nl-be")
    }
    assert {draft.code, volt.code} & {item.shop.market.code for item in found} == set()


@pytest.mark.parametrize("products", [1, 3])
def test_publish_statement_count_does_not_grow(shop, base, products):
    for _ in range(products):
        catalog.make_product(price={base: "1.00"})
    ids = list(Product.objects.values_list("id", flat=True))
    publication.mark_due(product_ids=ids, reason="test", at=clock.now())

    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        publication.publish_due(at=clock.now())

    assert len([query for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]]) == 26


@pytest.mark.parametrize("products", [1, 3])
def test_page_statement_counts_are_constant(shop, base, django_assert_num_queries, products):
    node = catalog.make_category(names={"fr": "Cuisine"})
    made = [
        catalog.make_product(price={base: "1.00"}, title=f"P{number}", categories=[node]) for number in range(products)
    ]
    ids = [product.id for product in made]
    _publish()
    queries.menu(shop=shop)
    queries.product_page(shop=shop, slug="p0")

    with django_assert_num_queries(1):
        queries.product_page(shop=shop, slug="p0")
    with django_assert_num_queries(1):
        queries.cards(shop=shop, product_ids=ids)
    with django_assert_num_queries(1):
        queries.sellable_lines(shop=shop, product_ids=ids)
    with django_assert_num_queries(1):
        queries.alternates(kind="product", object_id=ids[0], brand=shop.brand)
    rules = ["newest", "bestsellers", "on_offer"]
    with django_assert_num_queries(4):
        queries.cards_of_rules(shop=shop, rules=rules)
    with django_assert_num_queries(1):
        queries.cards_of_rules(shop=shop, rules=rules)
    with django_assert_num_queries(0):
        queries.menu(shop=shop)
        queries.category_page(shop=shop, slug="cuisine")


def test_sitemap_lists_everything_a_shop_shows(shop, base):
    products = [catalog.make_product(title=f"P{number}", price={base: "1.00"}) for number in range(3)]
    _publish()

    assert [row[:2] for row in queries.sitemap_products(shop=shop)] == [
        (product.id, f"/fr-fr/p/p{number}/") for number, product in enumerate(products)
    ]


def test_cards_keep_the_order_of_the_ids_and_leave_out_what_is_not_shown(shop, base):
    first, second = [catalog.make_product(price={base: "1.00"}) for _ in range(2)]
    hidden = catalog.make_product()
    _publish()

    found = queries.cards(shop=shop, product_ids=[second.id, hidden.id, first.id])

    assert [card.product_id for card in found] == [second.id, first.id]


def test_price_lists_of_no_market_price_nothing(shop):
    orphan = PriceList.objects.create(code="orphan", name="orphan", currency="EUR")
    catalog.make_product(price={orphan: "1.00"})

    assert _publish().rows == 0
