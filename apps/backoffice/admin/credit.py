"""Gift cards and store credit: every balance with its movements, and the buttons that issue, correct and block."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, chip, demand, money_minor, row_or_404
from apps.backoffice.credit_forms import (
    AccountForm,
    AmountForm,
    GiftCardForm,
    LimitForm,
    PaidForm,
    StoreCreditForm,
    TermsForm,
)
from apps.backoffice.queries.order_story import actor_names
from apps.backoffice.scoping import markets_in_reach
from apps.core import clock
from apps.core.money import from_minor
from apps.orders.credit import codes, on_account, operations, queries
from apps.orders.enums import CreditKind
from apps.orders.models import CreditAccount
from apps.orders.payments.words import credit_label


@admin.register(CreditAccount)
class CreditAccountAdmin(ReadOnlyAdmin):
    """Gift cards and store credit, newest first."""

    list_display = ("name", "brand", "balance", "state_chip", "valid_until", "owner", "created_at")
    list_display_links = None
    list_filter = ("kind", "brand", "is_blocked")
    search_fields = ("=code_end", "=owner__email")
    search_help_text = gettext_lazy("Whole code, its last four characters, or the customer's e-mail address")
    ordering = ("-created_at", "-id")
    list_select_related = ("brand", "owner")
    actions_list = ("issue", "grant", "open_account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CreditAccount], search_term: str
    ) -> tuple[QuerySet[CreditAccount], bool]:
        """Find a card by its whole code too, as its holder reads it out."""
        plain = codes.plain(text=search_term)
        if plain is not None:
            return queryset.filter(code_digest=codes.digest(code=plain)), False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[no-any-return] # untyped base

    @display(description=gettext_lazy("gift card or store credit"), ordering="code_end")
    def name(self, account: CreditAccount) -> str:
        url = reverse("admin:order_creditaccount_change", args=[account.pk])
        label = credit_label(kind=account.kind, end=account.code_end)
        return format_html('<a class="bo-link" href="{}">{}</a>', url, label)

    @display(description=gettext_lazy("balance"), ordering="balance_minor")
    def balance(self, account: CreditAccount) -> str:
        return money_minor(account.balance_minor, account.currency)

    @display(description=gettext_lazy("valid until"), ordering="expires_on")
    def valid_until(self, account: CreditAccount) -> str:
        return date_format(account.expires_on, "SHORT_DATE_FORMAT") if account.expires_on else "–"

    @display(description=gettext_lazy("state"))
    def state_chip(self, account: CreditAccount) -> str:
        return _state_chip(account)

    def has_issue_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Tell whether this person may put money on cards and accounts."""
        return bool(request.user.has_perm("order.add_creditaccount"))

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        own = [
            path("<int:account_id>/correct/", view(self.correct), name="order_creditaccount_correct"),
            path("<int:account_id>/terms/", view(self.terms), name="order_creditaccount_terms"),
            path("<int:account_id>/limit/", view(self.limit), name="order_creditaccount_limit"),
            path("<int:account_id>/paid/", view(self.paid), name="order_creditaccount_paid"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    @action(description=gettext_lazy("Issue a gift card"), permissions=["issue"], icon="redeem")
    def issue(self, request: HttpRequest) -> HttpResponse:
        """Put money on a new card and show its code, once."""
        made: list[int] = []
        form = GiftCardForm(request.POST or None, markets=markets_in_reach(request))

        def do(said: Mapping[str, Any]) -> str:
            issued = operations.issue_gift_card(
                brand_id=form.brand_id,
                amount=said["money"],
                expires_on=said["expires_on"],
                reason=said["reason"],
                key=f"issue-{said['key']}",
                by=actor_of(request),
                at=clock.now(),
            )
            made.append(issued.account_id)
            return _("The code is %(code)s. Note it now: it is not shown again.") % {"code": issued.code}

        question = _("The code is shown once, on the next page, and kept nowhere. Whoever has it can pay with it.")
        return self._issue(request, title=_("Issue a gift card"), question=question, form=form, do=do, made=made)

    @action(description=gettext_lazy("Give store credit"), permissions=["issue"], icon="volunteer_activism")
    def grant(self, request: HttpRequest) -> HttpResponse:
        """Put money on a customer's account."""
        made: list[int] = []
        form = StoreCreditForm(request.POST or None, markets=markets_in_reach(request))

        def do(said: Mapping[str, Any]) -> str:
            account = operations.grant_store_credit(
                brand_id=form.brand_id,
                email=said["email"],
                amount=said["money"],
                reason=said["reason"],
                key=f"grant-{said['key']}",
                by=actor_of(request),
                at=clock.now(),
            )
            made.append(account.pk)
            return _("The credit is on the account; the customer finds it at the checkout.")

        question = _("For customers with an account. They are offered it at the checkout; no mail is sent.")
        return self._issue(request, title=_("Give store credit"), question=question, form=form, do=do, made=made)

    @action(description=gettext_lazy("Let buy on account"), permissions=["issue"], icon="account_balance")
    def open_account(self, request: HttpRequest) -> HttpResponse:
        """Let a customer owe us up to a limit."""
        made: list[int] = []
        form = AccountForm(request.POST or None, markets=markets_in_reach(request))

        def do(said: Mapping[str, Any]) -> str:
            account = on_account.open_account(
                brand_id=form.brand_id,
                email=said["email"],
                limit=said["money"],
                terms_days=said["terms_days"],
                reason=said["reason"],
                key=f"open-{said['key']}",
                by=actor_of(request),
                at=clock.now(),
            )
            made.append(account.pk)
            return _("The customer may buy on account; they find it at the checkout.")

        question = _("The amount is what they may owe at most, tax included.")
        return self._issue(request, title=_("Let buy on account"), question=question, form=form, do=do, made=made)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Explain a balance by its movements."""
        demand(request, "order.view_creditaccount")
        account = row_or_404(request, CreditAccount.objects.select_related("brand", "owner"), object_id)
        movements = queries.movements_of(account_id=account.pk)
        names = actor_names([row.actor for row in movements])
        label = credit_label(kind=account.kind, end=account.code_end)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": label,
            "original": label,
            "account": account,
            "balance": money_minor(account.balance_minor, account.currency),
            "state_chip": _state_chip(account),
            "owing": _owing(account),
            "may_change": request.user.has_perm("order.change_creditaccount"),
            "movements": [
                {
                    "row": row,
                    "actor": names[row.actor],
                    "amount": money_minor(row.amount_minor, account.currency),
                    "after": money_minor(row.balance_minor, account.currency),
                    "order": row.payment.order if row.payment else None,
                }
                for row in movements
            ],
        }
        return TemplateResponse(request, "backoffice/credit.html", context)

    def correct(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Add to a balance or take off it."""
        account = self._account(request, account_id)
        form = AmountForm(request.POST or None, currency=account.currency)

        def do(said: Mapping[str, Any]) -> str:
            operations.correct(
                account_id=account.pk,
                change=said["money"],
                reason=said["reason"],
                key=f"correct-{said['key']}",
                by=actor_of(request),
                at=clock.now(),
            )
            return _("The balance is corrected.")

        question = _("The amount is added; with a minus it is taken off. The reason stays with the movement.")
        return self._ask(request, account, title=_("Correct the balance"), question=question, form=form, do=do)

    def limit(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Change what a customer may owe, and for how long."""
        account = self._account(request, account_id, kind=CreditKind.ON_ACCOUNT)
        form = LimitForm(request.POST or None, currency=account.currency)
        form.initial = {"amount": from_minor(account.limit_minor or 0, account.currency).amount}
        form.initial["terms_days"] = account.terms_days

        def do(said: Mapping[str, Any]) -> str:
            on_account.change_limit(
                account_id=account.pk,
                limit=said["money"],
                terms_days=said["terms_days"],
                reason=said["reason"],
                key=f"limit-{said['key']}",
                by=actor_of(request),
                at=clock.now(),
            )
            return _("The change is in force.")

        question = _("Invoices keep the day they were given.")
        return self._ask(request, account, title=_("Change the limit"), question=question, form=form, do=do)

    def paid(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Record a transfer for what is owed."""
        account = self._account(request, account_id, kind=CreditKind.ON_ACCOUNT)
        form = PaidForm(request.POST or None, currency=account.currency)

        def do(said: Mapping[str, Any]) -> str:
            done = on_account.record_paid(
                account_id=account.pk,
                amount=said["money"],
                reference=said["reason"],
                by=actor_of(request),
                at=clock.now(),
            )
            return _("The payment is recorded.") if done else _("This entry was recorded before; nothing has changed.")

        question = _("It settles the oldest invoices first.")
        return self._ask(request, account, title=_("Record a payment"), question=question, form=form, do=do)

    def terms(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Block or free an account, or change its last day."""
        account = self._account(request, account_id)
        now = {"is_blocked": account.is_blocked, "expires_on": account.expires_on}
        form = TermsForm(request.POST or None, initial=now)

        def do(said: Mapping[str, Any]) -> str:
            operations.change_terms(
                account_id=account.pk,
                is_blocked=said["is_blocked"],
                expires_on=said["expires_on"],
                reason=said["reason"],
                by=actor_of(request),
                at=clock.now(),
            )
            return _("The change is in force.")

        question = _("A blocked or ended card keeps its money, and refunds still reach it.")
        return self._ask(request, account, title=_("Block or change"), question=question, form=form, do=do)

    def _account(self, request: HttpRequest, account_id: int, *, kind: str = "") -> CreditAccount:
        demand(request, "order.change_creditaccount")
        rows = CreditAccount.objects.filter(kind=kind) if kind else CreditAccount.objects.all()
        found: CreditAccount = row_or_404(request, rows, str(account_id))
        return found

    def _issue(
        self,
        request: HttpRequest,
        *,
        title: str,
        question: str,
        form: GiftCardForm | StoreCreditForm | AccountForm,
        do: Callable[[Mapping[str, Any]], str],
        made: list[int],
    ) -> HttpResponse:
        """Ask, and lead to the account that was made."""
        back = reverse("admin:order_creditaccount_changelist")
        response = ask(request, admin=self, title=title, question=question, form=form, do=do, button=title, back=back)
        return redirect("admin:order_creditaccount_change", made[0]) if made else response

    def _ask(
        self,
        request: HttpRequest,
        account: CreditAccount,
        *,
        title: str,
        question: str,
        form: AmountForm | TermsForm,
        do: Callable[[Mapping[str, Any]], str],
    ) -> HttpResponse:
        return ask(
            request,
            admin=self,
            title=title,
            question=question,
            form=form,
            do=do,
            button=title,
            back=reverse("admin:order_creditaccount_change", args=[account.pk]),
            facts={
                _("Account"): credit_label(kind=account.kind, end=account.code_end),
                _("Balance"): money_minor(account.balance_minor, account.currency),
            },
        )


def _owing(account: CreditAccount) -> dict[str, str]:
    """Limit, what is owed and what of it is overdue; nothing for cards and store credit."""
    if account.limit_minor is None:
        return {}
    late = queries.overdue(account_ids=[account.pk], at=clock.now()).get(account.pk, 0)
    return {
        "limit": money_minor(account.limit_minor, account.currency),
        "owed": money_minor(account.limit_minor - account.balance_minor, account.currency),
        "overdue": money_minor(late, account.currency) if late else "",
    }


def _state_chip(account: CreditAccount) -> str:
    if account.is_blocked:
        return chip(_("blocked"), "bad")
    if account.expires_on is not None and account.expires_on < clock.now().date():
        return chip(_("over"), "wait")
    return chip(_("valid"), "good") if account.balance_minor else chip(_("empty"))
