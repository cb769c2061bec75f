"""What search engines read: one address per page, equals that name each other, prices that are true."""

import json
import re

import pytest

from apps.catalog import publication
from apps.catalog.models import ProductContent, Publication
from apps.core import clock
from apps.markets import queries as markets
from apps.markets.enums import LaunchState
from apps.markets.models import Market
from tests import page_kinds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
LINKED = ("home", "department", "category", "product", "stores", "contact", "static page")


def _alternates(page):
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))


def _get(visitor, url):
    response = visitor.get(url.removeprefix("http://localhost"))
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.mark.parametrize("kind", LINKED)
def test_equals_name_each_other_and_lead_to_live_pages(visitor, kind):
    url = page_kinds.public(page_kinds.shop_of("fr-fr"))[kind]
    found = _alternates(_get(visitor, url))
    assert {"fr-FR", "nl-BE", "en-GB"} < set(found)
    # For everybody else: the page that offers all shops; of a page that is not there, the one in English.
    assert found["x-default"] == ("http://localhost/" if kind == "home" else found["en-GB"])
    assert found["fr-FR"] == f"http://localhost{url}"
    for tag, other in found.items():
        if tag != "x-default":
            assert _alternates(_get(visitor, other)) == found, tag


def test_variant_points_at_its_product_which_names_the_equals(visitor):
    url = page_kinds.public(page_kinds.shop_of("fr-fr"))["product with variants"]
    page = _get(visitor, url)
    variant = re.search(rf'href="({re.escape(url)}\?variant=[^"]+)"', page)[1]
    chosen = _get(visitor, variant)
    assert f'<link rel="canonical" href="http://localhost{url}">' in chosen
    assert (bool(_alternates(page)), _alternates(chosen)) == (True, {})


@pytest.mark.parametrize("page", ["contact", "withdraw"])
def test_forms_that_everybody_may_need_are_listed(visitor, page):
    assert 'name="robots"' not in _get(visitor, f"/fr-fr/{page}/?utm_source=letter")


def test_market_in_draft_is_no_equal_of_any_page(visitor):
    Market.objects.filter(code="halles-de").update(launch_state=LaunchState.DRAFT)
    markets.forget_snapshot()
    try:
        for kind in LINKED:
            assert "de-DE" not in _alternates(_get(visitor, page_kinds.public(page_kinds.shop_of("fr-fr"))[kind]))
        assert "/sitemaps/de-de-products.xml" not in visitor.get("/sitemap.xml").content.decode()
        assert visitor.get("/sitemaps/de-de-products.xml").status_code == 404
    finally:
        Market.objects.filter(code="halles-de").update(launch_state=LaunchState.LIVE)
        markets.forget_snapshot()


@pytest.mark.parametrize("kind", [*LINKED, "product with variants"])
def test_page_is_its_own_canonical(visitor, kind):
    url = page_kinds.public(page_kinds.shop_of("fr-fr"))[kind]
    for asked in (url, f"{url}?utm_source=x"):
        if kind in {"department", "category", "contact"} and asked != url:
            continue  # a list's query is its filter, a form's query its first words
        assert f'<link rel="canonical" href="http://localhost{url}">' in _get(visitor, asked)


def test_filtered_and_found_lists_are_not_listed_by_search_engines(visitor):
    urls = page_kinds.public(page_kinds.shop_of("fr-fr"))
    for kind in ("listing filtered", "search", "basket empty", "sign in"):
        page = _get(visitor, urls[kind])
        assert '<meta name="robots" content="noindex' in page
        assert 'rel="canonical"' not in page


def test_sitemaps_list_every_published_page_of_live_shops_and_each_opens(visitor):
    index = re.findall(r"<loc>([^<]+)</loc>", visitor.get("/sitemap.xml").content.decode())
    assert len(index) == 5 * 3
    for kind in ("products", "categories", "pages"):
        answer = b"".join(visitor.get(f"/sitemaps/nl-be-{kind}.xml").streaming_content).decode()
        listed = re.findall(r"<loc>([^<]+)</loc>", answer)
        assert len(listed) == len(set(listed)) > 0
        assert all(url.startswith("http://localhost/nl-be/") for url in listed)
        for url in listed[:5]:
            _get(visitor, url)
        if kind == "products":
            assert len(listed) == Publication.objects.filter(market__code="halles-be", language="nl").count()
    assert visitor.get("/sitemaps/fr-de-products.xml").status_code == 404


