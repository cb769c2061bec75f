"""axe finds nothing on any kind of page, on a phone and on a desk, by day and by night (WCAG 2.0 to 2.2, A and AA)."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import page_kinds, shopper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop_server")]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS[:-1]}}
PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.5.8


def _violations(page):
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        (rule["id"], node["target"], node["html"][:120], node["failureSummary"][-160:])
        for rule in found
        for node in rule["nodes"][:3]
    ]


def _wider_than_the_screen(page):
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [("the page is wider than the screen", wide)] if wide > 0 else []


def _look(page, url, name, found):
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.goto(url)
        wrong = _violations(page) + _wider_than_the_screen(page)
        shopper.shot(page, f"{name.replace(' ', '-')}-{size['width']}")
        if wrong:
            found[f"{name} at {size['width']}"] = wrong


@pytest.mark.parametrize(("code", "brand"), [("fr-fr", "halles"), ("de-de", "volt")])
def test_axe_finds_nothing_on_any_public_page(browser_page, live_server, code, brand):
    origin = live_server.url.replace("localhost", page_kinds.hosts()[brand])
    found = {}
    for kind, url in page_kinds.public(page_kinds.shop_of(code, brand)).items():
        _look(browser_page, origin + url, f"{brand} {kind}", found)
    _look(browser_page, f"{origin}/{code}/nothing-here/", f"{brand} not found", found)
    assert found == {}


def test_axe_finds_nothing_from_basket_to_order_and_account(browser_page):
    page, found = browser_page, {}
    shopper.open_product_with_variants(page, page_kinds.product_with_variants(page_kinds.shop_of("fr-fr")))
    page.click("#buy button[type=submit]")
    page.locator("#added a").wait_for()
    _look(page, "/fr-fr/basket/", "basket", found)
    _look(page, "/fr-fr/checkout/", "checkout details", found)
    page.fill("#id_email", "not an address")
    page.locator("form[data-checkout]").evaluate("form => { form.noValidate = true }")
    page.click("form[data-checkout] button.button[type=submit]")
    page.locator("#id_email[aria-invalid]").wait_for()
    if wrong := _violations(page):
        found["checkout with errors"] = wrong
    shopper.fill_details(page)
    page.wait_for_url("**/checkout/delivery/")
    _look(page, "/fr-fr/checkout/delivery/", "checkout delivery", found)
    page.click("form[data-checkout] button.button[type=submit]")
    page.wait_for_url("**/checkout/review/")
    _look(page, "/fr-fr/checkout/review/", "checkout review", found)
    shopper.order_with_demo_bank(page)
    _look(page, page.url, "demo bank", found)
    shopper.answer_of_bank(page, "decline")
    _look(page, page.url, "order declined", found)
    page.click(".order-actions form button")
    page.wait_for_url("**/demo-bank/**")
    shopper.answer_of_bank(page, "approve")
    _look(page, page.url, "order paid", found)
    page.goto("/fr-fr/account/login/")
    page.fill("input[name=login]", "shopper@demo.example")
    page.fill("input[name=password]", "demo-shopper-1")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/fr-fr/account/$"))
    for name, path in (
        ("account", ""),
        ("orders", "orders/"),
        ("addresses", "email/"),
        ("password", "password/change/"),
        ("sign out", "logout/"),
    ):
        _look(page, f"/fr-fr/account/{path}", f"account {name}", found)
    assert found == {}


def test_axe_finds_nothing_by_night(browser_page):
    page, found = browser_page, {}
    page.emulate_media(color_scheme="dark")
    urls = page_kinds.public(page_kinds.shop_of("fr-fr"))
    for kind in ("home", "category", "product with variants"):
        _look(page, urls[kind], f"dark {kind}", found)
    assert found == {}


def test_every_target_on_a_phone_can_be_hit(browser_page):
    page, found = browser_page, {}
    page.set_viewport_size(PHONE)
    urls = page_kinds.public(page_kinds.shop_of("fr-fr"))
    for kind in ("home", "category", "product with variants", "contact"):
        page.goto(urls[kind])
        small = page.evaluate(
            """least => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary, a.chip,'
               + ' a.variant, a.button, a.tool')]
               .filter(e => e.checkVisibility()
                   && !(e.type === 'checkbox' && e.closest('label')) && !(e.type === 'radio' && e.closest('label')))
               .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
               .filter(([, box]) => box.width > 1 && box.height > 1 && (box.width < least || box.height < least))
               .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`)""",
            SMALLEST_TARGET,
        )
        if small:
            found[kind] = small
    assert found == {}
