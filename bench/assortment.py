"""
The made-up assortment both shops are filled with: the same products, words, prices and facts for the same number.

Needs nothing but the standard library, so that both shops' processes can read it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEPARTMENTS = ("Cuisine", "Table", "Salon", "Chambre", "Bain", "Jardin", "Bureau", "Atelier")
LEAVES = ("Essentiels", "Petits formats", "Grands formats", "Collection", "Accessoires")
# A tenth of the products has each adjective, a twentieth each noun, so a two hundredth has both.
ADJECTIVES = ("robuste", "sobre", "clair", "profond", "mince", "ample", "souple", "rustique", "moderne", "discret")
NOUNS = (
    "plateau", "carafe", "lampe", "panier", "miroir", "coussin", "tabouret", "vase", "saladier", "couteau",
    "tapis", "rideau", "horloge", "coffre", "bougeoir", "marmite", "tasse", "nappe", "balai", "classeur",
)  # fmt: skip
FACTS: dict[str, tuple[str, ...]] = {
    "colour": ("blanc", "noir", "rouge", "bleu", "vert", "jaune", "gris", "brun", "rose", "orange", "beige", "violet"),
    "material": ("bois", "acier", "verre", "lin", "coton", "grès", "laiton", "papier", "cuir", "liège"),
    "size": ("XS", "S", "M", "L", "XL", "XXL"),
    "energy": ("A", "B", "C", "D", "E", "F", "G"),
    "origin": ("France", "Belgique", "Portugal", "Italie", "Pologne", "Suède", "Japon", "Maroc"),
    "finish": ("mat", "satiné", "brillant", "brut"),
    "warranty": ("2 ans", "3 ans", "5 ans", "10 ans"),
    "season": ("printemps", "été", "automne", "hiver"),
}
PICTURES = 6
STOCK = 100_000
"""Of every product: no page and no flow of a run may find one sold out."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category that holds products; number counts from 0 over the whole tree."""

    number: int
    department: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Item:
    """One product. number counts from 0; price_minor in cents, tax included."""

    number: int
    sku: str
    name: str
    slug: str
    description: str
    leaf: int
    price_minor: int
    picture: int
    facts: tuple[tuple[str, str], ...]


def leaves() -> list[Leaf]:
    """The 40 categories with products, five in each of the eight departments."""
    return [
        Leaf(
            number=department * len(LEAVES) + position,
            department=department,
            name=f"{DEPARTMENTS[department]} · {LEAVES[position]}",
            slug=f"{department_slug(department)}-{LEAVES[position].lower().replace(' ', '-')}",
        )
        for department in range(len(DEPARTMENTS))
        for position in range(len(LEAVES))
    ]


def department_slug(number: int) -> str:
    """The address of a department."""
    return DEPARTMENTS[number].lower()


def item(number: int) -> Item:
    """The product of that number; the same in every run."""
    # Each property by a checksum of its own, so that none goes with another or with the category.
    adjective, noun = _choice("adjective", number, ADJECTIVES), _choice("noun", number, NOUNS)
    facts = tuple((code, _choice(code, number, values)) for code, values in FACTS.items())
    name = f"{noun.capitalize()} {adjective} {number + 1}"
    text = " ".join(f"{code} {value}" for code, value in facts)
    return Item(
        number=number,
        sku=f"B{number + 1:07d}",
        name=name,
        slug=f"{noun}-{adjective}-{number + 1}",
        description=f"{name}: fait pour durer, pensé pour tous les jours. {text}. " * 2,
        leaf=number % (len(DEPARTMENTS) * len(LEAVES)),
        price_minor=500 + zlib.crc32(b"price%d" % number) % 19_500,
        picture=number % PICTURES,
        facts=facts,
    )


def _choice(code: str, number: int, values: Sequence[str]) -> str:
    return values[zlib.crc32(b"%s%d" % (code.encode(), number)) % len(values)]


def items(count: int) -> Iterator[Item]:
    """The first `count` products."""
    return (item(number) for number in range(count))
