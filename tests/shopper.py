"""What a shopper does in the French shop, step by step, whatever the browser can do."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from apps.core import clock
from apps.core.testing import drain_outbox

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHOTS = os.environ.get("SCREENSHOTS", "")
DETAILS = {
    "email": "demo.shopper@example.com",
    "name": "Demo Acheteuse",
    "street": "12 rue de la Démonstration",
    "postcode": "69003",
    "city": "Lyon",
}


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def find_kettle(page: Page) -> None:
    """Search for a kettle from the home page and open the one that comes in two colours."""
    page.goto("/fr-fr/")
    page.fill("#search-words", "bouilloire")
    page.press("#search-words", "Enter")
    page.wait_for_url("**/fr-fr/search/?q=bouilloire")
    page.locator(".cards .card-name a").first.wait_for()


def open_product_with_variants(page: Page, url: str) -> None:
    """Open a product and choose its last variant that can be had."""
    page.goto(url)
    other = page.locator("a.variant:not([aria-current]):not(.gone)").last
    address = other.get_attribute("href")
    other.click()
    page.wait_for_url(f"**{address}")
    page.locator(f"a.variant[aria-current][href='{address}']").wait_for()


def fill_details(page: Page, **changes: str) -> None:
    """Answer the first step of the checkout."""
    for name, value in (DETAILS | changes).items():
        page.fill(f"#id_{name}", value)
    page.click("form[data-checkout] button.button[type=submit]")


def to_review(page: Page) -> None:
    """From the basket to the last step, with the cheapest delivery."""
    page.click("a[href$='/checkout/']")
    fill_details(page)
    page.wait_for_url("**/checkout/delivery/")
    page.click("form[data-checkout] button.button[type=submit]")
    page.wait_for_url("**/checkout/review/")


def order_with_demo_bank(page: Page) -> str:
    """Press the order button with the demo bank chosen; return the total that was on the page."""
    page.check("#payment-demo")
    total = page.locator(".order-total span").last.inner_text()
    page.click(".order-box button[type=submit]")
    page.wait_for_url("**/demo-bank/**")
    return total


def answer_of_bank(page: Page, answer: str) -> None:
    """Press one of the demo bank's buttons and be led back to the order's page."""
    page.click(f"button[value={answer}]")
    page.wait_for_url(re.compile(r"/fr-fr/orders/"))


def work_off() -> None:
    """Let the worker's part happen: mails, fulfilment."""
    drain_outbox(at=clock.now())
