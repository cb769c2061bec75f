import pytest

from apps.orders.payments.gateways import registry
from tests.fakes.stripe_server import FakeStripe

SECRET = "whsec_test_0123456789abcdef"


@pytest.fixture
def stripe(settings):
    server = FakeStripe().start()
    settings.STRIPE_API_BASE = server.url
    settings.STRIPE_SECRET_KEY = "sk_test_halles"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    registry.forget()
    yield server
    server.stop()
    registry.forget()
