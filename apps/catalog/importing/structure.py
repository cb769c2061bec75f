"""Make what products hang on, if it is not there: families, attributes with their options, categories, price lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.text import slugify

from apps.catalog.enums import PriceListKind
from apps.catalog.importing import cells, words
from apps.catalog.importing.drafts import Family
from apps.catalog.importing.issues import Issue
from apps.catalog.importing.profiles import Profile
from apps.catalog.models import (  # type: ignore[attr-defined] # one is Oscar's, through its star import
    AttributeOption,
    AttributeOptionGroup,
    Category,
    CategoryContent,
    PriceList,
    ProductAttribute,
    ProductClass,
)
from apps.catalog.operations.categories import add_category
from apps.markets.models import Market

MOST_OPTIONS = 60
LONGEST_OPTION = 40
MOST_FILTER_VALUES = 40
DIMENSIONS = "dimensions"


@dataclass(slots=True)
class Structure:
    """Where products are put: ids by family name, attribute and option, category path and currency."""

    classes: dict[str, int] = field(default_factory=dict)
    attributes: dict[tuple[int, str], ProductAttribute] = field(default_factory=dict)
    options: dict[tuple[int, str], int] = field(default_factory=dict)
    categories: dict[tuple[str, ...], int] = field(default_factory=dict)


def ensure(*, families: Sequence[Family], profile: Profile) -> Structure:
    """Return the structure these products need, with what was missing added. A few statements per new thing."""
    made = Structure()
    _ensure_classes(made, {family.kind for family in families})
    _ensure_attributes(made, families, profile)
    _ensure_categories(made, {family.category for family in families if family.category}, profile.language)
    return made


def price_lists(*, market_codes: Iterable[str]) -> dict[str, list[int]]:
    """Return currency → the base lists of these markets; a market without one gets it."""
    found: dict[str, list[int]] = {}
    for market in Market.objects.filter(code__in=list(market_codes)).order_by("position", "id"):
        held = (
            PriceList.objects.filter(
                markets=market, kind=PriceListKind.BASE, currency=market.currency, customer_group="", is_active=True
            )
            .order_by("-precedence", "id")
            .first()
        )
        if held is None:
            held, _ = PriceList.objects.get_or_create(
                code=f"import-{market.brand.code}-{market.currency.lower()}",
                defaults={
                    "name": f"{market.brand.name} {market.currency}",
                    "currency": market.currency,
                    "includes_tax": market.prices_include_tax,
                },
            )
            held.markets.add(market)
        lists = found.setdefault(market.currency, [])
        if held.pk not in lists:
            lists.append(held.pk)
    return found


@lru_cache(maxsize=4096)
def class_code(name: str) -> str:
    """Return the code of a family from its name. Remembered: every product of a file asks."""
    return slugify(name)[:60] or "imported"


def option_code(profile: Profile, name: str) -> str:
    """Return the attribute code of an option column's name."""
    code = _attribute_code(name) or "option"
    return profile.option_names.get(code, code)


def fact_code(name: str) -> str:
    """Return the attribute code of a fact's column."""
    return _attribute_code(name) or "fact"


@lru_cache(maxsize=4096)
def _attribute_code(name: str) -> str:
    # Remembered: a file says the few names of its columns once per product.
    return slugify(name).replace("-", "_")[:128]


def _ensure_classes(made: Structure, names: set[str]) -> None:
    held = dict(ProductClass.objects.filter(code__in=[class_code(name) for name in names]).values_list("code", "id"))
    for name in sorted(names):
        code = class_code(name)
        if code not in held:
            held[code] = ProductClass.objects.create(
                code=code, slug=code, name=name or "Imported", labels={"en": name or "Imported"}, track_stock=True
            ).pk
        made.classes[name] = held[code]


def _ensure_attributes(made: Structure, families: Sequence[Family], profile: Profile) -> None:
    wanted = _wanted(made, families, profile)
    class_ids = {class_id for class_id, _code in wanted}
    held = ProductAttribute.objects.filter(product_class_id__in=class_ids).select_related("option_group")
    made.attributes = {(row.product_class_id, row.code): row for row in held}
    groups = {row.code: row for row in AttributeOptionGroup.objects.exclude(code=None)}
    types = _types({code: values for (_class, code), (values, _axis) in _by_code(wanted).items()})
    for position, ((class_id, code), (values, is_axis)) in enumerate(sorted(wanted.items())):
        if (class_id, code) in made.attributes:
            continue
        kind, unit = ("option", "") if is_axis else types[code]
        labels = words.attribute_labels(code=code)
        group = None
        if kind == "option":
            group = groups.get(code) or AttributeOptionGroup.objects.create(name=labels["en"], code=code)
            groups[code] = group
        made.attributes[class_id, code] = ProductAttribute.objects.create(
            product_class_id=class_id,
            code=code,
            name=labels["en"][:128],
            labels=labels,
            type=kind,
            unit=unit,
            option_group=group,
            is_variant_axis=is_axis,
            position=min(position, 999),
            is_facet=kind in {"option", "float"} and len(values) <= MOST_FILTER_VALUES,
        )
    _ensure_options(made, wanted)


