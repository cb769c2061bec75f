"""Whatever stands in an address, a page answers in the shop's look and never with a 500."""

import pytest

from tests import page_kinds
from tests.html_rules import mistakes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
QUERIES = [
    "page=99999999999999999999",
    "page=-1",
    "page=0",
    "page=abc",
    "page=2000",
    "page=%00",
    "min_price=abc",
    "min_price=-5",
    "min_price=1e9999",
    "min_price=NaN",
    "max_price=Infinity",
    "min_price=99999999999999999999999",
    "max_price=%00",
    "min_price=50&max_price=1",
    "sort=name%3BDROP+TABLE",
    "sort=",
    "colour=%00",
    "colour=nothing",
    "colour=' OR 1=1 --",
    "colour=" + "x" * 5000,
    "nothing=at-all",
    "q=%00",
    "q=" + "a" * 10_000,
    "q=%27%20OR%201%3D1%20--",
    "q=%F0%9F%92%A9",
    "q=%ff%fe",
    "q=(((",
    "q=%22",
    "q=%5C",
    "q=-",
    "q=!%26%7C",
    "q=" + "+a" * 500,
    "&".join(f"p{n}=1" for n in range(200)),
    "colour=a&" * 100,
    "variant=%00",
    "variant=" + "x" * 5000,
    "q=<script>alert(1)</script>",
    "q=%25%25%25",
    "=",
    "&&&",
    "%",
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_rubbish_in_the_query_never_breaks_a_page(visitor, query):
    urls = page_kinds.public(page_kinds.shop_of("fr-fr"))
    for kind in ("department", "search", "product", "home", "static page"):
        response = visitor.get(f"{urls[kind].partition('?')[0]}?{query}")
        assert response.status_code in {200, 404}, kind
        assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "p/%00/",
        "c/' OR 1=1/",
        "p/" + "x" * 5000 + "/",
        "pages/nothing/",
        "orders/%ff/",
        "nothing",
        "basket/99999999999999999999999/",
        "c/../../etc/passwd",
        "account/orders/%00/",
    ],
)
def test_address_that_leads_nowhere_is_a_404_in_the_shops_look(visitor, path):
    response = visitor.get(f"/fr-fr/{path}")
    assert response.status_code in {302, 404, 405}
    if response.status_code == 404:
        assert mistakes(response.content.decode()) == []
        assert 'class="brand-halles' in response.content.decode()


def test_missing_page_of_the_other_brand_wears_its_look(visitor):
    response = visitor.get("/de-de/nothing/", HTTP_HOST="volt.localhost")
    assert response.status_code == 404
    assert 'lang="de-DE"' in response.content.decode()
    assert 'class="brand-volt' in response.content.decode()


def test_failure_shows_a_page_of_its_own_that_needs_nothing(visitor, monkeypatch):
    def fail(**_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("apps.storefront.pages.blocks", fail)
    visitor.raise_request_exception = False
    response = visitor.get("/fr-fr/")
    assert response.status_code == 500
    assert mistakes(response.content.decode()) == []
    assert "secret detail" not in response.content.decode()


def test_every_page_carries_the_headers_that_protect_its_reader(visitor):
    for kind, url in page_kinds.public(page_kinds.shop_of("fr-fr")).items():
        headers = visitor.get(url).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy, kind
        assert "unsafe" not in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert headers["X-Content-Type-Options"] == "nosniff", kind
        assert headers["Referrer-Policy"] in {"strict-origin-when-cross-origin", "same-origin"}, kind
        assert headers["X-Frame-Options"] == "DENY", kind
