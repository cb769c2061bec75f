"""The shop while its database is away, and when something happened that should not have."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.template import loader

from apps.catalog import queries as catalog
from apps.catalog.publication import versions
from apps.markets import queries as markets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


@pytest.fixture
def calm(visitor):
    """A visitor who sees what the browser gets, not what was raised."""
    visitor.raise_request_exception = False
    return visitor


def breaking(monkeypatch, error):
    def fail(**_asked):
        raise error

    monkeypatch.setattr(catalog, "listing", fail)


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_database_that_is_away_is_a_503_to_try_again_in_the_language_of_the_address(calm, monkeypatch, error):
    breaking(monkeypatch, error)
    response = calm.get("/fr-fr/search/?q=bol")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "no-store" in response.headers["Cache-Control"]
    assert "Nous revenons dans un instant" in response.content.decode()


def test_mistake_of_ours_is_a_500_that_tells_nothing_of_it(calm, monkeypatch):
    breaking(monkeypatch, RuntimeError("secret of the house"))
    response = calm.get("/de-de/search/?q=bol")
    assert response.status_code == 500
    assert "Retry-After" not in response.headers
    assert 'lang="de"' in response.content.decode()
    assert "secret of the house" not in response.content.decode()


def test_page_of_the_last_resort_needs_not_even_our_template(calm, monkeypatch):
    breaking(monkeypatch, RuntimeError)

    def fail(*_asked):
        raise ValueError("no template")

    monkeypatch.setattr(loader, "render_to_string", fail)
    response = calm.get("/fr-fr/search/?q=bol")
    assert response.status_code == 500
    assert "Une erreur est survenue" in response.content.decode()


def test_markets_of_before_serve_while_the_database_is_away(monkeypatch, later):
    before = markets.snapshot()
    later(markets.SNAPSHOT_TTL_S)

    def fail():
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(markets, "_read", fail)
    assert markets.snapshot() is before
    markets.forget_snapshot()
    with pytest.raises(OperationalError):
        markets.snapshot()


def test_page_that_is_kept_is_shown_while_the_database_is_away(calm, monkeypatch, later):
    before = calm.get("/fr-fr/search/?q=bol")
    later(versions.MAX_AGE_S)

    def fail(*_args, **_options):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", fail)
    after = calm.get("/fr-fr/search/?q=bol")
    assert (after.status_code, after.content) == (200, before.content)
    assert calm.get("/fr-fr/search/?q=never-asked-before").status_code == 503
