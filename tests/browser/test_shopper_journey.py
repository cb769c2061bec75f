"""A guest finds, buys and pays in French: once without JavaScript, once with; and what the bank may answer."""

import re

import pytest
from playwright.sync_api import expect

from apps.orders.models import Order
from tests import page_kinds, shopper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop_server")]


def _buy_variant(page):
    shopper.open_product_with_variants(page, page_kinds.product_with_variants(page_kinds.shop_of("fr-fr")))
    page.fill("#buy-quantity", "2")
    page.click("#buy button[type=submit]")


def test_guest_without_javascript_searches_buys_pays_and_gets_the_mail(no_js_page):
    page = no_js_page
    shopper.find_kettle(page)
    page.locator(".cards .card-name a").first.click()
    page.wait_for_url("**/fr-fr/p/**")
    assert "bouilloire" in page.locator("h1").inner_text().lower()
    _buy_variant(page)
    page.wait_for_url("**/fr-fr/basket/")
    assert page.locator("input[name=quantity]").input_value() == "2"
    page.fill("input[name=quantity]", "1")
    page.locator("form[data-line] button:not(.js-only)").click()
    page.wait_for_url("**/fr-fr/basket/")
    assert page.locator("input[name=quantity]").input_value() == "1"
    shopper.shot(page, "basket-no-js")
    shopper.to_review(page)
    shopper.shot(page, "review-no-js")
    total = shopper.order_with_demo_bank(page)
    shopper.answer_of_bank(page, "approve")
    order = Order.objects.get()
    assert (order.state, order.language, order.is_anonymous) == ("confirmed", "fr", True)
    assert order.number in page.locator(".order-head").inner_text()
    assert total in page.locator("main").inner_text()
    shopper.shot(page, "order-no-js")
    shopper.work_off()
    page.goto("/demo-mail/")
    page.click(f"a:has-text('{order.number}')")
    assert order.number in page.content()
    assert shopper.DETAILS["email"] in page.content()


def test_guest_with_javascript_stays_on_the_product_and_sees_the_basket_count(browser_page):
    page = browser_page
    _buy_variant(page)
    page.locator("#added a[href$='/basket/']").wait_for()
    assert re.search(r"/fr-fr/p/", page.url)
    expect(page.locator("#basket-count")).to_have_text("2")
    assert page.locator("h1").count() == 1
    shopper.shot(page, "added-js")
    page.click("#added a[href$='/basket/']")
    page.wait_for_url("**/fr-fr/basket/")
    page.click("button[data-step='1']")
    expect(page.locator("#basket-count")).to_have_text("3")
    assert page.locator("input[name=quantity]").input_value() == "3"
    shopper.to_review(page)
    total = shopper.order_with_demo_bank(page)
    shopper.answer_of_bank(page, "approve")
    assert Order.objects.get().state == "confirmed"
    assert total in page.locator("main").inner_text()
    page.goto("/fr-fr/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#basket-count")).to_have_text("")


def test_filters_narrow_in_place_and_back_shows_whole_pages(browser_page):
    page = browser_page
    page.goto("/fr-fr/")
    page.goto("/fr-fr/search/?q=e")
    before = page.locator(".count-text").inner_text()
    page.evaluate("window.stayed = true")
    page.locator("#filters details.facet input[type=checkbox]:not([disabled])").first.evaluate("box => box.click()")
    page.wait_for_url(re.compile(r"/fr-fr/search/\?.+&|/fr-fr/search/\?[^q]"))
    expect(page.locator(".count-text")).not_to_have_text(before)
    after = page.locator(".count-text").inner_text()
    assert page.evaluate("window.stayed") is True  # swapped, not loaded anew
    assert page.locator("header.header").count() == 1
    narrowed = page.url
    page.go_back()
    expect(page.locator(".count-text")).to_have_text(before)
    assert (page.locator("header.header").count(), page.locator("h1").count()) == (1, 1)
    page.go_forward()
    expect(page.locator(".count-text")).to_have_text(after)
    page.reload()
    assert (page.locator("header.header").count(), page.locator("h1").count()) == (1, 1)
    page.locator(".cards .card-name a").first.click()
    page.wait_for_url("**/fr-fr/p/**")
    page.go_back()
    page.wait_for_url(narrowed)
    assert (page.locator("header.header").count(), page.locator("h1").count()) == (1, 1)


def test_declined_payment_is_said_and_a_second_try_pays_the_same_order(no_js_page):
    page = no_js_page
    _buy_variant(page)
    shopper.to_review(page)
    shopper.order_with_demo_bank(page)
    shopper.answer_of_bank(page, "decline")
    order = Order.objects.get()
    assert (order.state, order.payments.get().state) == ("placed", "refused")
    shopper.shot(page, "declined")
    page.click(".order-actions form button")
    page.wait_for_url("**/demo-bank/**")
    shopper.answer_of_bank(page, "approve")
    order = Order.objects.get()
    assert order.state == "confirmed"
    assert sorted(order.payments.values_list("state", flat=True)) == ["paid", "refused"]


def test_delayed_payment_is_shown_as_being_confirmed_and_the_page_looks_again_by_itself(no_js_page):
    page = no_js_page
    _buy_variant(page)
    shopper.to_review(page)
    shopper.order_with_demo_bank(page)
    shopper.answer_of_bank(page, "delay")
    assert Order.objects.get().state == "placed"
    assert page.locator("h1.waiting").count() == 1
    shopper.shot(page, "pending")
    answer = page.request.get(page.url)
    assert int(answer.headers["refresh"]) > 0
    assert answer.headers["cache-control"] == "private, no-store"
