"""Gift cards and store credit at the checkout, in the words of the shop."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.money import Money
from apps.markets.context import Shop
from apps.orders.credit import queries
from apps.orders.credit.data import Credit, OnAccount
from apps.orders.payments.words import credit_label
from apps.storefront import words
from apps.storefront.contexts import CreditRow, CreditStep


def due_of(*, credits_: Sequence[Credit], total: Money) -> Money:
    """What is left to pay once these accounts have paid what they can."""
    return total - sum((use.amount for use in queries.shared_out(credits_=credits_, total=total)), total - total)


def _on_account(*, shop: Shop, account: OnAccount | None, used: Mapping[int, Credit], due: Money) -> dict[str, str]:
    """What is offered of buying on account, or why it is not."""
    if account is None or account.credit.account_id in used or not due:
        return {}
    if account.overdue:
        late = words.money(shop=shop, amount=account.overdue)
        return {
            "account_note": _(
                "You cannot buy on account while %(amount)s are overdue. Please pay them first, or pay another way."
            )
            % {"amount": late}
        }
    if not account.credit.balance:
        return {"account_note": _("Your limit for buying on account is used up.")}
    amount = words.money(shop=shop, amount=min(account.credit.balance, due))
    free = words.money(shop=shop, amount=account.credit.balance)
    return {
        "account_text": _("Buy %(amount)s on account") % {"amount": amount},
        "account_note": _("%(amount)s of your limit are free; to be paid within %(days)s days of the invoice.")
        % {"amount": free, "days": account.credit.terms_days},
    }


def credit_step(
    *,
    shop: Shop,
    credits_: Sequence[Credit],
    own: Credit | None,
    account: OnAccount | None,
    total: Money,
    error: str,
    typed: str,
) -> CreditStep:
    """
    Return what pays, what could, and what is left. own: the visitor's store credit; account: what they may buy on
    account; used or not.
    """
    used = {each.account_id: each for each in credits_}
    rows = []
    for use in queries.shared_out(credits_=credits_, total=total):
        paying = used[use.account_id]
        left = paying.balance - use.amount
        stays = _("%(amount)s stay on it.") % {"amount": words.money(shop=shop, amount=left)} if left else ""
        if paying.terms_days:
            stays = _("To be paid within %(days)s days of the invoice.") % {"days": paying.terms_days}
        rows.append(
            CreditRow(
                account=str(use.account_id),
                label=credit_label(kind=paying.kind, end=paying.end),
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
        **_on_account(shop=shop, account=account, used=used, due=due),
        title=_("Gift card or store credit") if account is None else _("Gift card, store credit, on account"),
        is_all=not due,
        error=error,
        typed=typed,
    )
