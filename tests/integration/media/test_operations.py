"""Originals are kept once, renditions appear whole, and nothing shown is deleted."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.http import Http404
from django.test import RequestFactory

from apps.catalog.models import ProductMedia
from apps.core.models import OutboxEvent
from apps.media import files, operations, queries, views
from apps.media.errors import AssetInUse, FocalPointOutside, PictureRefused
from apps.media.models import Asset, Rendition
from tests.factories.catalog import make_product
from tests.factories.pictures import picture_bytes

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def store(**options):
    return operations.store_original(data=picture_bytes(**options), filename="a.png", at=AT, by="test")


@pytest.mark.django_db
def test_same_bytes_are_one_asset():
    first = store()
    assert store().pk == first.pk
    assert Asset.objects.count() == 1


@pytest.mark.django_db
def test_refused_bytes_leave_nothing():
    with pytest.raises(PictureRefused):
        operations.store_original(data=b"<html>", filename="a.jpg", at=AT, by="test")
    assert not Asset.objects.exists()


@pytest.mark.django_db
def test_renditions_are_made_once_and_offered():
    asset = store(size=(700, 500))
    added = operations.make_renditions(asset_id=asset.pk, at=AT)
    assert added == Rendition.objects.count() > 0
    assert operations.make_renditions(asset_id=asset.pk, at=AT) == 0
    operations.set_alt_texts(asset_id=asset.pk, texts={"fr": "Bouilloire", "de": "Kocher"}, at=AT)
    found = queries.picture_sources(asset_ids=[asset.pk], languages=["fr"])[asset.pk]
    assert [width for width, _url in found.sources["webp"]] == [320, 480, 640]
    assert found.alts == {"fr": "Bouilloire"}
    assert found.fallback.startswith("/media/r/")


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 3])
def test_picture_sources_take_two_statements(how_many, django_assert_num_queries):
    ids = [store(colour=(number, 0, 0)).pk for number in range(how_many)]
    for pk in ids:
        operations.make_renditions(asset_id=pk, at=AT)
    with django_assert_num_queries(2):
        assert len(queries.picture_sources(asset_ids=ids, languages=["fr", "en"])) == how_many


@pytest.mark.django_db
def test_focal_point_is_told_to_those_who_show_the_picture_and_makes_no_file_anew():
    asset = store(size=(700, 350))
    operations.make_renditions(asset_id=asset.pk, at=AT)
    before = queries.picture_sources(asset_ids=[asset.pk], languages=[])[asset.pk]
    told = OutboxEvent.objects.filter(topic=operations.RENDITIONS_CHANGED).count()
    for _again in range(2):
        operations.set_focal_point(asset_id=asset.pk, x=Decimal("0.9"), y=Decimal("0.5"), at=AT, by="test")
    after = queries.picture_sources(asset_ids=[asset.pk], languages=[])[asset.pk]
    assert (before.focal, after.focal) == ((0.5, 0.5), (0.9, 0.5))
    assert after.sources == before.sources
    assert OutboxEvent.objects.filter(topic=operations.RENDITIONS_CHANGED).count() == told + 1
    with pytest.raises(FocalPointOutside):
        operations.set_focal_point(asset_id=asset.pk, x=Decimal("1.1"), y=Decimal(0), at=AT, by="test")


@pytest.mark.django_db
def test_unreadable_original_becomes_failed_with_its_reason_and_can_be_retried():
    asset = store()
    good = asset.original
    files.put(name="originals/xx/broken.png", data=b"broken")
    Asset.objects.filter(pk=asset.pk).update(original="originals/xx/broken.png")
    assert operations.make_renditions(asset_id=asset.pk, at=AT) == 0
    asset.refresh_from_db()
    assert asset.state == "failed"
    assert "a.png" in asset.error
    Asset.objects.filter(pk=asset.pk).update(original=good)
    operations.retry(asset_id=asset.pk, at=AT, by="test")
    operations.make_renditions(asset_id=asset.pk, at=AT)
    asset.refresh_from_db()
    assert (asset.state, asset.error) == ("ready", "")


@pytest.mark.django_db
def test_shown_asset_cannot_be_deleted():
    asset = store()
    link = ProductMedia.objects.create(product=make_product(), asset=asset)
    with pytest.raises(AssetInUse) as caught:
        operations.delete_asset(asset_id=asset.pk, at=AT, by="test")
    assert caught.value.params["uses"] == 1
    link.delete()
    operations.delete_asset(asset_id=asset.pk, at=AT, by="test")
    assert not Asset.objects.exists()


@pytest.mark.django_db
def test_worker_killed_between_files_and_rows_leaves_nothing_visible(monkeypatch):
    asset = store()

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Rendition.objects, "bulk_create", die)
        with pytest.raises(KeyboardInterrupt):
            operations.make_renditions(asset_id=asset.pk, at=AT)
    assert not queries.picture_sources(asset_ids=[asset.pk], languages=[])
    assert operations.make_renditions(asset_id=asset.pk, at=AT) > 0


@pytest.mark.django_db(transaction=True)
def test_two_renderers_at_once_add_each_file_once():
    asset = store(size=(700, 500))
    gate = threading.Barrier(2)
    added = []

    def work():
        gate.wait()
        try:
            added.append(operations.make_renditions(asset_id=asset.pk, at=AT))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(added) == Rendition.objects.count()


@pytest.mark.django_db(transaction=True)
def test_many_are_made_by_processes_with_progress():
    ids = [store(colour=(number, 0, 0)).pk for number in range(3)]
    seen = []
    assert operations.make_renditions_many(asset_ids=ids, at=AT, progress=lambda *step: seen.append(step)) > 0
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert operations.make_renditions_many(asset_ids=ids, at=AT) == 0


@pytest.mark.django_db
def test_only_renditions_are_served():
    asset = store()
    operations.make_renditions(asset_id=asset.pk, at=AT)
    request = RequestFactory().get("/")
    path = Rendition.objects.filter(format="webp").first().path
    answer = views.rendition(request, path)
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    answer.close()
    for hidden in (asset.original, f"r/../{asset.original}", "r/ab/" + "0" * 32 + ".webp", "imports/1/products.csv"):
        with pytest.raises(Http404):
            views.rendition(request, hidden)


def test_file_is_whole_or_absent_after_a_crash(tmp_path, settings, monkeypatch):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }

    def die(*_args):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", die)
        with pytest.raises(OSError, match="no space"):
            files.put(name="r/ab/x.webp", data=b"data")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    files.put(name="r/ab/x.webp", data=b"data")
    assert files.get(name="r/ab/x.webp") == b"data"
