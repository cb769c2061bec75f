"""What shoppers read of goods on their way: the product page, the checkout's parcels, the order, and search engines."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from apps.catalog.models import Publication
from apps.core import clock
from apps.core.testing import drain_outbox
from apps.inventory import inbound
from apps.inventory import operations as inventory
from apps.inventory.models import Inbound
from apps.inventory.sourcing import queries as sourcing
from apps.orders import links
from tests.factories.coming import BY, announce
from tests.factories.network import DEPOT, make_network
from tests.factories.orders import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _then():
    with clock.frozen(AT + timedelta(minutes=1)):
        yield


@pytest.fixture
def network():
    network = make_network()
    announce(network, units={"KETTLE": 8})
    return network


def none_left(network):
    place = network.places[DEPOT].pk
    inventory.count_stock(counts={(network.goods["KETTLE"].pk, place): 0}, reference="count", at=AT, by=BY)
    drain_outbox(at=AT)


def product_page(client, network):
    slug = Publication.objects.get(product=network.goods["KETTLE"], language="fr").slug
    return client.get(f"/fr-fr/p/{slug}/").content.decode()


def test_page_says_in_stock_while_some_lie_there(client, network):
    page = product_page(client, network)
    assert "Plus que 2" in page
    assert "https://schema.org/InStock" in page


def test_page_sells_what_is_on_its_way_with_its_day(client, network):
    none_left(network)

    page = product_page(client, network)

    assert "En route vers nous" in page
    assert "https://schema.org/BackOrder" in page
    assert "jours ouvrés" not in page.split("</main>")[0]
    assert 'name="quantity"' in page or 'name="product"' in page


def test_page_is_sold_out_when_what_comes_is_not_sold(client, network):
    none_left(network)
    row = Inbound.objects.get()
    inbound.expect_on(
        inbound_id=row.pk, day=row.expected_on, sells_online=False, reason="", today=AT.date(), at=AT, by=BY
    )
    sourcing.forget()

    page = product_page(client, network)

    assert "https://schema.org/OutOfStock" in page
    assert "En route vers nous" not in page


def test_order_page_says_when_goods_on_their_way_leave(client, network):
    order = network.paid(units={"KETTLE": 3})

    path = urlsplit(links.tracking_url(shop=network.shop, number=order.number)).path
    page = client.get(path).content.decode()

    assert "Des articles de cette commande sont en route vers nous" in page
