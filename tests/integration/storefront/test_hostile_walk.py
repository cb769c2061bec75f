"""Every address of the project is given rubbish in its path, query, form, cookies, headers and method: never a 500."""

from itertools import count
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import hostile, page_kinds
from tests.integration.storefront.buying import DETAILS, add, sellable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
SHOP = "fr-fr"
# Server errors that are meant: a provider that is not set up is "not available", with no trace of why.
MEANT = frozenset({503})
ROUTES = sorted({route for route, _pattern in hostile.patterns()})
SHOP_ROUTES = [route for route in ROUTES if not route.startswith("admin/")]
ADMIN_ROUTES = [route for route in ROUTES if route.startswith("admin/")]
_addresses = count(1)


def browser(actor):
    """A visitor with a basket half-way through the checkout, a signed-in shopper, or staff who may do everything."""
    client = Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin", raise_request_exception=False)
    if actor == "staff":
        client.force_login(get_user_model().objects.filter(is_superuser=True).first(), BACKEND)
        return client
    if actor == "shopper":
        client.force_login(get_user_model().objects.get(email="shopper@demo.example"), BACKEND)
    add(client, sellable()[0])
    client.post(f"/{SHOP}/checkout/", DETAILS)
    return client


BACKEND = "django.contrib.auth.backends.ModelBackend"


def ask(client, method, url, **sent):
    """Send one request from an address of its own, so that no limit on tries hides what lies behind it."""
    number = next(_addresses)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return client.generic(method, url, REMOTE_ADDR=address, **sent)


def post(client, url, data):
    number = next(_addresses)
    return client.post(url, data, REMOTE_ADDR=f"11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")


def broken(response):
    """Whether an answer is a failure, or carries rubbish where it could do harm."""
    if response.status_code >= 500 and response.status_code not in MEANT:
        return True
    if response.headers.get("Location", "").startswith(("//", "javascript:", "https://evil", "http://evil")):
        return True
    if "Set-Cookie" in str(response.cookies.get("owned", "")):
        return True
    html = response.headers.get("Content-Type", "").startswith("text/html")
    return html and not response.streaming and b"<script>alert(1)" in response.content


def few(rubbish, actor):
    """All of it for strangers; every fourth for staff, whose pages are many and slow."""
    return rubbish[::4] if actor == "staff" else rubbish


def told(failures):
    """The failures as lines a person can repeat."""
    return "\n".join(f"{status} {method} {url[:150]!r} {what}" for status, method, url, what in failures)


ACTORS = [
    pytest.param("visitor", SHOP_ROUTES, id="visitor in the shop"),
    pytest.param("shopper", SHOP_ROUTES, id="shopper in the shop"),
    pytest.param("staff", ADMIN_ROUTES, id="staff in the admin"),
]


@pytest.mark.parametrize(("actor", "routes"), ACTORS)
def test_rubbish_in_a_path_is_never_a_failure(actor, routes):
    failures = []
    client = browser(actor)
    for route in filter(hostile.has_parts, routes):
        for segment in few(hostile.SEGMENTS, actor):
            url = hostile.paths(route, shop=SHOP, segment=segment)
            for method in ("GET", "POST"):
                response = ask(client, method, url)
                if broken(response):
                    failures.append((response.status_code, method, url, ""))
        client = browser(actor) if "logout" in route else client
    assert not failures, told(failures)


@pytest.mark.parametrize(("actor", "routes"), ACTORS)
def test_rubbish_in_a_query_is_never_a_failure(actor, routes):
    failures = []
    client = browser(actor)
    for route in routes:
        url = hostile.paths(route, shop=SHOP, segment="1")
        for query in few(hostile.QUERIES, actor):
            response = ask(client, "GET", f"{url}?{query}")
            if broken(response):
                failures.append((response.status_code, "GET", url, query[:60]))
    assert not failures, told(failures)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "HEAD"])
