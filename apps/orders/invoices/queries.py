"""Reads of invoices and credit notes."""

from django.db.models import QuerySet

from apps.orders.models import Invoice


def of_order(*, order_id: int) -> QuerySet[Invoice]:
    """Return an order's invoices and credit notes, first issued first."""
    return Invoice.objects.filter(order_id=order_id).order_by("issued_at", "id")


def of_number(*, order_number: str, number: str, market_id: int) -> Invoice | None:
    """Return one by its number if it belongs to that order of that market: another's is not there."""
    return Invoice.objects.filter(order__number=order_number, order__market_id=market_id, number=number).first()
