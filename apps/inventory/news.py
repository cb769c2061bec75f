"""Tell the catalogue when what a shopper may be told about stock can have changed."""

from collections.abc import Iterable
from datetime import datetime

from apps.catalog import publication
from apps.catalog.publication.build import LOW_STOCK
from apps.catalog.queries import kits
from apps.core import outbox
from apps.inventory import ledger

Moves = Iterable[tuple[ledger.LockedLevel, int]]
"""Levels as they were, each with the units free afterwards."""


def tell_catalogue(*, moves: Moves, at: datetime) -> None:
    """
    Have the availability of products looked at again whose words ("in stock", "only a few left") may have changed.

    A level that was and stays above LOW_STOCK keeps its product in stock in every market it serves; one that is part
    of kits, above as many as LOW_STOCK kits take.
    """
    touched = _touched(moves)
    if touched:
        publication.mark_availability(product_ids=touched, at=at)


def announce(*, moves: Moves, reference: str, at: datetime) -> None:
    """As `tell_catalogue`, but after commit: a checkout does not wait for pages, nor pages for a checkout."""
    touched = _touched(moves)
    if touched:
        outbox.publish(topic="stock.moved", key=reference, payload={"product_ids": touched}, at=at)


def _touched(moves: Moves) -> list[int]:
    in_kits = kits.most_in_a_kit()
    return sorted(
        {
            level.product_id
            for level, free in moves
            if min(level.free, free) < (LOW_STOCK + 1) * in_kits.get(level.product_id, 1)
        }
    )
