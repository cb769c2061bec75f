"""
A search backend that costs next to nothing: one indexed statement for a page, totals kept, facets constant.

No search server can be faster for it than this, so nothing in the comparison is the fault of the backend.
"""

# haystack's classes carry no types:
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202

import json
from functools import lru_cache

from django.db import connection
from haystack.backends import BaseEngine, BaseSearchBackend, BaseSearchQuery
from haystack.models import SearchResult

FACETS = {
    "fields": {"product_class": [("Bench", 1)], "rating": []},
    "queries": {
        "price:[0 TO 20]": 1,
        "price:[20 TO 40]": 1,
        "price:[40 TO 60]": 1,
        "price:[60 TO *]": 1,
        "price_exact:[0 TO 20]": 1,
    },
    "dates": {},
}
_ALL = "SELECT product_id FROM bench_search ORDER BY product_id DESC LIMIT %s OFFSET %s"
_ALL_COUNT = "SELECT count(*) FROM bench_search"
_CATEGORY = "SELECT product_id FROM bench_search WHERE categories && %s::int[] ORDER BY 1 DESC LIMIT %s OFFSET %s"
_CATEGORY_COUNT = "SELECT count(*) FROM bench_search WHERE categories && %s::int[]"
_WORDS = "SELECT product_id FROM bench_search WHERE words @@ plainto_tsquery('simple', %s) LIMIT %s OFFSET %s"
_WORDS_COUNT = "SELECT count(*) FROM bench_search WHERE words @@ plainto_tsquery('simple', %s)"


class Backend(BaseSearchBackend):
    """Answers from the table the benchmark filled."""

    def search(self, query_string, **kwargs):
        """One page of ids; the total is asked once per process."""
        asked = json.loads(query_string)
        start = kwargs.get("start_offset") or 0
        size = (kwargs.get("end_offset") or start + 20) - start
        if asked["categories"]:
            found = _ids(_CATEGORY, [asked["categories"], size, start])
            hits = _count(_CATEGORY_COUNT, json.dumps([asked["categories"]]))
        elif asked["words"]:
            found = _ids(_WORDS, [asked["words"], size, start])
            hits = _count(_WORDS_COUNT, json.dumps([asked["words"]]))
        else:
            found = _ids(_ALL, [size, start])
            hits = _count(_ALL_COUNT, "[]")
        results = [SearchResult("catalogue", "product", pk, 1) for pk in found]
        return {"results": results, "hits": hits, "facets": FACETS}

    def update(self, *args, **kwargs):
        """The benchmark fills the table itself."""

    def remove(self, *args, **kwargs):
        """As above."""

    def clear(self, *args, **kwargs):
        """As above."""


class Query(BaseSearchQuery):
    """Collects the words and categories somebody asked for; all other conditions hold for every row."""

    def build_query(self):
        """The question as JSON."""
        asked = {"words": "", "categories": []}
        _collect(self.query_filter, asked)
        return json.dumps(asked)


class Engine(BaseEngine):
    """The backend with its query."""

    backend = Backend
    query = Query


def _collect(node, asked):
    for child in node.children:
        if hasattr(child, "children"):
            _collect(child, asked)
            continue
        name, value = child
        if name.startswith("category"):
            asked["categories"] = [int(number) for number in value]
        elif name.startswith("content"):
            asked["words"] = str(getattr(value, "query_string", value))


def _ids(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


@lru_cache(maxsize=10_000)
def _count(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, json.loads(params))
        return cursor.fetchone()[0]
