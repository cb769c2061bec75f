"""Forms that leave out what a row cannot be without come back and say so; lists say what is missing, and who did it."""

import pytest
from django.urls import reverse

from apps.catalog.models import Product
from apps.core.models import AuditEvent
from tests.factories import orders as make
from tests.factories.staff import make_staff
from tests.integration.backoffice.forms import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchandiser(client):
    client.force_login(make_staff(group="merchandiser"))
    return client


@pytest.fixture
def page():
    item = make.make_item(shop=make.make_trading_shop(), sku="CUP-1")
    return item, reverse("admin:catalogue_product_change", args=[item.pk])


def _management(whole):
    return {name: value for name, value in whole.items() if name.endswith("_FORMS")}


@pytest.mark.parametrize("sent", [{}, {"structure": "child"}, {"structure": "child", "parent": "²"}])
def test_product_form_left_nearly_empty_comes_back(merchandiser, page, sent):
    item, url = page
    before = Product.objects.values().get(pk=item.pk)
    whole = form_values(merchandiser.get(url))
    assert merchandiser.post(url, _management(whole) | sent).status_code == 200
    assert merchandiser.post(url, sent).status_code == 200
    assert Product.objects.values().get(pk=item.pk) == before
    assert not AuditEvent.objects.filter(action="catalog.edit_product").exists()


def test_product_without_its_family_is_refused_by_name(merchandiser, page):
    item, url = page
    answer = merchandiser.post(url, form_values(merchandiser.get(url)) | {"product_class": ""})
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, ["product_class"])
    item.refresh_from_db()
    assert item.product_class_id is not None


def test_structure_of_a_product_that_exists_cannot_be_changed(merchandiser, page):
    item, url = page
    sent = form_values(merchandiser.get(url)) | {"structure": "parent", "title": "Another cup"}
    assert merchandiser.post(url, sent).status_code == 302
    item.refresh_from_db()
    assert (item.structure, item.title) == ("standalone", "Another cup")


@pytest.mark.parametrize("kind", ["benefit", "condition"])
@pytest.mark.parametrize("sent", [{}, {"type": "", "value": "1"}, {"type": "Nothing known", "value": "1"}])
def test_benefit_or_condition_without_a_type_is_refused_by_name(merchandiser, kind, sent):
    answer = merchandiser.post(reverse(f"admin:offer_{kind}_add"), sent)
    assert (answer.status_code, "type" in answer.context["adminform"].form.errors) == (200, True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shown=halles-fr", 1),
        ("shown=nowhere", 0),
        ("shown=nothing-known", 0),
        ("pictures=none", 1),
        ("pictures=rubbish", 1),
        ("prices=none", 0),
        ("prices=rubbish", 1),
    ],
)
def test_list_of_products_is_filtered_by_what_is_missing_and_where_it_is_shown(merchandiser, page, query, found):
    answer = merchandiser.get(f"{reverse('admin:catalogue_product_changelist')}?{query}")
    assert answer.context["cl"].result_count == found


@pytest.mark.parametrize("count", [1, 3])
def test_audit_trail_names_people_in_a_fixed_number_of_statements(client, count, django_assert_num_queries):
    boss = make_staff(superuser=True)
    client.force_login(boss)
    for number in range(count):
        AuditEvent.objects.create(
            at=make.AT, action="catalog.edit_product", target=f"catalogue.product:{number + 1}", actor=f"user:{boss.pk}"
        )
    AuditEvent.objects.create(at=make.AT, action="x", target="nothing", actor="system:demo")
    url = reverse("admin:core_auditevent_changelist")
    client.get(url)
    with django_assert_num_queries(4):
        html = client.get(url).content.decode()
    assert html.count(f'href="{reverse("admin:catalogue_product_change", args=[1])}"') == 1
    assert "system:demo" in html
    assert f"user:{boss.pk}<" not in html
