"""Audit lines of edits: old and new values, short, without secrets or personal data, readable on their page."""

import pytest
from django import forms
from django.urls import reverse

from apps.backoffice.changes import MASK, changes_of, kept, short
from apps.catalog.models import PriceList, ProductContent
from apps.core import audit
from apps.core.models import AuditEvent
from tests.factories import orders as make
from tests.factories.staff import make_staff
from tests.integration.backoffice.forms import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    client.force_login(make_staff(superuser=True))
    return client


@pytest.fixture
def shop():
    return make.make_trading_shop()


def _edit(client, row, **values):
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    answer = client.post(url, form_values(client.get(url)) | values)
    assert answer.status_code == 302
    return AuditEvent.objects.latest("id")


def test_edit_of_a_price_list_keeps_old_and_new_values(boss, shop):
    make.make_item(shop=shop)
    prices = PriceList.objects.get()
    line = _edit(boss, prices, precedence=prices.precedence + 5)
    assert (line.before, line.after) == ({"precedence": prices.precedence}, {"precedence": prices.precedence + 5})


def test_edit_of_a_product_keeps_the_values_of_its_rows(boss, shop):
    product = make.make_item(shop=shop)
    text = ProductContent.objects.create(product=product, language="fr", name="Bouilloire")
    old = text.name
    url = reverse("admin:catalogue_product_change", args=[product.pk])
    sent = form_values(boss.get(url))
    row = next(name.rpartition("-")[0] for name, value in sent.items() if name.endswith("-name") and value == old)
    line = _edit(boss, product, **{f"{row}-name": "Kettle"})
    key = f"{row.rpartition('-')[0]}.{text.pk}.name"
    assert (line.before[key], line.after[key]) == (old, "Kettle")


def test_edit_that_changes_nothing_leaves_no_line(boss, shop):
    make.make_item(shop=shop)
    url = reverse("admin:catalogue_pricelist_change", args=[PriceList.objects.get().pk])
    assert boss.post(url, form_values(boss.get(url))).status_code == 302
    assert AuditEvent.objects.count() == 0


def test_long_texts_and_lists_are_cut():
    assert short("x" * 500) == "x" * 199 + "…"
    assert short(list(range(25))) == [*range(20), "+5"]


@pytest.mark.parametrize("name", ["password", "api_token", "client_secret", "email", "address.3.postcode"])
def test_secret_and_personal_values_are_masked(name):
    assert (kept(name, "value"), kept(name, None)) == (MASK, None)


def test_form_of_a_new_row_has_nothing_before():
    class _Form(forms.Form):
        name = forms.CharField()

    form = _Form({"name": "Cup"}, initial={"name": "Draft"})
    assert form.is_valid()
    changes = changes_of(form=form, is_new=True)
    assert (changes.before, changes.after) == ({"name": None}, {"name": "Cup"})


def test_audit_page_shows_old_and_new_side_by_side_and_inert(boss):
    line = audit.record(
        action="a",
        target="b:1",
        actor="c",
        at=make.AT,
        before={"name": "<b>old</b>"},
        after={"name": "new", "units": 3},
    )
    page = boss.get(reverse("admin:core_auditevent_change", args=[line.pk])).content.decode()
    assert '<th scope="row">name</th><td class="break-words">&lt;b&gt;old&lt;/b&gt;</td>' in page
    assert '<th scope="row">units</th><td class="break-words">–</td><td class="break-words">3</td>' in page
