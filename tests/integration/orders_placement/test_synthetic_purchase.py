"""The purchase nobody made: through the whole shop, and nothing of it stays but its history."""

import json

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from apps.catalog.models import Publication
from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import CapacityUse, Location, StockLevel
from apps.inventory.sourcing import queries as sourcing
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot
from apps.orders import synthetic
from apps.orders.basket import operations as baskets
from apps.orders.models import Order
from tests.factories.orders import AT, make_item, make_trading_shop

pytestmark = pytest.mark.django_db

STEPS = ["find a product", "fill a basket", "price it", "place the order", "end the order"]


@pytest.fixture
def shop():
    shop = make_trading_shop()
    make_item(shop=shop, sku="KETTLE", units=5)
    Location.objects.update(daily_capacity=3)
    sourcing.forget()
    return shop


def test_purchase_goes_through_and_gives_everything_back(shop):
    done = synthetic.buy(shop=shop, at=AT)
    drain_outbox(at=AT)

    assert (done.failure, list(done.steps)) == ("", STEPS)
    order = Order.objects.get()
    assert (order.state, order.email, order.placed_by) == ("expired", synthetic.EMAIL, synthetic.BY)
    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved, CapacityUse.objects.count()) == (5, 0, 0)
    assert mail.outbox == []
    assert [each.invariant.name for each in books.prove(at=AT).broken] == []


def test_purchase_is_made_again_and_again(shop):
    assert [synthetic.buy(shop=shop, at=AT).failure for _ in range(2)] == ["", ""]


def test_failure_names_the_step_and_leaves_nothing_held(shop, monkeypatch):
    def broken(**_said):
        raise RuntimeError("the basket is broken")

    monkeypatch.setattr(baskets, "add_line", broken)
    done = synthetic.buy(shop=shop, at=AT)

    assert (done.failure, list(done.steps)[-1]) == ("RuntimeError: the basket is broken", "fill a basket")
    assert StockLevel.objects.get().reserved == 0


def test_command_reports_each_live_market_and_fails_where_nothing_can_be_bought(shop, capsys):
    call_command("synthetic_purchase", "--json")
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["market"], told["ok"], sorted(told["steps"])) == ("halles-fr", True, sorted(STEPS))

    Publication.objects.all().delete()
    with pytest.raises(CommandError, match="Shoppers cannot buy in: halles-fr"):
        call_command("synthetic_purchase")
    assert "BROKEN at find a product" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No live market halles-xx"):
        call_command("synthetic_purchase", "--market", "halles-xx")
    Market.objects.update(payment_methods=["bank_transfer"])
    forget_snapshot()
