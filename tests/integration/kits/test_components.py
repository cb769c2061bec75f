"""What a kit may be made of, and what shoppers are told of its stock."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.catalog import publication
from apps.catalog.enums import Availability
from apps.catalog.errors import (
    ComponentNotSold,
    ComponentTwice,
    KitInKit,
    KitNotSold,
    SharesIncomplete,
    UnitsOutOfRange,
)
from apps.catalog.models import KitComponent, Publication, PublicationDue
from apps.catalog.operations import Component, set_components
from apps.core import books
from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory import inbound
from apps.inventory.models import Location
from apps.inventory.queries import stock_facts
from tests.factories.catalog import make_product
from tests.factories.orders import AT, make_checkout, make_item, make_kit, make_location, make_stock, make_trading_shop

pytestmark = pytest.mark.django_db

BY = "user:9"


def compose(kit, *parts):
    set_components(
        product_id=kit.pk,
        components=[Component(product_id=product.pk, quantity=units) for product, units in parts],
        by=BY,
        at=AT,
    )


def told(product):
    return Publication.objects.values_list("availability", flat=True).get(product_id=product.pk, language="fr")


def test_components_are_kept_in_order_audited_and_published_anew():
    pot, lid, set_ = make_product(), make_product(), make_product()
    compose(set_, (lid, 2), (pot, 1))
    rows = KitComponent.objects.filter(kit=set_).order_by("position").values_list("product_id", "quantity")
    assert list(rows) == [(lid.pk, 2), (pot.pk, 1)]
    event = AuditEvent.objects.get(action="catalog.set_components")
    assert event.after == {"components": [[lid.pk, 2, None], [pot.pk, 1, None]]}
    assert PublicationDue.objects.filter(product_id=set_.pk, reason="components").exists()
    compose(set_, (lid, 2), (pot, 1))
    assert AuditEvent.objects.filter(action="catalog.set_components").count() == 1
    compose(set_)
    assert not KitComponent.objects.exists()


def test_a_kit_is_made_of_goods_each_named_once():
    family, pot, other, kit = make_product(structure="parent"), make_product(), make_product(), make_product()
    compose(kit, (pot, 1))
    said = {"by": BY, "at": AT}
    for product, parts, refusal in (
        (family, [Component(product_id=pot.pk)], KitNotSold),
        (other, [Component(product_id=kit.pk)], KitInKit),
        (pot, [Component(product_id=other.pk)], KitInKit),
        (kit, [Component(product_id=kit.pk)], KitInKit),
        (other, [Component(product_id=family.pk)], ComponentNotSold),
        (other, [Component(product_id=0)], ComponentNotSold),
        (other, [Component(product_id=pot.pk), Component(product_id=pot.pk)], ComponentTwice),
        (other, [Component(product_id=pot.pk, quantity=0)], UnitsOutOfRange),
        (other, [Component(product_id=pot.pk, quantity=100)], UnitsOutOfRange),
        (other, [Component(product_id=pot.pk, share=0)], SharesIncomplete),
    ):
        with pytest.raises(refusal):
            set_components(product_id=product.pk, components=parts, **said)
    pan = make_product()
    with pytest.raises(SharesIncomplete):
        set_components(
            product_id=other.pk,
            components=[Component(product_id=pot.pk, share=3), Component(product_id=pan.pk)],
            **said,
        )
    assert list(KitComponent.objects.values_list("kit_id", flat=True)) == [kit.pk]


def test_the_database_knows_the_limits_of_a_component():
    pot, kit = make_product(), make_product()
    for values in ({"product": kit, "quantity": 1}, {"product": pot, "quantity": 0}, {"product": pot, "quantity": 100}):
        with pytest.raises(IntegrityError), transaction.atomic():
            KitComponent.objects.create(kit=kit, **values)


def test_books_notice_a_kit_inside_a_kit():
    pot, kit, outer = make_product(), make_product(), make_product()
    compose(kit, (pot, 1))
    assert books.prove(at=AT, names=["catalog.kits_are_made_of_goods"]).broken == ()
    KitComponent.objects.create(kit=outer, product=kit)
    (finding,) = books.prove(at=AT, names=["catalog.kits_are_made_of_goods"]).broken
    assert [each.subject for each in finding.exceptions] == [outer.upc]


def test_a_kit_has_as_many_as_its_scarcest_component_allows():
    shop = make_trading_shop()
    pot, lid, spare = (make_item(shop=shop, units=units) for units in (9, 7, 0))
    two_lids = make_kit(shop=shop, components=[(pot, 1), (lid, 2)])
    none = make_kit(shop=shop, components=[(pot, 1), (spare, 1)])
    # Whatever somebody counts of the kit itself is no stock.
    make_stock(product=two_lids, location=make_location(), units=50)
    facts = stock_facts(market=shop.market, product_ids=[two_lids.pk, none.pk, pot.pk])
    assert {key: facts[key].available for key in facts} == {two_lids.pk: 3, none.pk: 0, pot.pk: 9}


def test_a_kit_lies_in_a_store_that_has_all_of_it_and_comes_when_all_of_it_comes():
    shop = make_trading_shop()
    near = make_location(code="rivoli", kind="store")
    far = make_location(code="lille", kind="store")
    pot, lid = make_item(shop=shop, units=0), make_item(shop=shop, units=0)
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 2)])
    make_stock(product=pot, location=near, units=1)
    make_stock(product=lid, location=far, units=5)
    make_stock(product=lid, location=near, units=1)
    assert not stock_facts(market=shop.market, product_ids=[kit.pk])[kit.pk].in_stores
    make_stock(product=lid, location=near, units=2)
    assert stock_facts(market=shop.market, product_ids=[kit.pk])[kit.pk].in_stores

    inbound.announce(
        location_id=Location.objects.get(code="main").pk,
        quantities={pot.pk: 1, lid.pk: 1},
        expected_on=AT.date() + timedelta(days=9),
        reference="PO-1",
        sells_online=True,
        percent=100,
        today=AT.date(),
        at=AT,
        by=BY,
    )
    assert not stock_facts(market=shop.market, product_ids=[kit.pk])[kit.pk].is_coming
    make_stock(product=lid, location=Location.objects.get(code="main"), units=1)
    found = stock_facts(market=shop.market, product_ids=[kit.pk])[kit.pk]
    assert (found.available, found.is_coming) == (0, True)


def test_pages_of_a_kit_follow_the_stock_of_what_it_is_made_of():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=40), make_item(shop=shop, units=40)
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 8)])
    assert told(kit) == Availability.IN_STOCK
    # Far more lids than LOW_STOCK are left, but not of what this kit takes.
    make_checkout(shop=shop, items=[(lid, 9)]).place()
    drain_outbox(at=AT + timedelta(minutes=1))
    assert (told(kit), told(lid)) == (Availability.LOW, Availability.IN_STOCK)
    make_stock(product=pot, location=make_location(), units=0)
    publication.mark_availability(product_ids=[pot.pk], at=AT)
    assert told(kit) == Availability.SOLD_OUT
