"""The read model: what shoppers see, written set-wise from the truth and marked when it is older than it."""

from apps.catalog.publication.availability import mark_availability
from apps.catalog.publication.boundaries import switch_scheduled_prices
from apps.catalog.publication.categories import publish_categories
from apps.catalog.publication.marks import (
    due_count,
    mark_due,
    mark_due_for_assets,
    mark_due_for_categories,
    oldest_due_age,
)
from apps.catalog.publication.publisher import BATCH, publish_all, publish_due, publish_now, unpublish
from apps.catalog.publication.waiting import publish_waiting
from apps.catalog.publication.write import Written

__all__ = [
    "BATCH",
    "Written",
    "due_count",
    "mark_availability",
    "mark_due",
    "mark_due_for_assets",
    "mark_due_for_categories",
    "oldest_due_age",
    "publish_all",
    "publish_categories",
    "publish_due",
    "publish_now",
    "publish_waiting",
    "switch_scheduled_prices",
    "unpublish",
]
