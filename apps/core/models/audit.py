"""The audit trail: who did what to what, when, and why."""

from typing import Any, ClassVar, NoReturn

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(RuntimeError):
    """Code tried to change or delete a row that may only be added: a programming error."""


class AuditEvent(models.Model):
    """One thing done. Never changed, never deleted; a trigger in the database says the same."""

    action = models.CharField(_("action"), max_length=80, help_text=_("What was done, as in order.ship."))
    target = models.CharField(_("target"), max_length=160, help_text=_("app.model:id"))
    actor = models.CharField(_("actor"), max_length=120, help_text=_("user:id, or system: and the job's name."))
    at = models.DateTimeField(_("at"))
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes: ClassVar = [
            models.Index(fields=["target", "-at"], name="audit_by_target"),
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(action="") & ~models.Q(target="") & ~models.Q(actor=""),
                name="audit_event_says_what_where_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target} #{self.pk}"

    def save(self, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        """Add the row; raise AppendOnlyError when it exists already."""
        if not self._state.adding:
            raise AppendOnlyError("audit events are never changed")
        super().save(**kwargs)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:  # noqa: ARG002, FBT001, FBT002 -- Django's
        """Raise AppendOnlyError, always."""
        raise AppendOnlyError("audit events are never deleted")
