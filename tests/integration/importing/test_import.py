"""A catalogue comes in whole, or not at all; and only what is new is written."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from apps.catalog import publication
from apps.catalog.importing import operations, queries
from apps.catalog.importing.errors import UnableToImport
from apps.catalog.models import (
    ImportRow,
    Price,
    Product,
    ProductAttribute,
    ProductContent,
    ProductMedia,
    Publication,
    PublicationDue,
)
from apps.inventory.models import StockLevel
from apps.media.models import Asset
from tests.integration.importing.helpers import AT, HEADER, ROWS, run, write_files

SPREE = Path(__file__).parents[3].parent / "shared" / "data" / "spree-demo"
TABLES = (
    "catalogue_product",
    "catalogue_productcontent",
    "catalogue_price",
    "catalogue_productattributevalue",
    "catalogue_productattribute",
    "catalogue_attributeoption",
    "catalogue_category",
    "catalogue_categorycontent",
    "catalogue_productcategory",
    "catalogue_productbrand",
    "catalogue_productmedia",
    "catalogue_publication",
    "catalogue_publicationdue",
    "media_asset",
    "partner_stocklevel",
    "partner_stockmovement",
    "catalogue_pricelist",
)


def versions():
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(
                f"SELECT coalesce(jsonb_agg(jsonb_build_array(id, xmin::text) ORDER BY id), '[]')::text FROM {table}"
            )
            found[table] = cursor.fetchone()[0]
    return found


def test_three_products_come_in(markets, tmp_path):
    job = run(write_files(tmp_path))
    assert job.state == "done", queries.issues(job_id=job.pk).issues
    assert {kind: numbers["created"] for kind, numbers in job.counts.items()} == {
        "products": 3,
        "variants": 2,
        "contents": 5,
        "facts": 6,
        "prices": 5,
        "pictures": 2,
        "stock": 0,
    }
    kettle = Product.objects.get(upc="kettle")
    assert kettle.structure == "parent"
    assert {child.upc for child in kettle.children.all()} == {"KETTLE-BLACK", "KETTLE-WHITE"}
    amounts = Price.objects.filter(product__upc="KETTLE-BLACK").values_list("price_list__currency", "amount_minor")
    assert set(amounts) == {("EUR", 4990), ("GBP", 4490)}
    power = ProductAttribute.objects.get(code="power", product_class__code="kitchen")
    assert (power.type, power.unit) == ("float", "W")
    colour = ProductAttribute.objects.get(code="colour")
    assert colour.is_variant_axis
    assert colour.option_group.options.get(option="Black").labels["fr"] == "Noir"
    assert ProductContent.objects.get(product=kettle, language="fr").name == "Bouilloire"
    assert StockLevel.objects.get(product__upc="MUG").on_hand == 30
    assert kettle.categories.get().name == "Kettles"
    assert Product.objects.get(upc="MUG").weight_g == 300
    assert ProductMedia.objects.count() == 2


def test_same_files_again_write_nothing(markets, tmp_path):
    run(write_files(tmp_path))
    while publication.publish_due(limit=100, at=AT):
        pass
    before = versions()
    job = run(tmp_path)
    assert job.counts["products"] == {"created": 0, "changed": 0, "unchanged": 3, "refused": 0}
    assert job.counts["variants"]["unchanged"] == 2
    assert versions() == before
    assert not PublicationDue.objects.exists()


def test_one_changed_price_changes_one_variant(markets, tmp_path):
    run(write_files(tmp_path))
    rows = [row.replace("49.90", "39.90") if row.startswith("KETTLE-WHITE") else row for row in ROWS]
    job = run(write_files(tmp_path, rows=rows))
    assert job.counts["products"]["changed"] == 0
    assert job.counts["variants"] == {"created": 0, "changed": 1, "unchanged": 1, "refused": 0}
    assert job.counts["prices"]["changed"] == 1
    assert job.diff == [{"sku": "KETTLE-WHITE", "field": "price EUR", "old": "4990", "new": "3990"}]


def exceptions():
    return dict(Product.objects.exclude(structure="child").values_list("upc", "withdrawal_exception"))


def test_exception_from_withdrawal_comes_in_and_stays_where_a_file_does_not_speak_of_it(markets, tmp_path):
    header, rows = f"{HEADER},withdrawal_exception", [f"{row}," for row in ROWS]
    rows[4] += "Hygiene"
    run(write_files(tmp_path, header=header, rows=rows))
    assert exceptions() == {"kettle": "", "MUG": "hygiene", "FAN": ""}

    Product.objects.filter(upc="FAN").update(withdrawal_exception="made_to_measure")
    run(write_files(tmp_path, rows=[row.replace("Moves air", "Moves more air") for row in ROWS]))
    assert exceptions() == {"kettle": "", "MUG": "hygiene", "FAN": "made_to_measure"}

    rows[4] = rows[4].removesuffix("Hygiene")
    run(write_files(tmp_path, header=header, rows=rows))
    assert exceptions()["MUG"] == ""


def test_preview_writes_nothing_and_is_applied_later(markets, tmp_path):
    job = run(write_files(tmp_path), apply=False)
    assert job.state == "ready"
    assert not Product.objects.exists()
    assert not Asset.objects.exists()
    assert ImportRow.objects.filter(job=job, file="products.csv", status="created").count() == 6
    assert operations.apply_import(job_id=job.pk, at=AT, by="test").state == "done"
    with pytest.raises(UnableToImport):
        operations.apply_import(job_id=job.pk, at=AT, by="test")


def test_files_changed_after_the_preview_are_refused(markets, tmp_path):
    job = run(write_files(tmp_path), apply=False)
    write_files(tmp_path, rows=ROWS[:5])
    with pytest.raises(UnableToImport):
        operations.apply_import(job_id=job.pk, at=AT, by="test")
    assert not Product.objects.exists()


def test_apply_that_dies_half_way_leaves_nothing_and_can_be_repeated(markets, tmp_path, monkeypatch):
    job = run(write_files(tmp_path), apply=False)

    def die(**_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("apps.catalog.ports.put_stock", die)
        with pytest.raises(KeyboardInterrupt):
            operations.apply_import(job_id=job.pk, at=AT, by="test")
    job.refresh_from_db()
    assert job.state == "applying"
    assert not Product.objects.exists()
    assert operations.apply_import(job_id=job.pk, at=AT, by="test").state == "done"


def test_unknown_stock_location_undoes_everything(markets, tmp_path):
    job = run(write_files(tmp_path), apply=False, location_code="nowhere")
    with pytest.raises(Exception, match="nowhere"):
        operations.apply_import(job_id=job.pk, at=AT, by="test")
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Product.objects.exists()


def test_upload_runs_as_a_task(markets, tmp_path, django_capture_on_commit_callbacks, monkeypatch):
    from apps.catalog.importing.tasks import run_import

    write_files(tmp_path)
    monkeypatch.setattr(run_import, "delay", run_import)
    uploads = [
        operations.Uploaded(path.name, path.parent.name == "images", path.read_bytes())
        for path in sorted(tmp_path.rglob("*.*"))
    ]
    with django_capture_on_commit_callbacks(execute=True):
        job = operations.start_import(files=uploads, at=AT, by="user:1")
    job.refresh_from_db()
    assert job.state == "ready"
    assert operations.apply_import(job_id=job.pk, at=AT, by="user:1").counts["pictures"]["created"] == 2


def test_command_publishes_and_exits_one_when_refused(markets, tmp_path, capsys):
    call_command("import_catalogue", str(write_files(tmp_path)), json=True)
    assert json.loads(capsys.readouterr().out)["state"] == "done"
    assert Publication.objects.filter(product__upc="kettle", language="fr").get().name == "Bouilloire"
    write_files(tmp_path, rows=[*ROWS, ROWS[4]])
    with pytest.raises(SystemExit) as ended:
        call_command("import_catalogue", str(tmp_path), json=True)
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["issues"][0]["code"] == "duplicate_sku"


@pytest.mark.slow
@pytest.mark.skipif(not SPREE.is_dir(), reason="the real catalogue is not on this machine")
def test_real_catalogue_comes_in_twice(markets):
    job = run(SPREE)
    assert job.state == "done"
    assert (job.counts["products"]["created"], job.counts["variants"]["created"]) == (37, 87)
    assert Asset.objects.count() == 124
    for language in ("fr", "de", "en"):
        assert ProductContent.objects.filter(language=language).exclude(name="").count() == 37
    assert Price.objects.filter(price_list__currency="EUR").count() == 87
    before = versions()
    assert run(SPREE).counts["products"]["unchanged"] == 37
    assert versions() == before
