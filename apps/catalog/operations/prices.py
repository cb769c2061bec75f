"""Set and remove prices."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog import publication
from apps.catalog.errors import UnableToSetPrice, UnknownPriceList, UnknownProduct
from apps.catalog.models import Price, PriceList, Product
from apps.core import audit, locks
from apps.core.money import Money


@transaction.atomic
def set_price(
    *,
    price_list: str,
    sku: str,
    amount: Money,
    by: str,
    at: datetime,
    min_quantity: int = 1,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Price:
    """
    Make `amount` the unit price of a SKU in a list from a quantity on; the entry of the same start is replaced.

    Locks the product's row. Safe to repeat. Raises UnknownProduct, UnknownPriceList, UnableToSetPrice (other currency,
    negative amount, a quantity below one, a period that ends before it begins).
    """
    product = _product(sku)
    owner = PriceList.objects.filter(code=price_list).first()
    if owner is None:
        raise UnknownPriceList(code=price_list)
    why = _refused(owner, amount, min_quantity, valid_from, valid_to)
    if why:
        raise UnableToSetPrice(sku=sku, amount=str(amount), why=why)
    key: dict[str, Any] = {
        "price_list": owner,
        "product": product,
        "min_quantity": min_quantity,
        "valid_from": valid_from,
    }
    before = Price.objects.filter(**key).values("amount_minor", "valid_to").first()
    price, _made = Price.objects.update_or_create(**key, defaults={"amount_minor": amount.minor, "valid_to": valid_to})
    audit.record(
        action="catalog.set_price",
        target=audit.target_of(model="catalogue.product", pk=product.pk),
        actor=by,
        at=at,
        before={"list": price_list, **before} if before else None,
        after={"list": price_list, "amount_minor": amount.minor, "valid_to": valid_to, "min_quantity": min_quantity},
    )
    publication.mark_due(product_ids=[product.pk], reason="price", at=at)
    return price


@transaction.atomic
def remove_price(*, price_id: int, by: str, at: datetime) -> None:
    """Take an entry out of its list. Safe to repeat: an entry that is gone stays gone."""
    price = Price.objects.select_related("price_list", "product").filter(pk=price_id).first()
    if price is None:
        return
    _product(price.product.upc or "")
    audit.record(
        action="catalog.remove_price",
        target=audit.target_of(model="catalogue.product", pk=price.product_id),
        actor=by,
        at=at,
        before={"list": price.price_list.code, "amount_minor": price.amount_minor, "min_quantity": price.min_quantity},
    )
    publication.mark_due(product_ids=[price.product_id], reason="price", at=at)
    price.delete()


def _product(sku: str) -> Product:
    found: list[Product] = locks.lock_rows(queryset=Product.objects.filter(upc=sku), rank=locks.Rank.CATALOGUE)
    if not found:
        raise UnknownProduct(sku=sku)
    return found[0]


def _refused(
    owner: PriceList, amount: Money, min_quantity: int, valid_from: datetime | None, valid_to: datetime | None
) -> str:
    checks = (
        (amount.currency != owner.currency, _("the list is in %(currency)s.") % {"currency": owner.currency}),
        (amount.minor < 0, _("a price is not below zero.")),
        (min_quantity < 1, _("a price applies from one piece or more.")),
        (bool(valid_from and valid_to and valid_to <= valid_from), _("the period ends before it begins.")),
    )
    return next((why for applies, why in checks if applies), "")
