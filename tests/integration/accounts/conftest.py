"""The demo's shops and a visitor."""

from tests.demo_shop import demo_module  # noqa: F401 -- a fixture
from tests.integration.storefront.conftest import _empty_cache, visitor  # noqa: F401 -- fixtures
