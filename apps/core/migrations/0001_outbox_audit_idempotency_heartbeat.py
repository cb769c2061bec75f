"""Events with their deliveries, answers already given, the audit trail and signs of life."""

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

from apps.core.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        help_text="What was done, as in order.ship.", max_length=80, verbose_name="action"
                    ),
                ),
                ("target", models.CharField(help_text="app.model:id", max_length=160, verbose_name="target")),
                (
                    "actor",
                    models.CharField(
                        help_text="user:id, or system: and the job's name.", max_length=120, verbose_name="actor"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "before",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name="before"
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name="after"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                ("ip", models.GenericIPAddressField(blank=True, null=True, verbose_name="address")),
            ],
            options={
                "verbose_name": "audit event",
                "verbose_name_plural": "audit events",
                "indexes": [
                    models.Index(fields=["target", "-at"], name="audit_by_target"),
                    models.Index(fields=["-at"], name="audit_by_time"),
                    models.Index(fields=["actor", "-at"], name="audit_by_actor"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", ""), _negated=True),
                            models.Q(("target", ""), _negated=True),
                            models.Q(("actor", ""), _negated=True),
                        ),
                        name="audit_event_says_what_where_who",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("at", models.DateTimeField(verbose_name="last seen")),
                ("detail", models.CharField(blank=True, max_length=200, verbose_name="detail")),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
                "constraints": [models.UniqueConstraint(fields=("name",), name="heartbeat_name_unique")],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        help_text="What the key is for, as in orders.place.", max_length=60, verbose_name="scope"
                    ),
                ),
                ("key", models.CharField(max_length=120, verbose_name="key")),
                ("body_sha256", models.CharField(max_length=64, verbose_name="hash of the request")),
                (
                    "answer",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name="answer"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
            ],
            options={
                "verbose_name": "idempotency record",
                "verbose_name_plural": "idempotency records",
                "indexes": [models.Index(fields=["expires_at"], name="idempotency_by_expiry")],
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "key"), name="idempotency_scope_key_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="idempotency_expires_after_created",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "topic",
                    models.CharField(
                        help_text="What happened, as in order.placed.", max_length=80, verbose_name="topic"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Whom it is about, as in an order number.", max_length=120, verbose_name="key"
                    ),
                ),
                (
                    "payload",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="payload"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(fields=["topic", "key"], name="outbox_event_by_topic_key"),
                    models.Index(fields=["created_at"], name="outbox_event_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handler", models.CharField(max_length=120, verbose_name="handler")),
                (
                    "queue",
                    models.CharField(
                        choices=[("now", "Now"), ("soon", "Soon"), ("night", "Night")],
                        default="now",
                        max_length=8,
                        verbose_name="queue",
                    ),
                ),
                ("ordering_key", models.CharField(blank=True, max_length=120, verbose_name="waits in line for")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("dead", "Given up"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("granted", models.PositiveIntegerField(default=0, verbose_name="attempts before a person retried")),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                ("locked_until", models.DateTimeField(blank=True, null=True, verbose_name="leased until")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="core.outboxevent",
                        verbose_name="event",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "outbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["queue", "next_attempt_at", "id"],
                        name="outbox_delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["locked_until"], name="outbox_delivery_leased"
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("ordering_key", ""), _negated=True), models.Q(("state", "done"), _negated=True)
                        ),
                        fields=["handler", "ordering_key", "event"],
                        name="outbox_delivery_in_line",
                    ),
                    models.Index(
                        condition=models.Q(("state", "done")), fields=["done_at"], name="outbox_delivery_done"
                    ),
                    models.Index(condition=models.Q(("state", "dead")), fields=["id"], name="outbox_delivery_dead"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "handler"), name="outbox_delivery_once_per_handler"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "running", "done", "dead"])),
                        name="outbox_delivery_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "done"), ("done_at__isnull", True), _connector="XOR"),
                        name="outbox_delivery_done_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "running"), ("locked_until__isnull", True), _connector="XOR"),
                        name="outbox_delivery_running_has_lease",
                    ),
                ],
            },
        ),
        append_only(table="core_auditevent"),
    ]
