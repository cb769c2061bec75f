"""The pages on which staff change an order: what is taken out and where it goes, what that does, confirm or discard."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.backoffice.admin.shared import actor_of, ask, demand, money, money_minor, scoped
from apps.backoffice.edit_forms import ChangeForm, ExchangeForm
from apps.backoffice.forms import ConfirmForm
from apps.core import clock
from apps.core.money import Money
from apps.orders.edits import operations, queries
from apps.orders.enums import EditState
from apps.orders.follow_ups import exchange as exchanges
from apps.orders.models import Line, Order, OrderEdit, Payment
from apps.orders.payments.words import tender_label
from apps.orders.returns.queries import right_of

REDIRECT = 302


def change(request: HttpRequest, order_id: int, *, admin: Any) -> HttpResponse:  # noqa: ANN401 -- an admin
    """Ask what is to be changed, and draft it."""
    order = _order(request, order_id)
    lines = list(Line.objects.filter(order_id=order.pk).order_by("position", "id"))
    form = ChangeForm(request.POST or None, order=order, lines=lines, most=queries.open_units(order_id=order.pk))
    made: list[int] = []

    def do(said: Mapping[str, Any]) -> str:
        row = operations.draft(
            order_id=order.pk,
            units=form.units(said),
            address=form.address(said),
            adds=form.wanted(said),
            reason=said["reason"],
            by=actor_of(request),
            at=clock.now(),
        )
        made.append(row.pk)
        return _("Drafted: look at what it does, then confirm or discard it.")

    answer = ask(
        request,
        admin=admin,
        title=_("Change the order"),
        question=_("Nothing moves yet: the next page says what the change does, to the cent."),
        form=form,
        do=do,
        button=_("Draft the change"),
        back=_page(order),
        facts={_("Order"): order.number, _("State"): order.get_state_display()},
    )
    if made and answer.status_code == REDIRECT:
        return HttpResponseRedirect(reverse("admin:order_order_change_confirm", args=[order.pk, made[0]]))
    return answer


def confirm(request: HttpRequest, order_id: int, edit_id: int, *, admin: Any) -> HttpResponse:  # noqa: ANN401 -- an admin
    """Say what a draft does, and do it."""
    order, row = _draft(request, order_id, edit_id)

    def do(_said: Mapping[str, Any]) -> str:
        done = operations.confirm(edit_id=row.pk, by=actor_of(request), at=clock.now())
        return _("Order %(number)s is changed; this is version %(version)s.") % {
            "number": order.number,
            "version": done.version,
        }

    return ask(
        request,
        admin=admin,
        title=_("Confirm the change"),
        question=_("This is done whole or not at all. The shopper is told."),
        form=ConfirmForm(request.POST or None),
        do=do,
        button=_("Confirm the change"),
        back=_page(order),
        facts=_facts(row, order=order),
    )


def discard(request: HttpRequest, order_id: int, edit_id: int, *, admin: Any) -> HttpResponse:  # noqa: ANN401 -- an admin
    """Give up a draft."""
    order, row = _draft(request, order_id, edit_id)

    def do(_said: Mapping[str, Any]) -> str:
        operations.discard(edit_id=row.pk, by=actor_of(request), at=clock.now())
        return _("The draft is discarded; the order is as it was.")

    title = _("Discard the draft")
    form = ConfirmForm(request.POST or None)
    back, facts = _page(order), _facts(row, order=order)
    return ask(request, admin=admin, title=title, question="", form=form, do=do, button=title, back=back, facts=facts)


def exchange(request: HttpRequest, order_id: int, *, admin: Any) -> HttpResponse:  # noqa: ANN401 -- an admin
    """Ask what comes back and what the shopper gets for it."""
    order = _order(request, order_id)
    right = right_of(order=order)
    form = ExchangeForm(request.POST or None, order=order, choices=right.choices)

    def do(said: Mapping[str, Any]) -> str:
        made = exchanges.exchange(
            order_id=order.pk,
            units=form.units(said),
            wanted=form.wanted(said),
            reason=said["reason"],
            by=actor_of(request),
            at=clock.now(),
        )
        return _("The new goods are kept as order %(number)s until the others are back.") % {"number": made.number}

    title = _("Exchange goods")
    return ask(
        request,
        admin=admin,
        title=title,
        question=_("The new goods are promised now, and leave when the others have come back and were looked at."),
        form=form,
        do=do,
        button=title,
        back=_page(order),
        facts={_("Order"): order.number, _("State"): order.get_state_display()},
    )


def facts_of(row: OrderEdit, *, order: Order, lines: Sequence[Line], payments: Sequence[Payment]) -> dict[str, object]:
    """What a change does, by name, in the words of the page. lines, payments: the order's. No statement."""
    titles = {line.pk: line.title for line in lines}
    tenders = {payment.pk: payment for payment in payments}
    country, said = order.market.country, row.expected
    facts: dict[str, object] = {
        f"{_('Taken out')}: {titles.get(int(line_id), line_id)}": count for line_id, count in row.units.items()
    }
    currency = order.currency
    for line in said.get("added", ()):
        price = money(Money(Decimal(line["unit"]), currency), country=country)
        words = (
            _("%(units)s at the order's price, %(price)s each") if line["is_kept"] else _("%(units)s at %(price)s each")
        )
        facts[f"{_('Added')}: {line['name']} ({line['sku']})"] = words % {"units": line["quantity"], "price": price}
    if said.get("added"):
        for label, key in (
            (_("What is added costs"), "added_minor"),
            (_("Paid with what is taken out"), "netted_minor"),
            (_("The shopper is asked for"), "to_pay_minor"),
        ):
            if said[key] or key == "to_pay_minor":
                facts[label] = money_minor(said[key], currency, country=country)
    if row.address:
        parts = ("first_name", "last_name", "company", "line1", "line2", "postcode", "city")
        facts[_("New delivery address")] = ", ".join(row.address[part] for part in parts if row.address.get(part))
    for payment_id, amount, is_release in said.get("tenders", ()):
        what = _("Not charged: %(tender)s") if is_release else _("Sent back to: %(tender)s")
        facts[what % {"tender": tender_label(payment=tenders[payment_id])}] = money_minor(
            amount, order.currency, country=country
        )
    if said.get("delivery_minor"):
        facts[_("of it delivery")] = money_minor(said["delivery_minor"], order.currency, country=country)
    if said.get("tax_minor"):
        facts[_("of it tax")] = money_minor(said["tax_minor"], order.currency, country=country)
    if said.get("locations"):
        facts[_("Goods are free again at")] = ", ".join(said["locations"])
    facts[_("Reason")] = row.reason
    return facts


