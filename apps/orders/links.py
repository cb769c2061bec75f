"""Addresses of an order for mails and providers: always on the shop's own origin, never taken from a request's Host."""

from urllib.parse import urlsplit

from django.conf import settings

from apps.markets.context import BrandInfo, Shop
from apps.orders.tokens import order_token


def origin_of(*, brand: BrandInfo) -> str:
    """
    Return scheme, host and port under which shoppers reach a brand.

    The project's public origin when its host is one of the brand's or the brand answers for unknown hosts without
    naming one; else the brand's first host with the public origin's scheme and port.
    """
    parts = urlsplit(settings.PUBLIC_ORIGIN)
    if not brand.hosts or parts.hostname in brand.hosts:
        return f"{parts.scheme}://{parts.netloc}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{brand.hosts[0]}{port}"


def shop_url(*, shop: Shop, path: str = "") -> str:
    """Return the address of a page of a shop; `path` without a leading slash."""
    return f"{origin_of(brand=shop.brand)}/{shop.code}/{path}"


def tracking_url(*, shop: Shop, number: str) -> str:
    """Return the address of an order's tracking page; it needs no account and does not expire."""
    return shop_url(shop=shop, path=f"orders/{order_token(number)}/")


def terms_url(*, shop: Shop, number: str) -> str:
    """Return the address of the terms an order was placed under, as they stood then."""
    return shop_url(shop=shop, path=f"orders/{order_token(number)}/terms/")


def payment_return_url(*, shop: Shop, number: str) -> str:
    """Return where a provider sends the shopper back to."""
    return f"{origin_of(brand=shop.brand)}/payments/return/{order_token(number)}/"


def payment_cancel_url(*, shop: Shop, number: str) -> str:
    """Return where a provider sends a shopper who turned back."""
    return f"{origin_of(brand=shop.brand)}/payments/cancelled/{order_token(number)}/"
