"""Things that hold: cups, bowls, plates, glasses, carafes, teapots, jars, vases, pots and baskets."""

from __future__ import annotations

import random

from apps.backoffice.demo.pictures.curves import arc
from apps.backoffice.demo.pictures.easel import Easel, Paint
from apps.backoffice.demo.pictures.kinds import kind
from apps.backoffice.demo.pictures.paints import rgb_of, tone


def _light(paint: Paint) -> Paint:
    return tone(rgb_of(paint), 0.62)


@kind("cup", width=13, height=9.5, focus=(3, 7), beside="lemon", centre=1.2)
def cup(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a handled cup."""
    belly = dice.uniform(3.8, 4.5)
    e.tube([(4.0, 7.2), (6.6, 7.4), (7.2, 5.2), (5.9, 3.0), (3.8, 2.6)], 1.0, paint, material="ceramic")
    e.lathe(
        [(2.7, 0), (2.7, 0), (3.4, 1.0), (belly, 4.6), (4.4, 9), (4.4, 9)],
        paint,
        speckle=True,
        inside="chalk",
        lip=0.28,
    )
    e.disc(0, 8.6, 3.7, 0.46, (92, 58, 36), material="inside")


@kind("bowl", width=17, height=8, focus=(-5, 6), beside="lemon")
def bowl(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a footed bowl."""
    flare = dice.uniform(6.2, 7.4)
    e.lathe(
        [(3.4, 0), (3.4, 0), (3.5, 0.7), (3.5, 0.7), (flare - 0.6, 3.0), (7.9, 7.4), (7.9, 7.4)],
        paint,
        speckle=True,
        inside=_light(paint),
        lip=0.3,
    )


@kind("mixing_bowl", width=27, height=14, focus=(-8, 10), beside="lemon")
def mixing_bowl(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a deep mixing bowl with a rolled rim."""
    e.lathe(
        [(6.2, 0), (6.2, 0), (8.2, 1.4), (11.6, 7), (12.6, 12.6), (12.6, 12.6)],
        paint,
        material="enamel",
        inside=_light(paint),
        lip=0.3,
    )
    e.lathe(
        [(12.6, 12.3), (13.1, 12.7), (12.9, 13.4), (12.6, 13.5)],
        paint,
        material="enamel",
        inside=_light(paint),
        lip=0.5,
    )


@kind("plate", width=27, height=8.5, focus=(-8, 4), beside="fork")
def plate(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a small stack of plates, the top one seen a little from above."""
    for n in range(4):
        e.tilt = 0.2
        y = n * 1.25
        e.lathe([(7, y), (7, y), (8.4, y + 0.3), (12.6, y + 1.5), (13, y + 1.9)], paint, speckle=True)
    e.disc(0, 6.0, 13, 2.6, tone(rgb_of(paint), 0.3))
    e.disc(0, 5.95, 12.7, 2.46, paint, material="inside", lift=0.15)
    e.disc(0.1, 5.65, 8.8, 1.6, tone(rgb_of(paint), 0.16), lift=0.05)


@kind("glass", width=8.4, height=12, focus=(-1.6, 8), beside="lemon")
def glass(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a tumbler with some water."""
    top = dice.uniform(3.6, 4.1)
    e.lathe([(2.9, 0.9), (top - 0.25, 7.4)], (206, 228, 232), material="glass", curve=False)
    e.disc(0, 7.4, top - 0.3, (top - 0.3) * e.tilt, (214, 232, 234), cover=0.5)
    e.lathe([(3.0, 0), (3.0, 0), (3.05, 0.8), (top, 11.6), (top, 11.6)], paint, material="glass", inside=paint)
    e.disc(0, 0.5, 2.7, 0.38, tone(rgb_of(paint), 0.5), cover=0.55)
    e.gloss([(-2.7, 2), (-2.2, 2), (-2.5, 11), (-3.0, 11)], 0.75, blur=0.12)
    e.gloss([(2.4, 2.5), (2.6, 2.5), (3.1, 10.5), (2.8, 10.5)], 0.5, blur=0.1)


@kind("wine_glass", width=9, height=21, focus=(-1.4, 15), beside="lemon")
def wine_glass(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a stemmed glass."""
    e.disc(0, 0.35, 3.7, 0.62, tone(rgb_of(paint), 0.1), cover=0.5)
    e.disc(-0.2, 0.45, 3.4, 0.5, tone(rgb_of(paint), 0.6), cover=0.6)
    e.tube([(0, 0.6), (0, 9.2)], 0.62, tone(rgb_of(paint), 0.15), shine=0.8)
    e.lathe([(0.5, 9), (2.9, 10.6), (3.95, 13.6), (3.9, 15.2)], (126, 30, 44), material="wax", lift=-0.1)
    e.disc(0, 15.2, 3.9, 0.56, (150, 44, 56), material="inside")
    e.lathe([(0.4, 8.8), (2.9, 10.2), (4.2, 13.6), (3.9, 17.5), (3.3, 20.6)], paint, material="glass", inside=paint)
    e.gloss([(-2.9, 12), (-2.3, 11.6), (-2.0, 19.4), (-2.5, 19.4)], 0.7, blur=0.15)


@kind("carafe", width=12, height=27, focus=(-1.5, 17), beside="glass")
def carafe(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a carafe with a stopper of cork."""
    waist = dice.uniform(5.0, 5.8)
    e.lathe([(3.9, 0.9), (waist - 0.4, 5), (4.4, 11)], (206, 226, 228), material="glass")
    e.disc(0, 11, 4.4, 0.62, (222, 236, 236), cover=0.5)
    e.lathe(
        [(4.2, 0), (4.2, 0), (waist, 5), (4.2, 12.5), (2.1, 18), (1.9, 21), (2.7, 24), (2.7, 24)],
        paint,
        material="glass",
        inside=paint,
    )
    e.lathe([(1.95, 22.2), (2.3, 25.0), (2.4, 26.4), (2.4, 26.4)], "beech")
    e.disc(0, 26.4, 2.4, 0.36, (226, 186, 140))
    e.gloss([(-3.9, 3), (-3.2, 2.4), (-2.9, 11), (-3.6, 11)], 0.75, blur=0.2)
    e.gloss([(-1.5, 17.5), (-1.1, 17.5), (-1.0, 22), (-1.4, 22)], 0.7, blur=0.12)


@kind("jug", width=17, height=21, focus=(-3, 15), beside="cup", centre=0.8)
def jug(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a pitcher with a spout."""
    belly = dice.uniform(6.0, 6.8)
    e.tube([(4.4, 17.6), (8.6, 17.8), (9.4, 13), (7.4, 8), (5.4, 6.6)], 1.3, paint, material="ceramic")
    e.poly(
        [(-4.2, 15.5), (-6.2, 19.9), (-5.6, 20.4), (-2, 19.6), (-2, 15)],
        paint,
        material="ceramic",
        soft=True,
        lift=0.04,
    )
    e.lathe(
        [(4.0, 0), (4.0, 0), (belly, 5.5), (5.2, 12.5), (4.2, 16.5), (4.9, 19.6), (4.9, 19.6)],
        paint,
        speckle=True,
        inside=_light(paint),
        lip=0.35,
    )


@kind("teapot", width=25, height=16, focus=(-7, 9), beside="cup", centre=-0.3)
def teapot(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a round teapot."""
    e.tube([(6.0, 10.6), (9.6, 12.2), (11.6, 9.2), (10.0, 5.2), (6.6, 3.8)], 1.25, paint, material="ceramic")
    e.poly(
        [(-5.6, 3.8), (-8.6, 5.6), (-10.6, 10.2), (-12.4, 12.0), (-11.0, 12.6), (-9.2, 11.6), (-7.4, 9.4), (-5.4, 8.8)],
        paint,
        material="ceramic",
        soft=True,
        shade="flat",
        edge=0.5,
    )
    e.lathe([(4.4, 0), (4.4, 0), (6.4, 1.4), (7.9, 6.2), (6.2, 11.0), (3.9, 12.4)], paint, speckle=True)
    e.disc(0, 12.35, 3.9, 0.6, tone(rgb_of(paint), -0.35))
    e.lathe([(3.6, 12.4), (3.6, 12.6), (2.2, 13.7), (0.9, 14.1), (0.7, 14.3)], paint, speckle=True)
    e.disc(0, 15.1, 1.15, 1.05, "oak", material="ball")


@kind("stove_kettle", width=26, height=26, focus=(-5, 9), beside="cup")
def stove_kettle(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw an enamel kettle for the hob with an arched handle."""
    e.tube([*arc(0, 13.0, 8.2, 10.6, 168, 12)], 0.75, "steel", soft=False)
    e.tube([*arc(0, 13.2, 8.2, 10.6, 132, 48)], 1.9, "walnut", material="wood", soft=False)
    e.poly(
        [(-7.6, 5.6), (-10.4, 8.2), (-12.4, 13.2), (-13.2, 14.0), (-11.4, 14.7), (-9.8, 13.4), (-7.6, 11.6)],
        paint,
        material="enamel",
        soft=True,
        edge=0.6,
    )
    e.lathe([(9.2, 0), (9.2, 0), (9.7, 1.2), (9.6, 6), (7.9, 11.4), (5.0, 13.6)], paint, material="enamel")
    e.disc(0, 13.6, 5.0, 0.78, tone(rgb_of(paint), -0.4))
    e.lathe([(4.7, 13.6), (4.7, 13.9), (3.0, 15.0), (0.8, 15.4)], paint, material="enamel")
    e.disc(0, 16.5, 1.2, 1.15, "walnut", material="ball")


@kind("jar", width=11, height=19, focus=(-1, 13), beside="lemon")
def jar(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a storage jar, a wooden lid on ceramic or on glass with what it keeps."""
    tall = dice.uniform(14, 16)
    if paint in {"clear", "smoke"}:
        e.lathe([(4.5, 0.8), (4.6, tall * 0.62)], (214, 176, 116), material="wood", curve=False)
        e.disc(0, tall * 0.62, 4.6, 0.7, (228, 196, 140))
    e.lathe([(4.6, 0), (4.6, 0), (5, 0.7), (5, tall - 1), (4.7, tall), (4.7, tall)], paint, speckle=True)
    if paint in {"clear", "smoke"}:
        e.gloss([(-4.0, 2), (-3.4, 2), (-3.4, tall - 2), (-4.0, tall - 2)], 0.7, blur=0.15)
    e.lathe([(5.05, tall), (5.05, tall), (5.05, tall + 1.8), (5.05, tall + 1.8)], "oak", curve=False)
    e.disc(0, tall + 1.8, 5.05, 0.76, (222, 184, 132), material="wood")
    e.disc(0, tall + 2.7, 1.0, 0.9, "oak", material="ball")


@kind("vase", width=15, height=29, focus=(-2, 18), beside="books")
def vase(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw one of four vases with a few dry stems."""
    form = dice.randrange(4)
    mouth = (20.5, 18.5, 21.5, 16.5)[form]
    for n in range(5):
        lean = -4 + n * 2 + dice.uniform(-0.7, 0.7)
        high = mouth + dice.uniform(4.5, 8)
        e.tube([(lean * 0.15, mouth - 2), (lean * 0.4, mouth + 2), (lean, high)], 0.22, "olive", shine=0.2)
        for leaf in range(4):
            y = mouth + 1.6 + (high - mouth - 1.6) * leaf / 3
            x = lean * (0.3 + 0.7 * leaf / 3)
            side = 1 if (leaf + n) % 2 else -1
            e.poly(
                [(x, y), (x + side * 0.9, y + 0.9), (x + side * 1.9, y + 0.9), (x + side * 1.0, y + 0.1)],
                (146, 140, 88) if n % 2 else (176, 152, 96),
                soft=True,
            )
    profiles = (
        [(3.6, 0), (3.6, 0), (6.6, 6), (6.2, 12), (2.6, 17), (2.3, 19), (3.1, 20.5), (3.1, 20.5)],
        [(4.2, 0), (4.2, 0), (4.6, 1), (5.0, 12), (4.4, 17.5), (4.4, 18.5), (4.4, 18.5)],
        [(3.2, 0), (3.2, 0), (3.0, 1), (4.2, 8), (6.4, 14), (4.6, 18.6), (3.4, 20), (3.8, 21.5), (3.8, 21.5)],
        [(4.4, 0), (4.4, 0), (7.2, 4.5), (7.0, 9), (3.8, 13.5), (3.2, 15), (3.9, 16.5), (3.9, 16.5)],
    )
    e.lathe(profiles[form], paint, speckle=True, inside=tone(rgb_of(paint), -0.5), lip=0.3)


@kind("plant_pot", width=26, height=36, focus=(-4, 9), beside="books")
def plant_pot(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a pot on its saucer with a leafy plant."""
    for n in range(13):
        side = -1 if n % 2 else 1
        reach, high = dice.uniform(2.5, 10.5) * side, dice.uniform(20, 33)
        e.tube([(0, 13), (reach * 0.3, (13 + high) / 2), (reach * 0.8, high - 2)], 0.25, "olive", shine=0.1)
        green = tone(rgb_of("leaf"), dice.uniform(-0.42, 0.22))
        x, y = reach * 0.8, high - 2
        w = side * dice.uniform(2.6, 4.0)
        e.poly(
            [
                (x, y - 1.4),
                (x - w * 0.35, y + 1.2),
                (x + w * 0.4, y + 3.8),
                (x + w * 1.15, y + 2.2),
                (x + w * 0.9, y - 0.4),
            ],
            green,
            soft=True,
            edge=0.25,
        )
        e.stroke([(x, y - 0.9), (x + w * 0.8, y + 2.2)], max(1, 0.1 * e.scale), tone(green, 0.3))
    e.lathe([(7.2, 0), (7.2, 0), (7.8, 1.4), (7.8, 1.4)], paint, inside=_light(paint), lip=0.4)
    e.lathe([(5.4, 0.9), (5.4, 0.9), (7.2, 11.2), (7.2, 11.2)], paint, speckle=True, curve=False)
    e.lathe(
        [(7.7, 11), (7.7, 11), (7.9, 13.4), (7.9, 13.4)], paint, speckle=True, inside=(66, 48, 38), lip=0.6, curve=False
    )


@kind("basket", width=38, height=34, focus=(-9, 14), setting="floor", beside="books")
def basket(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a woven basket with two handles."""
    paint = rgb_of(paint)  # woven whatever the wood it is named after
    for side in (-1, 1):
        e.tube(
            [(side * 11, 23), (side * 12.5, 29), (side * 17.5, 29), (side * 17.6, 23)], 1.5, paint, material="wicker"
        )
    e.lathe(
        [(13, 0), (13, 0), (15.5, 3), (17.5, 14), (17, 25), (17, 25)],
        paint,
        material="wicker",
        inside=(96, 68, 44),
        lip=1.1,
    )
    e.poly(
        [(-12, 24.6), (-9, 28.4), (-1, 29.6), (7, 28.2), (12.6, 24.8), (8, 23.2), (-4, 23)],
        "linen",
        material="linen",
        soft=True,
        edge=0.3,
    )
    e.gloss([(-6, 24.5), (-2, 28.5), (-1, 28.5), (-4, 24)], 0.25, blur=0.5, colour=(120, 100, 80))


@kind("candle", width=10, height=16, focus=(0, 10), beside="matchbox")
def candle(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a burning candle in a glazed pot."""
    e.lathe(
        [(3.6, 0), (3.6, 0), (4.3, 0.9), (4.4, 9.4), (4.4, 9.4)],
        paint,
        material="ceramic",
        inside="wax",
        lip=0.3,
        speckle=True,
    )
    e.disc(0, 9.2, 3.9, 0.52, (250, 232, 190), lift=0.15)
    e.tube([(0, 9.3), (0.05, 10.4)], 0.22, "black")
    e.poly(
        [(0, 10.0), (-0.62, 11.0), (-0.35, 12.4), (0.05, 14.0), (0.4, 12.4), (0.62, 11.0)],
        (255, 206, 96),
        material="plain",
        soft=True,
    )
    e.poly([(0, 10.2), (-0.3, 11.0), (0, 12.5), (0.3, 11.0)], (255, 246, 214), material="plain", soft=True)
    e.glow(0, 12, 15, (255, 206, 130), 0.55)
