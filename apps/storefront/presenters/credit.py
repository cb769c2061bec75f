"""Gift cards and store credit at the checkout, in the words of the shop."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.money import Money
from apps.markets.context import Shop
from apps.orders.credit import queries
from apps.orders.credit.data import Credit
from apps.orders.payments.words import credit_label
from apps.storefront import words
from apps.storefront.contexts import CreditRow, CreditStep


def due_of(*, credits_: Sequence[Credit], total: Money) -> Money:
    """What is left to pay once these accounts have paid what they can."""
    return total - sum((use.amount for use in queries.shared_out(credits_=credits_, total=total)), total - total)


def credit_step(
    *, shop: Shop, credits_: Sequence[Credit], own: Credit | None, total: Money, error: str, typed: str
) -> CreditStep:
    """Return what pays, what could, and what is left. own: the visitor's store credit, used or not."""
    used = {each.account_id: each for each in credits_}
    rows = []
    for use in queries.shared_out(credits_=credits_, total=total):
        account = used[use.account_id]
        left = account.balance - use.amount
        stays = _("%(amount)s stay on it.") % {"amount": words.money(shop=shop, amount=left)} if left else ""
        rows.append(
            CreditRow(
                account=str(use.account_id),
                label=credit_label(kind=account.kind, end=account.end),
                amount_text=words.money(shop=shop, amount=-use.amount),
                left_text=stays,
            )
        )
    offer = ""
    due = due_of(credits_=credits_, total=total)
    if own is not None and own.account_id not in used and due:
        offer = _("Use %(amount)s of store credit") % {"amount": words.money(shop=shop, amount=min(own.balance, due))}
    return CreditStep(
        url=reverse("checkout_credit"),
        remove_url=reverse("checkout_credit_remove"),
        rows=tuple(rows),
        offer_text=offer,
        due_text=words.money(shop=shop, amount=due) if rows else "",
        is_all=not due,
        error=error,
        typed=typed,
    )
