"""Pictures of the demo products, drawn by code: deterministic, nothing but Pillow, no text in any of them."""

from .kinds import KINDS
from .paints import PAINTS
from .views import SPLITS, TILES, draw, draw_category_tile, draw_home_split

__all__ = ["KINDS", "PAINTS", "SPLITS", "TILES", "draw", "draw_category_tile", "draw_home_split"]
