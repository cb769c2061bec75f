"""Files of deleted assets go after their grace, and never one that is named again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from apps.media import cleaning, files, operations
from apps.media.models import Asset, DiscardedFile, Rendition
from tests.factories.payments import make_waiting_order
from tests.factories.pictures import picture_bytes

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = AT + cleaning.GRACE
WAIT_S = 20


def store(**options):
    return operations.store_original(data=picture_bytes(**options), filename="a.png", at=AT, by="test")


@pytest.fixture
def names():
    """Return the files of an asset that was deleted."""
    asset = store(size=(700, 500))
    operations.make_renditions(asset_id=asset.pk, at=AT)
    held = [asset.original, *Rendition.objects.values_list("path", flat=True)]
    operations.delete_asset(asset_id=asset.pk, at=AT, by="test")
    return held


def there(names):
    return [name for name in names if default_storage.exists(name)]


@pytest.mark.django_db
def test_files_of_a_deleted_asset_stay_for_the_grace_and_go_after_it(names):
    assert len(names) > 3
    assert cleaning.clean(at=LATER - timedelta(seconds=1)) == 0
    assert there(names) == names
    assert cleaning.clean(at=LATER) == len(names)
    assert (there(names), DiscardedFile.objects.count(), cleaning.clean(at=LATER)) == ([], 0, 0)


@pytest.mark.django_db
def test_same_picture_stored_again_keeps_its_files(names):
    asset = store(size=(700, 500))
    operations.make_renditions(asset_id=asset.pk, at=AT)
    assert DiscardedFile.objects.count() == 0
    assert cleaning.clean(at=LATER) == 0
    assert there(names) == names


@pytest.mark.django_db
def test_file_that_another_asset_names_waits_another_grace(names):
    other = store(colour=(1, 2, 3))
    Rendition.objects.create(asset=other, format="jpeg", width=320, height=240, path=names[1], byte_size=1)
    assert cleaning.clean(at=LATER) == len(names) - 1
    assert there(names) == [names[1]]
    assert DiscardedFile.objects.get().discarded_at == LATER


@pytest.mark.django_db
def test_file_that_an_order_shows_waits_another_grace(names):
    line = make_waiting_order().order.lines.get()
    line.picture = {"sources": {"jpeg": [[320, names[1]], [640, "r/no/other.jpg"]]}}
    line.save(update_fields=["picture"])
    assert cleaning.clean(at=LATER) == len(names) - 1
    assert there(names) == [names[1]]


@pytest.mark.django_db
def test_cleaning_that_was_killed_is_finished_by_the_next(names, monkeypatch):
    real, seen = default_storage.delete, []

    def die_at_the_third(name):
        seen.append(name)
        if len(seen) == 3:
            raise KeyboardInterrupt
        real(name)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", die_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            cleaning.clean(at=LATER)
    assert DiscardedFile.objects.count() == len(names)
    cleaning.clean(at=LATER)
    assert (there(names), DiscardedFile.objects.count()) == ([], 0)


def _waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def _store_while_cleaning(monkeypatch):
    """Store the picture anew between the cleaner's look at who names its files and their removal."""
    stored = threading.Event()

    def store_it():
        try:
            store(size=(700, 500))
        finally:
            stored.set()
            connection.close()

    thread = threading.Thread(target=store_it)
    look = cleaning._used

    def look_and_be_overtaken(names):
        used = look(names)
        thread.start()
        deadline = threading.Event()
        timer = threading.Timer(WAIT_S, deadline.set)
        timer.start()
        while not (stored.is_set() or _waits_for_a_lock()):
            assert not deadline.is_set(), "neither stored nor waiting"
        timer.cancel()
        return used

    monkeypatch.setattr(cleaning, "_used", look_and_be_overtaken)
    cleaning.clean(at=LATER)
    thread.join(WAIT_S)
    return default_storage.exists(Asset.objects.get().original)


@pytest.mark.django_db(transaction=True)
def test_picture_stored_while_its_file_is_removed_has_its_file(names, monkeypatch):
    assert _store_while_cleaning(monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_control_without_taking_the_row_away_the_picture_loses_its_file(names, monkeypatch):
    monkeypatch.setattr(cleaning, "put", files.put)
    assert not _store_while_cleaning(monkeypatch)
