"""The header is rendered once a shop; each page puts its own addresses into the switcher."""

import pytest
from django.template import Context, Template

from apps.markets import context
from apps.storefront import templates_by_market
from apps.storefront.contexts import Meta
from apps.storefront.frame import frame_for, locale_link
from tests import page_kinds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


def _both(shop, codes):
    """The header as pages show it, and as its template says."""
    with context.using(shop=shop):
        frame = frame_for(shop=shop)
        locales = tuple(
            locale_link(other=page_kinds.shop_of(code), shop=shop, path=f'/{code}/c/"<&>{number}/')
            for number, code in enumerate(codes)
        )
        given = {"frame": frame, "meta": Meta(title="", locales=locales)}
        shown = Template("{% load shop %}{% shop_header %}").render(Context(given))
        return frame, shown, templates_by_market.pick(name="components/header.html").render(given)


def test_header_of_a_page_is_what_its_template_says_with_its_addresses_escaped():
    shop = page_kinds.shop_of("fr-fr")
    codes = [tag.lower() for tag in frame_for(shop=shop).header_tags]
    assert len(codes) > 1
    frame, shown, rendered = _both(shop, codes)
    assert len(frame.header) == len(codes) + 1
    assert shown == rendered
    assert '"<&>' not in shown


def test_header_is_rendered_anew_where_the_page_may_switch_to_other_shops_than_the_frame_knows():
    shop = page_kinds.shop_of("fr-fr")
    _frame, shown, rendered = _both(shop, ["fr-be", "fr-fr"])
    assert shown == rendered
    assert shown.count("hreflang=") == 2
