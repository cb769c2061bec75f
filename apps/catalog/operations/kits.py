"""Say what a kit is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.catalog import publication
from apps.catalog.errors import (
    ComponentNotSold,
    ComponentTwice,
    KitInKit,
    KitNotSold,
    SharesIncomplete,
    UnitsOutOfRange,
)
from apps.catalog.models import KitComponent, Product
from apps.catalog.models.kit import MOST_UNITS
from apps.catalog.queries import kits
from apps.core import audit, locks


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Units of a product one kit holds. share: of the price, against the others' (all of them, or none)."""

    product_id: int
    quantity: int = 1
    share: int | None = None


@transaction.atomic
def set_components(*, product_id: int, components: Sequence[Component], by: str, at: datetime) -> None:
    """
    Make a product a kit of exactly these components, in this order; of none it is a product like any other again.

    Orders keep what they were placed with. Locks the products in id order; audited; published anew. Raises
    KitNotSold, KitInKit, ComponentNotSold, ComponentTwice, UnitsOutOfRange, SharesIncomplete; then nothing changes.
    """
    ids = {product_id, *(each.product_id for each in components)}
    rows = locks.lock_rows(queryset=Product.objects.filter(pk__in=ids), rank=locks.Rank.CATALOGUE)
    products = {row.pk: row for row in rows}
    _check(product_id=product_id, components=components, products=products)
    have = list(KitComponent.objects.filter(kit_id=product_id).order_by("position", "id"))
    before = [[row.product_id, row.quantity, row.share] for row in have]
    after = [[each.product_id, each.quantity, each.share] for each in components]
    if before == after:
        return
    KitComponent.objects.filter(kit_id=product_id).delete()
    KitComponent.objects.bulk_create(
        [
            KitComponent(
                kit_id=product_id, product_id=each.product_id, quantity=each.quantity, share=each.share, position=place
            )
            for place, each in enumerate(components)
        ]
    )
    transaction.on_commit(kits.forget)
    audit.record(
        action="catalog.set_components",
        target=audit.target_of(model="catalogue.product", pk=product_id),
        actor=by,
        at=at,
        before={"components": before},
        after={"components": after},
    )
    publication.mark_due(product_ids=[product_id], reason="components", at=at)


def _check(*, product_id: int, components: Sequence[Component], products: dict[int, Product]) -> None:
    kit = products.get(product_id)
    if kit is None or kit.structure == Product.PARENT:
        raise KitNotSold(sku=kit.title if kit else f"#{product_id}")
    if not components:
        return
    if KitComponent.objects.filter(product_id=product_id).exists():
        raise KitInKit(sku=kit.upc)
    seen = set()
    for each in components:
        row = products.get(each.product_id)
        if row is None or row.structure == Product.PARENT:
            raise ComponentNotSold(sku=row.title if row else f"#{each.product_id}")
        if each.product_id in seen:
            raise ComponentTwice(sku=row.upc)
        seen.add(each.product_id)
        if not 1 <= each.quantity <= MOST_UNITS:
            raise UnitsOutOfRange(sku=row.upc, most=MOST_UNITS)
    nested = KitComponent.objects.filter(kit_id__in=seen).values_list("kit__upc", flat=True).first()
    if nested is not None or product_id in seen:
        raise KitInKit(sku=nested or kit.upc)
    shares = [each.share for each in components]
    told = [share for share in shares if share is not None]
    if told and (len(told) != len(shares) or not sum(told)):
        raise SharesIncomplete(sku=kit.upc)
