"""Reads of the mail log."""

from django.db.models import QuerySet

from apps.orders.models import MailLog


def newest() -> QuerySet[MailLog]:
    """Return mails, newest first, without their texts."""
    return MailLog.objects.defer("text", "html").select_related("order").order_by("-created_at", "-id")


def of_order(*, order_id: int) -> QuerySet[MailLog]:
    """Return an order's mails, oldest first."""
    return MailLog.objects.filter(order_id=order_id).defer("text", "html").order_by("created_at", "id")
