"""The rules of sourcing, what they decided, and what other rules would have decided."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.backoffice.admin.markets import TrailAdmin
from apps.backoffice.admin.shared import ReadOnlyAdmin, chip, demand
from apps.backoffice.scoping import markets_in_reach, scoped
from apps.backoffice.sourcing_forms import ReplayForm, RuleForm
from apps.backoffice.sourcing_words import decision_view
from apps.inventory.enums import LocationKind, RuleAction
from apps.inventory.models import PostcodeArea, SourcingDecision, SourcingRule
from apps.inventory.sourcing import queries, replay
from apps.inventory.sourcing.data import DEFAULT_RULES
from apps.markets.queries import market_by_code
from apps.orders import sourcing


@admin.register(SourcingRule)
class SourcingRuleAdmin(TrailAdmin):
    """Which locations give the goods of an order, step by step."""

    form = RuleForm
    list_display = ("position", "name", "market", "action", "filters", "limits", "active_chip", "try_out")
    list_display_links = ("name",)
    list_filter = ("market", "is_active", "action")
    search_fields = ("name", "delivery_code")
    ordering = ("market_id", "position", "id")
    list_select_related = ("market",)

    def after_edit(self, row: Any) -> None:
        """Forget the rules this process keeps."""
        super().after_edit(row)
        queries.forget()

    @display(description=gettext_lazy("active"), ordering="is_active")
    def active_chip(self, rule: SourcingRule) -> str:
        return chip(_("Active"), "good") if rule.is_active else chip(_("Off"), "quiet")

    @display(description=gettext_lazy("looks at"))
    def filters(self, rule: SourcingRule) -> str:
        kinds = dict(LocationKind.choices)
        told = [str(kinds.get(kind, kind)) for kind in rule.kinds] + list(rule.groups)
        if rule.max_distance_km is not None:
            told.append(_("up to %(km)s km") % {"km": rule.max_distance_km})
        if rule.max_wait_days is not None:
            told.append(_("leaves within %(days)s days") % {"days": rule.max_wait_days})
        if rule.delivery_code:
            told.append(rule.delivery_code)
        return ", ".join(told) or _("every location")

    @display(description=gettext_lazy("parcels"), ordering="max_parcels")
    def limits(self, rule: SourcingRule) -> str:
        if rule.action in {RuleAction.QUEUE, RuleAction.WAIT}:
            return "–"
        return _("as many as it takes") if rule.max_parcels is None else str(rule.max_parcels)

    @display(description="")
    def try_out(self, rule: SourcingRule) -> str:
        url = reverse("admin:partner_sourcingrule_replay", args=[rule.market.code])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, _("Try on past orders"))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that tries rules."""
        view = self.admin_site.admin_view
        own = [path("replay/<slug:market>/", view(self.replay), name="partner_sourcingrule_replay")]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def replay(self, request: HttpRequest, market: str) -> HttpResponse:
        """Compare today's rules with others on past orders; reading only, so a GET with its answer."""
        demand(request, "partner.view_sourcingrule")
        info = next((each for each in markets_in_reach(request) if each.code == market), None)
        if info is None:
            raise Http404
        rows = scoped(request, SourcingRule.objects.filter(market_id=info.id)).order_by("position", "id")
        form = ReplayForm(request.GET if "count" in request.GET else None, rules=rows)
        compared = None
        places = queries.network(market=info).places
        if form.is_valid():
            tried = [queries.rule_from(row=row) for row in form.cleaned_data["rules"]]
            compared = replay.compare(
                decisions=replay.past_orders(market=market, count=form.cleaned_data["count"]),
                today=queries.rules_of(market_id=info.id),
                tried=tried or DEFAULT_RULES,
                places=places,
                calendar_of=sourcing.calendar_then(market=info),
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Try rules on past orders of %(market)s") % {"market": market},
            "form": form,
            "compared": compared,
            "places": [
                {
                    "name": place.name,
                    "today": compared.today.share(place.code),
                    "tried": compared.tried.share(place.code),
                }
                for place in places
            ]
            if compared
            else [],
        }
        return TemplateResponse(request, "backoffice/replay.html", context)


@admin.register(SourcingDecision)
class SourcingDecisionAdmin(ReadOnlyAdmin):
    """Every decision, newest first."""

    list_display = ("at", "reference", "cause", "market", "parcels", "actor", "why")
    list_display_links = None
    list_filter = ("cause", "market")
    search_fields = ("=reference",)
    search_help_text = gettext_lazy("Reference, as in order:HFR-…")
    ordering = ("-id",)

    @display(description=gettext_lazy("parcels"))
    def parcels(self, row: SourcingDecision) -> str:
        return ", ".join(parcel["location"] for parcel in row.plan["parcels"]) or "–"

    @display(description="")
    def why(self, row: SourcingDecision) -> str:
        url = reverse("admin:partner_sourcingdecision_change", args=[row.pk])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, _("Explain"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show every step, and decide once more to see whether it would come out the same."""
        demand(request, "partner.view_sourcingdecision")
        rows: QuerySet[SourcingDecision] = scoped(request, SourcingDecision.objects.all())
        row = rows.filter(pk=int(object_id)).first() if object_id.isdecimal() and len(object_id) < 19 else None  # noqa: PLR2004 -- digits of a row's number
        if row is None:
            raise Http404
        market = market_by_code(code=row.market)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Why from there: %(reference)s") % {"reference": row.reference},
            "decision": decision_view(row, market=market),
        }
        return TemplateResponse(request, "backoffice/decision.html", context)


@admin.register(PostcodeArea)
class PostcodeAreaAdmin(TrailAdmin):
    """About where postcodes lie, for rules that measure the way."""

    list_display = ("country", "prefix", "name", "latitude", "longitude")
    list_filter = ("country",)
    search_fields = ("prefix", "name")
    ordering = ("country", "prefix")

    def after_edit(self, row: Any) -> None:
        """Forget the points this process keeps."""
        super().after_edit(row)
        queries.forget()
