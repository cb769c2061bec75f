"""Pictures of the demo products, drawn by code: deterministic, nothing but Pillow, no text in any of them."""

from apps.backoffice.demo.pictures.kinds import KINDS
from apps.backoffice.demo.pictures.paints import PAINTS
from apps.backoffice.demo.pictures.views import SPLITS, TILES, draw, draw_category_tile, draw_home_split

__all__ = ["KINDS", "PAINTS", "SPLITS", "TILES", "draw", "draw_category_tile", "draw_home_split"]
