"""Every screen of the back office, walked by somebody limited to one brand: no row of another is seen or reached."""

import re

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import StaffScope
from apps.accounts.queries import reach_of
from apps.backoffice.scoping import GROUP_WIDE, RULES
from apps.core import clock
from apps.core.models import AuditEvent, OutboxDelivery
from apps.core.money import Money
from apps.core.testing import drain_outbox
from apps.markets.models import Brand, Market
from apps.orders.models import Fulfilment, Order, Payment
from apps.orders.payments import operations as payments
from tests.demo_shop import demo_module  # noqa: F401 -- a fixture
from tests.factories.staff import make_staff
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]

LABELS = sorted(model._meta.label_lower for model in site._registry)
# Tables the demo fills for both brands: a rule that hides nothing of them is no rule.
MUST_HIDE = {
    "catalogue.price",
    "catalogue.pricelist",
    "catalogue.product",
    "markets.brand",
    "markets.market",
    "order.deliverymethod",
    "order.fulfilment",
    "order.maillog",
    "order.order",
    "order.payment",
    "partner.stocklevel",
    "storefront.contentblock",
    "storefront.staticpage",
}
BUTTONS = {"order_id": Order, "payment_id": Payment, "fulfilment_id": Fulfilment}


def _paid_order():
    """An order of the other brand, paid by transfer, with its parcel and its mails."""
    visitor = Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin")
    buying.add(visitor, buying.sellable()[0])
    assert buying.place(visitor, buying.to_review(visitor), payment="bank_transfer").status_code == 302
    payment = Payment.objects.select_related("order").get()
    payments.record_transfer(
        payment_id=payment.pk,
        received=Money(payment.order.total_incl_tax, payment.order.currency),
        reference="B-1",
        by="system:test",
        at=clock.now(),
    )
    drain_outbox(at=clock.now(), fail_on_error=False)


@pytest.fixture
def limited():
    """Somebody with every right, limited to Volt."""
    _paid_order()
    user = make_staff()
    user.user_permissions.set(Permission.objects.all())
    StaffScope.objects.create(user=user, brand=Brand.objects.get(code="volt"))
    return user


@pytest.fixture
def desk(limited):
    client = Client(HTTP_HOST="localhost")
    client.force_login(limited)
    return client


def _foreign(model, user):
    rule = RULES[model._meta.label_lower](reach_of(user=user))
    return model._default_manager.exclude(pk__in=model._default_manager.filter(rule).values("pk"))


def test_every_screen_has_a_rule_or_a_reason_to_have_none():
    assert {*LABELS} - {*RULES} == {*GROUP_WIDE} & {*LABELS}
    assert {*GROUP_WIDE} & {*RULES} == set()


@pytest.mark.parametrize("label", sorted({*LABELS} & {*RULES}))
def test_limited_person_sees_and_reaches_no_row_beyond(label, desk, limited):
    model = next(model for model in site._registry if model._meta.label_lower == label)
    hidden = _foreign(model, limited)
    assert hidden.exists() or label not in MUST_HIDE
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    page = desk.get(reverse(f"admin:{name}_changelist"))
    assert page.status_code == 200
    shown = {row.pk for row in page.context["cl"].queryset}
    assert shown.isdisjoint(hidden.values_list("pk", flat=True))
    stranger = hidden.first()
    if stranger is not None:
        for action in ("change", "history"):
            answer = desk.get(reverse(f"admin:{name}_{action}", args=[stranger.pk]))
            assert answer.status_code in {302, 403, 404}, action
            assert answer.status_code != 302 or answer.url == reverse("admin:index")


def test_buttons_of_foreign_orders_payments_and_parcels_are_not_found(desk, limited):
    strangers = {name: _foreign(model, limited).first() for name, model in BUTTONS.items()}
    walked = 0
    for model_admin in site._registry.values():
        for pattern in model_admin.get_urls():
            names = re.findall(r"<int:(\w+)>", str(pattern.pattern))
            if len(names) != 1 or names[0] not in strangers or not pattern.name:
                continue
            try:
                url = reverse(f"admin:{pattern.name}", args=[strangers[names[0]].pk])
            except NoReverseMatch:
                continue
            assert desk.get(url).status_code == 404, url
            walked += 1
    assert walked >= 9


