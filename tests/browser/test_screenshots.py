"""
The pictures of the README: pages that must be there and whole; kept as files where HALLES_SCREENSHOTS is 1.

    HALLES_SCREENSHOTS=1 make test ARGS="tests/browser/test_screenshots.py"
"""

import io
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from apps.backoffice.seeding import orders
from apps.core import clock, heartbeat
from apps.orders.models import Order
from tests import page_kinds

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
IS_KEPT = os.environ.get("HALLES_SCREENSHOTS") == "1"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
QUALITY = 78
WEIGHT_LIMIT = 150_000  # bytes, so that the README opens at once


@pytest.fixture
def server(request, transactional_db, live_server, settings):
    """The live server over the demo's shops with some orders; with its pictures too where the pages are kept."""
    settings.PUBLIC_ORIGIN = live_server.url.replace("127.0.0.1", "localhost")
    if IS_KEPT:
        # Drawing takes a minute or two, which only those who want the files need to wait.
        call_command("seed_demo", stdout=io.StringIO())
    else:
        request.getfixturevalue("demo_shop")
        orders.seed_orders(at=clock.now(), count=len(orders.ENDS), progress=lambda _done, _all: None)
    for name in (heartbeat.BEAT, heartbeat.WORKER):
        heartbeat.beat(name=name, at=clock.now())  # no test starts them, and their silence would lead the dashboard
    return live_server


def _whole(page):
    """Nothing on the page is missing: every picture in view is loaded, and no text shows a template's bones."""
    page.wait_for_load_state("networkidle")
    missing = page.evaluate(
        """() => [...document.images].filter(image => {
             const box = image.getBoundingClientRect();
             const isInView = box.width && box.top < innerHeight && box.bottom > 0;
             return isInView && !(image.complete && image.naturalWidth);
           }).map(image => image.currentSrc)"""
    )
    assert missing == []
    words = page.locator("body").inner_text()
    assert len(words) > 200
    for bone in ("{{", "{%", "%(", "undefined", "NaN"):
        assert bone not in words


def _keep(page, name):
    _whole(page)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    assert len(picture.resize((64, 64)).getcolors(64 * 64)) > 40, f"{name} is nearly empty"
    if IS_KEPT:
        path = FOLDER / f"{name}.webp"
        picture.save(path, quality=QUALITY, method=6)
        assert path.stat().st_size < WEIGHT_LIMIT


def test_pages_that_the_readme_shows_are_there_and_whole(browser_page, server):
    _shops(browser_page, server)
    _back_office(browser_page, server)


def _shops(page, server):
    halles, volt = (server.url.replace("localhost", host) for host in page_kinds.hosts().values())
    french, german = page_kinds.shop_of("fr-fr"), page_kinds.shop_of("de-de", "volt")
    page.set_viewport_size(DESK)
    for name, url, heading in (
        ("home", f"{halles}{french.prefix}", "h1"),
        ("product", halles + page_kinds.product_with_variants(french), "#buy button"),
        ("volt", f"{volt}{german.prefix}", "h1"),
    ):
        assert page.goto(url).status == 200
        assert page.locator(heading).first.is_visible()
        _keep(page, name)
    page.set_viewport_size(PHONE)
    assert page.goto(f"{halles}{page_kinds.public(french)['department']}?sort=popular").status == 200
    assert page.locator(".cards .card").count() >= 4
    _keep(page, "phone")


def _back_office(page, server):
    page.set_viewport_size(DESK)
    page.goto(f"{server.url}/admin/")
    page.fill("input[name=username]", "admin@demo.example")
    page.fill("input[name=password]", "demo-admin-1")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    _keep(page, "admin")
    order = Order.objects.order_by("-date_placed").first()
    assert page.goto(f"{server.url}/admin/order/order/{order.pk}/change/").status == 200
    assert order.number in page.locator("body").inner_text()
    _keep(page, "admin-orders")
