"""What a kit is made of, as merchandisers type it."""

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.backoffice.goods_field import KitField
from apps.catalog.models import KitComponent, Product


class KitForm(forms.Form):
    """The components of a kit; none of them: a product like any other."""

    components = KitField(
        label=_("Made of"),
        required=False,
        help_text=_(
            "One component on each line: SKU, units in one kit and, for all of them or none, a number for its share of"
            " the price. Empty: no kit."
        ),
    )

    def __init__(self, data: QueryDict | None, *, product: Product, products: QuerySet[Product]) -> None:
        super().__init__(data, initial={"components": "\n".join(lines_of(product=product))})
        field = self.fields["components"]
        if isinstance(field, KitField):
            field.products = products


def lines_of(*, product: Product) -> list[str]:
    """Return the components of a product as they are typed: SKU, units, share."""
    rows = KitComponent.objects.filter(kit=product).select_related("product").order_by("position", "id")
    return [f"{row.product.upc} {row.quantity}{f' {row.share}' if row.share is not None else ''}" for row in rows]
