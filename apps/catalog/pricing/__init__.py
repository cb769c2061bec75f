"""One resolver for page, basket, order and staff: which price, from which list, and why."""

from apps.catalog.pricing.explain import explain
from apps.catalog.pricing.quotes import quote_many
from apps.catalog.pricing.types import Candidate, Explanation, Lost, PriceQuote

__all__ = ["Candidate", "Explanation", "Lost", "PriceQuote", "explain", "quote_many"]
