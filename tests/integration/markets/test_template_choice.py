"""Every override renders what its base renders, differently; and one brand's choice is never the other's."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from apps.markets import context, queries
from apps.storefront import templates_by_market
from tests.factories.markets import make_shop

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR) / "templates"
OVERRIDES = sorted(
    str(path.relative_to(ROOT)) for folder in ("brands", "markets") for path in (ROOT / folder).rglob("*.html")
)
PRICE = SimpleNamespace(
    amount_text="12,50 €",
    prior_text="",
    saving_text="",
    from_text="",
    net_text="",
    prior_note="",
    unit_text="",
    tax_line="inkl. MwSt.",
    shipping_url="/de-de/pages/versand/",
    shipping_label="zzgl. Versand",
)
CONTEXTS = {
    "storefront/buy_specs.html": {"product": SimpleNamespace(sku="KET-1", specs=["1,7 l"])},
    "components/price.html": {"price": PRICE, "big": True},
    "components/wordmark.html": {},
    "components/product_card.html": {
        "card": SimpleNamespace(
            url="/fr-fr/p/x/",
            name="Bouilloire Degré",
            charm="Le thé vert",
            sku="KET-1",
            specs=["1,7 l"],
            badge="",
            picture=None,
            price=PRICE,
            stock=SimpleNamespace(text="En stock", tone="good", detail=""),
            swatches=(),
            more_swatches="",
        )
    },
}


def _parts(name):
    folder, owner, rest = name.split("/", 2)
    return folder, owner, rest


@pytest.fixture
def shops():
    """One shop of each brand in France and in Germany, as the demo opens them."""
    made = {}
    for brand in ("halles", "volt"):
        made[brand, "fr"] = make_shop(brand=brand, country="FR")
        made[brand, "de"] = make_shop(brand=brand, country="DE", language="de", template_set="de")
    queries.forget_snapshot()
    return {key: queries.shop_for(brand_code=key[0], code=shop.code) for key, shop in made.items()}


def test_there_is_a_real_override_for_a_brand_and_for_a_market():
    assert {_parts(name)[0] for name in OVERRIDES} == {"brands", "markets"}


@pytest.mark.parametrize("name", OVERRIDES)
def test_override_stands_over_a_base_and_is_tested_here(name):
    base = _parts(name)[2]
    assert (ROOT / base).is_file(), "an override of nothing is never chosen"
    assert base in CONTEXTS, "give this override a context in this module"


@pytest.mark.parametrize("name", OVERRIDES)
def test_override_renders_from_the_context_of_its_base_and_differs(name, shops):
    folder, owner, base = _parts(name)
    given = CONTEXTS[base]
    with context.using(shop=shops["halles", "fr"]):
        plain = templates_by_market.pick(name=base, brand="halles", template_set="").render(dict(given))
        brand, chosen_set = (owner, "") if folder == "brands" else ("halles", owner)
        picked = templates_by_market.pick(name=base, brand=brand, template_set=chosen_set)
        own = picked.render(dict(given))
    assert picked.template.name == name
    assert own.strip() != plain.strip() != ""
    for value in ("12,50", "Bouilloire Degré"):  # what both must say
        assert (value in own) == (value in plain)


def test_german_price_names_tax_and_delivery_and_the_french_one_does_not(shops):
    with context.using(shop=shops["halles", "de"]):
        german = templates_by_market.pick(name="components/price.html").render({"price": PRICE})
    with context.using(shop=shops["halles", "fr"]):
        french = templates_by_market.pick(name="components/price.html").render({"price": PRICE})
    assert ('<a href="/de-de/pages/versand/">zzgl. Versand</a>' in german, "Versand" in french) == (True, False)


def test_choice_is_remembered_per_brand_and_set_and_never_leaks(shops):
    def chosen():
        found = {}
        for key, shop in shops.items():
            with context.using(shop=shop):
                found[key] = (
                    templates_by_market.pick(name="components/wordmark.html").template.name,
                    templates_by_market.pick(name="components/price.html").template.name,
                )
        return found

    expected = {
        ("halles", "fr"): ("components/wordmark.html", "components/price.html"),
        ("halles", "de"): ("components/wordmark.html", "markets/de/components/price.html"),
        ("volt", "fr"): ("brands/volt/components/wordmark.html", "components/price.html"),
        ("volt", "de"): ("brands/volt/components/wordmark.html", "markets/de/components/price.html"),
    }
    assert (chosen(), chosen()) == (expected, expected)
