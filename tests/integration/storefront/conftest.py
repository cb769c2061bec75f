"""The demo's shops, a visitor, and small helpers to read pages."""

import pytest
from django.core.cache import cache
from django.test import Client

from apps.storefront import page_cache
from tests.demo_shop import demo_module  # noqa: F401 -- a fixture


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    page_cache.forget_near()


@pytest.fixture
def visitor():
    """A browser without cookies, on Maison Halles' host, whose posts say they come from the shop itself."""
    return Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin")
