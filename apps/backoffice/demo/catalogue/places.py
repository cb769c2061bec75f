"""Two warehouses, a logistics partner and six stores: demo addresses in real cities."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from apps.backoffice.demo.catalogue.model import Brand, DemoLocation

Hours = Mapping[int, tuple[str, str]]
Place = tuple[str, Literal["warehouse", "partner", "store"], Brand | None, str, str, str, str, str, str, str, Hours]

WEEK = dict.fromkeys(range(6), ("10:00", "19:00"))
EARLY = dict.fromkeys(range(5), ("08:00", "18:00")) | {5: ("09:00", "17:00")}
DEPOT = dict.fromkeys(range(5), ("07:00", "19:00"))
SUNDAY = WEEK | {6: ("11:00", "17:00")}
TIME_ZONES = {"FR": "Europe/Paris", "BE": "Europe/Brussels", "DE": "Europe/Berlin", "GB": "Europe/London"}

# code, kind, brand of a store, name, street, postcode, city, country, latitude, longitude, opening hours
PLACES: tuple[Place, ...] = (
    (
        "lyon",
        "warehouse",
        None,
        "Entrepôt Lyon",
        "1 allée de la Démo",
        "69007",
        "Lyon",
        "FR",
        "45.7303",
        "4.8370",
        DEPOT,
    ),
    ("koeln", "warehouse", None, "Lager Köln", "Demostraße 1", "50735", "Köln", "DE", "50.9771", "6.9600", DEPOT),
    (
        *("roissy", "partner", None, "Partenaire logistique Roissy"),
        *("9 rue de la Démo", "95700", "Roissy-en-France", "FR", "48.9964", "2.5139", DEPOT),
    ),
    (
        *("lyon-part-dieu", "store", "halles", "Maison Halles Lyon Part-Dieu"),
        *("2 rue de la Démo", "69003", "Lyon", "FR", "45.7606", "4.8559", WEEK),
    ),
    (
        *("paris-marais", "store", "halles", "Maison Halles Paris Marais"),
        *("3 rue de la Démo", "75004", "Paris", "FR", "48.8566", "2.3590", SUNDAY),
    ),
    (
        "lille",
        "store",
        "volt",
        "Volt & Fils Lille",
        "4 rue de la Démo",
        "59000",
        "Lille",
        "FR",
        "50.6365",
        "3.0635",
        EARLY,
    ),
    (
        *("bruxelles", "store", "halles", "Maison Halles Bruxelles"),
        *("5 rue de la Démo", "1000", "Bruxelles", "BE", "50.8466", "4.3528", WEEK),
    ),
    (
        *("berlin", "store", "halles", "Maison Halles Berlin"),
        *("Demostraße 6", "10119", "Berlin", "DE", "52.5297", "13.4010", WEEK),
    ),
    (
        *("london", "store", "halles", "Maison Halles London"),
        *("7 Demo Street", "E1 6AN", "London", "GB", "51.5180", "-0.0740", SUNDAY),
    ),
)


def locations() -> tuple[DemoLocation, ...]:
    """Return every place that holds stock, warehouses first."""
    return tuple(
        DemoLocation(
            code=code,
            kind=kind,
            brand=brand,
            name=name,
            line1=line1,
            postcode=postcode,
            city=city,
            country=country,
            latitude=Decimal(latitude),
            longitude=Decimal(longitude),
            time_zone=TIME_ZONES[country],
            hours=hours,
        )
        for code, kind, brand, name, line1, postcode, city, country, latitude, longitude, hours in PLACES
    )
