"""Writes of the back office itself: what follows an edit, and which groups of staff may do what."""

from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from apps.backoffice.changes import Changes
from apps.catalog import publication
from apps.catalog.models import Product
from apps.core import audit

MERCHANDISER = "merchandiser"
ORDER_DESK = "order desk"
OPERATOR = "operator"

# app label → (models, verbs); "*" stands for all.
_ALL = ("view", "add", "change", "delete")
_RIGHTS: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    MERCHANDISER: [
        (
            "catalogue",
            (
                "product",
                "productcontent",
                "productclass",
                "productattribute",
                "attributeoption",
                "attributeoptiongroup",
                "productattributevalue",
                "productbrand",
                "productmedia",
                "category",
                "categorycontent",
                "categorymedia",
                "productcategory",
                "pricelist",
                "price",
            ),
            _ALL,
        ),
        ("catalogue", ("importjob", "publicationdue", "publication"), ("view", "add", "change")),
        ("media", ("*",), _ALL),
        ("storefront", ("*",), _ALL),
        ("offer", ("*",), _ALL),
        ("order", ("offermarket", "offergroup", "offerstacking"), _ALL),
        ("voucher", ("*",), ("view", "add", "change")),
        ("partner", ("stocklevel", "stockmovement", "location", "inbound"), ("view",)),
        ("markets", ("*",), ("view",)),
    ],
    ORDER_DESK: [
        (
            "order",
            (
                "order",
                "line",
                "payment",
                "paymentdispute",
                "paymentnotice",
                "fulfilment",
                "partnernotice",
                "return",
                "invoice",
                "maillog",
                "transition",
            ),
            ("view",),
        ),
        ("order", ("order", "payment", "fulfilment", "return"), ("change",)),
        ("order", ("creditaccount",), ("view", "add", "change")),
        ("order", ("deliverymethod",), ("view",)),
        ("partner", ("stocklevel",), ("view", "change")),
        ("partner", ("inbound",), ("view", "add", "change")),
        ("partner", ("stockmovement", "location", "sourcingrule", "sourcingdecision"), ("view",)),
        ("catalogue", ("product",), ("view",)),
        ("customer", ("user",), ("view",)),
        ("voucher", ("voucher",), ("view",)),
    ],
    OPERATOR: [
        ("core", ("*",), ("view",)),
        ("core", ("outboxdelivery",), ("change",)),
        ("markets", ("*",), ("view", "add", "change")),
        ("partner", ("location",), ("view", "add", "change")),
        ("partner", ("locationclosure", "sourcingrule", "postcodearea"), _ALL),
        ("partner", ("sourcingdecision",), ("view",)),
        ("order", ("deliverymethod", "deliveryholiday"), _ALL),
        (
            "order",
            ("order", "payment", "paymentnotice", "fulfilment", "partnernotice", "maillog", "reconciliation"),
            ("view",),
        ),
        ("catalogue", ("publicationdue", "product"), ("view",)),
        ("customer", ("user",), ("view",)),
    ],
}


@transaction.atomic
def ensure_staff_groups() -> list[Group]:
    """
    Make the groups of staff with their permissions: merchandiser, order desk, operator; return them.

    Safe to repeat: permissions given by hand besides these stay, missing ones come back.
    """
    groups = []
    for name, rights in _RIGHTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        wanted = Q(pk__in=())
        for label, models, verbs in rights:
            by_verb = Q(content_type__app_label=label, codename__regex=rf"^({'|'.join(verbs)})_")
            wanted |= by_verb if models == ("*",) else by_verb & Q(content_type__model__in=models)
        group.permissions.add(*Permission.objects.filter(wanted))
        groups.append(group)
    return groups


@transaction.atomic
def record_product_edit(*, product_id: int, changes: Changes, by: str, at: datetime) -> None:
    """Write the audit line of an edit and mark the product's family for publication. Call in the edit's transaction."""
    if not changes:
        return
    audit.record(
        action="catalog.edit_product",
        target=audit.target_of(model="catalogue.product", pk=product_id),
        actor=by,
        at=at,
        before=changes.before,
        after=changes.after,
    )
    publication.mark_due(product_ids=[product_id], reason="edit", at=at)


@transaction.atomic
def record_category_edit(*, category_id: int, changes: Changes, by: str, at: datetime) -> None:
    """Write the audit line, publish the tree at once (it is small) and mark the products below."""
    audit.record(
        action="catalog.edit_category",
        target=audit.target_of(model="catalogue.category", pk=category_id),
        actor=by,
        at=at,
        before=changes.before,
        after=changes.after,
    )
    publication.publish_categories(at=at)
    publication.mark_due_for_categories(category_ids=[category_id], at=at)


@transaction.atomic
def record_price_list_edit(*, price_list_id: int, changes: Changes, by: str, at: datetime) -> None:
    """Write the audit line and mark every product the list has a price for."""
    audit.record(
        action="catalog.edit_price_list",
        target=audit.target_of(model="catalogue.pricelist", pk=price_list_id),
        actor=by,
        at=at,
        before=changes.before,
        after=changes.after,
    )
    ids = Product.objects.filter(prices__price_list_id=price_list_id).values_list("pk", flat=True).distinct()
    publication.mark_due(product_ids=ids, reason="price list", at=at)


@transaction.atomic
def record_edit(*, model: str, pk: object, changes: Changes, by: str, at: datetime) -> None:
    """Write the audit line of an edit that has no other consequence."""
    audit.record(
        action=f"{model}.edit",
        target=audit.target_of(model=model, pk=pk),
        actor=by,
        at=at,
        before=changes.before,
        after=changes.after,
    )


@transaction.atomic
def put_online(*, product_id: int, by: str, at: datetime) -> int:
    """
    Let a product be seen and publish its family at once; return how many pages it has now.

    Only active products get pages: a draft stays unseen, and the answer is 0. Waits for a publisher that holds it.
    """
    product = Product.objects.only("id", "parent_id", "is_public").get(pk=product_id)
    root_id = product.parent_id or product.pk
    Product.objects.filter(pk=product_id).update(is_public=True, date_updated=at)
    audit.record(
        action="catalog.publish",
        target=audit.target_of(model="catalogue.product", pk=product_id),
        actor=by,
        at=at,
        before={"is_public": product.is_public},
        after={"is_public": True},
    )
    publication.publish_now(root_ids=[root_id], at=at)
    return int(Product.objects.get(pk=root_id).publications.count())
