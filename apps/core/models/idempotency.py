"""Answers already given, so that the same request asked twice is done once."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyRecord(models.Model):
    """The answer stored for a key; written in the transaction of the work, so it exists only when the work is done."""

    scope = models.CharField(_("scope"), max_length=60, help_text=_("What the key is for, as in orders.place."))
    key = models.CharField(_("key"), max_length=120)
    body_sha256 = models.CharField(_("hash of the request"), max_length=64)
    answer = models.JSONField(_("answer"), null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("idempotency record")
        verbose_name_plural = _("idempotency records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key"], name="idempotency_scope_key_unique"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="idempotency_expires_after_created"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="idempotency_by_expiry")]

    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"
