"""What a store does with orders that are collected: make them ready, hand them over."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from apps.backoffice.admin.shared import actor_of, demand, moment, scoped
from apps.backoffice.forms import ConfirmForm
from apps.backoffice.sourcing_forms import HandOverForm
from apps.core import clock
from apps.orders.collection import operations
from apps.orders.models import Fulfilment, FulfilmentLine


class CollectionPages:
    """The pages of the fulfilments' two buttons for stores."""

    _ask: Callable[..., HttpResponse]

    def get_urls(self) -> list[URLPattern]:
        """Add them."""
        view = self.admin_site.admin_view  # type: ignore[attr-defined] # an admin's mixin
        own = [
            path("<int:fulfilment_id>/ready/", view(self.ready), name="order_fulfilment_ready"),
            path("<int:fulfilment_id>/hand-over/", view(self.hand_over), name="order_fulfilment_hand-over"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return,misc] # as above

    def ready(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Have the shopper told that the goods lie ready."""

        def do(_said: Mapping[str, Any]) -> str:
            until = operations.make_ready(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now())
            return _("The shopper is told; the goods are kept until %(moment)s.") % {"moment": moment(until)}

        form = ConfirmForm(request.POST if request.method == "POST" else None)
        return self._ask(request, fulfilment_id, title=_("Ready to be collected"), form=form, do=do)

    def hand_over(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Give the goods to whoever shows the code."""
        demand(request, "order.change_fulfilment")
        row = get_object_or_404(scoped(request, Fulfilment.objects.all()), pk=fulfilment_id)
        lines = FulfilmentLine.objects.filter(fulfilment=row).select_related("line").order_by("line__position", "id")
        form: forms.Form = HandOverForm(request.POST or None, lines=list(lines), all_of_them=True)

        def do(said: Mapping[str, Any]) -> str:
            operations.hand_over(
                fulfilment_id=fulfilment_id,
                code=said["code"],
                units=form.units(said),  # type: ignore[attr-defined] # as made above
                by=actor_of(request),
                at=clock.now(),
            )
            return _("The goods are handed over.")

        return self._ask(request, fulfilment_id, title=_("Hand over"), form=form, do=do)
