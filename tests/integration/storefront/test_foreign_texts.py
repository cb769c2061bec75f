"""A text that is shown in another language than the page's says so, for those who hear it (WCAG 2.2, 3.1.2)."""

import re

import pytest

from apps.catalog.models import Publication
from tests import page_kinds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
FIELDS = ("name", "tagline", "description", "bullets")


def _row(**sources):
    shop = page_kinds.shop_of("nl-be")
    rows = Publication.objects.filter(market_id=shop.market.id, language="nl")
    return rows.filter(**{f"sources__{name}": source for name, source in sources.items()}).order_by("id").first()


def _page(visitor, slug):
    return visitor.get(f"/nl-be/p/{slug}/").content.decode()


def test_product_page_marks_each_text_in_another_language(visitor):
    row = _row(**dict.fromkeys(FIELDS, "en"))
    page = _page(visitor, row.slug)
    assert '<html lang="nl-BE">' in page
    assert f'<h1 lang="en">{row.name}</h1>' in page
    assert '<p class="charm" lang="en">' in page
    assert '<ul class="specs" lang="en">' in page
    assert '</h2><div lang="en"><p>' in page


def test_product_page_in_its_own_language_marks_nothing(visitor):
    row = _row(**dict.fromkeys(FIELDS, "nl"))
    page = _page(visitor, row.slug)
    part = page[page.index('<article id="product">') : page.index("</article>")]
    assert f"<h1>{row.name}</h1>" in part
    assert "lang=" not in part


def test_cards_mark_names_and_taglines_in_another_language(visitor):
    row = _row(name="en", tagline="en")
    found = visitor.get("/nl-be/search/", {"q": row.skus[0]}).content.decode()
    assert re.search(rf'<a href="/nl-be/p/{row.slug}/" lang="en">', found)
    assert '<p class="card-charm" lang="en">' in found
