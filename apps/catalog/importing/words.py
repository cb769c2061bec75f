"""Names and colours of what files bring in our four languages, as far as they are everyday words."""

LANGUAGES = ("en", "fr", "de", "nl")
_COLOURS = {
    "black": ("#1c1c1e", "Noir", "Schwarz", "Zwart"),
    "white": ("#f7f6f2", "Blanc", "Weiß", "Wit"),
    "silver": ("#c0c4c8", "Argent", "Silber", "Zilver"),
    "grey": ("#8a8d91", "Gris", "Grau", "Grijs"),
    "gray": ("#8a8d91", "Gris", "Grau", "Grijs"),
    "red": ("#b3282d", "Rouge", "Rot", "Rood"),
    "blue": ("#2f5d8a", "Bleu", "Blau", "Blauw"),
    "navy": ("#1f2e4a", "Bleu marine", "Marineblau", "Marineblauw"),
    "green": ("#4b6f52", "Vert", "Grün", "Groen"),
    "yellow": ("#e3b93c", "Jaune", "Gelb", "Geel"),
    "orange": ("#d9772b", "Orange", "Orange", "Oranje"),
    "pink": ("#e0a3ac", "Rose", "Rosa", "Roze"),
    "purple": ("#6f5285", "Violet", "Lila", "Paars"),
    "brown": ("#6b4a34", "Marron", "Braun", "Bruin"),
    "beige": ("#d9c9ac", "Beige", "Beige", "Beige"),
    "cream": ("#f3ead5", "Crème", "Creme", "Crème"),
    "gold": ("#c9a24b", "Or", "Gold", "Goud"),
    "copper": ("#b4704a", "Cuivre", "Kupfer", "Koper"),
    "graphite": ("#45484d", "Graphite", "Graphit", "Grafiet"),
    "stainless steel": ("#b9bcbe", "Acier inoxydable", "Edelstahl", "Roestvrij staal"),
    "matte black": ("#26272a", "Noir mat", "Mattschwarz", "Matzwart"),
    "steel grey": ("#7b8288", "Gris acier", "Stahlgrau", "Staalgrijs"),
    "rose gold": ("#c99487", "Or rose", "Roségold", "Roségoud"),
}
_NAMES = {
    "colour": ("Colour", "Couleur", "Farbe", "Kleur"),
    "size": ("Size", "Taille", "Größe", "Maat"),
    "wattage": ("Power", "Puissance", "Leistung", "Vermogen"),
    "voltage": ("Voltage", "Tension", "Spannung", "Spanning"),
    "warranty": ("Warranty", "Garantie", "Garantie", "Garantie"),
    "capacity": ("Capacity", "Capacité", "Fassungsvermögen", "Inhoud"),
    "runtime": ("Running time", "Autonomie", "Laufzeit", "Gebruiksduur"),
    "room_coverage": ("Room size", "Surface couverte", "Raumgröße", "Kamergrootte"),
    "noise_level": ("Noise", "Niveau sonore", "Lautstärke", "Geluidsniveau"),
    "connectivity": ("Connection", "Connectivité", "Verbindung", "Verbinding"),
    "dimensions": (
        "Width × depth × height",
        "Largeur × profondeur × hauteur",
        "Breite × Tiefe × Höhe",
        "Breedte × diepte × hoogte",
    ),
}
_YEARS = {"1 year": 1, "2 years": 2, "3 years": 3, "4 years": 4, "5 years": 5, "10 years": 10}


def attribute_labels(*, code: str) -> dict[str, str]:
    """Return an attribute's names per language; only English, made from its code, when it is no everyday word."""
    if code in _NAMES:
        return dict(zip(LANGUAGES, _NAMES[code], strict=True))
    return {"en": code.replace("_", " ").replace("-", " ").capitalize()}


def option_labels(*, option: str) -> dict[str, str]:
    """Return an option's names per language, empty when we do not know it."""
    low = option.lower()
    if low in _COLOURS:
        return {"en": option, **dict(zip(LANGUAGES[1:], _COLOURS[low][1:], strict=True))}
    if low in _YEARS:
        years = _YEARS[low]
        more = years > 1
        return {
            "en": option,
            "fr": f"{years} ans" if more else "1 an",
            "de": f"{years} Jahre" if more else "1 Jahr",
            "nl": f"{years} jaar",
        }
    return {}


def swatch(*, option: str) -> str:
    """Return a colour to show for an option, the last word deciding; empty when it names none."""
    low = option.lower()
    if low in _COLOURS:
        return _COLOURS[low][0]
    return next((_COLOURS[word][0] for word in reversed(low.split()) if word in _COLOURS), "")
