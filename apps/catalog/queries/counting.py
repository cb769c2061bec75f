"""How many products a list has and how many each filter value would give: exact, from counts kept or counted."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.catalog.publication import versions
from apps.catalog.queries.near import Near, answered
from apps.core.sql import prepared_cursor
from apps.markets.context import Shop

COUNT_AT_MOST = 5000
"""Filter values are counted over so many products of a search; beyond, the total is exact and the counts are not."""
# What a row of the counting statement says: the total, a value of an open filter, or (from 0) of a chosen one.
_TOTAL, _OPEN = -1, -2

_KEPT = """
SELECT facet_value_id, products FROM catalogue_facetcount
WHERE market_id = %s AND language = %s AND category_id IS NOT DISTINCT FROM %s::bigint AND products > 0
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """
    Total, products by filter value, and whether those were counted to the end.

    key: names these counts among all lists, shops and versions; equal keys stand for equal counts.
    """

    key: Hashable
    total: int
    by_value: dict[int, int]
    exact: bool = True


# Keys hold the version, so an entry is never wrong, only no longer asked for.
_near: Near[Counts] = Near(size=1_000)


@dataclass(frozen=True, slots=True)
class Filters:
    """A list's conditions in SQL: `base` always holds; `groups` are chosen filters, as values chosen and all values."""

    base: str
    params: dict[str, Any]
    groups: tuple[tuple[list[int], list[int]], ...]
    bounded: bool


def kept(*, shop: Shop, category_id: int | None) -> Counts:
    """
    Return the counts the publisher keeps for a category (or the whole shop) before anyone filters.

    One statement, none while this process remembers them and the shop's publications stand.
    """
    version = versions.current(key=versions.shop_key(market_id=shop.market.id, language=shop.language))
    key = (str(connection.settings_dict["NAME"]), shop.market.id, shop.language, category_id, version)
    found = _near.get(key)
    if found is None:
        found = _near.keep(key, _read(shop, category_id, key))
    return found


def _read(shop: Shop, category_id: int | None, key: Hashable) -> Counts:
    with prepared_cursor() as cursor:
        cursor.execute(_KEPT, [shop.market.id, shop.language, category_id])
        rows = dict(cursor.fetchall())
    return Counts(key=key, total=rows.pop(None, 0), by_value=rows)


def counted(*, shop: Shop, filters: Filters) -> Counts:
    """
    Count a filtered or searched list: one statement, kept in the cache for a minute or until a publication changes.

    A filter's own choice does not restrict its own values' counts: each says what choosing it as well would give.
    """
    said = ["counts", filters.base, filters.params, filters.groups]

    def count() -> list[Any]:
        total, by_value, exact = _count(filters)
        # As pairs: the cache speaks JSON, which would turn the numbers of an object's keys into text.
        return [total, list(by_value.items()), exact]

    def read(key: str, found: list[Any]) -> Counts:
        total, pairs, exact = found
        return Counts(key=key, total=total, by_value=dict(pairs), exact=exact)

    return answered(shop=shop, said=said, near=_near, ask=count, read=read)


def _count(filters: Filters) -> tuple[int, dict[int, int], bool]:
    names = [f"m{index}" for index in range(len(filters.groups))]
    params = dict(filters.params)
    matches = []
    for index, (chosen, values) in enumerate(filters.groups):
        params[f"chosen{index}"], params[f"values{index}"] = chosen, values
        matches.append(f"facet_ids && %(chosen{index})s::int[] AS m{index}")
    every = " AND ".join(names) or "true"
    # A product counts somewhere when at most one of the chosen filters leaves it out.
    kept_rows = f"WHERE ({' + '.join(f'{name}::int' for name in names)}) >= {len(names) - 1}" if len(names) > 1 else ""
    limit = f"LIMIT {COUNT_AT_MOST}" if filters.bounded else ""
    selected = [f"SELECT {_TOTAL}, 0, count(*) FROM base WHERE {every}"]  # noqa: S608 -- constants
    selected.append(
        f"SELECT {_OPEN}, f, count(*) FROM (SELECT facet_ids FROM base WHERE {every} {limit}) b,"  # noqa: S608 -- constants
        " unnest(b.facet_ids) f GROUP BY f"
    )
    for index, name in enumerate(names):
        others = " AND ".join(other for other in names if other != name) or "true"
        selected.append(
            f"SELECT {index}, f, count(*) FROM (SELECT facet_ids FROM base WHERE {others} {limit}) b,"  # noqa: S608 -- constants
            f" unnest(b.facet_ids & %(values{index})s::int[]) f GROUP BY f"
        )
    sql = f"""
WITH base AS MATERIALIZED (
    SELECT * FROM (SELECT {", ".join(["facet_ids", *matches])} FROM catalogue_publication WHERE {filters.base}) seen
    {kept_rows}
) {" UNION ALL ".join(selected)}
"""  # noqa: S608 -- made of constants; values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    total = next(row[2] for row in rows if row[0] == _TOTAL)
    of_chosen = {value for _, values in filters.groups for value in values}
    by_value = {row[1]: row[2] for row in rows if row[0] == _OPEN and row[1] not in of_chosen}
    by_value |= {row[1]: row[2] for row in rows if row[0] >= 0}
    return total, by_value, not (filters.bounded and total > COUNT_AT_MOST)
