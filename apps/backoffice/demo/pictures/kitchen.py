# ruff: noqa: PLR2004 -- a drawing is made of numbers and of points given in order
"""At the stove and on the board: pans, pots, knives, boards, scales and a few companions of the table."""

from __future__ import annotations

import random

from apps.backoffice.demo.pictures.curves import arc
from apps.backoffice.demo.pictures.easel import Easel, Paint
from apps.backoffice.demo.pictures.kinds import kind
from apps.backoffice.demo.pictures.paints import rgb_of, tone


@kind("pan", width=50, height=13, focus=(-9, 5), beside="lemon", centre=9)
def pan(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a frying pan with a long handle."""
    e.tilt = 0.22
    e.tube([(12.4, 5.2), (18, 6.6), (25, 8.6)], 1.5, "steel", material="metal")
    e.tube([(19, 7.0), (26, 9.0), (33, 10.6)], 2.5, "beech", material="wood")
    e.lathe(
        [(10.4, 0), (10.4, 0), (12.4, 1.2), (14.2, 5.4), (14.2, 5.4)], paint, material="enamel", inside="iron", lip=0.4
    )
    e.disc(0, 4.0, 11.4, 2.0, (72, 71, 72), lift=0.08)
    e.gloss([(-8.6, 4.6), (-3, 5.4), (-1.5, 4.9), (-7.4, 3.8)], 0.3, blur=0.5)


@kind("casserole", width=34, height=20, focus=(-9, 9), beside="lemon")
def casserole(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a lidded casserole with two ears."""
    for side in (-1, 1):
        e.tube(
            [(side * 11.8, 9.6), (side * 15.6, 10.4), (side * 15.6, 8.0), (side * 11.8, 7.6)],
            1.4,
            paint,
            material="enamel",
        )
    e.lathe([(11.2, 0), (11.2, 0), (12.4, 1.4), (12.9, 11.2), (12.9, 11.2)], paint, material="enamel", speckle=True)
    e.lathe([(13.2, 10.6), (13.4, 11.3), (13.2, 11.9), (13.0, 12)], tone(rgb_of(paint), -0.14), material="enamel")
    e.lathe([(13.0, 12.0), (12.6, 13.0), (9, 14.9), (4.4, 16.0), (1.6, 16.3)], paint, material="enamel", speckle=True)
    e.lathe([(0.9, 16.2), (0.9, 17.0)], "brass", curve=False)
    e.disc(0, 18.3, 2.1, 1.45, "brass", material="ball")


@kind("saucepan", width=40, height=16, focus=(-6, 8), beside="lemon", centre=8)
def saucepan(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a saucepan with a lid and a straight handle."""
    e.tube(
        [(8.8, 8.6), (14, 9.2), (26.5, 10.6)],
        1.9,
        "iron" if paint != "black" else "steel",
        material="metal",
        soft=False,
    )
    e.lathe([(8.4, 0), (8.4, 0), (9.1, 0.9), (9.2, 10.4), (9.2, 10.4)], paint, material="enamel")
    e.lathe([(9.6, 10.2), (9.6, 11.0)], paint, material="metal", curve=False, lift=0.1)
    e.lathe([(9.5, 11.0), (8.8, 11.8), (4.4, 13.0), (1.2, 13.2)], paint, material="enamel", lift=0.05)
    e.disc(0, 14.5, 1.7, 1.25, "walnut" if paint == "copper" else "iron", material="ball")


@kind("knife", width=36, height=12, focus=(6, 5.4), beside="lemon")
def knife(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a knife that lies slanting across a board."""
    e.poly([(-18, 0), (17, 0), (18.4, 1.6), (14.6, 7.6), (-14.4, 7.6), (-18.6, 1.4)], "ash", material="wood", edge=0.4)
    e.poly([(-18, 0), (17, 0), (18.4, 1.6), (-18.6, 1.4)], (168, 132, 90), material="wood")
    deep = dice.uniform(2.2, 3.3)

    def turn(x: float, y: float) -> tuple[float, float]:
        return x * 0.985 - y * 0.12 + 0.5, 4.3 + x * 0.1 + y * 0.9

    shade = [turn(-15, -deep * 0.62), turn(-6, -deep), turn(3, -deep), turn(13, -1.9), turn(14, -1.0), turn(2, -0.6)]
    e.gloss([(x + 0.7, y - 0.5) for x, y in shade], 0.6, blur=0.4, colour=(78, 52, 30))
    blade = [turn(-16, 0.3), turn(-12, -deep * 0.66), turn(-7, -deep), turn(3.2, -deep), turn(3.2, 0.9), turn(-6, 0.95)]
    e.poly(blade, "steel", material="metal", edge=0.5)
    e.poly(
        [
            turn(-15.6, 0.15),
            turn(-12, -deep * 0.66),
            turn(-7, -deep),
            turn(3.2, -deep),
            turn(3.2, -deep + 0.6),
            turn(-7, -deep + 0.7),
        ],
        (236, 238, 240),
        material="plain",
    )
    e.poly([turn(3, 1.0), turn(3, -1.4), turn(4.4, -1.5), turn(4.4, 1.1)], "steel", material="metal", edge=0.5)
    e.poly(
        [
            turn(4.3, 1.1),
            turn(4.3, -1.4),
            turn(9, -1.1),
            turn(14.4, -1.9),
            turn(15.4, -0.6),
            turn(14.6, 1.0),
            turn(9, 0.9),
        ],
        paint,
        material="plastic",
        edge=0.7,
    )
    for x in (6.0, 9.4, 12.6):
        e.disc(*turn(x, -0.25), 0.36, 0.34, "brass", material="ball")


@kind("board", width=30, height=44, focus=(-4, 30), beside="lemon")
def board(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a chopping board that leans on the wall."""
    round_top = dice.random() < 0.5
    e.box(-11.4, 0.0, 13.0, 31, 3.4, tone(rgb_of(paint), -0.45), material="wood", edge=0.2)
    if round_top:
        e.poly(
            [
                (-12.4, 2),
                (-11, 0.2),
                (11, 0.2),
                (12.4, 2),
                (12.4, 22),
                (9, 28.6),
                (2.6, 31.4),
                (2.4, 40),
                (1.8, 42),
                (-1.8, 42),
                (-2.4, 40),
                (-2.6, 31.4),
                (-9, 28.6),
                (-12.4, 22),
            ],
            paint,
            material="wood",
            edge=0.7,
        )
        e.disc(0, 38.6, 0.9, 0.9, tone(rgb_of(paint), -0.6), material="inside")
    else:
        e.box(-12.4, 0.2, 12.2, 32, 3.2, paint, material="wood", edge=0.7)
        e.box(-3.4, 27.2, 3.4, 29.6, 1.2, tone(rgb_of(paint), -0.62), material="wood", edge=0.2)
    e.gloss([(-10, 3), (-4, 3), (4, 27), (-6, 27)], 0.12, blur=1.5)


@kind("grinder", width=9, height=24, focus=(0, 16), beside="lemon")
def grinder(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a turned pepper mill."""
    waist = dice.uniform(1.7, 2.3)
    e.lathe(
        [(3.3, 0), (3.3, 0), (3.4, 2.4), (2.4, 4.6), (waist, 9), (2.9, 13.6), (3.0, 15.4)], paint, material="plastic"
    )
    e.lathe([(3.05, 15.3), (3.05, 16.0)], "steel", curve=False)
    e.lathe([(3.0, 16), (3.3, 17.6), (2.7, 20), (1.0, 21.4)], paint, material="plastic")
    e.disc(0, 22.4, 0.95, 0.9, "steel", material="ball")


@kind("scale", width=24, height=12, focus=(-4, 3), beside="lemon")
def scale(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a kitchen scale with a bowl of lemons on it."""
    e.box(-10.6, 0, 10.6, 3.4, 1.4, paint, material="plastic", edge=0.8)
    e.box(-3.6, 0.9, 3.6, 2.5, 0.4, (28, 34, 38), edge=0.3)
    e.box(-2.9, 1.3, -0.2, 2.1, 0.12, (150, 206, 196), edge=0)
    e.box(0.4, 1.3, 1.6, 2.1, 0.12, (150, 206, 196), edge=0)
    e.lathe([(9.6, 3.4), (9.6, 3.9)], "steel", curve=False)
    e.disc(0, 3.9, 9.6, 1.44, (222, 224, 226))
    for x, y in ((-3.3, 8.3), (0.4, 9.2), (3.4, 8.2)):
        e.disc(x, y, 2.9, 2.5, "lemon", material="ball")
    e.lathe([(4.4, 4.0), (6.0, 4.6), (8.0, 7.0), (8.4, 8.2)], "chalk", material="ceramic")


@kind("lemon", width=8, height=6, focus=(0, 3))
def lemon(e: Easel, _paint: Paint, _dice: random.Random) -> None:
    """Draw a lemon, the measure of all things on a table."""
    e.poly(
        [
            (-3.9, 2.9),
            (-3.2, 4.2),
            (-1.4, 5.4),
            (1.2, 5.4),
            (3.0, 4.2),
            (4.1, 3.3),
            (4.1, 2.5),
            (3.0, 1.5),
            (1.2, 0.2),
            (-1.4, 0.2),
            (-3.2, 1.5),
        ],
        "lemon",
        shade="ball",
        soft=True,
        speckle=False,
    )


@kind("books", width=25, height=9, focus=(0, 4))
def books(e: Easel, _paint: Paint, _dice: random.Random) -> None:
    """Draw three closed books."""
    for y, h, half, shift, cover in (
        (0, 2.8, 11.5, 0, "slate"),
        (2.8, 2.2, 10.4, -0.6, "terracotta"),
        (5.0, 2.6, 9.2, 0.8, "cream"),
    ):
        e.box(shift - half + 0.6, y + 0.25, shift + half - 0.3, y + h - 0.25, 0.1, (236, 228, 210), edge=0.2)
        e.box(shift - half, y + h - 0.4, shift + half, y + h, 0.2, cover, material="linen", edge=0.5)
        e.box(shift - half, y, shift + half, y + 0.4, 0.2, cover, material="linen", edge=0.5)
        e.box(shift - half, y, shift - half + 1.2, y + h, 0.5, cover, material="linen", edge=0.5)


@kind("matchbox", width=6.5, height=2.4, focus=(0, 1))
def matchbox(e: Easel, _paint: Paint, _dice: random.Random) -> None:
    """Draw a matchbox and one match."""
    e.box(-2.7, 0, 2.7, 1.6, 0.1, "brick", material="plastic", edge=0.6)
    e.box(-2.7, 0.3, 2.7, 1.1, 0.05, (92, 60, 44), edge=0.1)
    e.tube([(3.2, 0.15), (6.6, 0.3)], 0.24, "ash")
    e.disc(6.6, 0.3, 0.26, 0.24, "brick", material="ball")


@kind("fork", width=4, height=20, focus=(0, 14))
def fork(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw cutlery for one: a fork and a knife lying beside a plate."""
    paint = "steel" if paint in {"clear", "cream"} else paint
    e.tube([(-1.4, 0.4), (-1.1, 4.4)], 0.62, paint, material="metal")
    for n in (-1, 0, 1):
        e.tube([(-1.0 + n * 0.42, 4.9), (-0.8 + n * 0.5, 7.2)], 0.26, paint, material="metal")
    e.poly([*arc(-1.04, 4.9, 0.75, 0.62, 180, 360, count=10)], paint, material="metal")
    e.poly(
        [(1.2, 0.2), (1.7, 0.2), (1.9, 3.6), (2.2, 3.8), (2.3, 6.4), (2.0, 7.4), (1.6, 6.2), (1.4, 3.6)],
        paint,
        material="metal",
        soft=True,
        edge=0.4,
    )
