"""Which brand answers for a host, which shop for a prefix, and how long a process believes what it read."""

import pytest
from django.urls import NoReverseMatch, reverse

from apps.markets import context, middleware, queries
from apps.markets.enums import LaunchState
from apps.markets.errors import NoCurrentShop, UnknownShop
from apps.markets.models import Brand, Market
from tests.factories.markets import make_brand, make_market, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops():
    """Two brands; the first one answers for unknown hosts, and has two languages in Belgium."""
    make_market(brand="halles", country="FR", languages={"fr": ["en"]})
    make_market(brand="halles", country="BE", languages={"fr": ["en"], "nl": ["en", "fr"]})
    make_market(brand="volt", country="FR", languages={"fr": ["en"]})
    queries.forget_snapshot()


@pytest.fixture
def shop_asked(rf, settings, shops):
    """Brand and shop that the middleware finds for a host and a path."""
    settings.ALLOWED_HOSTS = ["*"]
    seen = {}

    def answer(request):
        from django.http import HttpResponse

        seen["found"] = (request.brand.code if request.brand else None, request.shop.code if request.shop else None)
        seen["current"] = context.current_or_none()
        return HttpResponse()

    def ask(host, path):
        middleware.MarketMiddleware(answer)(rf.get(path, HTTP_HOST=host))
        assert context.current_or_none() is None  # nothing stays bound after the answer
        return seen["found"]

    return ask


@pytest.mark.parametrize(
    ("host", "path", "found"),
    [
        ("halles.localhost", "/fr-fr/", ("halles", "fr-fr")),
        ("halles.localhost:8000", "/nl-be/c/x/", ("halles", "nl-be")),
        ("VOLT.localhost", "/fr-fr/", ("volt", "fr-fr")),
        ("volt.localhost", "/fr-fr", ("volt", "fr-fr")),
        ("unknown.example", "/fr-be/", ("halles", "fr-be")),
        ("volt.localhost", "/fr-be/", ("volt", None)),  # the other brand sells there, this one does not
        ("halles.localhost", "/nl-fr/", ("halles", None)),
        ("halles.localhost", "/FR-FR/", ("halles", None)),
        ("halles.localhost", "/fr-frx/", ("halles", None)),
        ("halles.localhost", "/admin/", ("halles", None)),
        ("halles.localhost", "/", ("halles", None)),
    ],
)
def test_brand_is_found_by_host_and_shop_by_prefix(shop_asked, host, path, found):
    assert shop_asked(host, path) == found


def test_market_in_draft_is_no_shop_for_visitors_and_a_404(client, shops):
    Market.objects.filter(code="halles-be").update(launch_state=LaunchState.DRAFT)
    queries.forget_snapshot()
    assert client.get("/fr-be/", headers={"host": "halles.localhost"}).status_code == 404
    assert client.get("/fr-fr/", headers={"host": "halles.localhost"}).status_code == 200
    assert [shop.code for shop in queries.live_shops(brand_code="halles")] == ["fr-fr"]


def test_unknown_shop_and_market_are_refused_by_name(shops):
    with pytest.raises(UnknownShop):
        queries.shop_for(brand_code="volt", code="nl-be")
    with pytest.raises(UnknownShop):
        queries.market_by_code(code="volt-be")


def test_shop_for_market_falls_back_to_the_default_language(shops):
    assert queries.shop_for_market(market_code="halles-be", language="nl").code == "nl-be"
    assert queries.shop_for_market(market_code="halles-be", language="de").code == "fr-be"


def test_shop_knows_its_tag_prefix_and_text_chain(shops):
    shop = queries.shop_for(brand_code="halles", code="nl-be")
    assert (shop.locale_tag, shop.prefix, shop.text_chain) == ("nl-BE", "/nl-be/", ("nl", "en", "fr"))


def test_snapshot_costs_no_query_while_it_is_fresh(shops, django_assert_num_queries):
    queries.snapshot()
    with django_assert_num_queries(0):
        queries.snapshot()
        queries.shop_for(brand_code="halles", code="fr-fr")
        queries.brand_for_host(host="volt.localhost")


@pytest.mark.parametrize("markets", [1, 3])
def test_snapshot_costs_four_queries_whatever_the_number_of_markets(markets, django_assert_num_queries):
    for country in ("FR", "BE", "DE")[:markets]:
        make_market(country=country)
    queries.forget_snapshot()
    with django_assert_num_queries(4):
        queries.snapshot()


def test_snapshot_is_believed_until_its_time_is_over_or_it_is_forgotten(shops, later):
    assert queries.brand_for_host(host="new.example").code == "halles"
    Brand.objects.filter(code="volt").update(hosts=["new.example"])
    assert queries.brand_for_host(host="new.example").code == "halles"
    queries.forget_snapshot()
    assert queries.brand_for_host(host="new.example").code == "volt"
    Brand.objects.filter(code="volt").update(hosts=["volt.localhost"])
    later(queries.SNAPSHOT_TTL_S - 0.01)
    assert queries.brand_for_host(host="new.example").code == "volt"
    later(0.01)
    assert queries.brand_for_host(host="new.example").code == "halles"


def test_reverse_gives_the_prefix_of_the_current_shop(shops):
    assert reverse("basket") == "/-/basket/"
    for code in ("fr-fr", "fr-be", "nl-be", "fr-fr"):  # two of them in one language
        with context.using(shop=queries.shop_for(brand_code="halles", code=code)):
            assert reverse("basket") == f"/{code}/basket/"


def test_reverse_inside_using_comes_back_to_the_outer_shop(shops):
    with context.using(shop=queries.shop_for(brand_code="halles", code="fr-fr")):
        with context.using(shop=queries.shop_for(brand_code="halles", code="nl-be")):
            pass
        assert reverse("home") == "/fr-fr/"


def test_without_a_shop_nothing_pretends_to_be_one(client, shops):
    with pytest.raises(NoCurrentShop):
        context.current()
    assert reverse("basket") == "/-/basket/"  # leads nowhere, on purpose
    assert client.get("/-/basket/", headers={"host": "halles.localhost"}).status_code == 404


def test_unknown_name_is_no_address(shops):
    with context.using(shop=queries.shop_for(brand_code="halles", code="fr-fr")), pytest.raises(NoReverseMatch):
        reverse("no_such_page")


def test_only_one_brand_answers_for_unknown_hosts():
    from django.db import IntegrityError, transaction

    make_brand(code="halles")
    with pytest.raises(IntegrityError, match="brand_one_default"), transaction.atomic():
        make_brand(code="volt", is_default=True)


def test_market_of_a_shop_carries_the_rates_of_today():
    shop = make_shop(country="BE", tax={"standard": "21", "zero": "0"})
    assert {name: str(rate) for name, rate in shop.market.tax_percent.items()} == {
        "standard": "21.000",
        "zero": "0.000",
    }