def versions_context(
    request: HttpRequest,
    *,
    order: Order,
    edits: Sequence[OrderEdit],
    lines: Sequence[Line],
    payments: Sequence[Payment],
) -> dict[str, Any]:
    """The versions of an order, and its open draft with its buttons for those who may decide."""
    may = request.user.has_perm("order.change_order")
    drafts = [row for row in edits if row.state == EditState.DRAFT]
    return {
        "rows": [
            {
                "row": row,
                "facts": facts_of(row, order=order, lines=lines, payments=payments),
                "owed": money_minor(row.outcome["owed_minor"], order.currency, country=order.market.country),
            }
            for row in edits
            if row.state == EditState.CONFIRMED
        ],
        "drafts": [
            {
                "row": row,
                "confirm_url": reverse("admin:order_order_change_confirm", args=[order.pk, row.pk]) if may else "",
                "discard_url": reverse("admin:order_order_change_discard", args=[order.pk, row.pk]) if may else "",
            }
            for row in drafts
        ],
    }


def _facts(row: OrderEdit, *, order: Order) -> dict[str, object]:
    lines = list(Line.objects.filter(order_id=order.pk))
    payments = list(Payment.objects.filter(order_id=order.pk).select_related("credit_account"))
    return facts_of(row, order=order, lines=lines, payments=payments)


def _order(request: HttpRequest, order_id: int) -> Order:
    demand(request, "order.change_order")
    rows = scoped(request, Order.objects.select_related("market", "shipping_address"))
    order: Order = get_object_or_404(rows, pk=order_id)
    return order


def _draft(request: HttpRequest, order_id: int, edit_id: int) -> tuple[Order, OrderEdit]:
    order = _order(request, order_id)
    return order, get_object_or_404(OrderEdit, pk=edit_id, order_id=order.pk, state=EditState.DRAFT)


def _page(order: Order) -> str:
    return reverse("admin:order_order_change", args=[order.pk])
