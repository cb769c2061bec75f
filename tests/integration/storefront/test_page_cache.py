"""Pages that are the same for everybody: what they cost, when they are kept, and that a dead cache harms nobody."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.publication import versions
from apps.inventory import queries as stock
from apps.markets import queries as markets
from apps.orders import delivery
from apps.storefront import pages
from tests import page_kinds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
CACHEABLE = ["home", "department", "category", "listing filtered", "search", "product", "static page", "stores"]


def _urls(code="fr-fr", brand="halles"):
    return page_kinds.public(page_kinds.shop_of(code, brand))


def _keys():
    return set(cache._cache.get_client().keys("*page:*"))


@pytest.mark.parametrize("kind", CACHEABLE)
def test_page_from_the_cache_costs_no_query_and_is_equal(visitor, kind, django_assert_num_queries):
    url = _urls()[kind]
    first = visitor.get(url)
    with django_assert_num_queries(0):
        second = visitor.get(url)
    assert second.content == first.content
    for header in ("Content-Type", "Vary", "Content-Language", "Content-Security-Policy", "Link"):
        assert second.headers.get(header) == first.headers.get(header)


@pytest.mark.parametrize("kind", CACHEABLE)
def test_page_sets_no_cookie_and_asks_for_none(visitor, kind):
    for _ in range(2):
        response = visitor.get(_urls()[kind])
        assert dict(response.cookies) == {}
        assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize("kind", ["home", "search", "product"])
def test_visitor_with_cookies_gets_the_very_same_page(visitor, kind):
    plain = visitor.get(_urls()[kind])
    cache.clear()
    known = Client(HTTP_HOST="localhost")
    known.cookies[settings.SESSION_COOKIE_NAME] = "anything"
    known.cookies["basket-halles-fr"] = "forged~basket"
    assert known.get(_urls()[kind]).content == plain.content


def test_pages_are_kept_apart_by_brand_shop_query_and_fragment(visitor):
    answers = []
    for headers, url in [
        ({"HTTP_HOST": "localhost"}, "/fr-fr/search/"),
        ({"HTTP_HOST": "localhost"}, "/fr-fr/search/?page=2"),
        ({"HTTP_HOST": "localhost"}, "/fr-be/search/"),
        ({"HTTP_HOST": "localhost"}, "/nl-be/search/"),
        ({"HTTP_HOST": "volt.localhost"}, "/fr-fr/search/"),
        ({"HTTP_HOST": "localhost", "HTTP_HX_REQUEST": "true"}, "/fr-fr/search/"),
    ]:
        before = _keys()
        answers.append(visitor.get(url, **headers).content)
        assert len(_keys() - before) == 1, url
        before = _keys()
        assert visitor.get(url, **headers).content == answers[-1]
        assert _keys() == before
    assert len(set(answers)) == len(answers)


def test_addresses_of_a_page_are_those_of_the_host_it_was_asked_under(visitor):
    url = _urls()["product"]
    for host in ("localhost", "halles.localhost", "localhost:8000"):
        page = visitor.get(url, HTTP_HOST=host).content.decode()
        assert f'<link rel="canonical" href="http://{host}{url}">' in page


def test_going_back_in_the_history_gets_the_whole_page_and_never_the_kept_fragment(visitor):
    fragment = visitor.get("/fr-fr/search/", HTTP_HX_REQUEST="true").content.decode()
    whole = visitor.get(
        "/fr-fr/search/", HTTP_HX_REQUEST="true", HTTP_HX_HISTORY_RESTORE_REQUEST="true"
    ).content.decode()
    assert ("<html" in fragment, "<html" in whole) == (False, True)
    assert "HX-Request" in visitor.get("/fr-fr/search/").headers["Vary"]


@pytest.mark.parametrize(
    "url",
    [
        "/fr-fr/basket/",
        "/fr-fr/basket/count/",
        "/fr-fr/orders/",
        "/fr-fr/contact/",
        "/fr-fr/account/login/",
        "/fr-fr/p/nothing-here/",
        "/fr-fr/c/nothing-here/",
    ],
)
def test_private_and_missing_pages_are_never_kept(visitor, url):
    visitor.get(url)
    assert _keys() == set()


def test_answer_to_an_endless_query_is_not_kept(visitor):
    assert visitor.get("/fr-fr/search/?q=e&x=" + "y" * 500).status_code == 200
    assert _keys() == set()


@pytest.fixture
def dead_cache(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "config.cache.ForgivingRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"serializer": "config.cache.JsonSerializer", "socket_connect_timeout": 0.2},
        }
    }


def test_shop_serves_every_page_while_the_cache_is_down(visitor, dead_cache):
    urls = page_kinds.public(page_kinds.shop_of("fr-fr"))
    assert {kind: visitor.get(url).status_code for kind, url in urls.items()} == dict.fromkeys(urls, 200)


def test_basket_works_while_the_cache_is_down(visitor, dead_cache):
    from apps.catalog.models import Publication

    product_id = Publication.objects.filter(market__code="halles-fr").values_list("product_id", flat=True)[0]
    visitor.post("/fr-fr/basket/add/", {"product": product_id, "quantity": 1})
    assert visitor.get("/fr-fr/basket/").status_code == 200


KEPT_FOR = (
    (versions, "MAX_AGE_S"),
    (pages, "BLOCKS_TTL_S"),
    (markets, "SNAPSHOT_TTL_S"),
    (delivery, "METHODS_TTL_S"),
    (stock, "LOCATIONS_TTL_S"),
)
LIMITS = {"home": 3, "department": 4, "category": 4, "listing filtered": 4, "search": 4, "product": 3}


@pytest.mark.parametrize(("kind", "limit"), LIMITS.items())
def test_page_that_is_not_kept_stays_within_its_queries_and_writes_nothing(visitor, settings, monkeypatch, kind, limit):
    settings.PAGE_CACHE = False
    # What a process reads again after a second or ten is not counted, however slow the machine is.
    for module, name in KEPT_FOR:
        monkeypatch.setattr(module, name, 3600.0)
    url = _urls()[kind]
    visitor.get(url)  # what a process keeps (menus, words) is there
    with CaptureQueriesContext(connection) as seen:
        assert visitor.get(url).status_code == 200
    assert len(seen) <= limit, [query["sql"][:100] for query in seen]
    assert [
        query["sql"] for query in seen if not query["sql"].strip("( \n").upper().startswith(("SELECT", "WITH"))
    ] == []
