"""What the page of one order shows, made from its story."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.backoffice.admin.shared import chip
from apps.backoffice.edit_page import versions_context
from apps.backoffice.price_words import candidate_rows
from apps.backoffice.queries.order_story import Story, story_of
from apps.backoffice.return_page import returns_context
from apps.backoffice.sourcing_words import decision_view
from apps.backoffice.tones import (
    CAPTURE_TONES,
    DISPUTE_TONES,
    FULFILMENT_TONES,
    ORDER_TONES,
    PAYMENT_TONES,
    outcome_words,
)
from apps.core import clock
from apps.core.money import Money, format_money, from_minor
from apps.markets.queries import shop_for_market
from apps.orders import cancellation, links
from apps.orders.enums import (
    ENDED_FULFILMENTS,
    TO_SHIP,
    CaptureState,
    DisputeState,
    FulfilmentState,
    LostWhy,
    OrderState,
    PaymentState,
)
from apps.orders.mail import again
from apps.orders.models import FollowUp, Order, PaymentCapture
from apps.orders.payments.words import tender_label
from apps.orders.returns.queries import BOUGHT


def order_context(request: HttpRequest, order: Order) -> dict[str, Any]:
    """Return the template's values for an order. Buttons show when the move is legal and the person may make it."""
    story = story_of(order=order)
    shop = shop_for_market(market_code=order.market.code, language=order.language)
    write = _Writer(order, language=request.LANGUAGE_CODE)
    return {
        "title": order.number,
        "original": order,
        "state_chip": chip(order.get_state_display(), ORDER_TONES[OrderState(order.state)]),
        "promise": _promise(order),
        "order": order,
        "story": story,
        "lines": [_line(line, write) for line in story.record.lines],
        "totals": _totals(story, write),
        "payments": list(_payments(request, story, write)),
        "fulfilments": list(_fulfilments(request, story)),
        "decisions": [decision_view(row) for row in story.decisions],
        "invoices": _invoices(request, story, write),
        "returns": returns_context(request, returns=story.returns, write=write.minor),
        "versions": versions_context(
            request, order=order, edits=story.edits, lines=story.record.lines, payments=story.record.payments
        ),
        "actions": _actions(request, story),
        "related": [_related(link, order=order) for link in story.follow_ups],
        "tracking_url": links.tracking_url(shop=shop, number=order.number),
        "customer_url": (
            reverse("admin:customer_user_change", args=[order.user_id])
            if order.user_id and request.user.has_perm("customer.view_user")
            else ""
        ),
    }


def _actions(request: HttpRequest, story: Story) -> list[dict[str, Any]]:
    """The buttons about the order as a whole."""
    order = story.record.order
    if not request.user.has_perm("order.change_order"):
        return []
    actions = []
    if again.is_possible(order=order):
        url = reverse("admin:order_order_confirmation", args=[order.pk])
        actions.append({"url": url, "label": _("Send the confirmation again"), "plain": True})
    if order.state in cancellation.CANCELLABLE and not any(each.shipped_at for each in story.record.fulfilments):
        url = reverse("admin:order_order_cancel", args=[order.pk])
        actions.append({"url": url, "label": _("Cancel the order"), "plain": True})
    if order.state in BOUGHT:
        url = reverse("admin:order_order_edit", args=[order.pk])
        actions.append({"url": url, "label": _("Change the order"), "plain": True})
    if order.state in BOUGHT and request.user.has_perm("order.change_return"):
        url = reverse("admin:order_return_declare", args=[order.pk])
        actions.append({"url": url, "label": _("Record a withdrawal"), "plain": True})
    if any(each.shipped_at for each in story.record.fulfilments) and order.state in BOUGHT:
        url = reverse("admin:order_order_exchange", args=[order.pk])
        actions.append({"url": url, "label": _("Exchange goods"), "plain": True})
    return actions


def _related(link: FollowUp, *, order: Order) -> dict[str, Any]:
    """The order another one follows from, or one that follows from it, with why."""
    other = link.parent if link.order_id == order.pk else link.order
    label = _("Follows from order %(number)s") if other == link.parent else _("Followed by order %(number)s")
    return {
        "label": label % {"number": other.number},
        "url": reverse("admin:order_order_change", args=[other.pk]),
        "state_chip": chip(other.get_state_display(), ORDER_TONES[OrderState(other.state)]),
        "kind": link.get_kind_display(),
        "reason": link.reason,
    }


