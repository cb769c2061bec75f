"""
Which template a brand and a market see under one name.

A brand or a market overrides a partial by putting a file of the same name in its folder; the first that exists wins:
`brands/<brand>/<set>/x`, `brands/<brand>/x`, `markets/<set>/x`, `x`. The answer never depends on the request beyond
brand and set, so it is found once per process and remembered with the template already compiled (see ADR 5).
"""

from functools import cache

from django.conf import settings
from django.template.backends.django import Template as BackendTemplate
from django.template.loader import select_template

from apps.markets import context


def names(*, name: str, brand: str, template_set: str) -> tuple[str, ...]:
    """The names to try for `name`, most particular first."""
    tried = []
    if brand and template_set:
        tried.append(f"brands/{brand}/{template_set}/{name}")
    if brand:
        tried.append(f"brands/{brand}/{name}")
    if template_set:
        tried.append(f"markets/{template_set}/{name}")
    return (*tried, name)


def _select(name: str, brand: str, template_set: str) -> BackendTemplate:
    return select_template(list(names(name=name, brand=brand, template_set=template_set)))


_remembered = cache(_select)


def pick(*, name: str, brand: str | None = None, template_set: str | None = None) -> BackendTemplate:
    """
    The template for `name` in the current shop, or in the brand and set given.

    Remembered for the life of the process, except in debug, where an edited template shows at once.
    Raises TemplateDoesNotExist when no folder has it.
    """
    if brand is None or template_set is None:
        shop = context.current_or_none()
        brand = shop.brand.code if shop and brand is None else brand or ""
        template_set = shop.market.template_set if shop and template_set is None else template_set or ""
    return (_select if settings.DEBUG else _remembered)(name, brand, template_set)
