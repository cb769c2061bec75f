"""What the admin looks like and where its pages are: unfold's settings, grouped by the work of those who use it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# Terracotta #A63E26 stands at 600, warm greys from the cream ground to the warm black ink.
TERRACOTTA = {
    "50": "oklch(97.4% .013 37)",
    "100": "oklch(94.3% .028 37)",
    "200": "oklch(88.6% .058 37)",
    "300": "oklch(80.4% .098 36)",
    "400": "oklch(69.5% .142 35)",
    "500": "oklch(58.6% .158 34)",
    "600": "oklch(50.4% .147 33.5)",
    "700": "oklch(43.6% .127 33.5)",
    "800": "oklch(37.6% .103 34)",
    "900": "oklch(32.4% .081 35)",
    "950": "oklch(21.5% .052 35)",
}
WARM_GREY = {
    "50": "oklch(98.2% .008 83)",
    "100": "oklch(96.1% .010 80)",
    "200": "oklch(91.6% .014 78)",
    "300": "oklch(85.3% .016 76)",
    "400": "oklch(69.8% .016 72)",
    "500": "oklch(54.0% .014 70)",
    "600": "oklch(44.2% .013 68)",
    "700": "oklch(37.0% .012 66)",
    "800": "oklch(27.6% .010 66)",
    "900": "oklch(21.6% .008 66)",
    "950": "oklch(16.0% .006 66)",
}


def may(permission: str) -> Callable[[HttpRequest], bool]:
    """Return a check for unfold: whether the person who asks has a permission."""
    return lambda request: bool(request.user.has_perm(permission))


def _page(title: Any, icon: str, model: str, permission: str = "view") -> dict[str, Any]:  # noqa: ANN401 -- a lazy text
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": may(f"{app}.{permission}_{name}"),
    }


def _group(title: Any, *items: dict[str, Any], closed: bool = False) -> dict[str, Any]:  # noqa: ANN401 -- a lazy text
    return {"title": title, "separator": True, "collapsible": closed, "items": list(items)}


def navigation() -> list[dict[str, Any]]:
    """Return the sidebar; unfold leaves out what a person may not see."""
    return [
        {
            "title": "",
            "items": [
                {"title": _("Today"), "icon": "today", "link": reverse_lazy("admin:index")},
            ],
        },
        _group(
            _("Orders"),
            _page(_("Orders"), "receipt_long", "order.order"),
            _page(_("To ship"), "local_shipping", "order.fulfilment"),
            _page(_("Returns"), "assignment_return", "order.return"),
            _page(_("Payments"), "payments", "order.payment"),
            _page(_("Disputes"), "gavel", "order.paymentdispute"),
            _page(_("Invoices"), "request_quote", "order.invoice"),
            _page(_("Gift cards and store credit"), "redeem", "order.creditaccount"),
            _page(_("Vouchers"), "confirmation_number", "voucher.voucher"),
            _page(_("Offers"), "sell", "offer.conditionaloffer"),
            _page(_("Groups of offers"), "stacks", "order.offergroup"),
            _page(_("Delivery methods"), "package_2", "order.deliverymethod"),
        ),
        _group(
            _("Catalogue"),
            _page(_("Products"), "inventory_2", "catalogue.product"),
            _page(_("Categories"), "account_tree", "catalogue.category"),
            _page(_("Families and attributes"), "category", "catalogue.productclass"),
            _page(_("Price lists"), "price_change", "catalogue.pricelist"),
            _page(_("Pictures"), "imagesmode", "media.asset"),
            _page(_("Imports"), "upload_file", "catalogue.importjob"),
        ),
        _group(
            _("Stock"),
            _page(_("Stock levels"), "shelves", "partner.stocklevel"),
            _page(_("Movements"), "swap_vert", "partner.stockmovement"),
            _page(_("Goods on their way"), "conveyor_belt", "partner.inbound"),
            _page(_("Locations"), "warehouse", "partner.location"),
            _page(_("Sourcing rules"), "alt_route", "partner.sourcingrule"),
            _page(_("Sourcing decisions"), "travel_explore", "partner.sourcingdecision"),
            _page(_("Postcode areas"), "location_on", "partner.postcodearea"),
        ),
        _group(
            _("Content"),
            _page(_("Blocks of the home page"), "view_quilt", "storefront.contentblock"),
            _page(_("Static pages"), "article", "storefront.staticpage"),
        ),
        _group(
            _("Markets and people"),
            _page(_("Brands"), "storefront", "markets.brand"),
            _page(_("Markets"), "public", "markets.market"),
            _page(_("People"), "group", "customer.user"),
            _page(_("Groups"), "badge", "auth.group"),
            closed=True,
        ),
        _group(
            _("Operations"),
            {
                "title": _("Service"),
                "icon": "monitor_heart",
                "link": reverse_lazy("admin:order_reconciliation_service"),
                "permission": may("core.view_outboxdelivery"),
            },
            _page(_("Outbox"), "outbox", "core.outboxdelivery"),
            _page(_("Events"), "event_note", "core.outboxevent"),
            _page(_("Waiting for publication"), "pending_actions", "catalogue.publicationdue"),
            _page(_("Reconciliations"), "published_with_changes", "order.reconciliation"),
            _page(_("Providers' notices"), "notifications", "order.paymentnotice"),
            _page(_("Partners' messages"), "forklift", "order.partnernotice"),
            _page(_("Mails"), "mail", "order.maillog"),
            _page(_("Books"), "balance", "core.booksproof"),
            _page(_("Heartbeats"), "ecg_heart", "core.heartbeat"),
            _page(_("Audit trail"), "policy", "core.auditevent"),
            closed=True,
        ),
    ]


def environment(request: HttpRequest) -> list[str] | None:  # noqa: ARG001 -- unfold's signature
    """Say on every page that this is the demo, so that nobody takes it for the real shop."""
    from django.conf import settings

    return [str(_("Demo")), "warning"] if settings.DEMO else None


def unfold_settings() -> dict[str, Any]:
    """Return UNFOLD for the settings."""
    return {
        "SITE_TITLE": "Halles",
        "SITE_HEADER": "Halles",
        "SITE_SUBHEADER": _("Back office"),
        "SITE_SYMBOL": "storefront",
        "SITE_URL": "/",
        "ENVIRONMENT": "apps.backoffice.navigation.environment",
        "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.context",
        "LOGIN": {"form": "apps.backoffice.sign_in.StaffSignInForm"},
        "BORDER_RADIUS": "4px",
        "STYLES": [lambda request: static("css/backoffice.css")],  # noqa: ARG005 -- unfold's signature
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": True,
        "COLORS": {"primary": TERRACOTTA, "base": WARM_GREY},
        "SIDEBAR": {"show_search": True, "navigation": navigation()},
    }
