"""`python -m shop.place ORDERS PRODUCTS`: OrderCreator and basket submit in one process, no page, no mail."""

# Oscar's classes carry no types:
# ruff: noqa: ANN001, ANN201

import json
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402 -- Django first
from oscar.core.loading import get_class, get_model  # noqa: E402

Applicator = get_class("offer.applicator", "Applicator")
Basket = get_model("basket", "Basket")
Country = get_model("address", "Country")
Free = get_class("shipping.methods", "Free")
OrderCreator = get_class("order.utils", "OrderCreator")
OrderTotalCalculator = get_class("checkout.calculators", "OrderTotalCalculator")
Product = get_model("catalogue", "Product")
Selector = get_class("partner.strategy", "Selector")
ShippingAddress = get_model("order", "ShippingAddress")

WARM = 5


def measure(orders, products):
    """Fill the baskets, then place them all one after another."""
    filled = [basket(number, products) for number in range(orders + WARM)]
    country = Country.objects.get(pk="FR")
    for number, each in enumerate(filled[:WARM]):
        place(each, country, f"W{number}")
    started, used = time.perf_counter(), time.process_time()
    for number, each in enumerate(filled[WARM:]):
        place(each, country, f"B{number}")
    return {"orders": orders, "wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - used}


def basket(number, products):
    """A guest's basket with two lines, read anew as a request would."""
    made = Basket.objects.create()
    made.strategy = Selector().strategy()
    for place in (0, 1):
        made.add_product(Product.objects.get(pk=(number * 2 + place) % products + 1), 1)
    return made.pk


def place(basket_id, country, number):
    """What the checkout's last step does in its transaction."""
    with transaction.atomic():
        found = Basket.objects.get(pk=basket_id)
        found.strategy = Selector().strategy()
        Applicator().apply(found)
        method = Free()
        charge = method.calculate(found)
        address = ShippingAddress.objects.create(
            first_name="Demo", last_name="Guest", line1="1 rue du Banc", line4="Lyon", postcode="69003", country=country
        )
        OrderCreator().place_order(
            found,
            OrderTotalCalculator().calculate(found, charge),
            method,
            charge,
            shipping_address=address,
            order_number=f"{number}-{basket_id}",
            guest_email="guest@bench.example",
        )
        found.submit()


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
