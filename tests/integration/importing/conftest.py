import pytest

from apps.inventory.models import Location
from tests.factories.markets import make_market


@pytest.fixture
def markets(db):
    Location.objects.create(code="depot", name="Depot", kind="warehouse", country="FR")
    languages = {"fr": ["en"], "de": ["en"]}
    return [
        make_market(country="FR", languages=languages, stock_location_codes=["depot"]),
        make_market(country="GB", currency="GBP", languages={"en": []}, stock_location_codes=["depot"]),
    ]
