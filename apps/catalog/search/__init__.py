"""The search port: words in, a condition over publications out. Served by PostgreSQL's full text and trigrams."""

from apps.catalog.search.correct import Words, words_for
from apps.catalog.search.text import Condition, condition_for

__all__ = ["Condition", "Words", "condition_for", "words_for"]
