"""A product that is a kit: what it is made of, shown on its page and said on one of its own."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from apps.backoffice.admin.product_shared import page_of, product_of
from apps.backoffice.admin.shared import AuditedAdmin, actor_of, ask
from apps.backoffice.kit_forms import KitForm, lines_of
from apps.backoffice.scoping import scoped
from apps.catalog.models import Product
from apps.catalog.operations import set_components
from apps.core import clock

BREAK = mark_safe("<br>")


class KitPages(AuditedAdmin):
    """What the admin of products has for kits."""

    @display(description=gettext_lazy("kit of"))
    def kit(self, product: Any) -> str:
        if not product.pk:
            return "–"
        # The form asks for a read-only field several times.
        if not hasattr(product, "kit_html"):
            product.kit_html = format_html_join(BREAK, "{}", ((line,) for line in lines_of(product=product))) or "–"
        return product.kit_html

    @action(description=gettext_lazy("Make it a kit"), permissions=["change"], icon="package_2")
    def components(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say what a kit is made of."""
        product = product_of(request=request, object_id=object_id)

        def do(said: Mapping[str, Any]) -> str:
            set_components(product_id=product.pk, components=said["components"], by=actor_of(request), at=clock.now())
            return _("Kept. The shops show it within seconds.")

        mine = scoped(request, Product.objects.all())
        return ask(
            request,
            admin=self,
            title=_("Make it a kit"),
            question=product.get_title(),
            do=do,
            back=page_of(product=product),
            form=KitForm(request.POST if request.method == "POST" else None, product=product, products=mine),
            button=_("Keep"),
        )
