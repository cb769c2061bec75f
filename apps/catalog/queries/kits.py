"""What kits are made of, and how many can be made of what is there."""

from collections.abc import Mapping, Sequence

from django.db import connection

from apps.core.kept import Kept

AGE_S = 5.0
Needs = Sequence[tuple[int, int]]
"""What one unit of something takes of the stock: (product id, units). Of what is no kit: itself, once."""

_MOST = "SELECT product_id, max(quantity) FROM catalogue_kitcomponent GROUP BY product_id"


def most_in_a_kit() -> Mapping[int, int]:
    """
    Return for each component how many units the kit takes that needs most of it; at most AGE_S seconds old.

    A hint for when a page may have to be looked at again; a kit that is made anew is published anew anyway.
    """
    return _most.get(key="all", read=_read_most)


def possible(*, needs: Needs, left: Mapping[int, int]) -> int:
    """Return how many units that is with what is left by product: of a kit, what its scarcest component allows."""
    return min((left.get(product_id, 0) // units for product_id, units in needs), default=0)


def forget() -> None:
    """Make the next hint ask the database; called after a change in this process and by tests."""
    _most.forget()


def _read_most() -> Mapping[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_MOST)
        return dict(cursor.fetchall())


_most: Kept[str, Mapping[int, int]] = Kept(age_s=AGE_S)