def _promise(order: Order) -> dict[str, date]:
    """Return the days the order was promised for; nothing when it was promised none."""
    return {
        name: date.fromisoformat(order.delivery_promise[name])
        for name in ("earliest", "latest")
        if order.delivery_promise.get(name)
    }


def _invoices(request: HttpRequest, story: Story, write: "_Writer") -> list[dict[str, Any]]:
    """The documents of account, each with its file for those who may read it."""
    may = request.user.has_perm("order.view_invoice")
    return [
        {
            "row": row,
            "gross": write.minor(row.gross_minor, row.currency),
            "tax": write.minor(row.tax_minor, row.currency),
            "url": reverse("admin:order_invoice_file", args=[row.pk]) if may else "",
        }
        for row in story.invoices
    ]


class _Writer:
    """Writes amounts of one order."""

    def __init__(self, order: Order, *, language: str | None) -> None:
        self.currency = order.currency
        self.country = order.market.country
        self.language = language or "en"

    def __call__(self, amount: Any) -> str:  # noqa: ANN401 -- a decimal or its text
        return format_money(
            money=Money(Decimal(str(amount)), self.currency), language=self.language, country=self.country
        )

    def minor(self, minor: int, currency: str) -> str:
        return format_money(money=from_minor(minor, currency), language=self.language, country=self.country)


def _line(line: Any, write: _Writer) -> dict[str, Any]:  # noqa: ANN401 -- Oscar's row
    own = line.price_trace or {}
    # What a component costs is its share of the kit's price, which alone was found by lists and taxes.
    trace = line.kit.price_trace if line.kit is not None else own
    return {
        "row": line,
        "unit": write(line.unit_price_incl_tax),
        "before": write(line.line_price_before_discounts_incl_tax),
        "total": write(line.line_price_incl_tax),
        "is_reduced": line.line_price_incl_tax != line.line_price_before_discounts_incl_tax,
        "product_url": reverse("admin:catalogue_product_change", args=[line.product_id]) if line.product_id else "",
        "trace": trace,
        "candidates": candidate_rows(trace.get("candidates", ()), write.minor),
        "offers": [{**offer, "amount": write(offer["amount"])} for offer in own.get("offers", ())],
        "kit": f"{line.kit.quantity} × {line.kit.title}" if line.kit is not None else "",
        "kit_price": write(line.kit.unit_shown) if line.kit is not None else "",
        "share": write(own["share"]) if line.kit is not None else "",
    }


def _totals(story: Story, write: _Writer) -> dict[str, Any]:
    order = story.record.order
    return {
        "shipping": write(order.shipping_incl_tax),
        "discount": write(order.discount_incl_tax) if order.discount_incl_tax else "",
        "total": write(order.total_incl_tax),
        "net": write(order.total_excl_tax),
        "taxes": [
            {
                "percent": line["percent"],
                "net": write(line["net"]),
                "tax": write(line["tax"]),
                "gross": write(line["gross"]),
            }
            for line in order.tax_lines
        ],
        "discounts": [
            {"name": row.offer_name, "voucher": row.voucher_code, "amount": write(row.amount)}
            for row in story.record.discounts
        ],
        "lost": [
            {**lost, "why": LostWhy(lost["why"]).label, "amount": write(lost["amount"]) if lost["amount"] else ""}
            for lost in order.offers_lost
        ],
    }


