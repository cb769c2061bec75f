"""The queue of record: what happened, and what each handler still has to do about it."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.enums import DeliveryState, Queue


class OutboxEvent(models.Model):
    """A fact, written in the transaction that made it true. Never changed."""

    topic = models.CharField(_("topic"), max_length=80, help_text=_("What happened, as in order.placed."))
    key = models.CharField(_("key"), max_length=120, help_text=_("Whom it is about, as in an order number."))
    payload = models.JSONField(_("payload"), default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("created"))
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["topic", "key"], name="outbox_event_by_topic_key"),
            models.Index(fields=["created_at"], name="outbox_event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key} #{self.pk}"


class OutboxDelivery(models.Model):
    """One handler's work on one event, with its attempts and its lease."""

    event = models.ForeignKey(OutboxEvent, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    handler = models.CharField(_("handler"), max_length=120)
    queue = models.CharField(_("queue"), max_length=8, choices=Queue.choices, default=Queue.NOW)
    # The event's key for handlers that need one at a time per key, else empty; copied so the check needs no join.
    ordering_key = models.CharField(_("waits in line for"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    # Also the fencing token: a worker whose lease expired holds an older number and can no longer finish.
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    granted = models.PositiveIntegerField(_("attempts before a person retried"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("outbox")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "handler"], name="outbox_delivery_once_per_handler"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="outbox_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.DONE) ^ Q(done_at__isnull=True), name="outbox_delivery_done_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.RUNNING) ^ Q(locked_until__isnull=True),
                name="outbox_delivery_running_has_lease",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["queue", "next_attempt_at", "id"],
                name="outbox_delivery_due",
                condition=Q(state=DeliveryState.PENDING),
            ),
            models.Index(
                fields=["locked_until"], name="outbox_delivery_leased", condition=Q(state=DeliveryState.RUNNING)
            ),
            models.Index(
                fields=["handler", "ordering_key", "event"],
                name="outbox_delivery_in_line",
                condition=~Q(ordering_key="") & ~Q(state=DeliveryState.DONE),
            ),
            models.Index(fields=["done_at"], name="outbox_delivery_done", condition=Q(state=DeliveryState.DONE)),
            models.Index(fields=["id"], name="outbox_delivery_dead", condition=Q(state=DeliveryState.DEAD)),
        ]

    def __str__(self) -> str:
        return f"{self.handler} #{self.pk}"
