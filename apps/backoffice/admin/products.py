"""Products: found in any language, edited in tabs, published and taken offline by buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from apps.backoffice import operations
from apps.backoffice.admin import product_filters as filters
from apps.backoffice.admin import product_inlines as inlines
from apps.backoffice.admin.product_kits import BREAK, KitPages
from apps.backoffice.admin.product_shared import page_of, product_of
from apps.backoffice.admin.product_why import WhyPrice
from apps.backoffice.admin.shared import actor_of, ask, chip, moment, money_minor
from apps.backoffice.changes import changes_of
from apps.backoffice.forms import ConfirmForm, ReasonForm, UploadForm
from apps.backoffice.queries.product_facts import ProductFacts, facts_for
from apps.backoffice.queries.product_page import ProductState, state_of
from apps.catalog import publication
from apps.catalog.enums import ProductStatus
from apps.catalog.models import Product, ProductContent
from apps.core import clock
from apps.orders import links

STATUS_TONES = {ProductStatus.DRAFT: "wait", ProductStatus.ACTIVE: "good", ProductStatus.ARCHIVED: "quiet"}


@admin.register(Product)
class ProductAdmin(KitPages, WhyPrice):
    """The catalogue's list and a product's page."""

    list_display = (
        "picture",
        "name_and_sku",
        "family",
        "brands",
        "status_chip",
        "prices",
        "stock",
        "completeness",
        "published",
    )
    list_display_links = ("name_and_sku",)
    list_filter = (
        "status",
        "categories",
        "product_class",
        "brand_links__brand",
        filters.PublishedFilter,
        filters.MissingLanguageFilter,
        filters.PictureFilter,
        filters.PriceFilter,
        filters.SoldOutFilter,
    )
    search_fields = ("upc", "title")
    search_help_text = gettext_lazy("SKU or name, in any language")
    ordering = ("title", "id")
    list_select_related = ("product_class",)
    list_per_page = 25
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "slug"),
                    ("upc", "structure"),
                    ("product_class", "parent"),
                    "status",
                    "is_public",
                    ("tax_class", "gtin"),
                    "weight_g",
                    "withdrawal_exception",
                    ("order_step", "order_most"),
                    "minimum_age",
                    "kit",
                    "description",
                    "is_discountable",
                    "priority",
                )
            },
        ),
        (gettext_lazy("Publication"), {"classes": ("tab",), "fields": ("publication_table",)}),
    )
    readonly_fields = ("publication_table", "kit")
    raw_id_fields = ("parent",)
    inlines = (
        inlines.ContentInline,
        inlines.VariantInline,
        inlines.AttributeInline,
        inlines.PriceInline,
        inlines.MediaInline,
        inlines.CategoryInline,
        inlines.BrandInline,
    )
    # What is used most stands in the open; four buttons in a row would leave no room for the product's name.
    actions_detail = (
        "publish_now",
        "unpublish_now",
        {"title": gettext_lazy("More"), "icon": "more_horiz", "items": ["add_pictures", "components", "why_price"]},
    )
    actions = ("publish_selected",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """Find products by SKU (theirs or a variant's) and by name in any language."""
        for word in search_term.split():
            named = ProductContent.objects.filter(product_id=OuterRef("pk"), name__icontains=word)
            variant = Product.objects.filter(parent_id=OuterRef("pk"), upc__istartswith=word)
            queryset = queryset.filter(
                Q(upc__istartswith=word) | Q(title__icontains=word) | Exists(named) | Exists(variant)
            )
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, str] | None = None) -> HttpResponse:
        """List parents and standalone products, with what stands beside them loaded at once."""
        response = super().changelist_view(request, extra_context)
        found = getattr(response, "context_data", None) or {}
        if (changelist := found.get("cl")) is not None:
            rows = list(changelist.result_list)
            facts = facts_for(product_ids=[row.pk for row in rows])
            for row in rows:
                row.facts = facts[row.pk]
            changelist.result_list = rows
        return response  # type: ignore[no-any-return] # untyped base

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        """Return all products; the list shows variants through their parents."""
        rows = super().get_queryset(request)
        on_list = request.resolver_match and request.resolver_match.url_name == "catalogue_product_changelist"
        return rows.filter(parent=None) if on_list else rows  # type: ignore[no-any-return] # untyped base

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 -- Django's
        """Say SKU where Oscar says UPC."""
        form = super().get_form(request, obj, change, **kwargs)
        if "upc" in form.base_fields:
            form.base_fields["upc"].label, form.base_fields["upc"].help_text = _("SKU"), ""
        if obj is not None and "product_class" in form.base_fields:
            # A product that exists has its facts from its family: Oscar cannot even name it without one.
            form.base_fields["product_class"].required = True
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Whether a product has variants, or is one, is settled when it is made; a variant has its parent's family."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None:
            return fields  # type: ignore[no-any-return] # untyped base
        return (*fields, "structure", "parent", *(("product_class",) if obj.is_child else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: orders and stock refer to it. What is no longer sold is archived."""
        return False

    @display(description="")
    def picture(self, product: Any) -> str:
        if not product.facts.picture:
            return mark_safe('<span class="bo-thumb bo-thumb-none"></span>')
        return format_html('<img class="bo-thumb" src="{}" alt="" loading="lazy">', product.facts.picture)

    @display(description=gettext_lazy("product"), ordering="title")
    def name_and_sku(self, product: Any) -> str:
        facts: ProductFacts = product.facts
        below = product.upc or _("%(count)s variants") % {"count": facts.variants}
        return format_html('{}<br><span class="bo-muted">{}</span>', product.title, below)

    @display(description=gettext_lazy("family"), ordering="product_class__name")
    def family(self, product: Product) -> str:
        return product.product_class.name if product.product_class else "–"

    @display(description=gettext_lazy("brands"))
    def brands(self, product: Any) -> str:
        return format_html_join("", "{}", ((chip(code),) for code in product.facts.brands)) or "–"

    @display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, product: Product) -> str:
        return chip(product.get_status_display(), STATUS_TONES[ProductStatus(product.status)])

    @display(description=gettext_lazy("prices shown"))
    def prices(self, product: Any) -> str:
        rows = (
            (
                price.market,
                money_minor(price.low_minor, price.currency, country=price.country),
                "+" if price.high_minor > price.low_minor else "",
            )
            for price in product.facts.prices
        )
        lines = format_html_join(BREAK, '<span class="bo-muted">{}</span> {}{}', rows)
        return format_html('<span class="bo-prices">{}</span>', lines) if lines else "–"

    @display(description=gettext_lazy("stock"))
    def stock(self, product: Any) -> str:
        units = product.facts.stock
        return "–" if units is None else chip(units, "bad" if units == 0 else "good")

    @display(description=gettext_lazy("texts"))
    def completeness(self, product: Any) -> str:
        bars = format_html_join(
            "",
            '<span class="bo-bar"><meter min="0" max="100" low="60" high="99" optimum="100"'
            ' value="{}" title="{} %"></meter>{}</span>',
            ((share, share, code) for code, share in product.facts.texts.items()),
        )
        return format_html('<span class="bo-bars">{}</span>', bars)

    @display(description=gettext_lazy("published"))
    def published(self, product: Any) -> str:
        facts: ProductFacts = product.facts
        if facts.due_since:
            return chip(_("waits since %(time)s") % {"time": moment(facts.due_since)}, "wait")
        if not facts.prices:
            return chip(_("not shown"))
        return moment(max(price.published_at for price in facts.prices))

    @display(description=gettext_lazy("in the shops"))
    def publication_table(self, product: Any) -> str:
        if not product.pk:
            return "–"
        # The form asks for a read-only field several times.
        if not hasattr(product, "publication_html"):
            product.publication_html = publication_table(state_of(product=product))
        return product.publication_html

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Save the tabs; then one audit line and one mark for publication for all of it."""
        super().save_related(request, form, formsets, change)
        _stamp_texts(formsets)
        changes = changes_of(form=form, formsets=formsets, is_new=not change)
        operations.record_product_edit(
            product_id=form.instance.pk, changes=changes, by=actor_of(request), at=clock.now()
        )

    @action(description=gettext_lazy("Publish now"), permissions=["change"], icon="publish")
    def publish_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show a product in its shops at once."""
        product = product_of(request=request, object_id=object_id)

        def do(_said: Mapping[str, Any]) -> str:
            pages = operations.put_online(product_id=product.pk, by=actor_of(request), at=clock.now())
            return _("Published: %(count)s pages.") % {"count": pages}

        return ask(
            request,
            admin=self,
            title=_("Publish now"),
            question=_("Show %(name)s in its shops now?") % {"name": product.get_title()},
            form=ConfirmForm(request.POST if request.method == "POST" else None),
            do=do,
            back=page_of(product=product),
            button=_("Publish now"),
        )

    @action(description=gettext_lazy("Take offline"), permissions=["change"], icon="visibility_off")
    def unpublish_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take a product out of every shop at once."""
        product = product_of(request=request, object_id=object_id)

        def do(said: Mapping[str, Any]) -> str:
            publication.unpublish(product_id=product.pk, by=actor_of(request), at=clock.now(), reason=said["reason"])
            return _("No shop shows it any more.")

        return ask(
            request,
            admin=self,
            title=_("Take offline"),
            danger=True,
            do=do,
            back=page_of(product=product),
            question=_("Take %(name)s out of every shop at once?") % {"name": product.get_title()},
            form=ReasonForm(request.POST or None),
            button=_("Take offline"),
        )

    @action(description=gettext_lazy("Add pictures"), permissions=["change"], icon="add_photo_alternate")
    def add_pictures(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Upload pictures and show them on the product."""
        from apps.backoffice.pictures import add_to_product

        product = product_of(request=request, object_id=object_id)

        def do(said: Mapping[str, Any]) -> str:
            added = add_to_product(product_id=product.pk, files=said["pictures"], by=actor_of(request), at=clock.now())
            return _("%(count)s pictures added.") % {"count": added}

        return ask(
            request,
            admin=self,
            title=_("Add pictures"),
            question=product.get_title(),
            do=do,
            back=page_of(product=product),
            form=UploadForm(request.POST or None, request.FILES or None),
            button=_("Upload"),
        )

    @action(description=gettext_lazy("Publish now"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Mark the chosen products; the publisher takes them within seconds."""
        ids = list(queryset.values_list("pk", flat=True))
        publication.mark_due(product_ids=ids, reason="staff", at=clock.now())
        messages.success(request, _("%(count)s products will be published now.") % {"count": len(ids)})


def _stamp_texts(formsets: Sequence[Any]) -> None:
    """Note on each changed text when it changed."""
    changed = [
        form.instance.pk
        for formset in formsets
        if formset.model is ProductContent
        for form in formset.forms
        if form.has_changed() and form.instance.pk
    ]
    ProductContent.objects.filter(pk__in=changed).update(updated_at=clock.now())


def publication_table(state: ProductState) -> str:
    """Return the table of shops: page, price, level of each text."""
    rows = [
        {
            "shop": shop.shop,
            "page": shop.page,
            "texts": shop.texts,
            "url": links.shop_url(shop=shop.shop, path=f"p/{shop.page.slug}/") if shop.page else "",
            "price": money_minor(shop.page.price_minor, shop.page.currency, country=shop.shop.market.country)
            if shop.page
            else "",
        }
        for shop in state.shops
    ]
    return render_to_string("backoffice/publications.html", {"rows": rows, "due_since": state.due_since})
