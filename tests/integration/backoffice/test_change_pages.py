"""Pages of single rows: open for those who may, and cost the same on the first page whatever there is."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from apps.catalog.models import ImportJob, PriceList
from apps.core.models import AuditEvent
from apps.markets import queries as markets
from apps.markets.models import Market
from apps.media.models import Asset
from apps.orders.models import DeliveryMethod
from tests.factories import orders as make
from tests.factories.catalog import make_category
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


def _png(colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    return SimpleUploadedFile("cup.png", file.getvalue(), "image/png")


def _row(kind, shop):
    makers = {
        "catalogue.category": lambda: make_category(name="Kettles"),
        "catalogue.pricelist": PriceList.objects.first,
        "markets.market": Market.objects.first,
        "markets.brand": lambda: Market.objects.first().brand,
        "order.deliverymethod": DeliveryMethod.objects.first,
        "offer.conditionaloffer": make.make_offer,
        "voucher.voucher": make.make_voucher,
        "partner.location": make.make_location,
        "customer.user": lambda: make_staff(email="other@example.com", group="operator"),
    }
    return makers[kind]()


KINDS = (
    "catalogue.category",
    "catalogue.pricelist",
    "markets.market",
    "markets.brand",
    "order.deliverymethod",
    "offer.conditionaloffer",
    "voucher.voucher",
    "partner.location",
    "customer.user",
)


@pytest.mark.parametrize("kind", KINDS)
def test_page_of_a_row_opens(boss, shop, kind):
    row = _row(kind, shop)
    url = reverse(f"admin:{kind.replace('.', '_')}_change", args=[row.pk])
    assert boss.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_asks_the_same_number_of_statements_whatever_there_is(boss, shop, count, django_assert_num_queries):
    for number in range(count):
        item = make.make_item(shop=shop, sku=f"LOW-{number}", units=2)
        make.make_checkout(shop=shop, items=[(item, 1)]).place(idempotency_key=f"k{number}")
    boss.get(reverse("admin:index"))
    with django_assert_num_queries(6):
        page = boss.get(reverse("admin:index"))
    assert [row.units for row in page.context["low"]] == [1] * count


def test_market_edit_is_seen_at_once_and_leaves_a_trail(boss, shop):
    market = Market.objects.first()
    url = reverse("admin:markets_market_change", args=[market.pk])
    sent = form_values(boss.get(url)) | {"unpaid_order_ttl_minutes": 45, "features": "{}"}
    answer = boss.post(url, sent)
    assert answer.status_code == 302, (
        answer.context["adminform"].form.errors,
        [w.formset.errors for w in answer.context["inline_admin_formsets"]],
    )
    assert markets.market_by_code(code=market.code).unpaid_order_ttl_minutes == 45
    assert AuditEvent.objects.filter(action="markets.market.edit").exists()


def test_upload_picture_is_taken_in_and_described(boss):
    answer = boss.post(reverse("admin:media_asset_upload"), {"pictures": [_png()]})
    assert answer.status_code == 302
    asset = Asset.objects.get()
    assert boss.get(reverse("admin:media_asset_change", args=[asset.pk])).status_code == 200
    answer = boss.post(reverse("admin:media_asset_set_focal_point", args=[asset.pk]), {"x": "25", "y": "75.5"})
    assert answer.status_code == 302
    asset.refresh_from_db()
    assert (asset.focal_x, asset.focal_y) == (Decimal("0.250"), Decimal("0.755"))


def test_upload_what_is_no_picture_is_refused_with_its_name(boss):
    page = boss.post(
        reverse("admin:media_asset_upload"),
        {"pictures": [SimpleUploadedFile("<b>x</b>.png", b"<svg onload=alert(1)>")]},
    )
    assert page.status_code == 409
    assert not Asset.objects.exists()
    assert "<b>x</b>" not in page.content.decode()


def test_add_pictures_shows_them_on_the_product(boss, shop):
    item = make.make_item(shop=shop, sku="CUP-1")
    boss.post(reverse("admin:catalogue_product_add_pictures", args=[item.pk]), {"pictures": [_png(), _png("blue")]})
    assert item.media_links.count() == 2
    assert boss.get(reverse("admin:catalogue_product_change", args=[item.pk])).status_code == 200


def test_import_page_and_job_open_and_issues_download(boss, shop):
    assert boss.get(reverse("admin:catalogue_importjob_upload")).status_code == 200
    job = ImportJob.objects.create(
        source="folder:x", brand_code="halles", by="user:1", created_at=make.AT, state="refused"
    )
    job.issues.create(severity="error", file="products.csv", line=2, column="name", value="=1+1", code="formula")
    page = boss.get(reverse("admin:catalogue_importjob_change", args=[job.pk]))
    assert page.status_code == 200
    assert "Refresh" not in page.headers
    table = boss.get(reverse("admin:catalogue_importjob_issues", args=[job.pk])).content.decode()
    assert "'=1+1" in table


def test_import_not_ready_cannot_be_applied(boss, shop):
    job = ImportJob.objects.create(
        source="folder:x", brand_code="halles", by="user:1", created_at=make.AT, state="refused"
    )
    assert boss.post(reverse("admin:catalogue_importjob_apply", args=[job.pk])).status_code == 409
