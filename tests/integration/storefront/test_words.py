"""Amounts and times as each shop's readers write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.core.money import Money
from apps.storefront import words
from tests import page_kinds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
AT = datetime(2026, 11, 23, 13, 5, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("fr-fr", "23 nov. 2026, 14:05"),
        ("fr-be", "23 nov. 2026, 14:05"),
        ("nl-be", "23 nov 2026, 14:05"),
        ("de-de", "23.11.2026, 14:05"),
        ("en-gb", "23 Nov 2026, 13:05"),
    ],
)
def test_moment_is_written_in_the_markets_own_time_without_seconds(code, written):
    assert words.moment(shop=page_kinds.shop_of(code), at=AT) == written


@pytest.mark.parametrize(
    ("code", "amount", "written"),
    [
        ("fr-fr", "60.00", "60 €"),
        ("de-de", "1500.00", "1.500 €"),
        ("en-gb", "70.00", "£70"),
        ("nl-be", "60.00", "€ 60"),
        ("fr-fr", "60.50", "60,50 €"),
        ("fr-fr", "1000.05", "1 000,05 €"),
    ],
)
def test_amount_in_a_sentence_leaves_out_empty_cents_only(code, amount, written):
    shop = page_kinds.shop_of(code)
    found = words.round_money(shop=shop, amount=Money(Decimal(amount), shop.market.currency))
    assert found.replace("\u202f", " ").replace("\u00a0", " ") == written