def _wanted(
    made: Structure, families: Sequence[Family], profile: Profile
) -> dict[tuple[int, str], tuple[set[str], bool]]:
    wanted: dict[tuple[int, str], tuple[set[str], bool]] = {}
    # By the names as the file has them: products repeat the same few columns.
    facts: dict[tuple[str, str], set[str]] = {}
    for family in families:
        class_id = made.classes[family.kind]
        for name, value in family.facts.items():
            values = facts.get((family.kind, name))
            if values is None:
                values = facts[family.kind, name] = wanted.setdefault((class_id, fact_code(name)), (set(), False))[0]
            values.add(value)
        for item in family.variants:
            for name, value in item.options:
                wanted.setdefault((class_id, option_code(profile, name)), (set(), True))[0].add(value)
        if any(item.size_cm for item in family.sellable):
            wanted.setdefault((class_id, DIMENSIONS), (set(), False))[0].add("x" * (LONGEST_OPTION + 1))
    return wanted


def _by_code(wanted: dict[tuple[int, str], tuple[set[str], bool]]) -> dict[tuple[int, str], tuple[set[str], bool]]:
    merged: dict[tuple[int, str], tuple[set[str], bool]] = {}
    for (_class_id, code), (values, is_axis) in wanted.items():
        merged.setdefault((0, code), (set(), is_axis))[0].update(values)
    return merged


def _types(columns: dict[str, set[str]]) -> dict[str, tuple[str, str]]:
    """Return each column's type over the whole file: numbers of one unit, a choice of few short words, or text."""
    types = {}
    for code, values in columns.items():
        measures = [cells.split_measure(value) for value in values]
        found = {measure[1] for measure in measures if measure is not None}
        if None not in measures and len(found) == 1:
            types[code] = ("float", found.pop())
        elif len(values) <= MOST_OPTIONS and max(map(len, values)) <= LONGEST_OPTION:
            types[code] = ("option", "")
        else:
            types[code] = ("text", "")
    return types


def _ensure_options(made: Structure, wanted: dict[tuple[int, str], tuple[set[str], bool]]) -> None:
    by_group: dict[int, set[str]] = {}
    for key, (values, _is_axis) in wanted.items():
        attribute = made.attributes[key]
        if attribute.type == "option" and attribute.option_group_id:
            by_group.setdefault(attribute.option_group_id, set()).update(values)
    held = AttributeOption.objects.filter(group_id__in=by_group)
    made.options = {(group_id, option): pk for group_id, option, pk in held.values_list("group_id", "option", "id")}
    new = [
        AttributeOption(
            group_id=group_id,
            option=option,
            labels=words.option_labels(option=option),
            swatch=words.swatch(option=option),
            position=min(position, 999),
        )
        for group_id, options in sorted(by_group.items())
        for position, option in enumerate(sorted(options))
        if (group_id, option) not in made.options
    ]
    for row in AttributeOption.objects.bulk_create(new):
        made.options[row.group_id, row.option] = row.pk


def _ensure_categories(made: Structure, paths: set[tuple[str, ...]], language: str) -> None:
    if not paths:
        return
    held: dict[tuple[str, ...], Category] = {}
    trail: dict[str, tuple[str, ...]] = {"": ()}
    for node in Category.objects.order_by("path"):
        above = trail.get(node.path[: -Category.steplen], ())
        trail[node.path] = (*above, node.name)
        held.setdefault(trail[node.path], node)
    for path in sorted(paths):
        for depth in range(1, len(path) + 1):
            here = path[:depth]
            if here not in held:
                held[here] = _add_category(held.get(here[:-1]), here[-1], language)
        made.categories[path] = held[path].pk


def _add_category(parent: Category | None, name: str, language: str) -> Category:
    values = {"name": name[:255], "slug": slugify(name)[:255] or "category"}
    node = add_category(node=Category(**values), parent=parent)
    CategoryContent.objects.create(category=node, language=language, name=values["name"], slug=values["slug"])
    return node


def number_issues(*, families: Sequence[Family], profile: Profile, file: str) -> list[Issue]:
    """Return an error for each fact that an attribute which already holds numbers cannot take. One statement."""
    held = {
        (row.product_class.code, row.code): row.unit
        for row in ProductAttribute.objects.filter(type="float").select_related("product_class")
    }
    if not held:
        return []
    return [
        Issue(
            "attribute_not_a_number", file, family.line, profile.attribute_prefix + name, value, params={"unit": unit}
        )
        for family in families
        for name, value in family.facts.items()
        if (unit := held.get((class_code(family.kind), fact_code(name)))) is not None and not _fits(value, unit)
    ]


def _fits(value: str, unit: str) -> bool:
    measured = cells.split_measure(value)
    return measured is not None and measured[1] == unit
