"""Gift cards, store credit and buying on account: what a customer may pay with, and every movement of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import CreditKind, CreditMovementKind


class CreditAccount(models.Model):
    """
    A gift card, which belongs to whoever has its code, or the store credit of one account, or what one may still buy on
    account. Minor units.

    code_digest: SHA-256 of the code, which is shown once and kept nowhere. The balance is the sum of the movements and
    is written with them only (`credit.ledger`). limit_minor, terms_days: of buying on account, what may be owed and how
    many days after its invoice it is to be paid; what is owed is the limit less the balance.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=CreditKind.choices)
    brand = models.ForeignKey("markets.Brand", models.PROTECT, related_name="+", verbose_name=_("brand"))
    currency = models.CharField(_("currency"), max_length=3)
    balance_minor = models.BigIntegerField(_("balance in minor units"), default=0)
    code_digest = models.CharField(_("digest of the code"), max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 -- none is not a digest
    code_end = models.CharField(_("end of the code"), max_length=4, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    limit_minor = models.BigIntegerField(_("limit in minor units"), null=True, blank=True)
    terms_days = models.PositiveSmallIntegerField(_("to be paid within days"), null=True, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("gift card or store credit")
        verbose_name_plural = _("gift cards and store credit")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=CreditKind.values), name="credit_kind_known"),
            models.CheckConstraint(condition=Q(balance_minor__gte=0), name="credit_never_below_zero"),
            models.CheckConstraint(
                condition=Q(kind="gift_card", owner__isnull=True, code_digest__isnull=False)
                | Q(kind__in=["store_credit", "on_account"], owner__isnull=False, code_digest__isnull=True),
                name="credit_has_code_or_owner",
            ),
            models.CheckConstraint(
                condition=Q(kind="on_account", limit_minor__gt=0, terms_days__gte=1, terms_days__lte=60)
                | (~Q(kind="on_account") & Q(limit_minor__isnull=True, terms_days__isnull=True)),
                name="credit_on_account_has_limit_and_days",
            ),
            models.UniqueConstraint(
                fields=["owner", "brand", "currency"], condition=Q(kind="store_credit"), name="store_credit_once"
            ),
            models.UniqueConstraint(
                fields=["owner", "brand", "currency"], condition=Q(kind="on_account"), name="on_account_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-created_at", "-id"], name="credit_newest_first")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ·· {self.code_end}" if self.code_end else str(self.get_kind_display())


class CreditMovement(models.Model):
    """Append-only: money put on an account or taken off it. balance_minor: what was on it afterwards."""

    account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="movements", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=12, choices=CreditMovementKind.choices)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    balance_minor = models.BigIntegerField(_("balance afterwards, in minor units"))
    payment = models.ForeignKey(
        "order.Payment", models.PROTECT, null=True, related_name="credit_movements", verbose_name=_("payment")
    )
    key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    actor = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("movement of credit")
        verbose_name_plural = _("movements of credit")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(balance_minor__gte=0), name="credit_movement_never_below_zero"),
            models.CheckConstraint(
                condition=Q(kind="spent", amount_minor__lt=0, payment__isnull=False)
                | Q(kind="given_back", amount_minor__gt=0, payment__isnull=False)
                | Q(kind__in=["issued", "paid_in"], amount_minor__gt=0, payment__isnull=True)
                | (Q(kind="corrected", payment__isnull=True) & ~Q(amount_minor=0)),
                name="credit_movement_has_its_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"