def test_wrong_method_is_never_a_failure(method):
    failures = []
    client = browser("visitor")
    for route in SHOP_ROUTES:
        url = hostile.paths(route, shop=SHOP, segment="1")
        response = ask(client, method, url, data="{}", content_type="application/json")
        if broken(response):
            failures.append((response.status_code, method, url, ""))
    assert not failures, told(failures)


@pytest.mark.parametrize("name", ["session", "csrf", "basket-halles-fr", "django_language", "messages", "sessionid"])
def test_rubbish_in_a_cookie_is_never_a_failure(name):
    failures = []
    for kind, value in hostile.VALUES.items():
        client = browser("visitor")
        # A server never lets raw control characters into a header; whatever else comes, comes as bytes.
        client.cookies[name] = quote(value[:4000], safe="'<>/{}%$*:~", errors="surrogateescape")
        for url in (f"/{SHOP}/", f"/{SHOP}/basket/", f"/{SHOP}/checkout/", f"/{SHOP}/account/login/", "/admin/", "/"):
            response = ask(client, "GET", url)
            if broken(response):
                failures.append((response.status_code, "GET", url, kind))
        response = post(client, f"/{SHOP}/basket/add/", {"product": sellable()[0], "quantity": 1})
        if broken(response):
            failures.append((response.status_code, "POST", "add", kind))
    assert not failures, told(failures)


HEADERS = [
    "HTTP_HOST",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_REFERER",
    "HTTP_ORIGIN",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_HX_REQUEST",
    "HTTP_HX_CURRENT_URL",
    "HTTP_HX_TARGET",
    "HTTP_USER_AGENT",
    "HTTP_ACCEPT",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_RANGE",
    "HTTP_X_CSRFTOKEN",
    "HTTP_X_REQUEST_ID",
    "HTTP_X_CORRELATION_ID",
    "HTTP_X_REQUESTED_WITH",
    "HTTP_AUTHORIZATION",
    "CONTENT_TYPE",
]


@pytest.mark.parametrize("header", HEADERS)
def test_rubbish_in_a_header_is_never_a_failure(header):
    failures = []
    urls = page_kinds.public(page_kinds.shop_of(SHOP))
    kept = {kind: urls[kind] for kind in ("home", "search", "product", "basket empty", "contact", "sign in", "entry")}
    for kind, value in hostile.VALUES.items():
        if any(letter in value for letter in "\x00\r\n"):
            continue
        client = browser("visitor")
        for url in (*kept.values(), "/admin/login/", "/webhooks/demo/", "/robots.txt", f"/{SHOP}/nothing/"):
            for method in ("GET", "POST"):
                response = ask(client, method, url, **{header: value[:8000]})
                if broken(response):
                    failures.append((response.status_code, method, url, kind))
    assert not failures, told(failures)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"a=%ff%fe&quantity=%00&product=%ED%A0%80", "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % number for number in range(5000)), "application/x-www-form-urlencoded"),
        (b"q=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=x"),
        (b"no boundary at all", "multipart/form-data"),
        (b"--x--", "multipart/form-data; boundary=" + "x" * 5000),
        (
            b"".join(
                b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="../../a%d"\r\n\r\n1\r\n' % (n, n)
                for n in range(300)
            )
            + b"--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b'{"a": ' * 5000, "application/json"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "application/xml"),
        (b"q=1", "application/x-www-form-urlencoded; charset=nothing"),
        (b"q=+ADw-script+AD4-", "application/x-www-form-urlencoded; charset=utf-7"),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else value[:40],
)
def test_body_no_browser_would_send_is_never_a_failure(body, kind):
    failures = []
    client = browser("visitor")
    for route in [route for route in SHOP_ROUTES if not hostile.has_parts(route)] + ["webhooks/demo/", "admin/login/"]:
        url = hostile.paths(route, shop=SHOP, segment="1")
        response = ask(client, "POST", url, data=body, content_type=kind)
        if broken(response):
            failures.append((response.status_code, "POST", url, kind))
    assert not failures, told(failures)
