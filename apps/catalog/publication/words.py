"""Facts in the reader's language: names, values with their units, and what filters are made of."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.catalog.publication.truth import Fact

_NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class FacetKey:
    """One value of one filter, before it has a number: its address name and key, labels per language, order."""

    attribute: str
    value: str
    labels: tuple[tuple[str, str], ...]
    attribute_labels: tuple[tuple[str, str], ...]
    swatch: str
    attribute_position: int
    sort_key: str


def label_of(*, labels: dict[str, str], fallback: str, chain: tuple[str, ...]) -> str:
    """Return the first label along a chain of languages, else the reference text."""
    return next((labels[language] for language in chain if labels.get(language)), fallback)


def value_of(*, fact: Fact, chain: tuple[str, ...]) -> str:
    """Return a fact's value as a reader of the first language of the chain sees it, with its unit."""
    if chain not in fact.memo:
        fact.memo[chain] = _value_of(fact, chain)
    value: str = fact.memo[chain]
    return value


def table_line(*, fact: Fact, chain: tuple[str, ...]) -> dict[str, str]:
    """Return a fact as a line of the attribute table: code, name, value. Shared: not to be changed."""
    if ("line", chain) not in fact.memo:
        name = label_of(labels=fact.labels, fallback=fact.name, chain=chain)
        fact.memo["line", chain] = {"code": fact.code, "name": name, "value": value_of(fact=fact, chain=chain)}
    line: dict[str, str] = fact.memo["line", chain]
    return line


def _value_of(fact: Fact, chain: tuple[str, ...]) -> str:
    language = chain[0]
    if fact.options:
        text = ", ".join(label_of(labels=option[1], fallback=option[0], chain=chain) for option in fact.options)
    elif fact.kind == "boolean":
        text = _yes_no(bool(fact.value), language)
    elif isinstance(fact.value, int | float):
        text = _number(fact.value, language)
    elif isinstance(fact.value, date):
        text = format_date(fact.value, locale=language)
    else:
        text = label_of(labels=fact.texts, fallback=str(fact.value or ""), chain=chain)
    return f"{text}{_NBSP}{fact.unit}" if fact.unit and text else text


def facet_keys(*, fact: Fact, languages: tuple[str, ...]) -> tuple[FacetKey, ...]:
    """Return what a fact adds to the filters; several for an attribute with several options."""
    if not fact.is_facet or fact.kind in {"richtext", "file", "image", "entity"}:
        return ()
    if ("facets", languages) not in fact.memo:
        fact.memo["facets", languages] = tuple(_facet_keys(fact, languages))
    keys: tuple[FacetKey, ...] = fact.memo["facets", languages]
    return keys


def value_key(*, fact: Fact) -> str:
    """Return the key of a fact's (first) value, as addresses write it; also of one that is no filter."""
    keys = _facet_keys(fact, ("en",))
    return keys[0].value if keys else ""


def _facet_keys(fact: Fact, languages: tuple[str, ...]) -> list[FacetKey]:
    attribute_labels = tuple((language, fact.labels.get(language) or fact.name) for language in languages)
    if fact.options:
        return [
            FacetKey(
                attribute=fact.code,
                value=_key(option[0]),
                labels=tuple((language, option[1].get(language) or option[0]) for language in languages),
                attribute_labels=attribute_labels,
                swatch=option[2],
                attribute_position=fact.position,
                sort_key=f"{option[3]:05d} {option[0]}"[:200],
            )
            for option in fact.options
        ]
    if fact.kind == "boolean":
        value, sort_key = ("yes", "0") if fact.value else ("no", "1")
    elif isinstance(fact.value, int | float):
        value, sort_key = (
            f"{fact.value:g}" if isinstance(fact.value, float) else str(fact.value),
            f"{fact.value:020.6f}",
        )
    else:
        value = _key(str(fact.value or next(iter(fact.texts.values()), "")))
        sort_key = value
    if not value:
        return []
    return [
        FacetKey(
            attribute=fact.code,
            value=value,
            labels=tuple((language, value_of(fact=fact, chain=(language,))[:200]) for language in languages),
            attribute_labels=attribute_labels,
            swatch="",
            attribute_position=fact.position,
            sort_key=sort_key[:200],
        )
    ]


@lru_cache(maxsize=16384)
def _key(text: str) -> str:
    # A text without Latin letters still needs an address.
    return slugify(text)[:200] or slugify(text, allow_unicode=True)[:200]


@lru_cache(maxsize=64)
def _yes_no(value: bool, language: str) -> str:  # noqa: FBT001 -- a cached lookup
    with translation.override(language):
        return _("Yes") if value else _("No")


@lru_cache(maxsize=16384)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=language)
