"""Who sells is data: the legal notice, the terms, the footer and the mails say what the market's row says."""

import html
import re

import pytest

from apps.markets import queries
from apps.markets.models import LegalIdentity
from apps.storefront import legal, pages
from apps.storefront.models import StaticPage
from tests.factories.markets import make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]

# The market's law asks for these on its legal notice: LCEN, CEL XII.6, DDG § 5, Electronic Commerce Regulations.
ASKED = {
    "fr-fr": (
        "Maison Halles Démo SAS",
        "RCS Lyon",
        "1 000 €",
        "FR0000",
        "Direction de démonstration",
        "Hébergeur",
        "Médiateur",
    ),
    "fr-be": ("Maison Halles Démo SAS", "RCS Lyon", "BE0000", "Service de Médiation", "SPF Économie"),
    "nl-be": ("Maison Halles Démo SAS", "RCS Lyon", "BE0000", "Consumentenombudsdienst", "FOD Economie"),
    "de-de": (
        "Maison Halles Démo SAS",
        "Demo-Geschäftsführung",
        "RCS Lyon",
        "DE0000",
        "Schlichtungsstelle",
        "Aufsicht",
    ),
    "en-gb": ("Maison Halles Démo SAS", "RCS Lyon", "GB0000", "Demo management"),
}


def text_of(visitor, shop, code):
    """The words of a static page of a shop."""
    market, language = f"halles-{shop[-2:]}", shop[:2]
    slug = pages.slug_of(shop=queries.shop_for_market(market_code=market, language=language), code=code)
    found = re.search(rf'href="(/{shop}/[^"]*{slug}[^"]*)"', visitor.get(f"/{shop}/").content.decode())
    return html.unescape(visitor.get(found[1]).content.decode())


@pytest.mark.parametrize("shop", ASKED)
def test_legal_notice_says_what_the_markets_law_asks_for(visitor, shop):
    told = text_of(visitor, shop, "legal")
    for fact in (*ASKED[shop], "+33 4 00 00 00 01", "bonjour@halles.example", "1 rue de la Démonstration"):
        assert fact in told
    assert "{" not in told.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("shop", ASKED)
def test_terms_name_the_seller_and_leave_no_place_open(visitor, shop):
    told = text_of(visitor, shop, "terms").split("<main")[1].split("</main")[0]
    assert "Maison Halles Démo SAS" in told
    assert "{" not in told


def test_belgian_terms_name_belgian_bodies_and_not_the_french_mediator(visitor):
    told = text_of(visitor, "fr-be", "terms")
    assert "Service de Médiation pour le Consommateur" in told
    assert "SPF Économie" in told
    assert "Médiateur Démo" not in told


def test_french_terms_carry_the_guarantee_box_and_no_other_market_has_it(visitor):
    told = text_of(visitor, "fr-fr", "terms")
    assert "le consommateur n’est tenu d’établir que l’existence du défaut de conformité" in told
    assert "extension de six mois de la garantie initiale" in told
    assert "articles 1641 à 1649 du code civil" in told
    for shop in ("fr-be", "nl-be", "de-de", "en-gb"):
        assert "L. 217-1" not in text_of(visitor, shop, "terms")


def test_british_terms_speak_of_british_law_only(visitor):
    told = text_of(visitor, "en-gb", "terms").split("<main")[1].split("</main")[0]
    assert "Consumer Rights Act 2015" in told
    assert "bonjour@halles.example" in told
    assert not re.search(r"European Union|\bEU\b|mediator|Paris", told)


def test_facts_are_escaped_and_fill_only_known_places():
    shop = make_shop()
    LegalIdentity.objects.update_or_create(
        market_id=shop.market.id, defaults={"name": "<b>Démo & Fils</b>", "mediator": ""}
    )
    queries.forget_snapshot()
    shop = queries.shop_for_market(market_code=shop.market.code, language="fr")
    sections = [
        {"heading": "Vendeur", "paragraphs": ["{company} {market.__class__} {0}"]},
        {"heading": "Médiation", "paragraphs": ["Voir {mediator}."]},
    ]
    assert legal.filled(shop=shop, sections=sections) == (("Vendeur", ("<b>Démo & Fils</b> {market.__class__} {0}",)),)
    queries.forget_snapshot()


def test_a_changed_fact_is_on_the_page_without_touching_its_text(visitor):
    before = list(StaticPage.objects.order_by("id").values_list("sections", flat=True))
    LegalIdentity.objects.filter(market__code="halles-de").update(vat_id="DE111", host="<i>Demo</i>")
    queries.forget_snapshot()
    slug = pages.slug_of(shop=queries.shop_for_market(market_code="halles-de", language="de"), code="legal")
    found = re.search(rf'href="(/de-de/[^"]*{slug}[^"]*)"', visitor.get("/de-de/").content.decode())[1]
    told = visitor.get(found).content.decode()
    queries.forget_snapshot()
    assert "DE111" in told
    assert "&lt;i&gt;Demo" in told
    assert "<i>Demo" not in told
    assert list(StaticPage.objects.order_by("id").values_list("sections", flat=True)) == before
