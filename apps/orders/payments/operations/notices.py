"""Take a provider's notice: signature first, then the one settle function."""

from collections.abc import Mapping
from datetime import datetime

from apps.orders.enums import Source
from apps.orders.payments.gateways import registry
from apps.orders.payments.operations.settle import Settled, settle


def take_notice(*, provider: str, body: bytes, headers: Mapping[str, str], at: datetime) -> Settled:
    """
    Check and apply a notice; the same event id is worked on once, and again only when the work failed.

    headers: names in lower case. Raises UnknownGateway, ForgedNotice.
    """
    gateway = registry.gateway_of_provider(provider=provider)
    notice = gateway.parse_notice(body=body, headers=headers, at=at)
    return settle(gateway=gateway.code, verdict=notice.verdict, source=Source.WEBHOOK, at=at, notice=notice)
