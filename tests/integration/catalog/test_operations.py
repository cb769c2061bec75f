"""Writes by hand: checked, audited, marked due, visible."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from apps.catalog import operations, publication, queries
from apps.catalog.enums import ProductStatus
from apps.catalog.errors import UnableToSetContent, UnableToSetPrice, UnknownPriceList, UnknownProduct
from apps.catalog.models import Price, Publication, PublicationDue
from apps.core import clock
from apps.core.models import AuditEvent
from apps.core.money import Money
from tests.factories import catalog, markets

pytestmark = pytest.mark.django_db
BY = "user:1"


@pytest.fixture
def shop():
    return markets.make_shop(language="fr")


@pytest.fixture
def base(shop):
    return catalog.make_price_list(markets=[markets.make_market()], code="base")


@pytest.fixture
def product(base):
    made = catalog.make_product(sku="KET", title="Kettle", price={base: "10.00"})
    publication.publish_all(at=clock.now())
    return made


def _set(amount="8.00", currency="EUR", **fields):
    values = {"price_list": "base", "sku": "KET", "by": BY, "at": clock.now(), **fields}
    return operations.set_price(amount=Money(Decimal(amount), currency), **values)


def test_set_price_is_audited_and_published(shop, product):
    _set()
    _set()
    publication.publish_due(at=clock.now())

    assert Price.objects.get().amount_minor == 800
    assert str(queries.product_page(shop=shop, slug="kettle").price) == "8.00 EUR"
    assert AuditEvent.objects.filter(action="catalog.set_price").first().after["amount_minor"] == 800


def test_set_price_that_cannot_be_is_refused_and_writes_nothing(product):
    for wrong in ({"currency": "GBP"}, {"amount": "-1.00"}, {"min_quantity": 0}):
        with pytest.raises(UnableToSetPrice):
            _set(**wrong)
    with pytest.raises(UnknownProduct):
        _set(sku="NOBODY")
    with pytest.raises(UnknownPriceList):
        _set(price_list="nothing")
    assert (Price.objects.get().amount_minor, PublicationDue.objects.count()) == (1000, 0)


def test_remove_price_takes_the_product_out_of_the_shop(product):
    price_id = Price.objects.get().pk
    operations.remove_price(price_id=price_id, by=BY, at=clock.now())
    operations.remove_price(price_id=price_id, by=BY, at=clock.now())
    publication.publish_due(at=clock.now())

    assert not Publication.objects.exists()


def test_set_content_moves_the_address_and_refuses_unknown_fields(shop, product):
    fields = {"name": "Bouilloire", "tagline": "Chaud"}
    operations.set_content(product_id=product.id, language="fr", fields=fields, by=BY, at=clock.now())
    publication.publish_due(at=clock.now())

    assert queries.product_page(shop=shop, slug="kettle").new_slug == "bouilloire"
    with pytest.raises(UnableToSetContent):
        operations.set_content(product_id=product.id, language="fr", fields={"pk": 1}, by=BY, at=clock.now())


def test_set_status_other_than_active_leaves_the_shop_at_once(product):
    operations.set_status(product_id=product.id, status=ProductStatus.ARCHIVED, by=BY, at=clock.now())

    assert not Publication.objects.exists()
    assert not PublicationDue.objects.exists()


def test_set_categories_and_brands_say_exactly_where(shop, product):
    node = catalog.make_category(names={"fr": "Cuisine"})
    publication.publish_categories(at=clock.now())
    operations.set_categories(product_id=product.id, category_ids=[node.id], by=BY, at=clock.now())
    publication.publish_due(at=clock.now())
    assert [item.name for item in queries.product_page(shop=shop, slug="kettle").trail] == ["Cuisine"]

    operations.set_brands(product_id=product.id, brand_ids=[], by=BY, at=clock.now())
    publication.publish_due(at=clock.now())
    assert not Publication.objects.exists()


def test_set_category_content_renames_menu_words_and_address(shop, product):
    node = catalog.make_category(name="Kitchen")
    operations.set_categories(product_id=product.id, category_ids=[node.id], by=BY, at=clock.now())
    publication.publish_all(at=clock.now())

    fields = {"name": "Cuisine", "slug": "cuisine"}
    operations.set_category_content(category_id=node.id, language="fr", fields=fields, by=BY, at=clock.now())
    publication.publish_due(at=clock.now())

    assert [item.url for item in queries.menu(shop=shop)] == ["/fr-fr/c/cuisine/"]
    assert queries.category_page(shop=shop, slug="kitchen").url == "/fr-fr/c/cuisine/"
    assert queries.listing(shop=shop, request=queries.ListingRequest(text="cuisine")).total == 1


def test_place_category_hides_the_branch(shop, product):
    node = catalog.make_category(name="Kitchen")
    operations.set_categories(product_id=product.id, category_ids=[node.id], by=BY, at=clock.now())
    publication.publish_all(at=clock.now())

    options = {"is_public": False, "exclude_from_menu": False}
    operations.place_category(category_id=node.id, by=BY, at=clock.now(), **options)
    publication.publish_due(at=clock.now())

    assert queries.menu(shop=shop) == ()
    assert queries.product_page(shop=shop, slug="kettle").trail == ()


def test_record_popularity_orders_the_list_and_survives_publication(shop, base, product):
    other = catalog.make_product(title="Lamp", price={base: "1.00"})
    publication.publish_all(at=clock.now())
    operations.record_popularity(market_id=shop.market.id, scores={other.id: 7})
    _set()
    publication.publish_due(at=clock.now())

    assert [card.name for card in queries.listing(shop=shop, request=queries.ListingRequest()).cards] == [
        "Lamp",
        "Kettle",
    ]


def test_publish_command_says_how_many(base, product, capsys):
    catalog.make_product(sku="LAMP", price={base: "1.00"})

    call_command("publish", "--sku", "LAMP")
    call_command("publish", "--all")
    call_command("publish")

    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" products")[0] for line in lines] == ["1", "2", "0"]
    assert "1 added, 0 changed, 0 removed, 0 unchanged rows" in lines[0]
    assert "0 added, 0 changed, 0 removed, 2 unchanged rows" in lines[1]
    with pytest.raises(CommandError):
        call_command("publish", "--sku", "NOBODY")
