"""Turn what a shopper typed into a condition and a rank, in the shop's language."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

MAX_LETTERS = 200
MAX_WORDS = 12
_PREFIX_FROM = 3
"""A last word shorter than this is taken as it is: two letters begin half the catalogue."""

_WORD = re.compile(r"\w+", re.UNICODE)
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\x00": " "})
LANGUAGES = frozenset({"fr", "en", "de", "nl"})


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL for WHERE and ORDER BY with their parameters; both read the columns of catalogue_publication."""

    where: str
    rank: str
    params: dict[str, Any] = field(default_factory=dict)


def tidy(text: str) -> str:
    """Return a query as it is searched and shown back: one line, one kind of apostrophe, not endless."""
    return " ".join(text.translate(_APOSTROPHES).split())[:MAX_LETTERS]


def words(text: str) -> list[str]:
    """Return the words of a query, folded: lower case without accents."""
    return [fold(word) for word in _WORD.findall(tidy(text))][:MAX_WORDS]


def fold(text: str) -> str:
    """Return lower-case text without accents, as the database's unaccent does for Latin letters."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def condition_for(*, text: str, language: str) -> Condition:
    """Return the condition for a query as typed: all its words, the last one perhaps unfinished, or an exact SKU."""
    query = tidy(text)
    found = list(_WORD.finditer(query))
    params: dict[str, Any] = {"config": _config(language), "skus": skus(query)}
    last = found[-1].group() if found else ""
    if len(last) < _PREFIX_FROM or '"' in query or query.startswith("-") or " -" in query:
        tsquery = "websearch_to_tsquery(%(config)s::regconfig, %(query)s)"
        params["query"] = query
    else:
        tsquery = (
            "(websearch_to_tsquery(%(config)s::regconfig, %(head)s) && "
            "(to_tsquery(%(config)s::regconfig, %(prefix)s) || plainto_tsquery(%(config)s::regconfig, %(last)s)))"
        )
        params |= {"head": query[: found[-1].start()], "prefix": f"{last}:*", "last": last}
    return _condition(tsquery, params)


def condition_for_words(*, groups: list[list[str]], every: bool, language: str) -> Condition:
    """Return the condition for groups of words: one of each group, from every group or from any."""
    parts = [" | ".join(f"'{word}'" for word in group) for group in groups]
    joined = (" & " if every else " | ").join(f"({part})" for part in parts)
    params = {"config": _config(language), "skus": [], "words": joined}
    return _condition("to_tsquery(%(config)s::regconfig, %(words)s)", params)


def skus(query: str) -> list[str]:
    """Return what in a query may be a SKU: the whole of it, and each piece with a digit or a dash."""
    whole = query.upper()
    pieces = [piece for piece in whole.split() if any(letter.isdigit() or letter in "-_" for letter in piece)]
    return list(dict.fromkeys([whole, *pieces]))


def _condition(tsquery: str, params: dict[str, Any]) -> Condition:
    exact = "skus && %(skus)s::varchar[]"
    where = f"(search @@ {tsquery} OR {exact})" if params["skus"] else f"search @@ {tsquery}"
    rank = f"ts_rank(search, {tsquery}) * (1 + 0.1 * ln(1 + popularity)) DESC, product_id"
    return Condition(where=where, rank=f"({exact}) DESC, {rank}" if params["skus"] else rank, params=params)


def _config(language: str) -> str:
    return f"shop_{language}" if language in LANGUAGES else "simple"
