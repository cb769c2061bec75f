from datetime import timedelta

import pytest

from apps.orders.models import Order, VoucherSlot
from apps.orders.payments import operations
from tests.factories.orders import make_checkout, make_item, make_trading_shop, make_voucher

pytestmark = pytest.mark.django_db(transaction=True)


def test_single_use_voucher_of_an_order_that_expired_can_be_used_again():
    shop = make_trading_shop()
    item = make_item(shop=shop, units=5)
    make_voucher(code="WELCOME")
    first = make_checkout(shop=shop, items=[(item, 1)], vouchers=("WELCOME",)).place()
    order = Order.objects.get(pk=first.order_id)
    assert VoucherSlot.objects.get().order_id == order.pk
    expiry = operations.expire_unpaid(at=order.expires_at + timedelta(seconds=1))
    assert expiry.expired == [order.number]
    second = make_checkout(shop=shop, items=[(item, 1)], vouchers=("WELCOME",)).place()
    assert VoucherSlot.objects.get().order_id == second.order_id
