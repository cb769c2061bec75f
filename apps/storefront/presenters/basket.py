"""A priced basket in the words of the shop."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.markets.context import Shop
from apps.orders.basket import sharing
from apps.orders.basket.data import Fix, PricedBasket, PricedLine, Problem
from apps.orders.basket.sharing import SharedLine
from apps.orders.delivery import DeliveryOption
from apps.storefront import pages, words
from apps.storefront.contexts import (
    BasketView,
    LineView,
    Link,
    ProblemView,
    SharedBasketView,
    Summary,
    TotalRow,
    VoucherView,
)
from apps.storefront.presenters.pictures import picture_from


def line_view(*, shop: Shop, line: PricedLine, editable: bool = True) -> LineView:
    """A basket line with its worst problem."""
    worst = min(line.problems, key=lambda problem: not problem.blocking, default=None)
    return LineView(
        key=str(line.id),
        name=line.name,
        url=line.url,
        sku=line.sku,
        quantity=line.quantity,
        unit_text=words.money(shop=shop, amount=line.unit) if line.unit else "",
        total_text=words.money(shop=shop, amount=line.totals.shown) if line.totals else "",
        picture=picture_from(data=line.picture, alt=line.name),
        prior_text=words.money(shop=shop, amount=line.prior) if line.prior else "",
        problem=problem_view(line=line, problem=worst) if worst else None,
        update_url=reverse("basket_change", args=[line.id]) if editable else "",
        remove_url=reverse("basket_remove", args=[line.id]) if editable else "",
        max_quantity=min(99, max(line.left or 0, line.quantity), line.most or 99),
        step=line.step,
        contents=tuple(f"{part.totals.quantity} × {part.name}" for part in line.components),
    )


def problem_view(*, line: PricedLine, problem: Problem) -> ProblemView:
    """A problem with its way out as a link to the control that solves it."""
    labels = {
        Fix.REMOVE: _("Remove it"),
        Fix.LOWER: _("Lower the quantity"),
        Fix.CHANGE: _("Change the quantity"),
        Fix.ACCEPT: _("Take the new price"),
    }
    return ProblemView(
        code=problem.code,
        text=problem.message,
        tone="error" if problem.blocking else "warning",
        action=Link(label=labels[problem.fix], url=f"#line-{line.id}"),
    )


def total_rows(*, shop: Shop, basket: PricedBasket, estimate: bool) -> tuple[TotalRow, ...]:
    """Goods, each discount, delivery, tax included, total: rows that sum to the cent."""
    totals = basket.totals
    rows = [TotalRow(label=_("Goods"), amount_text=words.money(shop=shop, amount=totals.goods_before))]
    rows += [
        TotalRow(
            label=offer.voucher_code or offer.name,
            amount_text=words.money(shop=shop, amount=-offer.amount),
            kind="saving",
            note=offer.name if offer.voucher_code else "",
        )
        for offer in basket.offers
        if not offer.on_delivery
    ]
    if basket.delivery is not None and totals.delivery is not None:
        charge = totals.delivery.shown
        rows.append(
            TotalRow(
                label=_label(basket.delivery),
                amount_text=words.money(shop=shop, amount=charge) if charge else _("Free"),
                note=_("Estimate; other ways of delivery can be chosen later.") if estimate else "",
            )
        )
    rows.append(TotalRow(label=_("Total"), amount_text=words.money(shop=shop, amount=basket.total), kind="total"))
    rows += [
        TotalRow(
            label=_("including %(percent)s %% VAT") % {"percent": words.percent(value=row.percent, shop=shop)},
            amount_text=words.money(shop=shop, amount=row.tax),
            kind="tax",
        )
        for row in totals.tax_lines
        if row.tax
    ]
    return tuple(rows)


def _label(option: DeliveryOption) -> str:
    """How the goods go, with the store where they are collected."""
    return f"{option.label}, {option.store.name}" if option.store else option.label


def basket_page(
    *,
    shop: Shop,
    basket: PricedBasket | None,
    problems: tuple[ProblemView, ...] = (),
    voucher_error: str = "",
    origin: str = "",
) -> BasketView:
    """The basket page; an empty one where the visitor has none. origin: of the host, for the link that shares it."""
    shared = sharing.text_of(basket=basket) if basket else ""
    lines = tuple(line_view(shop=shop, line=line) for line in basket.lines) if basket else ()
    found = tuple(problem_view(line=line, problem=problem) for line, problem in basket.problems) if basket else ()
    if basket and basket.refusal is not None:
        found += (ProblemView(code=basket.refusal.code, text=str(basket.refusal), tone="warning"),)
    return BasketView(
        lines=lines,
        totals=total_rows(shop=shop, basket=basket, estimate=True) if basket and basket.lines else (),
        count_text=words.items(count=basket.count if basket else 0),
        checkout_url=reverse("checkout"),
        voucher_url=reverse("basket_voucher"),
        problems=(*problems, *found),
        vouchers=_vouchers(shop, basket) if basket else (),
        voucher_error=voucher_error,
        promises=pages.promises(shop=shop),
        can_checkout=bool(basket and basket.can_be_ordered),
        delivery_hint=_delivery_hint(shop, basket),
        share_url=f"{origin}{reverse('basket_shared', args=[shared])}" if shared else "",
    )


def shared_page(*, shop: Shop, lines: Sequence[SharedLine], wanted: int, take_url: str) -> SharedBasketView:
    """Somebody's basket as the shop sells it today. wanted: lines the link names, sold here or not."""
    missing = wanted - len(lines)
    return SharedBasketView(
        lines=tuple(
            LineView(
                key=str(line.product_id),
                name=line.page.title,
                url=line.page.url,
                sku=line.page.sku,
                quantity=line.quantity,
                unit_text=words.money(shop=shop, amount=line.unit),
                total_text=words.money(shop=shop, amount=line.unit * line.quantity),
                picture=picture_from(data=line.page.picture or {}, alt=line.page.title),
            )
            for line in lines
        ),
        take_url=take_url,
        count_text=words.items(count=sum(line.quantity for line in lines)),
        missing_text=ngettext(
            "%(count)s article of it is not sold in this shop.",
            "%(count)s articles of it are not sold in this shop.",
            missing,
        )
        % {"count": missing}
        if missing
        else "",
    )


def summary(*, shop: Shop, basket: PricedBasket) -> Summary:
    """Lines and totals beside a checkout step."""
    return Summary(
        lines=tuple(line_view(shop=shop, line=line, editable=False) for line in basket.lines),
        totals=total_rows(shop=shop, basket=basket, estimate=False),
        count_text=words.items(count=basket.count),
    )


def _vouchers(shop: Shop, basket: PricedBasket) -> tuple[VoucherView, ...]:
    return tuple(
        VoucherView(
            code=voucher.code,
            text=str(voucher.reason)
            if voucher.reason
            else _("You save %(amount)s.") % {"amount": words.money(shop=shop, amount=voucher.discount)},
            remove_url=reverse("basket_voucher_remove", args=[voucher.code]),
        )
        for voucher in basket.vouchers
    )


def _delivery_hint(shop: Shop, basket: PricedBasket | None) -> str:
    if basket is None or basket.delivery is None:
        return ""
    option = basket.delivery
    when = words.between(shop=shop, earliest=option.promise.earliest, latest=option.promise.latest)
    if option.missing_for_free is None:
        return when
    missing = words.money(shop=shop, amount=option.missing_for_free)
    return _("%(when)s · Add %(amount)s for free delivery.") % {"when": when, "amount": missing}
