"""The picture generator draws every kind, always the same, in the brand's format."""

import pytest

from apps.backoffice.demo.pictures import KINDS, SPLITS, TILES, draw, draw_category_tile, draw_home_split


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_draw_every_view_of_a_kind_fills_the_frame_with_something(kind):
    for view in ("front", "detail", "scene"):
        picture = draw(kind=kind, paint="terracotta", view=view, brand="halles", seed=3, width=160)
        assert (picture.size, picture.mode) == ((160, 200), "RGB")
        assert len(picture.getcolors(maxcolors=32_001) or []) > 100


def test_draw_volt_is_square():
    assert draw(kind="drill", paint="signal", view="front", brand="volt", seed=1, width=120).size == (120, 120)


def test_draw_twice_gives_equal_pixels():
    arguments = {"kind": "vase", "paint": "sage", "view": "scene", "brand": "halles", "seed": 5, "width": 160}
    assert draw(**arguments).tobytes() == draw(**arguments).tobytes()


def test_draw_other_paint_changes_the_colour():
    plain = {"kind": "cup", "view": "front", "brand": "halles", "seed": 5, "width": 120}
    assert draw(paint="sage", **plain).tobytes() != draw(paint=(200, 30, 30), **plain).tobytes()


def test_draw_unknown_kind_or_paint_is_refused():
    with pytest.raises(KeyError):
        draw(kind="unicorn", paint="sage", view="front", brand="halles", seed=1, width=60)
    with pytest.raises(KeyError):
        draw(kind="cup", paint="octarine", view="front", brand="halles", seed=1, width=60)


@pytest.mark.parametrize("category", sorted(TILES))
def test_draw_category_tile_is_square(category):
    assert draw_category_tile(category=category, brand="halles", width=120).size == (120, 120)


@pytest.mark.parametrize("brand", sorted(SPLITS))
def test_draw_home_split_is_wide(brand):
    assert draw_home_split(brand=brand, width=160).size == (160, 100)
