"""Address patterns that start with the current shop's code."""

from typing import Any

from django.urls import URLResolver
from django.urls.resolvers import CheckURLMixin

from apps.markets import context


class ShopPrefixPattern(CheckURLMixin):
    """
    Matches `/<language>-<country>/` of the current shop, and reverses to it.

    Like Django's LocalePrefixPattern, with the shop instead of the language: no view or template names its shop.
    """

    converters: dict[str, Any] = {}
    name = None

    @property
    def regex(self) -> Any:  # noqa: ANN401 -- part of the resolver's interface
        import re

        return re.compile(re.escape(self.language_prefix))

    @property
    def language_prefix(self) -> str:
        """The shop's code and a slash, or nothing outside a shop (so that nothing matches by accident)."""
        shop = context.current_or_none()
        return f"{shop.code}/" if shop else "-/"

    def match(self, path: str) -> tuple[str, tuple[()], dict[str, Any]] | None:
        """Cut the prefix off a path that starts with it."""
        prefix = self.language_prefix
        return (path[len(prefix) :], (), {}) if path.startswith(prefix) else None

    def check(self) -> list[Any]:
        """Nothing to check: the prefix is data."""
        return []

    def describe(self) -> str:
        """How the pattern shows in errors."""
        return "'<shop>/'"

    def __str__(self) -> str:
        return self.language_prefix


def shop_patterns(*urls: Any) -> list[URLResolver]:  # noqa: ANN401 -- URL patterns of any kind
    """Put patterns under the current shop's prefix."""
    return [URLResolver(ShopPrefixPattern(), list(urls))]  # type: ignore[arg-type] # the stubs know Django's own only
