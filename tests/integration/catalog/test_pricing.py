"""Prices from real price lists: one statement for any number, and an explanation for staff."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.catalog.enums import PriceListKind
from apps.catalog.errors import UnknownProduct
from apps.catalog.models import PriceHistory
from apps.catalog.pricing import Lost, explain, quote_many
from apps.core import clock
from apps.core.money import Money
from tests.factories import catalog, markets

pytestmark = pytest.mark.django_db


def _euros(text: str) -> Money:
    return Money(Decimal(text), "EUR")


@pytest.fixture
def market():
    return markets.info_of(markets.make_market())


@pytest.fixture
def base(market):
    return catalog.make_price_list(markets=[markets.make_market()], code="base")


def _quote(market, product, quantity=1, **options):
    return quote_many(market=market, wanted={product.id: quantity}, at=clock.now(), **options).get(product.id)


def test_quote_takes_the_largest_break_that_is_reached(market, base):
    product = catalog.make_product(price={base: "10.00"})
    catalog.make_price(product=product, price_list=base, amount="9.00", min_quantity=5)
    catalog.make_price(product=product, price_list=base, amount="8.00", min_quantity=20)

    assert [_quote(market, product, quantity).unit for quantity in (1, 4, 5, 19, 20)] == [
        _euros(text) for text in ("10.00", "10.00", "9.00", "9.00", "8.00")
    ]


def test_quote_of_a_group_is_for_the_group_only(market, base):
    product = catalog.make_product(price={base: "10.00"})
    group = catalog.make_price_list(markets=[markets.make_market()], kind=PriceListKind.GROUP, customer_group="pro")
    catalog.make_price(product=product, price_list=group, amount="7.00")

    assert (_quote(market, product).unit, _quote(market, product, customer_group="pro").unit) == (
        _euros("10.00"),
        _euros("7.00"),
    )


def test_quote_of_a_list_of_another_market_or_without_price_is_absent(market, base):
    other = catalog.make_price_list(markets=[markets.make_market(country="DE", languages={"de": []})])
    elsewhere, nowhere = catalog.make_product(price={other: "5.00"}), catalog.make_product()

    assert quote_many(market=market, wanted={elsewhere.id: 1, nowhere.id: 1}, at=clock.now()) == {}


def test_quote_net_list_adds_the_tax_of_the_product_and_says_so(market):
    net = catalog.make_price_list(markets=[markets.make_market()], includes_tax=False)
    book = catalog.make_product(price={net: "10.00"}, tax_class="books")

    quote = _quote(market, book)

    assert (quote.unit, quote.tax_percent) == (_euros("10.55"), Decimal("5.5"))
    assert quote.trace["tax"] == {"class": "books", "percent": "5.500", "included": True}


def test_quote_promotion_carries_its_prior_price_and_trace(market, base):
    now = clock.now()
    product = catalog.make_product(price={base: "10.00"})
    sale = catalog.make_price_list(markets=[markets.make_market()], code="sale", kind=PriceListKind.PROMOTION)
    catalog.make_price(product=product, price_list=sale, amount="8.00", valid_from=now - timedelta(hours=1))
    PriceHistory.objects.create(
        market_id=market.id, product=product, amount_minor=950, currency="EUR", seen_from=now - timedelta(days=50)
    )

    quote = _quote(market, product)

    assert (quote.unit, quote.prior, quote.is_promotion, quote.price_list) == (
        _euros("8.00"), _euros("9.50"), True, "sale",
    )  # fmt: skip
    assert [(entry["price_list"], entry["verdict"]) for entry in quote.trace["candidates"]] == [
        ("sale", "won"),
        ("base", "lower_precedence"),
    ]
    assert quote.trace["prior"]["amount_minor"] == 950


def test_quote_promotion_above_the_lowest_of_30_days_announces_no_reduction(market, base):
    now = clock.now()
    product = catalog.make_product(price={base: "100.00"})
    sale = catalog.make_price_list(markets=[markets.make_market()], kind=PriceListKind.PROMOTION)
    catalog.make_price(product=product, price_list=sale, amount="90.00", valid_from=now)
    for days, amount, reduced in ((60, 10000, False), (20, 8000, True), (10, 10000, False)):
        PriceHistory.objects.create(
            market_id=market.id, product=product, amount_minor=amount, currency="EUR", is_reduced=reduced,
            seen_from=now - timedelta(days=days),
        )  # fmt: skip

    quote = quote_many(market=market, wanted={product.id: 1}, at=now)[product.id]

    assert (quote.prior, quote.trace["prior"]["amount_minor"], quote.trace["prior"]["struck"]) == (None, 8000, False)


@pytest.mark.parametrize("products", [1, 3])
def test_quote_many_is_one_statement(market, base, django_assert_num_queries, products):
    ids = [catalog.make_product(price={base: "1.00"}).id for _ in range(products)]

    with django_assert_num_queries(1):
        assert len(quote_many(market=market, wanted=dict.fromkeys(ids, 2), at=clock.now())) == products


def test_explain_names_every_entry_and_why_it_lost_also_for_another_day(market, base):
    now = clock.now()
    product = catalog.make_product(sku="KET", price={base: "10.00"})
    sale = catalog.make_price_list(markets=[markets.make_market()], kind=PriceListKind.PROMOTION)
    catalog.make_price(product=product, price_list=sale, amount="8.00", valid_from=now + timedelta(days=3))
    catalog.make_price(product=product, price_list=base, amount="6.00", min_quantity=10)

    today = explain(market=market, sku="KET", quantity=1, at=now)
    later = explain(market=market, sku="KET", quantity=12, at=now + timedelta(days=4))

    assert (today.quote.unit, [item.lost for item in today.judged]) == (
        _euros("10.00"),
        [None, Lost.NOT_YET, Lost.QUANTITY],
    )
    assert (later.quote.unit, [item.lost for item in later.judged]) == (
        _euros("8.00"),
        [None, Lost.PRECEDENCE, Lost.SMALLER_BREAK],
    )
    with pytest.raises(UnknownProduct):
        explain(market=market, sku="NOBODY", quantity=1, at=now)
