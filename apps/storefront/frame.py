"""What surrounds every page of a shop: built once per shop and publication version, then shared by all requests."""

import threading
from dataclasses import replace

from django.db import connection
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _

from apps.catalog import queries as catalog
from apps.catalog.publication import versions
from apps.markets import context
from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.orders.payments import queries as payments
from apps.orders.payments.words import payment_label
from apps.storefront import pages, templates_by_market, words
from apps.storefront.contexts import FooterColumn, FooterView, Frame, Link, LocaleLink, MenuNode, Meta
from apps.storefront.presenters.pictures import picture_from

COUNTRY_NAMES = {
    "FR": lambda: _("France"),
    "BE": lambda: _("Belgium"),
    "DE": lambda: _("Germany"),
    "GB": lambda: _("United Kingdom"),
}
# Stands where a page's own address goes; no address or text can hold it.
_MARK = "\x00"
_kept: dict[tuple[str, str, str], tuple[int, Frame]] = {}
_lock = threading.Lock()


def country_name(*, code: str) -> str:
    """A country in the active language; its code for one the shop has no word for."""
    return COUNTRY_NAMES[code]() if code in COUNTRY_NAMES else code


def frame_for(*, shop: Shop) -> Frame:
    """The frame of a shop. No query and no rendering while the shop's publication version stands."""
    version = versions.current(key=versions.menu_key(market_id=shop.market.id, language=shop.language))
    key = (str(connection.settings_dict["NAME"]), shop.brand.code, shop.code)
    found = _kept.get(key)
    if found is not None and found[0] == version:
        return found[1]
    with _lock, context.using(shop=shop):
        frame = _build(shop)
        _kept[key] = (version, frame)
    return frame


def forget_frames() -> None:
    """Build every frame anew at its next use; for tests and after a change of static pages in this process."""
    _kept.clear()


def _build(shop: Shop) -> Frame:
    bare = _bare(shop)
    menu = tuple(_node(node) for node in catalog.menu(shop=shop) if node.in_menu)
    footer = _footer(shop, bare)
    whole = replace(
        bare,
        head_html=_rendered("components/head.html", frame=bare),
        menu_html=_rendered("components/menu.html", frame=bare, nodes=menu),
        sheet_html=_rendered("components/menu_sheet.html", nodes=menu, markets_url=bare.markets_url),
        footer_html=_rendered("components/footer.html", footer=footer),
    )
    locales = tuple(
        locale_link(other=other, shop=shop, path=_MARK) for other in markets.live_shops(brand_code=shop.brand.code)
    )
    header = _rendered("components/header.html", frame=whole, meta=Meta(title="", locales=locales))
    pieces = tuple(header.split(_MARK))
    if len(pieces) != len(locales) + 1:
        # A brand's own header that shows no switcher, or each address twice: it is rendered with every page.
        return whole
    return replace(whole, header=pieces, header_tags=tuple(locale.tag for locale in locales))


def locale_link(*, other: Shop, shop: Shop, path: str) -> LocaleLink:
    """A shop one may switch to, as the current shop names it. path: of the same page there, or empty."""
    return LocaleLink(
        country=country_name(code=other.market.country),
        language=get_language_info(other.language)["name_local"],
        tag=other.locale_tag,
        url=path or other.prefix,
        is_current=other.code == shop.code,
    )


def _rendered(name: str, **context: object) -> SafeString:
    # Templates escape what they are given, so what they return is safe.
    return SafeString(templates_by_market.pick(name=name).render(context))


def _bare(shop: Shop) -> Frame:
    return Frame(
        brand_code=shop.brand.code,
        brand_name=shop.brand.name,
        tag=shop.locale_tag,
        home_url=reverse("home"),
        search_url=reverse("search"),
        basket_url=reverse("basket"),
        basket_count_url=reverse("basket_count"),
        account_url=reverse("account_home"),
        contact_url=reverse("contact"),
        markets_url=reverse("markets"),
        locale_text=_locale_text(shop),
        promise_line=_promise_line(shop),
        withdrawal=_withdrawal(),
    )


def _locale_text(shop: Shop) -> str:
    language = get_language_info(shop.language)["name_local"]
    return f"{country_name(code=shop.market.country)} · {language} · {shop.market.currency}"


def _promise_line(shop: Shop) -> str:
    free_from, days = pages.free_delivery_from(shop=shop), shop.market.withdrawal_days
    if free_from is None:
        return _("%(days)s days to change your mind") % {"days": days}
    amount = words.round_money(shop=shop, amount=free_from)
    return _("Free delivery from %(amount)s, %(days)s days to change your mind") % {"amount": amount, "days": days}


def _withdrawal() -> Link:
    return Link(label=pgettext("legal button", "Withdraw from contract here"), url=reverse("withdraw"))


def _node(node: catalog.MenuNode) -> MenuNode:
    return MenuNode(
        label=node.name,
        url=node.url,
        children=tuple(_node(child) for child in node.children if child.in_menu),
        picture=picture_from(data=node.picture, alt=node.name),
    )


def _footer(shop: Shop, frame: Frame) -> FooterView:
    texts = pages.links(shop=shop)
    help_links = (
        Link(label=pgettext("page", "Contact"), url=reverse("contact")),
        Link(label=_("Track an order"), url=reverse("order_lookup")),
        *(texts[code] for code in ("delivery", "faq") if code in texts),
    )
    legal = tuple(texts[code] for code in ("terms", "legal", "privacy", "accessibility") if code in texts)
    return FooterView(
        frame=frame,
        columns=(
            FooterColumn(title=_("Help"), links=help_links),
            FooterColumn(title=_("The shop"), links=(Link(label=_("Our stores"), url=reverse("stores")), *legal)),
        ),
        promises=pages.promises(shop=shop),
        payment_labels=tuple(payment_label(code=code) for code in payments.methods(market=shop.market)),
        legal_line=shop.seller.name,
        address=shop.seller.address,
        withdrawal=frame.withdrawal,
    )
