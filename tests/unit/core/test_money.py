"""Money is exact, splits without loss and rounds only where a policy says so."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import (
    CurrencyMismatch,
    Money,
    Rounding,
    TaxedLine,
    TooManyDecimals,
    format_money,
    from_minor,
    gross_to_net,
    net_to_gross,
    split_lines,
    total,
)

currencies = st.sampled_from(["EUR", "GBP", "JPY", "KWD"])
minors = st.integers(min_value=-(10**15), max_value=10**15)
rates = st.sampled_from([Decimal(text) for text in ("0", "0.021", "0.055", "0.06", "0.07", "0.19", "0.2", "0.21")])
modes = st.sampled_from(["half_up", "half_even"])


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [(1250, "EUR", "12.50"), (1250, "JPY", "1250"), (1250, "KWD", "1.250"), (-1, "GBP", "-0.01"), (0, "EUR", "0.00")],
)
def test_from_minor_when_currency_has_its_own_decimals_gives_that_amount(minor, currency, amount):
    money = from_minor(minor, currency)

    assert (str(money.amount), money.minor) == (amount, minor)


def test_money_when_amounts_are_equal_but_written_differently_is_equal():
    assert eur("1.5") == eur("1.500")


def test_money_when_zero_is_negative_prints_without_sign():
    assert str(-eur("0")) == "0.00 EUR"


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("0.0001", "KWD")])
def test_money_when_finer_than_the_smallest_unit_is_refused(amount, currency):
    with pytest.raises(TooManyDecimals):
        Money(Decimal(amount), currency)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_money_when_not_a_number_is_refused(amount):
    with pytest.raises(ValueError, match="is not an amount"):
        eur(amount)


def test_money_when_float_is_refused():
    with pytest.raises(TypeError):
        Money(1.5, "EUR")


@pytest.mark.parametrize("code", ["eur", "EURO", "", "€", "E1R"])
def test_money_when_currency_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="three capitals"):
        Money(Decimal(1), code)


@pytest.mark.parametrize("mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b])
def test_money_when_currencies_are_mixed_is_refused(mix):
    with pytest.raises(CurrencyMismatch):
        mix(eur("1"), Money(Decimal(1), "GBP"))


def test_money_when_multiplied_by_a_fraction_is_refused():
    with pytest.raises(TypeError):
        eur("1") * Decimal("0.5")


def test_total_when_empty_is_zero_of_the_currency():
    assert total([], currency="GBP") == Money(Decimal(0), "GBP")


def test_allocate_when_shares_do_not_divide_gives_the_cent_to_the_first_of_equals():
    assert eur("100").allocate([1, 1, 1]) == [eur("33.34"), eur("33.33"), eur("33.33")]


def test_allocate_when_amount_is_negative_mirrors_the_positive_split():
    assert eur("-0.05").allocate([1, 1]) == [eur("-0.03"), eur("-0.02")]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_allocate_when_weights_mean_nothing_is_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        eur("1").allocate(weights)


@given(minors, currencies, st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_allocate_for_any_weights_sums_to_the_whole_and_is_never_a_unit_off(minor, currency, weights):
    parts = from_minor(minor, currency).allocate(weights)

    assert sum(part.minor for part in parts) == minor
    whole = sum(weights)
    assert all(abs(part.minor * whole - minor * weight) < whole for part, weight in zip(parts, weights, strict=True))


@given(minors, minors, currencies)
def test_sum_and_difference_for_any_amounts_undo_each_other(first, second, currency):
    left, right = from_minor(first, currency), from_minor(second, currency)

    assert left + right - right == left


@given(minors, rates, modes)
def test_gross_to_net_for_any_amount_keeps_gross_and_stays_within_half_a_cent(minor, rate, mode):
    split = gross_to_net(gross=from_minor(minor, "EUR"), rate=rate, rounding=Rounding(mode=mode))

    assert split.net + split.tax == split.gross == from_minor(minor, "EUR")
    assert abs(2 * split.tax.minor * (1 + rate) - 2 * minor * rate) <= 1 + rate


@given(minors, rates, modes)
def test_net_to_gross_for_any_amount_keeps_net_and_stays_within_half_a_cent(minor, rate, mode):
    split = net_to_gross(net=from_minor(minor, "EUR"), rate=rate, rounding=Rounding(mode=mode))

    assert split.gross - split.tax == split.net == from_minor(minor, "EUR")
    assert abs(2 * split.tax.minor - 2 * minor * rate) <= 1


@pytest.mark.parametrize(("mode", "tax"), [("half_up", "0.03"), ("half_even", "0.02")])
def test_net_to_gross_when_tax_is_half_a_cent_follows_the_mode(mode, tax):
    assert net_to_gross(net=eur("0.25"), rate=Decimal("0.1"), rounding=Rounding(mode=mode)).tax == eur(tax)


@pytest.mark.parametrize(("level", "tax"), [("unit", "0.06"), ("line", "0.07"), ("total", "0.07")])
def test_split_lines_when_units_are_small_rounds_where_the_market_says(level, tax):
    line = TaxedLine(unit=eur("0.11"), quantity=3, rate=Decimal("0.2"))

    splits = split_lines(lines=[line], rounding=Rounding(level=level), includes_tax=False)

    assert [split.tax for split in splits] == [eur(tax)]


def test_gross_to_net_when_rate_is_negative_is_refused():
    with pytest.raises(ValueError, match="below zero"):
        gross_to_net(gross=eur("1"), rate=Decimal("-0.1"))


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50), rates), max_size=20),
    st.sampled_from(["unit", "line", "total"]),
    modes,
    st.booleans(),
)
def test_split_lines_for_any_basket_keeps_what_is_shown_and_adds_up(rows, level, mode, includes_tax):
    lines = [TaxedLine(unit=from_minor(unit, "EUR"), quantity=quantity, rate=rate) for unit, quantity, rate in rows]

    splits = split_lines(lines=lines, rounding=Rounding(level=level, mode=mode), includes_tax=includes_tax)

    shown = [split.gross if includes_tax else split.net for split in splits]
    assert shown == [line.unit * line.quantity for line in lines]
    assert all(split.net + split.tax == split.gross for split in splits)


def test_split_lines_when_rounded_by_total_differs_from_lines_and_sums_to_the_total():
    lines = [TaxedLine(unit=eur("0.02"), quantity=1, rate=Decimal("0.2")) for _ in range(5)]

    by_total = split_lines(lines=lines, rounding=Rounding(level="total"), includes_tax=False)
    by_line = split_lines(lines=lines, rounding=Rounding(level="line"), includes_tax=False)

    assert [split.tax.minor for split in by_total] == [1, 1, 0, 0, 0]
    assert [split.tax.minor for split in by_line] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("language", "country", "text"),
    [
        ("fr", "FR", "1\u202f234,50\u00a0€"),
        ("nl", "BE", "€\u00a01.234,50"),
        ("de", "DE", "1.234,50\u00a0€"),
        ("en", "GB", "€1,234.50"),
    ],
)
def test_format_money_for_each_market_is_written_as_its_readers_do(language, country, text):
    assert format_money(money=eur("1234.5"), language=language, country=country) == text


def test_format_money_when_country_is_unknown_for_the_language_uses_the_language():
    assert format_money(money=eur("1.5"), language="nl", country="FR") == "€\u00a01,50"


def test_format_money_when_currency_has_no_decimals_writes_none():
    assert format_money(money=Money(Decimal(1234), "JPY"), language="en", country="GB") == "JP¥1,234"


def test_amount_is_cut_at_the_smallest_unit_of_its_currency():
    told = [str(Money.down(Decimal("3.9999"), currency)) for currency in ("JPY", "EUR", "KWD")]
    assert told == ["3 JPY", "3.99 EUR", "3.999 KWD"]
