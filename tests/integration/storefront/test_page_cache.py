"""Pages that are the same for everybody: what they cost, when they are kept, and that a dead cache harms nobody."""

import gzip
import json
import time

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from apps.catalog.publication import versions
from apps.storefront import page_cache
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
def test_page_is_sent_packed_to_those_who_read_gzip_and_plain_to_others(visitor, kind):
    url = _urls()[kind]
    plain = visitor.get(url)
    for _ in range(2):
        packed = visitor.get(url, HTTP_ACCEPT_ENCODING="br;q=1.0, gzip;q=0.8, *;q=0.1")
        assert (packed.headers["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", plain.content)
        assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content) / 3
        assert "Accept-Encoding" in packed.headers["Vary"]
        again = visitor.get(url)
        assert ("Content-Encoding" in again.headers, again.content) == (False, plain.content)
        assert "Accept-Encoding" in again.headers["Vary"]


@pytest.mark.parametrize(
    ("said", "reads"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("GZIP;q=0.5", True),
        ("deflate,gzip ; q=1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, br", False),
        ("x-gzip2, notgzip", False),
        ("gzipped", False),
        ("", False),
        ("gzip;q=x", False),
    ],
)
def test_client_reads_gzip_when_it_says_so(said, reads):
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING=said)
    assert page_cache.accepts_gzip(request=request) is reads


def test_private_page_is_never_packed(visitor):
    page = visitor.get("/fr-fr/basket/", HTTP_ACCEPT_ENCODING="gzip")
    assert "Content-Encoding" not in page.headers


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
    page_cache.forget_near()
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


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HX_REQUEST": "1"},
        {"HTTP_HX_REQUEST": "%74rue", "HTTP_HX_REQUEST_URI_AUTOENCODED": "true"},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_HISTORY_RESTORE_REQUEST": "1"},
    ],
)
def test_page_asked_with_forged_headers_never_takes_the_place_of_another(visitor, headers):
    visitor.get("/fr-fr/search/", **headers)
    assert "<html" in visitor.get("/fr-fr/search/").content.decode()
    assert "<html" not in visitor.get("/fr-fr/search/", HTTP_HX_REQUEST="true").content.decode()


def _marked(patterns, route=""):
    """First segment below the shop of every view that is marked as cacheable."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _marked(pattern.url_patterns)
        elif hasattr(pattern.callback, "keep_s"):
            yield str(pattern.pattern).partition("/")[0]


def test_cache_is_asked_for_the_addresses_of_cacheable_views_and_for_no_others():
    assert set(_marked(get_resolver().url_patterns)) == page_cache.SEGMENTS


@pytest.mark.parametrize(
    ("name", "value"),
    [("Vary", "HX-Request, Cookie"), ("Cache-Control", "private, no-store"), ("Set-Cookie", "")],
)
def test_answer_that_belongs_to_one_visitor_is_never_kept_even_by_a_view_marked_so(name, value):
    def view(request):
        request.keep_s = 60
        response = HttpResponse("theirs")
        if name == "Set-Cookie":
            response.set_cookie("who", "me")
        else:
            response.headers[name] = value
        return response

    request = RequestFactory().get("/fr-fr/search/", HTTP_HOST="localhost")
    request.shop = page_kinds.shop_of("fr-fr")
    assert page_cache.PageCacheMiddleware(view)(request).content == b"theirs"
    request.keep_s = 0
    assert page_cache.PageCacheMiddleware(lambda _: HttpResponse("another"))(request).content == b"another"


def _page(*, left_s, size=10):
    head = json.dumps({"until": time.time() + left_s, "headers": []}).encode()
    return head + b"\n" + b"x" * size


def test_page_near_ends_when_the_one_in_valkey_does():
    near = page_cache._Near()
    near.keep(key="over", page=_page(left_s=-0.001))
    near.keep(key="on", page=_page(left_s=60))
    assert (near.get(key="over"), near.get(key="on") is not None) == (None, True)


def test_page_near_is_let_go_after_its_time(monkeypatch):
    near = page_cache._Near()
    page = _page(left_s=60)
    monkeypatch.setattr(page_cache, "NEAR_S", 1e-9)
    near.keep(key="one", page=page)
    assert near.get(key="one") is None


def test_pages_near_stay_within_their_room(monkeypatch):
    monkeypatch.setattr(page_cache, "NEAR_BYTES", 8000)
    near = page_cache._Near()
    for number in range(50):
        near.keep(key=str(number), page=_page(left_s=60, size=600))
        assert near.get(key="0") is not None  # asked for all the time, so it stays
    near.keep(key="huge", page=_page(left_s=60, size=1001))
    assert near.get(key="huge") is None
    assert 7000 < sum(len(page) for _end, page in near._pages.values()) == near._bytes <= 8000


def test_page_of_another_process_s_change_is_built_anew_within_the_age_of_versions(visitor, later):
    url = _urls()["product"]
    slug = url.rstrip("/").rsplit("/", 1)[-1]
    assert visitor.get(url).status_code == 200
    with connection.cursor() as cursor:  # as another process would: nothing here is told
        cursor.execute("DELETE FROM catalogue_publication WHERE slug = %s", [slug])
        cursor.execute("UPDATE catalogue_catalogversion SET version = nextval('catalogue_version_seq')")
    later(versions.MAX_AGE_S)
    assert visitor.get(url).status_code != 200


@pytest.fixture
def dead_cache(settings):
    page_cache.forget_near()
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


LIMITS = {"home": 3, "department": 4, "category": 4, "listing filtered": 4, "search": 4, "product": 3}


@pytest.mark.parametrize(("kind", "limit"), LIMITS.items())
def test_page_that_is_not_kept_stays_within_its_queries_and_writes_nothing(visitor, settings, kind, limit):
    settings.PAGE_CACHE = False
    url = _urls()[kind]
    visitor.get(url)  # what a process keeps (menus, words) is there
    with CaptureQueriesContext(connection) as seen:
        assert visitor.get(url).status_code == 200
    assert len(seen) <= limit, [query["sql"][:100] for query in seen]
    assert [
        query["sql"] for query in seen if not query["sql"].strip("( \n").upper().startswith(("SELECT", "WITH"))
    ] == []
