"""Signed names: of a basket in a visitor's cookie, of an order in a link that needs no account."""

import secrets

from django.core import signing
from django.utils.crypto import salted_hmac

_ORDER_SALT = "halles.orders.tracking"
_COLLECT_SALT = "halles.orders.collect"
_BASKET_SALT = "halles.orders.basket"
# Without 0, I, L, O and U: nothing that is read out wrongly over the phone. A prime number of characters (31), so
# that the check character finds every slip.
ALPHABET = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_LENGTH = 8


def order_token(number: str) -> str:
    """The token for an order's tracking page. It does not expire: the link in an old mail must still work."""
    return signing.Signer(salt=_ORDER_SALT).sign(number).replace(":", "~")


def order_number(token: str) -> str | None:
    """The order number a token was made for, None for anything else."""
    return _unsigned(token, salt=_ORDER_SALT)


def basket_token(basket_id: int) -> str:
    """The cookie value that opens an anonymous basket."""
    return signing.Signer(salt=_BASKET_SALT).sign(str(basket_id)).replace(":", "~")


def basket_id(token: str) -> int | None:
    """The basket a cookie value was made for, None for anything else."""
    text = _unsigned(token, salt=_BASKET_SALT)
    return int(text) if text and text.isascii() and text.isdigit() else None


def collect_code(number: str) -> str:
    """The six digits that fetch an order in a store: no secret of value, but nobody guesses another's."""
    digest = salted_hmac(_COLLECT_SALT, number, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def new_order_number(*, market_code: str) -> str:
    """
    A fresh order number as in HFR-7K3M9QX2-D: market, about forty random bits, check character.

    Says nothing about how many orders there are; the database refuses a number twice, so the caller tries again.
    """
    brand, _, country = market_code.partition("-")
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_LENGTH))
    prefix = f"{brand[:1]}{country[:2]}".upper()
    return f"{prefix}-{body}-{check_character(prefix + body)}"


def is_order_number(text: str) -> bool:
    """Whether a text a person typed can be an order number: right shape, right check character."""
    parts = text.strip().upper().split("-")
    return len(parts) == 3 and parts[2] == check_character(parts[0] + parts[1])  # noqa: PLR2004 -- its three parts


def check_character(text: str) -> str:
    """Sum weighted by place, modulo the alphabet: finds every wrong character of the body and every swap in it."""
    prime = len(ALPHABET)
    total = sum(place * (ALPHABET.find(character) % prime) for place, character in enumerate(text, start=2))
    return ALPHABET[total % prime]


def _unsigned(token: str, *, salt: str) -> str | None:
    try:
        return signing.Signer(salt=salt).unsign(token.replace("~", ":"))
    except signing.BadSignature:
        return None
