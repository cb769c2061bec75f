"""Who sells is data: the legal notice, the terms, the footer and the mails say what the market's row says."""

import html
import re

import pytest

from apps.markets import context, queries
from apps.markets.models import LegalIdentity
from apps.storefront import legal, pages
from apps.storefront.models import StaticPage
from tests.factories.markets import make_shop
from tests.integration.storefront.test_checkout import BUTTONS

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
    own = queries.shop_for_market(market_code=f"halles-{shop[-2:]}", language=shop[:2])
    with context.using(shop=own):
        url = pages.link_to(shop=own, code=code)
    return html.unescape(visitor.get(url).content.decode())


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


# What only this market may name: its law, its bodies, its currency.
OWN = {
    "fr-fr": ("L. 221-28", "L. 612-1", "Médiateur Démo", "droit français", "CNIL", "en euros"),
    "fr-be": ("livre VI du Code de droit", "livre XVI", "droit belge", "Autorité de protection des données"),
    "nl-be": ("boek VI van het Wetboek", "boek XVI", "Belgische recht", "Gegevensbeschermingsautoriteit", "in euro"),
    "de-de": ("§§ 312g, 355 BGB", "§ 477 BGB", "Demo-Schlichtungsstelle", "deutsches Recht", "TDDDG", "in Euro"),
    "en-gb": ("Cancellation and Additional Charges) Regulations 2013", "England and Wales", "ico.org.uk", "sterling"),
}
# The first words of the model form in annex I(B) of Directive 2011/83 and its British counterpart.
MODEL_FORM = {
    "fr-fr": "Je/nous (*) vous notifie/notifions (*) par la présente",
    "fr-be": "Je/nous (*) vous notifie/notifions (*) par la présente",
    "nl-be": "Ik/Wij (*) deel/delen (*) u hierbij mede",
    "de-de": "Hiermit widerrufe(n) ich/wir (*)",
    "en-gb": "I/We (*) hereby give notice that I/we (*) cancel",
}


@pytest.mark.parametrize("shop", OWN)
def test_texts_name_the_markets_own_law_and_bodies_and_those_of_no_other(visitor, shop):
    told = " ".join(
        text_of(visitor, shop, code).split("<main")[1].split("</main")[0] for code in ("terms", "withdrawal", "privacy")
    )
    foreign = {name for other, names in OWN.items() if other != shop for name in names} - set(OWN[shop])
    assert [name for name in OWN[shop] if name not in told] == []
    # Both Belgian shops and the French one count in euros.
    assert [name for name in foreign - {"en euros"} if name in told] == []
    assert MODEL_FORM[shop] in told
    assert not re.search(r"ec\.europa\.eu|\bODR\b|\bRLL\b", told)


@pytest.mark.parametrize("shop", OWN)
def test_the_terms_kept_with_an_order_are_those_on_the_page(visitor, shop):
    kept = pages.contract_texts(shop=queries.shop_for_market(market_code=f"halles-{shop[-2:]}", language=shop[:2]))
    assert [document.code for document in kept] == ["terms", "withdrawal"]
    for document in kept:
        told = text_of(visitor, shop, document.code)
        assert [text for _, texts in document.sections for text in texts if text not in told] == []
    words = " ".join(text for document in kept for _, texts in document.sections for text in texts)
    assert MODEL_FORM[shop] in words
    assert ("L. 217-1 à L. 217-32" in words) is (shop == "fr-fr")


@pytest.mark.parametrize("shop", OWN)
def test_terms_call_the_withdrawal_function_what_the_footer_calls_it(visitor, shop):
    page = text_of(visitor, shop, "terms")
    label = re.search(r'class="footer-withdraw"[^>]*>([^<]+)<', page)[1].strip()
    assert re.search(rf"[«„“]\s?{re.escape(label)}\s?[»“”]", page.split("<main")[1].split("</main")[0])


@pytest.mark.parametrize("shop", sorted(set(OWN) - {"en-gb"}))
def test_terms_quote_the_words_on_the_order_button(visitor, shop):
    told = text_of(visitor, shop, "terms").split("<main")[1].split("</main")[0]
    assert BUTTONS[shop].lower() in told.lower()
