"""Two warehouses and six stores: demo addresses in real cities."""

from __future__ import annotations

from decimal import Decimal

from apps.backoffice.demo.catalogue.model import DemoLocation

WEEK = dict.fromkeys(range(6), ("10:00", "19:00"))
EARLY = dict.fromkeys(range(5), ("08:00", "18:00")) | {5: ("09:00", "17:00")}
DEPOT = dict.fromkeys(range(5), ("07:00", "19:00"))
SUNDAY = WEEK | {6: ("11:00", "17:00")}


def locations() -> tuple[DemoLocation, ...]:
    """Return every place that holds stock, warehouses first."""
    return (
        DemoLocation(
            "lyon",
            "warehouse",
            None,
            "Entrepôt Lyon",
            "1 allée de la Démo",
            "69007",
            "Lyon",
            "FR",
            Decimal("45.7303"),
            Decimal("4.8370"),
            "Europe/Paris",
            DEPOT,
        ),
        DemoLocation(
            "koeln",
            "warehouse",
            None,
            "Lager Köln",
            "Demostraße 1",
            "50735",
            "Köln",
            "DE",
            Decimal("50.9771"),
            Decimal("6.9600"),
            "Europe/Berlin",
            DEPOT,
        ),
        DemoLocation(
            "lyon-part-dieu",
            "store",
            "halles",
            "Maison Halles Lyon Part-Dieu",
            "2 rue de la Démo",
            "69003",
            "Lyon",
            "FR",
            Decimal("45.7606"),
            Decimal("4.8559"),
            "Europe/Paris",
            WEEK,
        ),
        DemoLocation(
            "paris-marais",
            "store",
            "halles",
            "Maison Halles Paris Marais",
            "3 rue de la Démo",
            "75004",
            "Paris",
            "FR",
            Decimal("48.8566"),
            Decimal("2.3590"),
            "Europe/Paris",
            SUNDAY,
        ),
        DemoLocation(
            "lille",
            "store",
            "volt",
            "Volt & Fils Lille",
            "4 rue de la Démo",
            "59000",
            "Lille",
            "FR",
            Decimal("50.6365"),
            Decimal("3.0635"),
            "Europe/Paris",
            EARLY,
        ),
        DemoLocation(
            "bruxelles",
            "store",
            "halles",
            "Maison Halles Bruxelles",
            "5 rue de la Démo",
            "1000",
            "Bruxelles",
            "BE",
            Decimal("50.8466"),
            Decimal("4.3528"),
            "Europe/Brussels",
            WEEK,
        ),
        DemoLocation(
            "berlin",
            "store",
            "halles",
            "Maison Halles Berlin",
            "Demostraße 6",
            "10119",
            "Berlin",
            "DE",
            Decimal("52.5297"),
            Decimal("13.4010"),
            "Europe/Berlin",
            WEEK,
        ),
        DemoLocation(
            "london",
            "store",
            "halles",
            "Maison Halles London",
            "7 Demo Street",
            "E1 6AN",
            "London",
            "GB",
            Decimal("51.5180"),
            Decimal("-0.0740"),
            "Europe/London",
            SUNDAY,
        ),
    )
