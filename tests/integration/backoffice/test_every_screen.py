"""Every registered screen: opens for those who may, is closed to those who may not."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# The first and last parts of what a group may not see.
CLOSED = {
    "merchandiser": ("order.order", "order.payment", "core.outboxdelivery", "customer.user", "auth.group"),
    "order desk": ("catalogue.pricelist", "markets.market", "core.auditevent", "auth.group", "media.asset"),
    "operator": ("catalogue.category", "voucher.voucher", "auth.group", "storefront.staticpage"),
}


def _url(model, page):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


@pytest.fixture
def boss(client):
    client.force_login(make_staff(superuser=True))
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_list_superuser_opens(boss, model):
    assert boss.get(_url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_list_search_superuser_opens(boss, model):
    assert boss.get(_url(model, "changelist"), {"q": "<script>'\"%"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_add_page_opens_or_is_closed_as_declared(boss, model, rf):
    request = rf.get("/")
    request.user = make_staff(email="second@example.com", superuser=True)
    allowed = admin.site._registry[model].has_add_permission(request)
    assert boss.get(_url(model, "add")).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_list_staff_without_rights_is_refused(client, model):
    client.force_login(make_staff())
    assert client.get(_url(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_list_visitor_is_sent_to_the_login(client, model):
    assert client.get(_url(model, "changelist")).status_code == 302


@pytest.mark.parametrize(("group", "label"), [(group, label) for group, labels in CLOSED.items() for label in labels])
def test_list_wrong_group_is_refused(client, group, label):
    client.force_login(make_staff(group=group))
    app, name = label.split(".")
    assert client.get(reverse(f"admin:{app}_{name}_changelist")).status_code == 403


@pytest.mark.parametrize("group", [*CLOSED, None])
def test_index_each_group_opens_and_links_only_to_what_it_may_see(client, group):
    client.force_login(make_staff(group=group))
    page = client.get(reverse("admin:index"))
    assert page.status_code == 200
    for model in MODELS:
        url = _url(model, "changelist")
        if f'href="{url}"' in page.content.decode():
            assert client.get(url).status_code == 200, url


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Choisir une action", "Tapez pour chercher", "Modifications"]),
        ("de", ["Aktion wählen", "Zum Suchen tippen"]),
        ("nl", ["Actie kiezen", "Typ om te zoeken"]),
    ],
)
def test_words_of_the_admins_own_package_are_translated(boss, language, words):
    page = boss.get(reverse("admin:catalogue_product_changelist"), HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert "Type to search" not in page
    assert "Select action" not in page
    assert any(word in page for word in words)
