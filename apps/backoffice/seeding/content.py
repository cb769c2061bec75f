"""The demo's editorial content: home pages and static pages, per brand and language."""

from collections.abc import Mapping
from datetime import datetime

from django.apps import apps

from apps.backoffice.demo.catalogue import DemoCatalogue
from apps.backoffice.demo.catalogue.model import Brand as BrandCode
from apps.markets.models import Brand, Market

# The storefront stands beside the back office, not below it: its tables are looked up, not imported.
ContentBlock = apps.get_model("storefront", "ContentBlock")
StaticPage = apps.get_model("storefront", "StaticPage")

RAILS = {
    "newest": {"fr": "Nouveautés", "en": "New in", "de": "Neu eingetroffen", "nl": "Nieuw"},
    "on_offer": {"fr": "Offres du moment", "en": "Current offers", "de": "Aktuelle Angebote", "nl": "Aanbiedingen"},
    "bestsellers": {
        "fr": "Les plus choisis",
        "en": "Most chosen",
        "de": "Am häufigsten gewählt",
        "nl": "Meest gekozen",
    },
}
TILES = {"fr": "Par rayon", "en": "By department", "de": "Nach Abteilung", "nl": "Per afdeling"}
FIRST_RAIL = {"halles": "bestsellers", "volt": "bestsellers"}
VERSION = "2026-11"


def seed_content(*, demo: DemoCatalogue, links: Mapping[tuple[BrandCode, str], str], at: datetime) -> None:
    """
    Create home blocks and static pages. links: (brand, language) → path the opening's button leads to.

    Repeatable: pages are brought up to date by their code, blocks only made where there are none.
    """
    brands = {brand.code: brand for brand in Brand.objects.all()}
    markets = {(each.brand.code, each.country): each for each in Market.objects.select_related("brand")}
    for (code, language), home in demo.homes.items():
        brand = brands[code]
        if not ContentBlock.objects.filter(brand=brand, language=language).exists():
            _blocks(brand, language, home.headline, home.sentence, home.button, links.get((code, language), ""))
        for page in demo.pages[code, language]:
            if page.code == "contact":
                continue  # the shop has a contact page of its own, with a form
            if page.country and (code, page.country) not in markets:
                continue  # the brand does not sell there
            StaticPage.objects.update_or_create(
                brand=brand,
                market=markets.get((code, page.country)),
                language=language,
                code=page.code,
                defaults={
                    "slug": page.slug,
                    "title": page.title,
                    "sections": [{"heading": heading, "paragraphs": list(texts)} for heading, texts in page.sections],
                    "version": VERSION,
                    "updated_at": at,
                },
            )


def _blocks(  # noqa: PLR0917 -- the parts of an opening
    brand: Brand, language: str, title: str, text: str, button: str, path: str
) -> None:
    blocks = [
        ContentBlock(kind="split", position=0, title=title, text=text, link_label=button, link_path=path),
        ContentBlock(kind="categories", position=1, title=TILES[language]),
        *(
            ContentBlock(kind="rail", position=position, title=RAILS[rule][language], data={"rule": rule})
            for position, rule in enumerate((FIRST_RAIL[brand.code], "on_offer", "newest"), start=2)
        ),
    ]
    for block in blocks:
        block.brand, block.language = brand, language
    ContentBlock.objects.bulk_create(blocks)
