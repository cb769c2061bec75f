"""Products: the list's search and cost, the page's tabs, publication, prices explained."""

import pytest
from django.urls import reverse

from apps.catalog import publication
from apps.catalog.models import Product, ProductContent, Publication, PublicationDue
from apps.core.models import AuditEvent
from tests.factories import orders as make
from tests.factories.catalog import make_attribute, make_product, set_attribute
from tests.factories.staff import make_staff
from tests.integration.backoffice.forms import form_values

pytestmark = pytest.mark.django_db
LIST = "admin:catalogue_product_changelist"


@pytest.fixture
def merchant(client):
    client.force_login(make_staff(group="merchandiser"))
    return client


def _product(shop, number, **fields):
    item = make.make_item(shop=shop, sku=f"KET-{number}", title=f"Kettle {number}", **fields)
    ProductContent.objects.create(product=item, language="fr", name=f"Bouilloire {number}", slug=f"bouilloire-{number}")
    return item


def _page(product):
    return reverse("admin:catalogue_product_change", args=[product.pk])


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_number_of_statements_whatever_the_products(merchant, count, django_assert_num_queries):
    shop = make.make_trading_shop()
    for number in range(count):
        _product(shop, number)
    merchant.get(reverse(LIST))
    with django_assert_num_queries(16):
        assert merchant.get(reverse(LIST)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_number_of_statements_whatever_its_rows(merchant, count, django_assert_num_queries):
    shop = make.make_trading_shop()
    product = _product(shop, 1)
    for number in range(count):
        ProductContent.objects.create(product=product, language=("de", "nl", "en")[number], name="x")
        attribute = make_attribute(code=f"a{number}", kind="option", options=["red", "blue"])
        set_attribute(product=product, code=attribute.code, value="red")
    merchant.get(_page(product))
    with django_assert_num_queries(30):
        assert merchant.get(_page(product)).status_code == 200


@pytest.mark.parametrize("words", ["KET-1", "bouilloire 1", "Kettle 1"])
def test_search_finds_by_sku_and_by_any_language(merchant, words):
    shop = make.make_trading_shop()
    _product(shop, 1)
    _product(shop, 2)
    page = merchant.get(reverse(LIST), {"q": words})
    assert [row.upc for row in page.context["cl"].result_list] == ["KET-1"]


def test_search_variant_sku_finds_its_parent(merchant):
    parent = make_product(structure="parent", title="Cups")
    make_product(parent=parent, sku="CUP-RED")
    page = merchant.get(reverse(LIST), {"q": "cup-red"})
    assert [row.pk for row in page.context["cl"].result_list] == [parent.pk]


def test_save_new_text_marks_the_product_due_and_leaves_a_trail(merchant):
    shop = make.make_trading_shop()
    product = _product(shop, 1)
    PublicationDue.objects.all().delete()
    sent = form_values(merchant.get(_page(product)))
    sent["contents-0-name"] = "Bouilloire neuve"
    answer = merchant.post(_page(product), sent)
    assert answer.status_code == 302, [
        (wrapped.formset.prefix, wrapped.formset.errors) for wrapped in answer.context["inline_admin_formsets"]
    ] + [answer.context["adminform"].form.errors]
    assert ProductContent.objects.get(product=product).name == "Bouilloire neuve"
    assert PublicationDue.objects.filter(product=product).exists()
    assert AuditEvent.objects.filter(action="catalog.edit_product", target=f"catalogue.product:{product.pk}").exists()


def test_save_attribute_unknown_option_is_refused_with_the_options(merchant):
    shop = make.make_trading_shop()
    product = _product(shop, 1)
    make_attribute(code="colour", kind="option", options=["red", "blue"])
    set_attribute(product=product, code="colour", value="red")
    sent = form_values(merchant.get(_page(product)))
    sent["attribute_values-0-value"] = "green"
    page = merchant.post(_page(product), sent)
    assert page.status_code == 200
    assert "red, blue" in page.content.decode()


def test_take_offline_removes_every_page_at_once_and_publish_brings_them_back(merchant):
    shop = make.make_trading_shop()
    product = _product(shop, 1)
    publication.publish_all(at=make.AT)
    assert Publication.objects.filter(product=product).exists()
    off = merchant.post(reverse("admin:catalogue_product_unpublish_now", args=[product.pk]), {"reason": "recall"})
    assert off.status_code == 302
    assert not Publication.objects.filter(product=product).exists()
    on = merchant.post(reverse("admin:catalogue_product_publish_now", args=[product.pk]))
    assert on.status_code == 302
    assert Publication.objects.filter(product=product).exists()


def test_why_price_shows_winner_and_losers(merchant):
    shop = make.make_trading_shop()
    product = _product(shop, 1)
    page = merchant.get(
        reverse("admin:catalogue_product_why", args=[product.pk]), {"market": shop.market.code, "quantity": 1}
    )
    assert [row["won"] for row in page.context["found"]["candidates"]] == [True]


def test_publish_without_the_right_is_refused(client):
    client.force_login(make_staff(group="order desk"))
    product = make_product()
    assert client.post(reverse("admin:catalogue_product_publish_now", args=[product.pk])).status_code == 403
    assert Product.objects.get(pk=product.pk).is_public
