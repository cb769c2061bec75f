"""Valid HTML on the pages that belong to one visitor, and the rules' own proof. Public pages: see `test_every_page`."""

from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from apps.core import clock
from apps.core.testing import drain_outbox
from apps.orders.models import MailLog
from tests.demo_shop import demo_module  # noqa: F401 -- a fixture
from tests.html_rules import mistakes
from tests.integration.storefront import buying

GOOD = '<!doctype html><html lang="fr"><head><title>x</title></head><body><h1>a</h1>{}</body></html>'


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<p id=a>x</p><p id=a>y</p>", "id 'a' stands 2 times"),
        ("<h1>b</h1>", "the page has 2 h1"),
        ("<h3>b</h3>", "a heading of level 3 follows one of level 1"),
        ("<input name=q>", "the field 'q' has no label"),
        ('<img src="x" width="1" height="1">', "the picture 'x' has no alt"),
        ('<a href="">x</a>', "a a with an empty href: 'x'"),
        ('<a href="#gone">x</a>', "a link leads to '#gone', which is not there"),
        ("<ul><p>x</p></ul>", "a ul holds p"),
        ("<script>x()</script>", "an inline script"),
        ("<button type=submit> </button>", "a button has no words: {'type': 'submit'}"),
    ],
)
def test_rule_finds_the_mistake_it_is_for(markup, said):
    assert mistakes(GOOD.format("")) == []
    assert mistakes(GOOD.format(markup)) == [said]


def test_markup_that_browsers_repair_silently_is_a_mistake():
    assert len(mistakes(GOOD.format("<p><div>x</div></p>"))) == 1


@pytest.fixture
def seen():
    """Keeps what is wrong with each page it is shown."""
    found = {}

    def look(name, response, status=200):
        wrong = [] if response.status_code == status else [f"status {response.status_code}"]
        wrong += mistakes(response.content.decode())
        if wrong:
            found[name] = wrong

    look.found = found
    return look


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_module")
@pytest.mark.parametrize(
    ("shop", "host", "postcode"), [("fr-fr", "localhost", "69003"), ("de-de", "volt.localhost", "50667")]
)
def test_pages_from_basket_to_order_and_account_are_valid(seen, shop, host, postcode):
    cache.clear()
    visitor = Client(HTTP_HOST=host, HTTP_SEC_FETCH_SITE="same-origin")
    brand = "volt" if host.startswith("volt") else "halles"
    for product_id in buying.sellable(market=f"{brand}-{shop[-2:]}", many=2):
        buying.add(visitor, product_id, shop=shop)
    seen("basket", visitor.get(f"/{shop}/basket/"))
    seen("voucher refused", visitor.post(f"/{shop}/basket/voucher/", {"code": "NOPE"}), 422)
    seen("details", visitor.get(f"/{shop}/checkout/"))
    seen("details refused", visitor.post(f"/{shop}/checkout/", {"email": "x"}), 422)
    review = buying.to_review(visitor, shop=shop, postcode=postcode)
    seen("delivery", visitor.get(f"/{shop}/checkout/delivery/"))
    seen("delivery refused", visitor.post(f"/{shop}/checkout/delivery/", {"delivery": "none"}), 422)
    seen("review", review)
    seen("review refused", buying.place(visitor, review, shop=shop, confirmed_total="1.00 EUR"), 409)
    placed = buying.place(visitor, buying.to_review(visitor, shop=shop, postcode=postcode), shop=shop)
    bank = urlsplit(placed.headers["Location"]).path
    seen("demo bank", visitor.get(bank))
    pending = visitor.post(bank, {"answer": "delay"}).headers["Location"].partition(f"/{shop}/")[2]
    seen("being confirmed", visitor.get(f"/{shop}/{pending}"))
    seen("contact refused", visitor.post(f"/{shop}/contact/", {"email": "x"}), 422)
    seen("contact sent", visitor.post(f"/{shop}/contact/", {"name": "Demo", "email": "a@example.com", "message": "x"}))
    seen("lookup refused", visitor.post(f"/{shop}/orders/", {"number": "x"}), 422)
    seen("sign in refused", visitor.post(f"/{shop}/account/login/", {"login": "x", "password": "y"}))
    seen("not found", visitor.get(f"/{shop}/nothing/"), 404)
    visitor.post(f"/{shop}/account/login/", {"login": "shopper@demo.example", "password": "demo-shopper-1"})
    for path in ("", "orders/", "email/", "password/change/", "logout/"):
        seen(f"account {path}", visitor.get(f"/{shop}/account/{path}"))
    drain_outbox(at=clock.now())
    seen("mails", visitor.get("/demo-mail/"))
    seen("mail", visitor.get(f"/demo-mail/{MailLog.objects.latest('pk').pk}/"))
    assert seen.found == {}
