"""A session that cannot be saved says why."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import InterfaceError, OperationalError

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

    monkeypatch.setattr(Session, "save", fail)
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
