"""Payments and what providers told us about them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.markets.enums import CapturePolicy
from apps.orders.enums import EXCHANGE, CaptureState, CreditKind, PaymentState


class Payment(models.Model):
    """
    One tender of an order: an attempt to pay it, or what is left of it, through one gateway. Minor units.

    An order may have several: gift cards and store credit, which pay when it is placed, and one other for the rest.
    credit_account: the gift card or store credit it was taken from; None for all other gateways. The gateway `exchange`
    is what comes back of another order: nobody outside is asked for it.

    capture: when it is charged, as its market said when the order was placed. Until then it is authorised, until
    `authorised_until` at most; `captured_minor` grows with each capture, `released_minor` is what of it was let go
    because goods will never be sent.

    received: what a provider says came when that is not what was asked for; 0 otherwise. It pays nothing, and once it
    is to be sent back it is what was captured. Captured and refunded are then in its currency (`money_currency`).
    """

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="payments", verbose_name=_("order"))
    gateway = models.CharField(_("gateway"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=PaymentState.choices, default=PaymentState.CREATED)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    capture = models.CharField(
        _("charged"),
        max_length=20,
        choices=CapturePolicy.choices,
        default=CapturePolicy.AT_ONCE,
        db_default=CapturePolicy.AT_ONCE,
    )
    captured_minor = models.BigIntegerField(_("captured in minor units"), default=0)
    released_minor = models.BigIntegerField(_("released in minor units"), default=0, db_default=0)
    refunded_minor = models.BigIntegerField(_("refunded in minor units"), default=0)
    received_minor = models.BigIntegerField(_("came instead, in minor units"), default=0, db_default=0)
    received_currency = models.CharField(
        _("currency of what came instead"), max_length=3, blank=True, default="", db_default=""
    )
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    redirect_url = models.URLField(_("provider's page"), max_length=1000, blank=True)
    credit_account = models.ForeignKey(
        "order.CreditAccount",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("gift card or store credit"),
    )
    idempotency_key = models.CharField(_("idempotency key"), max_length=80, unique=True)
    refusal_code = models.CharField(_("reason of refusal"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("must be settled by"))
    authorised_until = models.DateTimeField(_("authorised until"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last asked the provider"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gateway", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="payment_provider_reference_unique",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state__in=["created", "pending"]), name="payment_one_open_per_order"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="payment_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=models.F("captured_minor")),
                name="payment_refunds_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(released_minor=0)
                | Q(released_minor__gt=0, amount_minor__gte=models.F("captured_minor") + models.F("released_minor")),
                name="payment_releases_what_is_not_captured",
            ),
            models.CheckConstraint(
                condition=~Q(state="authorised") | (Q(authorised_until__isnull=False) & ~Q(capture="at_once")),
                name="payment_authorised_has_end",
            ),
            models.CheckConstraint(
                condition=Q(received_minor=0, received_currency="")
                | (Q(received_minor__gt=0) & ~Q(received_currency="")),
                name="payment_received_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(received_minor=0) | Q(captured_minor=0) | Q(captured_minor=models.F("received_minor")),
                name="payment_captures_what_came",
            ),
            models.CheckConstraint(
                condition=Q(credit_account__isnull=False, gateway__in=CreditKind.values)
                | (Q(credit_account__isnull=True) & ~Q(gateway__in=CreditKind.values)),
                name="payment_by_credit_has_account",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "deadline_at"], name="payment_by_state_and_deadline"),
            models.Index(fields=["created_at"], condition=Q(received_minor__gt=0), name="payment_of_another_amount"),
            models.Index(fields=["authorised_until"], condition=Q(state="authorised"), name="payment_authorised_end"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.amount_minor} {self.currency} {self.state}"

    @property
    def is_ours(self) -> bool:
        """Whether its money is with us already: gift cards, store credit, what comes back of another order."""
        return self.credit_account_id is not None or self.gateway == EXCHANGE

    @property
    def money_currency(self) -> str:
        """The currency of what was captured and refunded: what came, where that was not what was asked for."""
        return self.received_currency or self.currency


class PaymentCapture(models.Model):
    """
    A part of an authorised payment that is charged. Minor units of the payment's currency.

    fulfilment: the parcel it is charged for; None where the authorisation was about to end. is_last: nothing is left
    after it, so the provider lets go of the rest. attempt: counts a person's "again" after a refusal; each is a request
    of its own, while a repeat after a lost answer is not. tried_at: when the provider was asked first; what was not
    tried before its order ended is not asked any more.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="captures", verbose_name=_("payment"))
    fulfilment = models.ForeignKey(
        "order.Fulfilment", models.PROTECT, null=True, blank=True, related_name="captures", verbose_name=_("fulfilment")
    )
    state = models.CharField(_("state"), max_length=8, choices=CaptureState.choices, default=CaptureState.DUE)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    is_last = models.BooleanField(_("the last one"), default=False)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    refusal_code = models.CharField(_("reason of refusal"), max_length=80, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    tried_at = models.DateTimeField(_("first tried"), null=True, blank=True)
    done_at = models.DateTimeField(_("charged at"), null=True, blank=True)

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment", "fulfilment"], nulls_distinct=False, name="capture_once_per_parcel"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="capture_positive"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                name="capture_done_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=~Q(state="done"), name="capture_not_done"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.state}"

    @property
    def key(self) -> str:
        """What a provider is given, so that a repeated request charges once."""
        return f"{self.payment.idempotency_key}-capture-{self.pk}-{self.attempt}"


class PaymentNotice(models.Model):
    """A message from a provider, kept as received; the same event id is worked on once."""

    gateway = models.CharField(_("gateway"), max_length=20)
    event_id = models.CharField(_("event id"), max_length=200)
    kind = models.CharField(_("kind"), max_length=80)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="notices", verbose_name=_("payment"))
    body = models.JSONField(_("body"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=40)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("provider's notice")
        verbose_name_plural = _("providers' notices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="payment_notice_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.kind}"
