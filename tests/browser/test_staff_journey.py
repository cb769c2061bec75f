"""A member of the order desk signs in, finds an order, ships it; the shopper's mail and tracking follow from it."""

import os
import re
from pathlib import Path

import pytest

from apps.core import clock
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.models import Order
from tests.factories import orders as make
from tests.factories.staff import PASSWORD, make_staff

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SCREENSHOTS", "")


def _shot(page, name):
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture
def order_to_pay():
    """An order whose shopper chose to pay by bank transfer."""
    shop = make.make_trading_shop()
    lamp = make.make_item(shop=shop, sku="LAMP-1", title="Lampe", price="49.00")
    cup = make.make_item(shop=shop, sku="CUP-1", title="Tasse", price="12.50")
    at = clock.now()
    checkout = make.make_checkout(shop=shop, items=[(lamp, 1), (cup, 2)])
    placed = checkout.place(payment_method="bank_transfer", at=at)
    return Order.objects.get(number=placed.number)


def _sign_in(page, email):
    page.goto("/admin/")
    page.fill("input[name=username]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/admin/$"))


def test_order_desk_records_a_transfer_and_ships(browser_page, order_to_pay):
    make_staff(email="desk@example.com", group="order desk")
    page, order = browser_page, order_to_pay
    _sign_in(page, "desk@example.com")
    _shot(page, "dashboard")
    page.goto("/admin/order/order/?q=" + order.number)
    _shot(page, "orders")
    page.click(f"text={order.number}")
    page.click("a.bo-button[href*='/transfer/']")
    page.fill("input[name=amount]", "12.00")
    page.fill("input[name=reference]", "BANK-1")
    page.click("form.bo-form button[type=submit]")
    assert page.locator(".bo-refusal").is_visible()  # another amount is refused, and said
    _shot(page, "transfer-refused")
    page.fill("input[name=amount]", str(order.total_incl_tax))
    page.click("form.bo-form button[type=submit]")
    page.wait_for_url(re.compile(rf"/order/order/{order.pk}/change/"))
    drain_outbox(at=clock.now())
    page.reload()
    page.click("a.bo-button[href$='/ship/']")
    page.fill("input[name=carrier]", "Colis")
    page.fill("input[name=tracking_code]", "<b>6A-1</b>")
    _shot(page, "ship")
    page.click("form.bo-form button[type=submit]")
    page.wait_for_url(re.compile(rf"/order/order/{order.pk}/change/"))
    drain_outbox(at=clock.now())
    page.reload()
    _shot(page, "order-shipped")
    order.refresh_from_db()
    assert order.state == "shipped"
    assert page.locator("text=<b>6A-1</b>").first.is_visible()  # typed text stays text
    assert order.mails.filter(kind="shipped", state="sent").count() == 1
    assert sorted(StockLevel.objects.values_list("product__upc", "on_hand", "reserved")) == [
        ("CUP-1", 8, 0),
        ("LAMP-1", 9, 0),
    ]
