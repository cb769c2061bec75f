"""What leaves, comes back or never leaves is worth what was paid, to the cent, in whatever portions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.worth import Bought, Worth, delivery_worth, sold_worth, worth_of


def test_thirds_of_ten_sum_to_ten():
    worths = [
        worth_of(bought=Bought(quantity=3, amount_minor=1000, tax_minor=167), units=1, paid_back=before)
        for before in range(3)
    ]
    assert worths == [Worth(333, 56), Worth(334, 55), Worth(333, 56)]


@given(data=st.data(), quantity=st.integers(1, 40), amount=st.integers(0, 200_000))
def test_refunds_in_any_portions_sum_to_the_line_and_its_tax(data, quantity, amount):
    tax = data.draw(st.integers(0, amount))
    left, worths = quantity, []
    while left:
        units = data.draw(st.integers(1, left))
        bought = Bought(quantity=quantity, amount_minor=amount, tax_minor=tax)
        worths.append(worth_of(bought=bought, units=units, paid_back=quantity - left))
        left -= units
    assert sum(worth.amount_minor for worth in worths) == amount
    assert sum(worth.tax_minor for worth in worths) == tax
    assert all(0 <= worth.tax_minor <= worth.amount_minor for worth in worths)


@pytest.mark.parametrize("units", [0, 3])
def test_more_units_than_are_left_have_no_worth(units):
    with pytest.raises(ValueError, match=rf"^{units} of 4 units, 2 of them paid back$"):
        worth_of(bought=Bought(quantity=4, amount_minor=400, tax_minor=80), units=units, paid_back=2)


@given(data=st.data(), quantity=st.integers(1, 12), amount=st.integers(0, 20_000))
def test_what_leaves_and_what_is_given_up_sum_to_the_line_in_any_order(data, quantity, amount):
    tax = data.draw(st.integers(0, amount))
    bought = Bought(quantity=quantity, amount_minor=amount, tax_minor=tax)
    sold = given_up = 0
    worths = []
    while sold + given_up < quantity:
        units = data.draw(st.integers(1, quantity - sold - given_up))
        if data.draw(st.booleans()):
            worths.append(sold_worth(bought=bought, units=units, sold=sold))
            sold += units
        else:
            worths.append(worth_of(bought=bought, units=units, paid_back=given_up))
            given_up += units
    assert sum(worth.amount_minor for worth in worths) == amount
    assert sum(worth.tax_minor for worth in worths) == tax
    if sold:
        back = worth_of(bought=bought, units=sold, paid_back=given_up)
        assert back == sold_worth(bought=bought, units=sold)


def test_of_a_cent_that_does_not_divide_no_half_is_lost_or_made():
    bought = Bought(quantity=2, amount_minor=1001, tax_minor=167)
    assert worth_of(bought=bought, units=1) == Worth(501, 84)
    assert sold_worth(bought=bought, units=1) == Worth(500, 83)


@pytest.mark.parametrize(
    ("paid", "shown", "standard", "worth"),
    [
        (Worth(490, 82), 490, 490, Worth(490, 82)),
        (Worth(990, 165), 990, 490, Worth(490, 82)),
        (Worth(990, 165), 990, 0, Worth(0, 0)),
        (Worth(0, 0), 0, 490, Worth(0, 0)),
        (Worth(490, 82), 490, 990, Worth(490, 82)),
    ],
)
def test_delivery_goes_back_up_to_the_cheapest(paid, shown, standard, worth):
    assert delivery_worth(paid=paid, shown_minor=shown, standard_minor=standard) == worth
