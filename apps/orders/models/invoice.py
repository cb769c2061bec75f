"""Invoices and credit notes: written once, numbered without a gap, never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import InvoiceKind


class InvoiceSeries(models.Model):
    """
    The numbers of one seller's invoices, or credit notes, of one year, given under this row's lock.

    A row and not a database sequence: a sequence leaves a gap at each rollback (CGI ann. II art. 242 nonies A I 7°).
    """

    prefix = models.CharField(_("start of invoice numbers"), max_length=30)
    kind = models.CharField(_("kind"), max_length=12, choices=InvoiceKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)
    last_issued_at = models.DateTimeField(_("last issued"), null=True, blank=True)

    class Meta:
        verbose_name = _("series of invoice numbers")
        verbose_name_plural = _("series of invoice numbers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefix", "kind", "year"], name="invoice_series_unique"),
            models.CheckConstraint(condition=Q(kind__in=InvoiceKind.values), name="invoice_series_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.kind} {self.year}"


class Invoice(models.Model):
    """
    Append-only: what one parcel's goods were sold for, or what a refund takes back of it. Minor units.

    told: everything the document says besides its lines and sums, as it was when issued: seller, buyer, addresses,
    dates, payment, the invoices a credit note corrects. taxes: per rate {percent, net, tax, gross}.
    """

    series = models.ForeignKey(InvoiceSeries, models.PROTECT, related_name="invoices", verbose_name=_("series"))
    position = models.PositiveIntegerField(_("number in the series"))
    number = models.CharField(_("number"), max_length=35, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=InvoiceKind.choices)
    order = models.ForeignKey("order.Order", models.PROTECT, related_name="invoices", verbose_name=_("order"))
    fulfilment = models.OneToOneField(
        "order.Fulfilment", models.PROTECT, null=True, related_name="invoice", verbose_name=_("fulfilment")
    )
    refund = models.OneToOneField(
        "order.Refund", models.PROTECT, null=True, related_name="credit_note", verbose_name=_("refund")
    )
    issued_at = models.DateTimeField(_("issued"))
    language = models.CharField(_("language"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3)
    net_minor = models.BigIntegerField(_("without tax, in minor units"))
    tax_minor = models.BigIntegerField(_("tax in minor units"))
    gross_minor = models.BigIntegerField(_("with tax, in minor units"))
    taxes = models.JSONField(_("tax per rate"))
    told = models.JSONField(_("what it says"))

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "position"], name="invoice_position_unique"),
            models.CheckConstraint(
                condition=Q(kind="invoice", fulfilment__isnull=False, refund__isnull=True)
                | Q(kind="credit_note", fulfilment__isnull=True, refund__isnull=False),
                name="invoice_of_a_parcel_or_a_refund",
            ),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, tax_minor__gte=0, gross_minor=F("net_minor") + F("tax_minor")),
                name="invoice_sums_agree",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-issued_at", "-id"], name="invoice_newest_first")]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """Append-only: units of an order line, or (without one) the delivery. Minor units; the discount is without tax."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines", verbose_name=_("invoice"))
    position = models.PositiveSmallIntegerField(_("position"))
    line = models.ForeignKey(
        "order.Line", models.PROTECT, null=True, related_name="invoice_lines", verbose_name=_("order line")
    )
    title = models.CharField(_("title"), max_length=255)
    sku = models.CharField(_("SKU"), max_length=128, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_minor = models.BigIntegerField(_("unit price without tax"))
    discount_minor = models.BigIntegerField(_("discount without tax"), default=0)
    tax_percent = models.DecimalField(_("tax percent"), max_digits=6, decimal_places=3)
    net_minor = models.BigIntegerField(_("without tax, in minor units"))
    tax_minor = models.BigIntegerField(_("tax in minor units"))

    class Meta:
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_unique"),
            models.UniqueConstraint(fields=["invoice", "line"], name="invoice_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_minor__gte=0, discount_minor__gte=0, net_minor__gte=0)
                & Q(tax_minor__gte=0),
                name="invoice_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.quantity} × {self.title}"

    @property
    def gross_minor(self) -> int:
        """With tax, in minor units."""
        return self.net_minor + self.tax_minor


class InvoiceFile(models.Model):
    """Append-only: the PDF of an invoice as it was first drawn, the one everybody gets."""

    invoice = models.OneToOneField(
        Invoice, models.PROTECT, primary_key=True, related_name="file", verbose_name=_("invoice")
    )
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("file of an invoice")
        verbose_name_plural = _("files of invoices")

    def __str__(self) -> str:
        return self.sha256
