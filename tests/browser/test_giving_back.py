"""A guest withdraws in a real browser, which asks of a form what Django's client does not, and shows what is broken."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from apps.core import clock
from apps.orders.collection import operations as collection
from apps.orders.models import Fulfilment, Order, ReturnPhoto
from apps.orders.tokens import collect_code
from tests import page_kinds, shopper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop_server")]


def _collected(page):
    """Buy without script, in the store where there is one that has it; return the order, fetched."""
    shopper.open_product_with_variants(page, page_kinds.product_with_variants(page_kinds.shop_of("fr-fr")))
    page.click("#buy button[type=submit]")
    page.wait_for_url("**/fr-fr/basket/")
    page.click("a[href$='/checkout/']")
    shopper.fill_details(page, postcode="75003", city="Paris")
    page.wait_for_url("**/checkout/delivery/")
    page.locator("input[value^='collect:']").first.check()
    page.click("form[data-checkout] button.button[type=submit]")
    page.wait_for_url("**/checkout/review/")
    shopper.order_with_demo_bank(page)
    shopper.answer_of_bank(page, "approve")
    shopper.work_off()
    order = Order.objects.get()
    row = Fulfilment.objects.get(order=order)
    collection.make_ready(fulfilment_id=row.pk, by="user:1", at=clock.now())
    page.reload()
    code = collect_code(order.number)
    assert code in page.locator(".order-head").inner_text()
    collection.hand_over(fulfilment_id=row.pk, code=code, by="user:1", at=clock.now())
    shopper.work_off()
    return order


def test_guest_collects_withdraws_by_post_without_script_and_adds_a_photo(no_js_page):
    page = no_js_page
    order = _collected(page)
    page.goto("/fr-fr/withdraw/")
    page.fill("main input[name=number]", order.number)
    page.fill("main input[name=email]", shopper.DETAILS["email"])
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/withdraw/.+/"))
    assert page.locator("main select[name=how] option").count() > 1
    page.locator("main select[name^=units-]").first.select_option("1")
    page.click("main form.stack button[type=submit]")
    page.locator("main button:has-text('Confirmer la rétractation')").click()
    expect(page.locator("main")).to_contain_text(f"{order.number}-R1")
    shopper.shot(page, "withdrawn-no-js")

    page.locator("main a:has-text('Montrez-nous des photos')").first.click()
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(out, "JPEG")
    page.set_input_files("#photos", {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    page.click("main form button[type=submit]")
    expect(page.locator(".photos img")).to_have_count(1)
    shopper.shot(page, "photos-no-js")
    assert ReturnPhoto.objects.count() == 1
