"""Writes of the storefront itself."""

from datetime import datetime

from django.db import transaction

from apps.core import outbox
from apps.markets.context import Shop


@transaction.atomic
def take_message(*, shop: Shop, name: str, email: str, message: str, at: datetime) -> None:
    """Hand a shopper's message to the brand's people by mail, from the outbox. Values are plain, checked text."""
    outbox.publish(
        topic="storefront.message_written",
        key=f"message:{email}",
        payload={
            "market": shop.market.code,
            "language": shop.language,
            "name": name,
            "email": email,
            "message": message,
        },
        at=at,
    )
