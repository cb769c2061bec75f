"""Gift cards with codes that everybody may know, and store credit for the demo's shopper."""

from datetime import datetime

from apps.backoffice.seeding.catalogue import BY
from apps.core.money import from_minor
from apps.markets.queries import snapshot
from apps.orders.credit import codes, operations
from apps.orders.tokens import check_character

SHOPPER = "shopper@demo.example"
CARD_MINOR, CREDIT_MINOR = 5000, 1500
# The end of each card's name tells the brand and the currency: DEMA-CARD-HALL-ESE plus its check character.
BODY = "DEMACARD{brand}{currency}"


def seed_credit(*, at: datetime) -> int:
    """Issue one gift card of 50 per brand and currency, and store credit of 15 each; return how many cards."""
    pairs = sorted({(market.brand.id, market.brand.code, market.currency) for market in snapshot().markets.values()})
    for brand_id, brand, currency in pairs:
        operations.issue_gift_card(
            brand_id=brand_id,
            amount=from_minor(CARD_MINOR, currency),
            expires_on=None,
            reason="Demo card",
            code=demo_code(brand=brand, currency=currency),
            key=f"demo-card-{brand}-{currency}",
            by=BY,
            at=at,
        )
        operations.grant_store_credit(
            brand_id=brand_id,
            email=SHOPPER,
            amount=from_minor(CREDIT_MINOR, currency),
            reason="Demo credit",
            key=f"demo-credit-{brand}-{currency}",
            by=BY,
            at=at,
        )
    return len(pairs)


def demo_code(*, brand: str, currency: str) -> str:
    """The code of a demo card, the same on every machine. Only characters that codes have: no 0, I, L, O, U."""
    letters = brand.upper().translate(str.maketrans("ILOU", "1V9W"))[:4].ljust(4, "X")
    body = BODY.format(brand=letters, currency=currency.translate(str.maketrans("ILOU", "1V9W")))
    return codes.written(code=body + check_character(body))
