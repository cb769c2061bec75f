"""What all pages of a product need: the row within a person's limits, and its page."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.backoffice.scoping import scoped
from apps.catalog.models import Product


def product_of(*, request: HttpRequest, object_id: int) -> Product:
    """Return a product within the person's limits with its parent; Http404 beyond them."""
    return get_object_or_404(scoped(request, Product.objects.select_related("parent")), pk=object_id)


def page_of(*, product: Product) -> str:
    """Return the address of a product's page."""
    return reverse("admin:catalogue_product_change", args=[product.pk])
