"""Rows every other app leans on: events and their deliveries, answers already given, the audit trail, signs of life."""

from apps.core.models.audit import AuditEvent
from apps.core.models.books import BooksProof
from apps.core.models.heartbeat import Heartbeat
from apps.core.models.idempotency import IdempotencyRecord
from apps.core.models.outbox import OutboxDelivery, OutboxEvent

__all__ = ["AuditEvent", "BooksProof", "Heartbeat", "IdempotencyRecord", "OutboxDelivery", "OutboxEvent"]