def test_renamed_product_leads_from_its_old_address_to_the_new_one(visitor):
    old = page_kinds.product_urls(page_kinds.shop_of("fr-fr"))[0]
    row = Publication.objects.get(market__code="halles-fr", language="fr", slug=old.rstrip("/").rsplit("/", 1)[-1])
    ProductContent.objects.filter(product_id=row.product_id, language="fr").update(slug="un-nouveau-nom")
    publication.publish_now(root_ids=[row.product_id], at=clock.now())
    response = visitor.get(old)
    assert (response.status_code, response.headers["Location"]) == (301, "/fr-fr/p/un-nouveau-nom/")
    assert visitor.get("/fr-fr/p/un-nouveau-nom/").status_code == 200


@pytest.mark.parametrize("kind", ["product", "product with variants"])
@pytest.mark.parametrize("code", ["fr-fr", "en-gb"])
def test_price_for_search_engines_is_the_price_shown(visitor, kind, code):
    page = _get(visitor, page_kinds.public(page_kinds.shop_of(code))[kind])
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    things = data if isinstance(data, list) else data.get("@graph", [data])
    product = next(thing for thing in things if thing["@type"] in {"Product", "ProductGroup"})
    shown = re.search(r'class="price[^"]* big">.*?class="price-now">([^<]+)<', page, re.DOTALL)[1]
    offers = [each["offers"] for each in product.get("hasVariant", [product])]
    digits = re.sub(r"\D", "", shown)
    assert digits in {re.sub(r"\D", "", offer["price"]) for offer in offers}
    assert {offer["priceCurrency"] for offer in offers} == {"EUR" if code == "fr-fr" else "GBP"}


def test_entry_offers_the_best_shop_and_sends_nobody_anywhere(visitor):
    for wish, tag in (
        ("nl", "nl-BE"),
        ("fr-BE, fr;q=0.8", "fr-BE"),
        ("de", "de-DE"),
        ("en-US", "en-GB"),
        ("ja", "fr-FR"),
        ("", "fr-FR"),
        ("x" * 5000, "fr-FR"),
        ("en-GB;q=0.1, de;q=0.9", "de-DE"),
    ):
        response = visitor.get("/", headers={"accept-language": wish})
        assert response.status_code == 200
        assert f'<html lang="{tag}">' in response.content.decode(), wish
        assert "Accept-Language" in response.headers["Vary"]
        for prefix in ("/fr-fr/", "/fr-be/", "/nl-be/", "/de-de/", "/en-gb/"):
            assert f'href="{prefix}"' in response.content.decode()


def test_switcher_leads_to_the_same_page_in_every_other_shop(visitor):
    url = page_kinds.public(page_kinds.shop_of("fr-fr"))["product"]
    page = _get(visitor, url)
    switcher = re.search(r'<details class="switcher".*?</details>', page, re.DOTALL)[0]
    links = dict(re.findall(r'<a href="([^"]+)" hreflang="([^"]+)"', switcher))
    assert set(links.values()) == {"fr-FR", "fr-BE", "nl-BE", "de-DE", "en-GB"}
    for link in links:
        assert "/p/" in link
        _get(visitor, link)
    assert 'href="/nl-be/contact/"' in _get(visitor, "/fr-fr/contact/")


def test_facets_narrow_to_what_their_counts_promise(visitor):
    page = _get(visitor, "/fr-fr/search/")
    box = re.search(r'<input type="checkbox" name="(\w+)" value="([\w-]+)">.*?<small>(\d+)</small>', page, re.DOTALL)
    total = int(re.search(r'class="count-text"[^>]*>(\d+)', page)[1])
    narrowed = _get(visitor, f"/fr-fr/search/?{box[1]}={box[2]}")
    assert int(re.search(r'class="count-text"[^>]*>(\d+)', narrowed)[1]) == int(box[3]) < total
