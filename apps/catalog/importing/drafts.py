"""What a file says about products, once read: plain values, each with its line and a hash of all it says."""

import hashlib
from dataclasses import dataclass, field


@dataclass(slots=True)
class Item:
    """Something that is sold: a standalone product or a variant. Prices in minor units by currency."""

    sku: str
    line: int
    lines: list[int] = field(default_factory=list)
    options: tuple[tuple[str, str], ...] = ()
    prices: dict[str, int] = field(default_factory=dict)
    stock: int | None = None
    weight_g: int | None = None
    gtin: str = ""
    size_cm: tuple[str, str, str] | None = None
    picture: str = ""
    picture_sha: str = ""
    position: int = 0

    def hash(self, extra: tuple[object, ...] = ()) -> str:
        """Return a hash of everything the files say about it."""
        return digest(
            self.sku,
            self.options,
            sorted(self.prices.items()),
            self.stock,
            self.weight_g,
            self.gtin,
            self.size_cm,
            self.picture,
            self.picture_sha,
            self.position,
            *extra,
        )


@dataclass(slots=True)
class Family:
    """
    A product with its variants, or a standalone one, whose only item carries the product's own SKU.

    withdrawal_exception: None where the file has no such column, so that what is known stays.
    """

    key: str
    line: int
    root: Item
    name: str = ""
    kind: str = ""
    category: tuple[str, ...] = ()
    description: str = ""
    meta_title: str = ""
    meta_description: str = ""
    keywords: str = ""
    status: str = ""
    withdrawal_exception: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    text_lines: list[tuple[str, int]] = field(default_factory=list)
    variants: list[Item] = field(default_factory=list)

    @property
    def sellable(self) -> list[Item]:
        """The items that have prices and stock."""
        return self.variants or [self.root]

    def hash(self, settings: tuple[object, ...]) -> str:
        """Return a hash of everything the files say about the product itself, under these settings of the import."""
        texts = sorted((language, tuple(sorted(values.items()))) for language, values in self.texts.items())
        return self.root.hash(
            (
                self.key,
                self.name,
                self.kind,
                self.category,
                self.description,
                self.meta_title,
                self.meta_description,
                self.keywords,
                self.status,
                sorted(self.facts.items()),
                texts,
                bool(self.variants),
                settings,
                *(() if self.withdrawal_exception is None else (self.withdrawal_exception,)),
            )
        )


def digest(*parts: object) -> str:
    """Return a hash of plain values."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
