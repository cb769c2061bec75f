"""The database itself refuses two rates for one day."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.markets.models import TaxRate
from tests.factories.markets import info_of, make_market

pytestmark = pytest.mark.django_db
OLD, NEW = date(2020, 1, 1), date(2026, 7, 1)


@pytest.fixture
def market():
    return make_market(tax={"zero": "0"})


def _rate(market, percent, since, until=None, tax_class="standard"):
    return TaxRate.objects.create(market=market, tax_class=tax_class, percent=percent, valid_from=since, valid_to=until)


@pytest.mark.parametrize(
    ("since", "until"), [(OLD, None), (date(2026, 1, 1), None), (date(2019, 1, 1), date(2020, 1, 2)), (OLD, NEW)]
)
def test_second_rate_of_a_class_for_the_same_day_is_refused(market, since, until):
    _rate(market, "20", OLD)
    with pytest.raises(IntegrityError, match="tax_rate_periods_do_not_overlap"), transaction.atomic():
        _rate(market, "21", since, until)
    assert TaxRate.objects.filter(tax_class="standard").count() == 1


def test_rates_may_follow_each_other_on_the_same_day(market):
    _rate(market, "20", OLD, NEW)
    _rate(market, "21", NEW)
    assert str(info_of(market).tax_percent["standard"]) == "21.000"


def test_rates_of_other_classes_and_markets_stand_beside_it(market):
    _rate(market, "20", OLD)
    _rate(market, "5.5", OLD, tax_class="reduced")
    _rate(make_market(country="BE", tax={"zero": "0"}), "21", OLD)
    assert TaxRate.objects.count() == 5


@pytest.mark.parametrize("percent", ["-1", "100"])
def test_rate_outside_zero_to_a_hundred_is_refused(market, percent):
    with pytest.raises(IntegrityError, match="tax_rate_percent_in_range"), transaction.atomic():
        _rate(market, percent, OLD)