def test_forged_choice_of_a_foreign_market_is_an_error_of_the_form(desk):
    url = reverse("admin:storefront_staticpage_add")
    foreign = Brand.objects.get(code="halles")
    form = {"brand": foreign.pk, "code": "forged", "language": "fr", "title": "Forged", "slug": "forged"}
    page = desk.post(url, form)
    assert page.status_code == 200
    assert "brand" in page.context["adminform"].form.errors


def test_limited_person_cannot_move_a_price_list_to_other_markets(desk):
    page = desk.get(reverse("admin:catalogue_pricelist_changelist"))
    shared = page.context["cl"].queryset.first()
    before = set(shared.markets.values_list("pk", flat=True))
    form = {
        "name": shared.name,
        "code": shared.code,
        "kind": shared.kind,
        "currency": shared.currency,
        "precedence": shared.precedence,
        "is_active": "on",
        "markets": [market.pk for market in Market.objects.all()],
    }
    desk.post(reverse("admin:catalogue_pricelist_change", args=[shared.pk]), form)
    assert set(shared.markets.values_list("pk", flat=True)) == before


def test_limits_are_set_by_superusers_alone_and_leave_a_line(desk, limited):
    own = reverse("admin:customer_user_change", args=[limited.pk])
    assert desk.get(own).status_code in {302, 404}
    root = Client(HTTP_HOST="localhost")
    boss = make_staff(email="boss@example.com", superuser=True)
    root.force_login(boss)
    page = root.get(own)
    assert page.status_code == 200
    scope = limited.scopes.get()
    form = {
        "email": limited.email,
        "is_active": "on",
        "is_staff": "on",
        "scopes-TOTAL_FORMS": "1",
        "scopes-INITIAL_FORMS": "1",
        "scopes-0-id": scope.pk,
        "scopes-0-user": limited.pk,
        "scopes-0-brand": Brand.objects.get(code="halles").pk,
        "scopes-0-market": "",
    }
    assert root.post(own, form).status_code == 302
    line = AuditEvent.objects.filter(action="accounts.limit_staff").latest("id")
    assert (line.before, line.after) == ({"limits": ["brand volt"]}, {"limits": ["brand halles"]})
    assert line.actor == f"user:{boss.pk}"


def test_import_into_a_foreign_brand_is_an_error_of_the_form(desk):
    url = reverse("admin:catalogue_importjob_upload")
    files = SimpleUploadedFile("products.csv", b"sku,name\nA,B\n")
    page = desk.post(url, {"products": files, "brand": "halles"})
    assert page.status_code == 200
    assert [code for code, _ in page.context["form"].fields["brand"].choices] == ["volt"]
    assert "brand" in page.context["form"].errors


def test_foreign_prices_are_neither_explained_nor_changed(desk, limited):
    product = desk.get(reverse("admin:catalogue_product_changelist")).context["cl"].queryset.first()
    page = desk.get(reverse("admin:catalogue_product_why", args=[product.pk]), {"market": "halles-fr", "quantity": 1})
    assert "market" in page.context["form"].errors
    formsets = desk.get(reverse("admin:catalogue_product_change", args=[product.pk])).context["inline_admin_formsets"]
    prices = next(each for each in formsets if each.opts.model._meta.label_lower == "catalogue.price")
    assert (prices.has_add_permission, prices.has_change_permission, prices.has_delete_permission) == (False,) * 3


@pytest.mark.parametrize("label", ["offer.conditionaloffer", "voucher.voucher", "catalogue.pricelist", "auth.group"])
def test_limited_person_adds_nothing_that_holds_beyond_the_limits(desk, label):
    app, model = label.split(".")
    assert desk.get(reverse(f"admin:{app}_{model}_add")).status_code == 403


def test_delivery_of_the_outbox_cannot_be_retried_by_its_number(desk):
    delivery = OutboxDelivery.objects.first()
    assert desk.get(reverse("admin:core_outboxdelivery_retry_now", args=[delivery.pk])).status_code == 404


def test_account_of_staff_is_closed_to_those_who_are_no_superusers(client):
    editor = make_staff(email="editor@example.com")
    editor.user_permissions.set(Permission.objects.all())
    client.force_login(editor)
    other = make_staff(email="other@example.com")
    page = client.post(reverse("admin:customer_user_change", args=[other.pk]), {"email": "taken@example.com"})
    assert page.status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[other.pk])).status_code == 403
