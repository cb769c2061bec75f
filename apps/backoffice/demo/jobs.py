"""One picture to draw, as a value other processes can be given. Free of Django, so that they start quickly."""

from dataclasses import dataclass
from io import BytesIO

from apps.backoffice.demo import pictures
from apps.backoffice.demo.catalogue.model import Brand, DemoPicture
from apps.backoffice.demo.pictures.views import View

WIDTH = 960
SPLIT_WIDTH = 1600
QUALITY = 93


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and where it goes. kind: product, tile or split. target: SKU, category tile or brand."""

    name: str
    kind: str
    brand: Brand
    picture: DemoPicture | None = None
    view: View | None = None
    target: str = ""


def draw_job(job: Drawing) -> bytes:
    """Draw a picture; return it as JPEG bytes. Equal jobs give equal bytes. ValueError without picture or view."""
    if job.kind == "tile":
        image = pictures.draw_category_tile(category=job.target, brand=job.brand, width=WIDTH)
    elif job.kind == "split":
        image = pictures.draw_home_split(brand=job.brand, width=SPLIT_WIDTH)
    else:
        shown = job.picture
        if shown is None or job.view is None:
            raise ValueError(f"{job.name}: a product's drawing needs a picture and a view.")
        image = pictures.draw(
            kind=shown.kind, paint=shown.paint, seed=shown.seed, view=job.view, brand=job.brand, width=WIDTH
        )
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
