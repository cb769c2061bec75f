"""Goods a shopper gives back, and the money that is sent back for them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import RefundState, ReturnReason, ReturnState


class Return(models.Model):
    """
    A declaration of withdrawal and what became of it.

    name, email: as declared; the acknowledgement goes there. send_back_by, refund_due_at: fourteen days after the
    declaration (Directive 2011/83 art. 13 and 14). drop_off: the store the shopper wants to bring the goods to; None:
    they are sent.
    """

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="returns", verbose_name=_("order"))
    number = models.CharField(_("number"), max_length=48, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=ReturnState.choices, default=ReturnState.DECLARED)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    declared_by = models.CharField(_("declared by"), max_length=120)
    declared_at = models.DateTimeField(_("declared"))
    send_back_by = models.DateTimeField(_("to be sent back by"))
    refund_due_at = models.DateTimeField(_("to be refunded by"))
    inspected_at = models.DateTimeField(_("inspected"), null=True, blank=True)
    location = models.ForeignKey(
        "partner.Location", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("came back to")
    )
    drop_off = models.ForeignKey(
        "partner.Location", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brought back to")
    )
    note = models.TextField(_("what was found"), blank=True)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=ReturnState.values), name="return_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["refund_due", "refunded", "refused"]) | Q(inspected_at__isnull=False),
                name="return_decided_has_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "refund_due_at"], name="return_by_state_and_due")]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """Units of an order line that are given back, and what was found when they came: all of them or none yet."""

    parent = models.ForeignKey(Return, models.PROTECT, related_name="lines", verbose_name=_("return"))
    line = models.ForeignKey("order.Line", models.PROTECT, related_name="return_lines", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=ReturnReason.choices, blank=True, db_default="")
    sellable = models.PositiveIntegerField(_("as good as new"), default=0)
    refurbish = models.PositiveIntegerField(_("accepted, to be made good"), default=0, db_default=0)
    damaged = models.PositiveIntegerField(_("accepted, not to be sold"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    unsent = models.PositiveIntegerField(_("never sent"), default=0, db_default=0)

    class Meta:
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "line"], name="return_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(sellable=0, refurbish=0, damaged=0, refused=0, unsent=0)
                | Q(quantity=F("sellable") + F("refurbish") + F("damaged") + F("refused") + F("unsent")),
                name="return_line_whole_or_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"

    @property
    def accepted(self) -> int:
        """Units that are paid back."""
        return self.sellable + self.refurbish + self.damaged + self.unsent


class Refund(models.Model):
    """
    Money sent back for a return: its lines and the delivery sum to the amount, and so do the tenders it goes back to.

    Minor units, taxes included. state: sent once all tenders are.
    """

    parent = models.OneToOneField(Return, models.PROTECT, related_name="refund", verbose_name=_("return"))
    state = models.CharField(_("state"), max_length=4, choices=RefundState.choices, default=RefundState.DUE)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    tax_minor = models.BigIntegerField(_("tax in minor units"))
    delivery_minor = models.BigIntegerField(_("delivery in minor units"), default=0)
    delivery_tax_minor = models.BigIntegerField(_("tax on delivery in minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    requested_at = models.DateTimeField(_("requested"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(delivery_minor__gte=0, delivery_tax_minor__gte=0, tax_minor__gte=F("delivery_tax_minor"))
                & Q(delivery_minor__lte=F("amount_minor"), tax_minor__lte=F("amount_minor")),
                name="refund_parts_in_range",
            ),
            models.CheckConstraint(
                condition=Q(state="due", sent_at__isnull=True) | Q(state="sent", sent_at__isnull=False),
                name="refund_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.state}"


class RefundTender(models.Model):
    """
    What of a refund goes back to one payment.

    is_release: it was authorised and not charged yet, so it is let go at once and nothing is sent. into: the payment of
    another order it became instead of being sent (an exchange).
    """

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="tenders", verbose_name=_("refund"))
    payment = models.ForeignKey("order.Payment", models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    state = models.CharField(_("state"), max_length=4, choices=RefundState.choices, default=RefundState.DUE)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    is_release = models.BooleanField(_("never charged"), default=False, db_default=False)
    into = models.ForeignKey(
        "order.Payment", models.PROTECT, null=True, blank=True, related_name="made_of", verbose_name=_("became")
    )
    idempotency_key = models.CharField(_("idempotency key"), max_length=80, unique=True)
    reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("tender of a refund")
        verbose_name_plural = _("tenders of refunds")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["refund", "payment", "is_release"], condition=Q(into__isnull=True), name="refund_tender_unique"
            ),
            models.UniqueConstraint(
                fields=["refund", "payment"], condition=Q(into__isnull=False), name="refund_tender_unique_into"
            ),
            models.CheckConstraint(
                condition=Q(into__isnull=True) | Q(state="sent", is_release=False), name="refund_tender_into_is_done"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_tender_positive"),
            models.CheckConstraint(
                condition=Q(state="due", sent_at__isnull=True) | Q(state="sent", sent_at__isnull=False),
                name="refund_tender_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.state}"


class RefundLine(models.Model):
    """
    What is sent back for units of one order line, its discount already inside.

    deducted_minor: what was taken off for use beyond trying it out (Directive 2011/83 art. 14(2)), with tax; the amount
    is what is left.
    """

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines", verbose_name=_("refund"))
    line = models.ForeignKey("order.Line", models.PROTECT, related_name="refund_lines", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    tax_minor = models.BigIntegerField(_("tax in minor units"))
    deducted_minor = models.BigIntegerField(_("deducted in minor units"), default=0, db_default=0)

    class Meta:
        verbose_name = _("line of a refund")
        verbose_name_plural = _("lines of refunds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, amount_minor__gte=0, tax_minor__gte=0, tax_minor__lte=F("amount_minor")),
                name="refund_line_in_range",
            ),
            models.CheckConstraint(condition=Q(deducted_minor__gte=0), name="refund_line_deduction_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}: {self.amount_minor}"


class ReturnPhoto(models.Model):
    """
    What a shopper photographed of goods that come back, re-encoded: a JPEG of ours without anything a camera wrote.

    Kept with the return and shown to its shopper and to staff only, never from the public folder of pictures.
    """

    parent = models.ForeignKey("order.Return", models.PROTECT, related_name="photos", verbose_name=_("return"))
    position = models.PositiveSmallIntegerField(_("position"))
    content = models.BinaryField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("photo of a return")
        verbose_name_plural = _("photos of returns")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "position"], name="return_photo_position_unique"),
            models.UniqueConstraint(fields=["parent", "sha256"], name="return_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id} {self.position}"
