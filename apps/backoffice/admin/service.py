"""The service page and the list of reconciliations."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, demand, pretty
from apps.backoffice.forms import ConfirmForm
from apps.backoffice.service_page import service_context
from apps.core import clock, outbox
from apps.orders.models import Reconciliation


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    """What reconciliations found, newest first; and the service page beside it."""

    list_display = ("at", "asked", "closed", "away")
    ordering = ("-at", "-id")
    fields = ("at", "asked", "differences_text", "unreachable_text")

    @display(description=gettext_lazy("differences closed"))
    def closed(self, row: Reconciliation) -> str:
        return ", ".join(each["order_number"] for each in row.differences) or "–"

    @display(description=gettext_lazy("did not answer"))
    def away(self, row: Reconciliation) -> str:
        return ", ".join(sorted(row.unreachable)) or "–"

    @display(description=gettext_lazy("differences closed"))
    def differences_text(self, row: Reconciliation) -> str:
        return pretty(row.differences)

    @display(description=gettext_lazy("did not answer"))
    def unreachable_text(self, row: Reconciliation) -> str:
        return pretty(row.unreachable)

    def get_urls(self) -> list[URLPattern]:
        """Add the service page and its button."""
        view = self.admin_site.admin_view
        own = [
            path("service/", view(self.service), name="order_reconciliation_service"),
            path("service/retry/<str:handler>/", view(self.retry), name="order_reconciliation_retry"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def service(self, request: HttpRequest) -> HttpResponse:
        """Show how the machinery keeps up."""
        demand(request, "core.view_outboxdelivery")
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        context |= service_context(request, at=clock.now())
        return TemplateResponse(request, "backoffice/service.html", context)

    def retry(self, request: HttpRequest, handler: str) -> HttpResponse:
        """Have everything a handler gave up tried again."""
        demand(request, "core.change_outboxdelivery")

        def do(_said: Mapping[str, Any]) -> str:
            done = outbox.retry_given_up(handler=handler, by=actor_of(request), at=clock.now())
            return ngettext("%(count)s delivery is tried again.", "%(count)s deliveries are tried again.", done) % {
                "count": done
            }

        return ask(
            request,
            admin=self,
            title=_("Try again what was given up"),
            question=_("Every delivery of “%(handler)s” that was given up is tried again, as often as at first.")
            % {"handler": handler},
            form=ConfirmForm(request.POST if request.method == "POST" else None),
            do=do,
            back=reverse("admin:order_reconciliation_service"),
            button=_("Try again"),
        )
