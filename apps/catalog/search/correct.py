"""Find what a shopper meant when the words as typed find nothing: near spellings and words inside compounds."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.catalog.search.text import LANGUAGES, fold, words
from apps.markets.context import Shop

_THRESHOLD = "SELECT set_config('pg_trgm.word_similarity_threshold', '0.45', false)"
# Per word: does it find anything as it is, and which publications hold something that looks like it.
_NEAR = """
SELECT w.word,
       EXISTS (SELECT 1 FROM catalogue_publication p WHERE p.market_id = %(market)s AND p.language = %(language)s
               AND p.search @@ plainto_tsquery(%(config)s::regconfig, w.word)),
       ARRAY(SELECT p.words FROM catalogue_publication p
             WHERE p.market_id = %(market)s AND p.language = %(language)s AND w.word <%% p.words
             ORDER BY word_similarity(w.word, p.words) DESC, p.popularity DESC, p.product_id LIMIT 12)
FROM unnest(%(words)s::text[]) AS w(word)
"""
_TOKEN = re.compile(r"\w+", re.UNICODE)
_ALTERNATIVES = 5
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What to search instead. groups: per word its alternatives; corrected: the text to show, if any."""

    groups: list[list[str]]
    corrected: str


def words_for(*, shop: Shop, text: str) -> Words:
    """Return near words for a query that found nothing. Two statements."""
    typed = words(text)
    if not typed:
        return Words(groups=[], corrected="")
    config = f"shop_{shop.language}" if shop.language in LANGUAGES else "simple"
    params: dict[str, Any] = {
        "market": shop.market.id,
        "language": shop.language,
        "config": config,
        "words": list(dict.fromkeys(typed)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_THRESHOLD)
        cursor.execute(_NEAR, params)
        near = {word: (known, texts) for word, known, texts in cursor.fetchall()}
    groups: list[list[str]] = []
    shown: list[str] = []
    for word in typed:
        known, texts = near[word]
        better = [] if known else alternatives(word=word, texts=texts)
        groups.append([word, *better])
        shown.append(better[0] if better else word)
    return Words(groups=groups, corrected=" ".join(shown) if shown != typed else "")


def alternatives(*, word: str, texts: list[str]) -> list[str]:
    """Return words of these texts that hold the word or are spelled nearly like it, best first."""
    if len(word) < _SHORTEST:
        return []
    vocabulary = list(dict.fromkeys(fold(token) for text in texts for token in _TOKEN.findall(text)))
    inside = [token for token in vocabulary if word in token and token != word]
    if inside:
        return sorted(inside, key=lambda token: (len(token), token))[:_ALTERNATIVES]
    near = [(distance(word, token), token) for token in vocabulary if abs(len(token) - len(word)) <= allowed(word)]
    close = sorted(entry for entry in near if entry[0] <= allowed(word))
    return [token for steps, token in close if steps == close[0][0]][:_ALTERNATIVES]


def allowed(word: str) -> int:
    """Return how many typing errors are forgiven: one in a short word, two in a long one, three in a very long one."""
    return 1 + (len(word) > 5) + (len(word) > 10)  # noqa: PLR2004 -- the thresholds are the rule


def distance(left: str, right: str) -> int:
    """Return the number of letters to add, drop, change or swap with their neighbour (Damerau and Levenshtein)."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, start=1):
        row = [i]
        for j, b in enumerate(right, start=1):
            best = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
