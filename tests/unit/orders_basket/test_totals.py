"""The calculator: worked numbers by hand, and laws that hold for every basket."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.money import Money, from_minor
from apps.markets.context import BrandInfo, MarketInfo, SellerInfo
from apps.orders.totals import LineInput, Totals, count_totals

BRAND = BrandInfo(id=1, code="halles", name="Halles", hosts=(), mail_from="", legal_name="", legal_address="")
FRANCE = MarketInfo(
    id=1,
    code="halles-fr",
    brand=BRAND,
    seller=SellerInfo(name="", address="", email=""),
    country="FR",
    currency="EUR",
    prices_include_tax=True,
    rounding_level="line",
    rounding_mode="half_up",
    time_zone=ZoneInfo("Europe/Paris"),
    template_set="",
    launch_state="live",
    payment_methods=(),
    capture="at_once",
    unpaid_order_ttl_minutes=60,
    checkout_hold_minutes=15,
    withdrawal_days=14,
    order_min_minor=None,
    order_max_minor=None,
    stock_location_codes=(),
    tax_percent={"standard": Decimal(20), "reduced": Decimal("5.5")},
    features={},
    languages=("fr",),
    default_language="fr",
)


def euros(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def line(unit: str, quantity: int, *, tax: str = "20", discount: str = "0") -> LineInput:
    return LineInput(unit=euros(unit), quantity=quantity, tax_percent=Decimal(tax), discount=euros(discount))


def sides(totals: Totals) -> tuple[str, str, str]:
    return str(totals.net.amount), str(totals.tax.amount), str(totals.gross.amount)


# The numbers of docs/rules/totals.md: three cups at 3.33 and a book at 12.00 less 1.00, delivered for 4.90.
BASKET = [line("3.33", 3), line("12.00", 1, tax="5.5", discount="1.00")]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        # 9.99·20/120 = 1.665 → 1.67; 11.00·5.5/105.5 = 0.5735 → 0.57; 4.90·20/120 = 0.8167 → 0.82
        ("line", ("22.83", "3.06", "25.89")),
        # 3.33·20/120 = 0.555 → 0.56, three times 1.68; 0.57; 0.82
        ("unit", ("22.82", "3.07", "25.89")),
        # (9.99 + 4.90)·20/120 = 2.4817 → 2.48; 0.57
        ("total", ("22.84", "3.05", "25.89")),
    ],
)
def test_totals_of_the_worked_basket_by_rounding_level(level, expected):
    totals = count_totals(market=replace(FRANCE, rounding_level=level), lines=BASKET, delivery=euros("4.90"))

    assert sides(totals) == expected


def test_totals_half_to_even_rounds_the_half_cent_down():
    totals = count_totals(market=replace(FRANCE, rounding_mode="half_even"), lines=[line("9.99", 1)], delivery=None)

    # 1.665 is a half: up gives 1.67, even gives 1.66.
    assert sides(totals) == ("8.33", "1.66", "9.99")


def test_totals_of_prices_without_tax_add_it_on_top():
    market = replace(FRANCE, prices_include_tax=False)

    totals = count_totals(market=market, lines=[line("10.00", 3, discount="1.00")], delivery=euros("5.00"))

    assert sides(totals) == ("34.00", "6.80", "40.80")
    assert totals.goods == euros("29.00")


def test_totals_tax_lines_are_per_rate_highest_first():
    totals = count_totals(market=FRANCE, lines=BASKET, delivery=euros("4.90"))

    rates = [(str(each.percent.normalize()), str(each.tax.amount), str(each.gross.amount)) for each in totals.tax_lines]
    assert rates == [("2E+1", "2.49", "14.89"), ("5.5", "0.57", "11.00")]


def test_totals_delivery_discount_lowers_the_charge_and_its_tax():
    totals = count_totals(
        market=FRANCE, lines=[line("12.00", 1)], delivery=euros("4.80"), delivery_discount=euros("4.80")
    )

    assert totals.delivery is not None
    assert (totals.delivery.before, totals.delivery.gross, totals.delivery.tax) == (
        euros("4.80"),
        euros("0"),
        euros("0"),
    )
    assert sides(totals) == ("10.00", "2.00", "12.00")


def test_totals_refuse_a_discount_above_the_line():
    with pytest.raises(ValueError, match="discount"):
        count_totals(market=FRANCE, lines=[line("1.00", 1, discount="1.01")], delivery=None)


@st.composite
def baskets(draw):
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        unit, quantity = draw(st.integers(0, 50_000)), draw(st.integers(1, 40))
        discount = draw(st.integers(0, unit * quantity))
        lines.append(
            LineInput(
                unit=from_minor(unit, "EUR"),
                quantity=quantity,
                tax_percent=draw(
                    st.sampled_from([Decimal(0), Decimal("2.1"), Decimal("5.5"), Decimal(19), Decimal(20)])
                ),
                discount=from_minor(discount, "EUR"),
            )
        )
    market = replace(
        FRANCE,
        rounding_level=draw(st.sampled_from(["unit", "line", "total"])),
        rounding_mode=draw(st.sampled_from(["half_up", "half_even"])),
        prices_include_tax=draw(st.booleans()),
    )
    delivery = draw(st.one_of(st.none(), st.integers(0, 5_000).map(lambda minor: from_minor(minor, "EUR"))))
    return market, lines, delivery


@settings(max_examples=600, deadline=None)
@given(baskets())
def test_totals_sum_to_the_cent_for_any_basket(case):
    market, lines, delivery = case
    totals = count_totals(market=market, lines=lines, delivery=delivery)
    zero = Money.zero("EUR")
    parts = [*totals.lines, *([totals.delivery] if totals.delivery else [])]

    for part in parts:
        assert part.net + part.tax == part.gross
        assert part.net >= zero
        assert part.tax >= zero
    assert sum((part.gross for part in parts), zero) == totals.gross
    assert sum((part.net for part in parts), zero) == totals.net
    assert sum((part.tax for part in parts), zero) == totals.tax
    assert sum((each.tax for each in totals.tax_lines), zero) == totals.tax
    assert sum((each.gross for each in totals.tax_lines), zero) == totals.gross
    assert totals.goods == totals.goods_before - totals.discount
    shown = sum((part.shown for part in parts), zero)
    # What the market shows is what is paid for, untouched by any rounding of tax.
    assert shown == totals.goods + (delivery or zero)
    assert (totals.gross if market.prices_include_tax else totals.net) == shown
    for counted in totals.lines:
        assert counted.shown == counted.shown_before - counted.discount
        assert counted.gross_before >= counted.gross
