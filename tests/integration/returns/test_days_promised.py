"""How long goods may be given back: by market and category, as it was promised when they were bought."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from apps.catalog import publication
from apps.catalog.models import Category, Publication
from apps.core import clock
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders import links
from apps.orders.models import Line, Order
from apps.orders.returns import operations as returns
from apps.orders.returns.errors import WindowOver, WindowOverFor
from apps.orders.returns.queries import is_open, right_of
from tests.factories.arrived import LATER, make_arrived
from tests.factories.catalog import make_category
from tests.factories.orders import AT, make_checkout, make_item, make_kit, make_trading_shop
from tests.html_rules import mistakes

pytestmark = pytest.mark.django_db


def thirty_days():
    shop = make_trading_shop()
    Market.objects.filter(pk=shop.market.id).update(withdrawal_days=30)
    forget_snapshot()
    return shop_for_market(market_code=shop.market.code, language=shop.language)


def days_of(order):
    return dict(Line.objects.filter(order=order).values_list("partner_sku", "withdrawal_days"))


def withdraw(order, *skus, at):
    units = {line.pk: 1 for line in Line.objects.filter(order=order, partner_sku__in=skus)}
    return returns.declare_withdrawal(
        order_id=order.pk, units=units, name="D", email="d@example.com", by="shopper", at=at
    )


def test_lines_keep_the_longest_that_market_and_categories_promise():
    shop = thirty_days()
    above = make_category(name="Bedroom")
    below = make_category(name="Mattresses", parent=above)
    short = make_category(name="Pillows")
    Category.objects.filter(pk=above.pk).update(withdrawal_days=100)
    Category.objects.filter(pk=short.pk).update(withdrawal_days=20)
    bed = make_item(shop=shop, sku="BED", categories=[below])
    pillow = make_item(shop=shop, sku="PILLOW", categories=[short])
    lid = make_item(shop=shop, sku="LID")
    kit = make_kit(shop=shop, components=[(lid, 1)], categories=[below], sku="KIT")
    order = Order.objects.get(pk=make_checkout(shop=shop, items=[(bed, 1), (pillow, 1), (kit, 1)]).place().order_id)
    assert days_of(order) == {"BED": 100, "PILLOW": 30, "LID": 100}
    Category.objects.update(withdrawal_days=None)
    Market.objects.update(withdrawal_days=14)
    assert days_of(order) == {"BED": 100, "PILLOW": 30, "LID": 100}


def test_the_law_sets_the_least():
    shop = make_trading_shop()
    with pytest.raises(IntegrityError), transaction.atomic():
        Market.objects.filter(pk=shop.market.id).update(withdrawal_days=13)
    made = make_category(name="Any")
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(pk=made.pk).update(withdrawal_days=13)


def test_each_line_is_given_back_within_its_own_time():
    shop = make_trading_shop()
    long = make_category(name="Mattresses")
    Category.objects.filter(pk=long.pk).update(withdrawal_days=100)
    bed = make_item(shop=shop, sku="BED", categories=[long])
    lid = make_item(shop=shop, sku="LID")
    order = make_arrived(shop=shop, items=[(bed, 2), (lid, 1)])
    within, after, much_later = (LATER + timedelta(days=days) for days in (13, 40, 110))
    withdraw(order, "BED", at=within)
    with pytest.raises(WindowOverFor) as refusal:
        withdraw(order, "LID", at=after)
    assert refusal.value.params["name"] == lid.title
    with pytest.raises(WindowOverFor):
        withdraw(order, "LID", "BED", at=after)
    made = withdraw(order, "BED", at=after)
    # So long the shopper has to send it, and the shop to pay, whatever time there was to decide.
    assert made.refund_due_at == after + timedelta(days=14)
    with pytest.raises(WindowOver):
        withdraw(order, "BED", at=much_later)
    assert is_open(order=order, right=right_of(order=order), at=within)
    assert not is_open(order=order, right=right_of(order=order), at=after)


def test_shoppers_read_the_time_before_and_after_they_buy(client):
    shop = thirty_days()
    long = make_category(name="Mattresses")
    Category.objects.filter(pk=long.pk).update(withdrawal_days=100)
    bed = make_item(shop=shop, sku="BED", title="Bed", categories=[long])
    lid = make_item(shop=shop, sku="LID", title="Lid")
    with transaction.atomic():
        publication.publish_now(root_ids=[bed.pk], at=AT)
    assert "100 jours pour changer d’avis" in page_of(client, bed, shop)
    assert "30 jours pour changer d’avis" in page_of(client, lid, shop)

    order = make_arrived(shop=shop, items=[(bed, 1), (lid, 1)])
    (told,) = [message.body for message in mail.outbox if "Bed: 100 jours." in message.body]
    assert "Vous disposez de 30 jours" in told
    tracking = links.tracking_url(shop=shop, number=order.number).removeprefix(links.origin_of(brand=shop.brand))
    with clock.frozen(LATER + timedelta(days=40)):
        page = client.get(tracking.replace("/orders/", "/withdraw/")).content.decode()
    assert mistakes(page) == []
    assert "le délai a pris fin le" in page
    lines = {line.partner_sku: f'name="units-{line.pk}"' in page for line in Line.objects.filter(order=order)}
    assert lines == {"BED": True, "LID": False}


def page_of(client, product, shop):
    row = Publication.objects.get(product=product, language=shop.language, market_id=shop.market.id)
    return client.get(f"{shop.prefix}p/{row.slug}/").content.decode()
