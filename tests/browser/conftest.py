"""The demo's shops behind the live server, for journeys in a real browser."""

import pytest

from tests.demo_shop import demo_shop  # noqa: F401 -- a fixture


@pytest.fixture
def shop_server(demo_shop, live_server, settings):  # noqa: F811 -- the fixture of that name
    """The live server over the demo's shops, known to mails and to the demo bank by its own address."""
    settings.PUBLIC_ORIGIN = live_server.url.replace("127.0.0.1", "localhost")
    return live_server