def _payments(request: HttpRequest, story: Story, write: _Writer) -> Iterable[dict[str, Any]]:
    may = request.user.has_perm("order.change_payment")
    sees_credit = request.user.has_perm("order.view_creditaccount")
    for payment in story.record.payments:
        is_open = payment.state in {PaymentState.CREATED, PaymentState.PENDING}
        actions = []
        if may and payment.gateway == "bank_transfer" and is_open:
            url = reverse("admin:order_payment_transfer", args=[payment.pk])
            actions.append({"url": url, "label": _("Record bank transfer")})
        if may and payment.state == PaymentState.REFUND_DUE:
            actions.append({"url": reverse("admin:order_payment_refund", args=[payment.pk]), "label": _("Refund")})
        if may and payment.received_minor and not payment.captured_minor:
            url = reverse("admin:order_payment_return", args=[payment.pk])
            actions.append({"url": url, "label": _("Send back what came")})
        account = payment.credit_account_id if sees_credit else None
        yield {
            "row": payment,
            "label": tender_label(payment=payment),
            "account_url": reverse("admin:order_creditaccount_change", args=[account])
            if account and sees_credit
            else "",
            "state_chip": chip(payment.get_state_display(), PAYMENT_TONES[PaymentState(payment.state)]),
            "amount": write.minor(payment.amount_minor, payment.currency),
            "came": write.minor(payment.received_minor, payment.received_currency) if payment.received_minor else "",
            "captured": write.minor(payment.captured_minor, payment.money_currency),
            "refunded": write.minor(payment.refunded_minor, payment.money_currency) if payment.refunded_minor else "",
            "released": write.minor(payment.released_minor, payment.currency) if payment.released_minor else "",
            "captures": [_capture(row, write, may=may) for row in story.captures if row.payment_id == payment.pk],
            "disputes": [
                {
                    "row": row,
                    "amount": write.minor(row.amount_minor, row.currency),
                    "state_chip": chip(row.get_state_display(), DISPUTE_TONES[DisputeState(row.state)]),
                }
                for row in story.disputes
                if row.payment_id == payment.pk
            ],
            "notices": [
                {"row": notice, "outcome": outcome_words(notice.outcome)}
                for notice in story.notices
                if notice.payment_id == payment.pk
            ],
            "actions": actions,
        }


def _capture(row: PaymentCapture, write: _Writer, *, may: bool) -> dict[str, Any]:
    """A part that is charged; what the provider refused can be asked again, or recorded when the money came anyhow."""
    actions = []
    if may and row.state == CaptureState.REFUSED and row.payment.state == PaymentState.AUTHORISED:
        actions = [
            {"url": reverse("admin:order_capture_again", args=[row.pk]), "label": _("Charge again")},
            {"url": reverse("admin:order_capture_record", args=[row.pk]), "label": _("Record the money")},
        ]
    place = row.fulfilment.location if row.fulfilment else None
    return {
        "row": row,
        "amount": write.minor(row.amount_minor, row.payment.currency),
        "why": place.name if place else _("Before the authorisation ends"),
        "state_chip": chip(row.get_state_display(), CAPTURE_TONES[CaptureState(row.state)]),
        "actions": actions,
    }


def _fulfilments(request: HttpRequest, story: Story) -> Iterable[dict[str, Any]]:
    may = request.user.has_perm("order.change_fulfilment")
    now = clock.now()
    for fulfilment in story.record.fulfilments:
        actions = []
        if may and fulfilment.state in TO_SHIP and story.record.order.state == OrderState.IN_FULFILMENT:
            is_collected = story.record.order.collect_at_id is not None
            actions.append(("ready", _("Ready to be collected"), False) if is_collected else ("ship", _("Ship"), False))
            if fulfilment.state == FulfilmentState.NEW:
                actions.append(("pick", _("Mark as picked"), True))
            if fulfilment.state != FulfilmentState.PACKED:
                actions.append(("pack", _("Mark as packed"), True))
            actions.append(("reject", _("Reject goods"), True))
            if sum(line.quantity for line in story.parcels.get(fulfilment.pk, [])) > 1:
                actions.append(("split", _("Split the parcel"), True))
        if fulfilment.location_id is not None and fulfilment.state not in ENDED_FULFILMENTS:
            actions.append(("slip", _("Packing slip"), True))
        if may and fulfilment.state == FulfilmentState.READY:
            actions += [("hand-over", _("Hand over"), False), ("give-up", _("Give up and pay back"), True)]
            actions.append(("reject", _("Reject goods"), True))
        if may and fulfilment.state == FulfilmentState.WAITING:
            actions += [("again", _("Look again"), False), ("give-up", _("Give up and pay back"), True)]
        if may and fulfilment.state == FulfilmentState.SHIPPED:
            actions += [("deliver", _("Mark as delivered"), False), ("tracking", _("Correct tracking"), True)]
        yield {
            "row": fulfilment,
            "state_chip": chip(fulfilment.get_state_display(), FULFILMENT_TONES[FulfilmentState(fulfilment.state)]),
            "lines": story.parcels.get(fulfilment.pk, []),
            "rejections": story.rejections.get(fulfilment.pk, []),
            "is_late": fulfilment.state in TO_SHIP and fulfilment.due_at < now,
            "is_ready": fulfilment.ready_at is not None,
            "actions": [
                {"url": reverse(f"admin:order_fulfilment_{name}", args=[fulfilment.pk]), "label": label, "plain": plain}
                for name, label, plain in actions
            ],
        }
