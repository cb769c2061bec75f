"""Which gateways exist here, built from the settings."""

import hashlib
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed

from apps.orders.payments.errors import UnknownGateway
from apps.orders.payments.gateways.bank_transfer import BankTransfer
from apps.orders.payments.gateways.base import Gateway
from apps.orders.payments.gateways.demo import Demo
from apps.orders.payments.gateways.stripe_checkout import StripeCheckout


@lru_cache(maxsize=1)
def _gateways() -> dict[str, Gateway]:
    found: dict[str, Gateway] = {BankTransfer.code: BankTransfer()}
    if settings.STRIPE_SECRET_KEY:
        found[StripeCheckout.code] = StripeCheckout(
            api_base=settings.STRIPE_API_BASE,
            secret_key=settings.STRIPE_SECRET_KEY,
            webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
        )
    if settings.DEMO:
        found[Demo.code] = demo_gateway()
    return found


def demo_gateway() -> Demo:
    """Build the demo gateway. Raises ImproperlyConfigured outside demo mode."""
    from apps.orders.payments import demo_bank  # the pretended provider has tables, which must not be loaded with us

    secret = hashlib.sha256(b"demo-bank" + settings.SECRET_KEY.encode()).digest()
    return Demo(bank=demo_bank.Books(), origin=settings.PUBLIC_ORIGIN, secret=secret, is_demo=settings.DEMO)


def gateway_for(*, code: str) -> Gateway:
    """Return the gateway of a payment method. Raises UnknownGateway."""
    found = find_gateway(code=code)
    if found is None:
        raise UnknownGateway(code=code)
    return found


def find_gateway(*, code: str) -> Gateway | None:
    """Return the gateway of a payment method, None where this installation has none of that name (any more)."""
    return _gateways().get(code)


def gateway_of_provider(*, provider: str) -> Gateway:
    """Return the gateway whose provider sends notices under that name. Raises UnknownGateway."""
    for gateway in _gateways().values():
        if gateway.provider == provider and gateway.is_remote:
            return gateway
    raise UnknownGateway(code=provider)


def available_codes() -> tuple[str, ...]:
    """Return the payment methods that are set up here, for market settings and checkout."""
    return tuple(_gateways())


def forget() -> None:
    """Build the gateways anew at the next use: settings changed."""
    _gateways.cache_clear()


def _on_setting_changed(*, setting: str, **_kwargs: object) -> None:
    if setting in {"DEMO", "PUBLIC_ORIGIN", "SECRET_KEY"} or setting.startswith("STRIPE_"):
        forget()


# Sent by Django's tests only.
setting_changed.connect(_on_setting_changed)
