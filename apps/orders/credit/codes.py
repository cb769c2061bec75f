"""Codes of gift cards: what a holder types, and what is kept of it."""

import hashlib
import re
import secrets

from apps.orders.tokens import ALPHABET, check_character

_RANDOM_LENGTH = 15
LENGTH = _RANDOM_LENGTH + 1
_GAPS = re.compile(r"[\s\-–—.]+")


def new_code() -> str:
    """
    A fresh code as in K3M9-QX2D-7HTW-9ABC: 74 random bits and a check character, in groups that can be read out.

    Guessing one of a million cards takes 10^16 tries.
    """
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_LENGTH))
    return written(code=body + check_character(body))


def written(*, code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain(*, text: str) -> str | None:
    """What somebody typed as a code: capitals, no gaps; None where it cannot be one (length, characters, check)."""
    code = _GAPS.sub("", text[:80]).upper()
    is_one = len(code) == LENGTH and set(code) <= set(ALPHABET) and check_character(code[:-1]) == code[-1]
    return code if is_one else None


def digest(*, code: str) -> str:
    """What is kept of a plain code. No salt: the code itself is random, so no list of likely ones helps."""
    return hashlib.sha256(b"halles.gift-card:" + code.encode()).hexdigest()
