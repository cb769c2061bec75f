"""A session that cannot be saved says why."""

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection

from apps.core.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    store = SessionStore()
    store.create()
    store["basket"] = 7
    return store


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_database_that_is_away_is_not_taken_for_a_deleted_session(session, monkeypatch, error):
    def fail(*_args, **_fields):
        raise error

    monkeypatch.setattr(connection, "cursor", fail)
    with pytest.raises(type(error)):
        session.save()


def test_session_that_was_deleted_meanwhile_is_said_to_be(session):
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


def test_session_outlives_the_cache(session):
    session.save()
    cache.clear()
    assert SessionStore(session.session_key)["basket"] == 7


def test_new_session_and_its_change_are_one_statement_each(django_assert_num_queries):
    store = SessionStore()
    with django_assert_num_queries(1):
        store.create()
    store["basket"] = 7
    with django_assert_num_queries(1):
        store.save()
    assert Session.objects.get(pk=store.session_key).get_decoded() == {"basket": 7}


def test_new_session_never_takes_the_key_of_another(session, monkeypatch):
    session.save()
    free = "f" * 32
    drawn = iter([session.session_key, free])
    monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda _self: next(drawn))
    other = SessionStore()
    other.create()
    assert other.session_key == free
    assert Session.objects.get(pk=session.session_key).get_decoded() == {"basket": 7}
    with pytest.raises(CreateError):
        SessionStore(free).save(must_create=True)


@pytest.mark.parametrize("key", ["", "short", "x" * 31, "x" * 33, "x" * 8000, "é" * 32, "../" + "x" * 29, "%s" * 16])
def test_key_nobody_could_have_been_given_is_not_looked_for(key, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert SessionStore(key).session_key is None
