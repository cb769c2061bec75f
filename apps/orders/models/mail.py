"""The log of mails: which one, to whom, in which language, and whether it left."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import MailKind, MailState


class MailLog(models.Model):
    """
    One mail owed because of one event. `key` makes it one, `message_id` follows from it, so a copy can be recognised.

    The texts are kept in demo mode only, for its mail viewer: they repeat personal data the order already holds.
    """

    key = models.CharField(_("key"), max_length=120, unique=True, help_text=_("event and kind"))
    order = models.ForeignKey(
        "order.Order", models.PROTECT, null=True, blank=True, related_name="mails", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=24, choices=MailKind.choices)
    state = models.CharField(_("state"), max_length=8, choices=MailState.choices, default=MailState.SENDING)
    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=200)
    message_id = models.CharField(_("message id"), max_length=200)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes: ClassVar = [models.Index(fields=["-created_at", "-id"], name="mail_newest_first")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="sent") ^ models.Q(sent_at__isnull=True), name="mail_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_id} {self.state}"
