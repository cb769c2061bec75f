"""A hand-made catalogue of three products, and a run over it."""

from datetime import UTC, datetime

from apps.catalog.importing import operations
from apps.catalog.models import ImportJob
from tests.factories.pictures import picture_bytes

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEADER = (
    "sku,product,name,family,category,description,price,currency,stock,picture,weight_g,option1"
    "_name,option1_value,attribute.power,attribute.note"
)
ROWS = (
    "KETTLE,kettle,Kettle,Kitchen,Kitchen -> Kettles,Boils water,0,EUR,,kettle.png,,,,2200W,quiet",
    "KETTLE-BLACK,kettle,,,,,49.90,EUR,5,,1200,Color,Black,,",
    "KETTLE-WHITE,kettle,,,,,49.90,EUR,7,,1200,Color,White,,",
    "KETTLE-BLACK,kettle,,,,,44.90,GBP,,,,,,,",
    "MUG,mug,Mug,Table,Table -> Mugs,Holds tea,9.5,EUR,30,mug.png,300,,,,glazed",
    "FAN,fan,Fan,Kitchen,Air,Moves air,79,EUR,,,,,,45W,",
)
TEXTS = ("product,language,name,description", "kettle,fr,Bouilloire,Chauffe l’eau", "mug,de,Becher,Für Tee")


def write_files(folder, *, rows=ROWS, header=HEADER, texts=TEXTS):
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / "kettle.png").write_bytes(picture_bytes(colour=(1, 2, 3)))
    (folder / "images" / "mug.png").write_bytes(picture_bytes(colour=(3, 2, 1)))
    (folder / "products.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "product_translations.csv").write_text("\n".join(texts) + "\n", encoding="utf-8")
    return folder


def run(folder, *, apply=True, **choices) -> ImportJob:
    job = operations.create_job(source=f"folder:{folder}", at=AT, by="test", **choices)
    checked = operations.check_import(job_id=job.pk, at=AT)
    job.refresh_from_db()
    if apply and job.state == "ready":
        job = operations.apply_import(job_id=job.pk, at=AT, by="test", checked=checked)
    return job
