"""Change the category tree; its publication is small and written at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from apps.catalog import publication
from apps.catalog.errors import UnableToSetContent
from apps.catalog.models import Category, CategoryContent
from apps.core import audit, locks

_FIELDS = frozenset({"name", "slug", "description", "meta_title", "meta_description"})


def add_category(*, node: Category, parent: Category | None) -> Category:
    """
    Hang an unsaved node below `parent`, or at the top of the tree without one, as the last child; return it saved.

    Locks the parent's row, so that two additions at once get two places. Neither audited nor published: callers that
    build whole trees (imports, seeds) do both once at their end.
    """
    if parent is None:
        saved = Category.objects.add_root(instance=node)
    else:
        saved = Category.objects.add_child(parent, instance=node)
    return cast("Category", saved)


@transaction.atomic
def set_category_content(
    *,
    category_id: int,
    language: str,
    fields: Mapping[str, Any],
    by: str,
    at: datetime,
    market_id: int | None = None,
) -> CategoryContent:
    """
    Set texts of a category in a language, for one market only when given; fields that are not named stay.

    The tree is published in the same transaction, the products below are marked: their words hold its name.
    """
    category = locks.lock_row(queryset=Category.objects.filter(pk=category_id), rank=locks.Rank.CATALOGUE)
    unknown = sorted(set(fields) - _FIELDS)
    if unknown:
        raise UnableToSetContent(field=unknown[0], sku=category.name)
    scope: dict[str, Any] = {"language": language, "market_id": market_id}
    content = CategoryContent.objects.filter(category=category, **scope).first()
    content = content or CategoryContent(category=category, **scope)
    before = {name: getattr(content, name) for name in fields}
    for name, value in fields.items():
        setattr(content, name, value)
    content.save()
    _published(category, "catalog.set_category_content", before, dict(fields), by, at)
    return content


@transaction.atomic
def place_category(*, category_id: int, is_public: bool, exclude_from_menu: bool, by: str, at: datetime) -> None:
    """Show or hide a category and all below it, and say whether it stands in the menu."""
    category = locks.lock_row(queryset=Category.objects.filter(pk=category_id), rank=locks.Rank.CATALOGUE)
    before = {"is_public": category.is_public, "exclude_from_menu": category.exclude_from_menu}
    after = {"is_public": is_public, "exclude_from_menu": exclude_from_menu}
    Category.objects.filter(pk=category_id).update(**after)
    _published(category, "catalog.place_category", before, after, by, at)


def _published(  # noqa: PLR0917 -- what an audit line has
    category: Category, action: str, before: dict[str, Any], after: dict[str, Any], by: str, at: datetime
) -> None:
    if before == after:
        return
    target = audit.target_of(model="catalogue.category", pk=category.pk)
    audit.record(action=action, target=target, actor=by, at=at, before=before, after=after)
    publication.mark_due_for_categories(category_ids=[category.pk], at=at)
    publication.publish_categories(at=at)
