"""Compare drafts with what is there: which products are new, changed, or say what the last import already said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apps.catalog.importing import bulk
from apps.catalog.importing.drafts import Family, Item
from apps.catalog.importing.issues import Issue


@dataclass(slots=True)
class Plan:
    """What an apply would do. The status of each SKU is created, changed or unchanged."""

    families: list[Family] = field(default_factory=list)
    """Those with anything new or changed."""
    hashes: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


_HELD = """
SELECT p.upc, p.content_hash, p.structure, coalesce(parent.upc, '') FROM catalogue_product p
LEFT JOIN catalogue_product parent ON parent.id = p.parent_id WHERE p.upc = ANY(%s)
"""


def make_plan(*, families: Sequence[Family], settings: tuple[object, ...], file: str) -> Plan:
    """Return the plan for these drafts. One statement."""
    plan = Plan()
    skus = [item.sku for family in families for item in (family.root, *family.variants)]
    held = {sku: (content, structure, parent) for sku, content, structure, parent in bulk.rows(_HELD, [skus])}
    products = {"created": 0, "changed": 0, "unchanged": 0, "refused": 0}
    variants = dict(products)
    for family in families:
        states = [_judge(plan, family, family.root, family.hash(settings), held=held, file=file)]
        products[states[0]] += 1
        for item in family.variants:
            states.append(_judge(plan, family, item, item.hash(settings), held=held, file=file))
            variants[states[-1]] += 1
        if set(states) != {"unchanged"}:
            plan.families.append(family)
    plan.counts = {"products": products, "variants": variants}
    return plan


def _judge(
    plan: Plan, family: Family, item: Item, content: str, *, held: Mapping[str, tuple[str, str, str]], file: str
) -> str:
    structure = ("parent" if family.variants else "standalone") if item is family.root else "child"
    plan.hashes[item.sku] = content
    if item.sku not in held:
        state = "created"
    else:
        before, found, parent = held[item.sku]
        plan.before[item.sku] = before
        if found != structure or (structure == "child" and parent != family.root.sku):
            plan.issues.append(Issue("sku_of_other", file, item.line, "sku", item.sku))
            state = "refused"
        else:
            state = "unchanged" if before == content else "changed"
    plan.status[item.sku] = state
    return state
