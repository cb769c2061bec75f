# ruff: noqa: PLR2004 -- a drawing is made of numbers and of points given in order
"""Things that furnish a room: lamps, seats, shelves, textiles, clocks and mirrors."""

from __future__ import annotations

import math
import random

from apps.backoffice.demo.pictures.curves import arc
from apps.backoffice.demo.pictures.easel import Easel, Paint
from apps.backoffice.demo.pictures.kinds import kind
from apps.backoffice.demo.pictures.paints import rgb_of, tone

GLOW = (255, 214, 140)


@kind("lamp", width=30, height=46, focus=(-5, 34), beside="books")
def lamp(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a table lamp, its shade lit."""
    form = dice.randrange(3)
    foot = (
        [(7, 0), (7, 0), (7.2, 1.2), (5.6, 5), (6.6, 11), (3.2, 18), (1.4, 22)],
        [(6, 0), (6, 0), (6.2, 1.4), (2.2, 3), (1.4, 6), (3.4, 11), (1.4, 16), (1.2, 22)],
        [(4, 0), (4, 0), (7.6, 4), (8.4, 9), (6.2, 14.5), (1.6, 17.5), (1.2, 22)],
    )[form]
    e.lathe(foot, paint, material="ceramic", speckle=form != 1)
    e.lathe([(0.9, 20), (0.9, 25)], "brass", curve=False)
    e.lathe(
        [(14, 24), (8.6, 43)] if form != 1 else [(12.5, 25), (11, 42)],
        (250, 226, 178),
        material="lit",
        curve=False,
        inside=(255, 240, 206),
        lip=0.4,
    )
    e.glow(0, 33, 38, GLOW, 0.5)
    e.glow(0, 2, 24, GLOW, 0.22)


@kind("floor_lamp", width=62, height=158, focus=(-2, 136), setting="floor", beside="stool", centre=6)
def floor_lamp(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a reading lamp with a bowed stem."""
    e.lathe([(14, 0), (14, 0), (14, 2), (14, 2)], paint, material="iron", curve=False)
    e.disc(0, 2, 14, 2.1, tone(rgb_of(paint), 0.12))
    e.tube([(-4, 2), (-4, 60), (-4, 118), (2, 144), (18, 150), (26, 144)], 2.0, paint, material="iron")
    e.lathe([(17, 118), (16, 126), (10, 136), (3, 140)], paint, material="enamel", x=26)
    e.disc(26, 118, 17, 2.5, (255, 232, 176), material="inside", lift=0.35)
    e.glow(26, 112, 62, GLOW, 0.55)


@kind("pendant", width=42, height=56, focus=(-8, 12), setting="ceiling", beside="none")
def pendant(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a hanging lamp on its cord."""
    e.tube([(0, 24), (0, 90)], 0.5, "black", shine=0.1)
    e.lathe([(1.6, 22), (1.6, 26), (0.8, 28)], "brass")
    form = dice.randrange(3)
    e.lathe(
        (
            [(20, 0), (19, 6), (12, 15), (3, 22)],
            [(19, 0), (10, 13), (4, 19), (2.2, 22)],
            [(17, 0), (18.5, 6), (15, 15), (6, 20.5), (2, 22)],
        )[form],
        paint,
        material="enamel",
    )
    width = (20, 19, 17)[form]
    e.disc(0, 0, width, width * e.tilt, tone(rgb_of(paint), -0.3))
    e.disc(0, -0.1, width - 0.7, (width - 0.7) * e.tilt * 0.93, (255, 234, 184), material="inside", lift=0.4)
    e.disc(0, -0.8, 4.4, 2.8, (255, 250, 232), material="plain")
    e.glow(0, -4, 46, GLOW, 0.6)


@kind("chair", width=52, height=82, focus=(-4, 62), setting="floor", beside="basket")
def chair(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a wooden chair with a curved back, a painted or woven seat."""
    wood = paint if paint in {"oak", "walnut", "beech", "ash"} else "beech"
    frame = paint if wood != paint and dice.random() < 0.5 else wood
    for x0, x1 in ((-15, -16.5), (15.5, 18)):
        e.tube([(x0, 44), (x1 * 0.98, 3.6)], 2.5, tone(rgb_of(frame), -0.2), soft=False, material="wood")
    for x in (-17.5, 17.5):
        e.tube([(x, 44), (x * 1.03, 62), (x * 0.98, 78)], 2.7, frame, material="wood")
    e.poly(
        [(-19, 66), (0, 64.4), (19, 66), (19.4, 77), (14, 80), (0, 81), (-14, 80), (-19.4, 77)],
        frame,
        material="wood",
        soft=True,
        edge=0.6,
    )
    for x in (-9, -3, 3, 9):
        e.tube([(x, 46), (x, 66)], 1.3, frame, material="wood", soft=False)
    e.poly(
        [(-20, 45.4), (20, 45.4), (23.5, 40.5), (23, 38.4), (-23, 38.4), (-23.5, 40.5)],
        paint if frame == wood else "linen",
        material="linen" if frame != wood else "wood",
        edge=0.6,
        soft=False,
    )
    e.poly([(-23.4, 40), (23.4, 40), (22.8, 37), (-22.8, 37)], tone(rgb_of(frame), -0.22), material="wood")
    e.tube([(-18, 18), (18, 18)], 1.4, tone(rgb_of(frame), -0.25), soft=False)
    for x0, x1 in ((-20.6, -23), (20.6, 23)):
        e.tube([(x0, 38), (x1, 0.6)], 3.0, frame, material="wood", soft=False)


@kind("stool", width=36, height=46, focus=(-6, 42), setting="floor", beside="books")
def stool(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a round three-legged stool."""
    leg = paint if paint in {"oak", "walnut", "beech", "ash"} else "beech"
    e.tube([(2, 41), (4, 3.4)], 2.8, tone(rgb_of(leg), -0.25), soft=False)
    e.tube([(-9, 17), (9, 17)], 1.6, tone(rgb_of(leg), -0.12), soft=False)
    for x0, x1 in ((-10, -15), (10, 15)):
        e.tube([(x0, 41), (x1, 0.8)], 3.0, leg, material="wood", soft=False)
    e.lathe([(15.6, 41), (16.2, 42.4), (16.2, 44)], paint, material="wood")
    e.disc(0, 44, 16.2, 2.5, tone(rgb_of(paint), 0.14), material="wood" if paint == leg else "flat")


@kind("side_table", width=50, height=52, focus=(-9, 48), setting="floor", beside="vase")
def side_table(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a round side table on a drum foot."""
    e.lathe([(16, 0), (16, 0), (16.4, 1.6), (5.2, 6), (3.4, 14), (3.4, 38), (7, 45)], paint, material="plastic")
    e.lathe([(23.4, 45.4), (24, 46.4), (24, 48)], paint, material="plastic")
    e.disc(0, 48, 24, 3.6, tone(rgb_of(paint), 0.16), material="wood" if paint in {"oak", "walnut", "ash"} else "flat")


@kind("shelf", width=84, height=96, focus=(-16, 62), setting="floor", beside="plant_pot")
def shelf(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw an open shelf with a few chosen things on it."""
    back = tone(rgb_of(paint), -0.5)
    e.box(-38, 4, 38, 92, 0.6, back, material="wood", edge=0)
    e.gloss([(-38, 4), (38, 4), (38, 92), (-38, 92)], 0.35, blur=3, colour=(40, 26, 18))
    bays = (8, 36, 64)
    shades = ("terracotta", "sage", "cream", "slate", "mustard", "petrol", "blush", "bottle")
    x = -34.0
    for n in range(7):
        w, h = 2.6 + (n * 7 % 3) * 0.7, 17 + (n * 5 % 4) * 1.6
        e.box(x, bays[2], x + w, bays[2] + h, 0.3, shades[n], material="linen", edge=0.5)
        x += w + 0.25
    e.lathe([(4, 64), (4, 64), (6.6, 69), (5.4, 75), (2.4, 79), (3, 82)], "chalk", x=18, inside="stone", lip=0.3)
    for n, high in enumerate((3.2, 2.4, 2.8)):
        y = bays[1] + sum((3.2, 2.4, 2.8)[:n])
        e.box(10 + n, y, 32 - n, y + high, 0.3, shades[n + 4], material="linen", edge=0.5)
    e.lathe([(6, 36), (6, 36), (8.4, 40), (9, 48)], "terracotta", x=-18, inside="chalk", lip=0.5)
    e.lathe([(11, 8), (12, 12), (13, 22), (12.6, 27)], "wicker", x=-20, inside=(90, 64, 42), lip=1.0)
    e.lathe([(9, 8), (9, 24)], "bottle", x=16, curve=False, material="enamel")
    e.disc(16, 24, 9, 1.3, tone(rgb_of("bottle"), 0.2))
    for y in (4, 32, 60, 89):
        e.box(-40, y, 40, y + 3.4, 0.4, paint, material="wood", edge=0.6)
    for x0 in (-42, 38.6):
        e.box(x0, 0, x0 + 3.4, 94, 0.5, paint, material="wood", edge=0.7)


@kind("cushion", width=48, height=44, focus=(-10, 26), setting="floor", beside="books")
def cushion(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a plump square cushion with piping, plain or striped."""
    form = [
        (-21, 4),
        (-23, 1),
        (-19, 0.6),
        (0, 2.4),
        (19, 0.6),
        (23, 1),
        (21, 4),
        (19.6, 21),
        (21.6, 39),
        (22.4, 42),
        (19, 42),
        (0, 40),
        (-19, 42),
        (-22.4, 42),
        (-21.6, 39),
        (-19.6, 21),
    ]
    e.poly(form, paint, material="linen", shade="ball", soft=True, lift=0.08)
    if dice.random() < 0.55:
        light = tone(rgb_of(paint), 0.6)
        for x in (-13, -10.6, -1.2, 1.2, 10.6, 13):
            e.stroke(
                [(x * (1 + 0.12 * abs(t - 0.5) * 2), 2.6 + t * 37.6) for t in (0, 0.25, 0.5, 0.75, 1)],
                0.8 * e.scale,
                light,
                cover=0.8,
            )
    line = [*form, form[0]]
    e.tube(line, 0.75, tone(rgb_of(paint), -0.12), shine=0.25)
    for x, y, lean in ((-14, 7, 1), (14, 7, -1), (-13, 35, 1), (13, 35, -1)):
        e.gloss(
            [(x, y), (x + lean * 6, y + (4 if y < 20 else -4)), (x + lean * 5, y + (6 if y < 20 else -6))],
            0.2,
            blur=1.0,
            colour=(40, 26, 24),
        )
    e.gloss([(-12, 22), (-6, 32), (4, 33), (-4, 22)], 0.16, blur=3)


@kind("towel", width=44, height=24, focus=(-8, 12), beside="candle")
def towel(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a stack of three folded towels in tones of one paint."""
    for n, (half, lift) in enumerate(((20, -0.1), (19.2, 0.06), (18.6, 0.2))):
        y, colour = n * 7.2, tone(rgb_of(paint), lift)
        for fold in (0, 3.5):
            e.box(-half, y + fold, half - fold * 0.06, y + fold + 3.6, 1.7, colour, material="linen", edge=0.55)
        e.gloss(
            [(-half, y + 3.3), (half - 1, y + 3.3), (half - 1, y + 3.8), (-half, y + 3.8)],
            0.3,
            blur=0.25,
            colour=(60, 44, 38),
        )
        e.gloss([(half - 9, y + 0.2), (half - 7.4, y + 0.2), (half - 7.4, y + 7), (half - 9, y + 7)], 0.45, blur=0.12)


@kind("throw", width=52, height=28, focus=(-8, 12), setting="floor", beside="books")
def throw(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a folded throw with fringes."""
    for n in range(25):
        x = -21 + n * 1.72
        e.tube([(x, 4), (x + (0.4 if n % 2 else -0.3), 0.2)], 0.5, tone(rgb_of(paint), 0.2), shine=0.1)
    e.box(-22.5, 13, 23, 25, 4.5, tone(rgb_of(paint), -0.12), material="linen", edge=0.4)
    e.poly(
        [(-22.6, 4), (21.6, 4), (22.4, 10), (22.6, 21), (20, 25.4), (-19, 25.4), (-22.8, 21), (-22.9, 10)],
        paint,
        material="linen",
        edge=0.5,
        soft=False,
    )
    light = tone(rgb_of(paint), 0.55)
    for y, w in ((7, 0.7), (9, 0.7), (16.8, 1.8)):
        e.stroke([(-22.3, y), (22, y)], w * e.scale, light, cover=0.75)
    e.gloss([(-22, 21), (21, 21), (19, 25.4), (-19, 25.4)], 0.25, blur=1.2)


@kind("clock", width=32, height=32, focus=(-6, 20), setting="wall", beside="none")
def clock(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a wall clock without numerals."""
    e.disc(0, 16, 15.6, 15.6, paint, material="ball")
    e.disc(0, 16, 14.0, 14.0, tone(rgb_of(paint), -0.55), material="plain")
    e.disc(0.15, 15.85, 13.7, 13.7, "chalk")
    for hour in range(12):
        a = math.radians(hour * 30)
        inner = 11.0 if hour % 3 == 0 else 11.8
        e.stroke(
            [(inner * math.sin(a), 16 + inner * math.cos(a)), (12.6 * math.sin(a), 16 + 12.6 * math.cos(a))],
            (0.55 if hour % 3 == 0 else 0.3) * e.scale,
            (58, 54, 50),
        )
    hour_hand, minute_hand = math.radians(dice.choice((300, 306, 55))), math.radians(dice.choice((48, 60, 72)))
    for angle, reach, width in ((hour_hand, 7.2, 0.8), (minute_hand, 10.6, 0.55)):
        e.gloss(
            [
                (0.5, 15.4),
                (0.5 + reach * math.sin(angle), 15.2 + reach * math.cos(angle)),
                (0.9 + reach * math.sin(angle), 15.6 + reach * math.cos(angle)),
            ],
            0.4,
            blur=0.3,
            colour=(90, 80, 70),
        )
        e.tube(
            [
                (-1.6 * math.sin(angle), 16 - 1.6 * math.cos(angle)),
                (reach * math.sin(angle), 16 + reach * math.cos(angle)),
            ],
            width,
            "black",
            shine=0.2,
        )
    e.disc(0, 16, 0.75, 0.75, "brass", material="ball")


@kind("mirror", width=46, height=64, focus=(-12, 48), setting="wall", beside="none")
def mirror(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a wall mirror, an arch or an oval, with the window in it."""
    if dice.random() < 0.5:
        shape = [(-21, 0.5), (21, 0.5), *arc(0, 42, 21, 21, 0, 180)]
        inner = [(-19.3, 2.2), (19.3, 2.2), *arc(0, 42, 19.3, 19.3, 0, 180)]
    else:
        shape, inner = arc(0, 32, 21, 31.5, 0, 360, count=70), arc(0, 32, 19.3, 29.8, 0, 360, count=70)
    e.poly(shape, paint, material="plastic", edge=0.9)
    e.poly(inner, (206, 214, 212), material="metal", lift=-0.05)
    e.gloss([(-14, 12), (-7, 12), (9, 56), (2, 58)], 0.5, blur=1.0)
    e.gloss([(-4, 8), (-1, 8), (15, 50), (12.6, 53)], 0.4, blur=0.7)
