"""Reads of orders that follow from others."""

from django.db.models import Q, QuerySet

from apps.orders.models import FollowUp


def around(*, order_id: int) -> QuerySet[FollowUp]:
    """Return what links an order to others: what it follows from, then what follows from it, oldest first."""
    rows = FollowUp.objects.filter(Q(order_id=order_id) | Q(parent_id=order_id))
    return rows.select_related("order", "parent", "given_back").order_by("id")


def of_return(*, return_id: int) -> FollowUp | None:
    """Return the exchange a return belongs to, None for an ordinary one."""
    return FollowUp.objects.select_related("order__market").filter(given_back_id=return_id).first()
