"""Appliances: breakfast, preparing food, floors, heat and air."""

from __future__ import annotations

import math
import random

from apps.backoffice.demo.pictures.curves import arc
from apps.backoffice.demo.pictures.easel import Easel, Paint
from apps.backoffice.demo.pictures.kinds import kind
from apps.backoffice.demo.pictures.paints import rgb_of, tone

DARK = (42, 44, 48)


@kind("kettle", width=26, height=26, focus=(-4, 15), beside="cup", centre=0.8)
def kettle(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw an electric kettle on its base."""
    slim = dice.uniform(6.2, 6.9)
    e.lathe([(8.9, 0), (8.9, 0), (9.1, 0.6), (8.7, 1.9), (8.7, 1.9)], DARK, material="plastic")
    e.tube([(4.6, 21.6), (9.8, 22), (12.4, 19.6), (12.4, 12), (10.8, 7.2), (9.6, 6.6)], 2.1, DARK)
    e.poly(
        [(-5, 17.4), (-8.6, 20.2), (-9.8, 22.4), (-6, 22.6), (-4, 21)],
        paint,
        material="enamel",
        soft=True,
        lift=-0.02,
        edge=0.4,
    )
    e.lathe(
        [(8.3, 2.0), (8.3, 2.0), (8.8, 3.0), (8.3, 9), (slim + 0.3, 17), (slim, 21.6), (slim, 21.6)],
        paint,
        material="enamel",
    )
    e.lathe([(8.85, 3.0), (8.82, 3.9)], "steel", curve=False)
    e.lathe([(slim, 21.6), (slim - 0.4, 22.8), (3.4, 23.8), (1.6, 24.0)], DARK, material="plastic")
    e.disc(0, 24.7, 1.6, 0.95, DARK, material="ball")


@kind("toaster", width=34, height=21, focus=(10, 10), beside="cup")
def toaster(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a two-slot toaster with slices up."""
    for x in (-12, 10):
        e.box(x - 2, 0, x + 4, 1.4, 0.5, DARK, edge=0.2)
    for x0, x1, y in ((-10.4, 2.2, 21.6), (-2.6, 9.8, 20.6)):
        e.box(x0, 12, x1, y, 2.6, (216, 164, 100), material="wood", edge=0.7)
        e.box(x0 + 0.9, 11, x1 - 0.9, y - 0.9, 2.0, (240, 208, 152), material="linen", edge=0)
    e.poly(
        [
            *arc(11.6, 13.4, 4.0, 4.0, 0, 90, count=12),
            *arc(-11.6, 13.4, 4.0, 4.0, 90, 180, count=12),
            (-16, 2.4),
            (-15, 1),
            (15, 1),
            (16, 2.4),
        ],
        paint,
        material="enamel",
        edge=0.8,
    )
    e.box(-11.4, 16.4, 11.0, 17.1, 0.3, tone(rgb_of(paint), -0.62), edge=0)
    e.box(-15.4, 1.2, 15.4, 3.2, 0.5, "steel", material="metal", edge=0.5)
    e.gloss([(-13.8, 5), (-11.2, 5), (-10.6, 14.5), (-13.2, 14.5)], 0.42, blur=0.4)
    e.box(11.4, 6.2, 12.4, 14.4, 0.4, DARK, edge=0.2)
    e.box(10.2, 11.6, 13.8, 13.2, 0.6, "steel", material="metal", edge=0.8)
    e.disc(7.8, 6.4, 1.55, 1.55, "steel", material="metal")
    e.disc(7.8, 6.4, 1.2, 1.2, DARK, material="ball")


@kind("espresso", width=30, height=34, focus=(-2, 15), beside="cup")
def espresso(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw an espresso machine with its portafilter and a cup under it."""
    e.box(-13, 0, 13, 4.4, 1.4, paint, material="enamel", edge=0.8)
    e.box(-11.6, 3.6, 11.6, 4.6, 0.3, "steel", material="metal", edge=0.4)
    e.box(-11.4, 4.4, 11.4, 21, 0.8, tone(rgb_of(paint), -0.4), material="enamel", edge=0.2)
    e.gloss([(-11.4, 4.4), (11.4, 4.4), (11.4, 9), (-11.4, 12)], 0.25, blur=1.5, colour=(20, 18, 18))
    e.box(-13.4, 18.6, 13.4, 32, 2.4, paint, material="enamel", edge=0.9)
    e.gloss([(-11.6, 20.4), (-9.4, 20.4), (-9.0, 30.4), (-11.2, 30.4)], 0.4, blur=0.4)
    e.box(-11.6, 31.6, 11.6, 32.8, 0.4, "steel", material="metal", edge=0.5)
    for x in (-7.4, 7.4):
        e.lathe([(2.6, 32.6), (2.9, 34.6), (2.9, 35.4)], "chalk", x=x, inside="stone", lip=0.25)
    e.disc(7.2, 26.8, 3.1, 3.1, "steel", material="metal")
    e.disc(7.2, 26.8, 2.6, 2.6, "chalk")
    e.stroke([(7.2, 26.8), (5.6, 28.2)], 0.3 * e.scale, (190, 50, 40))
    for x in (-7.6, -4.2, -0.8):
        e.disc(x, 26.8, 1.05, 1.05, "steel", material="ball")
    e.lathe([(3.6, 15.4), (3.7, 18.8)], "steel", curve=False)
    e.tube([(1.6, 15.8), (8, 15.0), (15.4, 13.8)], 1.9, "walnut", material="wood")
    e.lathe([(3.2, 13.6), (3.7, 15.9)], "steel", curve=False)
    e.tube([(0, 13.6), (0, 12.4)], 0.9, "steel", material="metal")
    e.lathe([(2.0, 4.8), (2.9, 6.4), (3.1, 9.4)], "chalk", inside=(94, 58, 34), lip=0.25)


@kind("blender", width=22, height=41, focus=(-2, 24), beside="lemon", centre=0.8)
def blender(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a stand blender with a glass jug."""
    e.lathe([(8.6, 0), (8.6, 0), (9.0, 1.2), (8.4, 7), (6.6, 12.4)], paint, material="enamel")
    e.disc(0, 4.6, 1.9, 1.9, "steel", material="metal")
    e.disc(0, 4.6, 1.45, 1.45, DARK, material="ball")
    e.lathe([(6.4, 12.4), (6.6, 14.2)], DARK, material="plastic", curve=False)
    e.tube([(6.6, 32), (10.6, 32), (11.4, 26), (10.2, 20), (6.0, 18.4)], 1.4, (206, 216, 218))
    e.lathe([(5.2, 14.6), (6.4, 24.6)], (222, 104, 96), material="wax", curve=False)
    e.disc(0, 24.6, 6.4, 0.96, (238, 148, 136), material="inside", lift=0.2)
    e.lathe([(5.4, 14.2), (5.4, 14.2), (7.4, 35.4), (7.4, 35.4)], "clear", material="glass", curve=False)
    e.gloss([(-5.2, 17), (-4.4, 17), (-5.2, 34), (-6.2, 34)], 0.7, blur=0.18)
    e.lathe([(7.7, 35), (7.7, 37.2)], DARK, material="plastic", curve=False)
    e.lathe([(7.6, 37.2), (5, 38.2), (3, 38.4), (3, 40.2)], DARK, material="plastic")


@kind("mixer", width=38, height=34, focus=(-6, 24), beside="lemon")
def mixer(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a stand mixer over its steel bowl."""
    e.box(-17, 0, 16, 4.6, 2.2, paint, material="enamel", edge=0.8)
    e.poly(
        [(6, 3.6), (15.4, 3.6), (15.6, 18), (14.6, 23), (7.6, 23), (6.4, 16)],
        paint,
        material="enamel",
        shade="round",
        soft=False,
        edge=0.5,
    )
    e.tube([(-6, 22), (-6, 12)], 0.8, "steel", material="metal")
    e.lathe(
        [(5.6, 4.6), (5.6, 5.2), (9.0, 9), (10.2, 16.4), (10.2, 16.4)], "steel", x=-6, inside=(120, 124, 128), lip=0.3
    )
    e.lathe([(3.0, 17.4), (3.4, 22)], "steel", x=-6, curve=False)
    e.poly(
        [
            (-17.2, 25.4),
            (-15.6, 29.6),
            (-10, 32.4),
            (4, 33.2),
            (13.6, 31.4),
            (17, 27.2),
            (15.6, 23),
            (8, 21.6),
            (-10, 21.6),
            (-15.8, 22.6),
        ],
        paint,
        material="enamel",
        shade="ball",
        soft=True,
        lift=0.06,
    )
    e.gloss([(-13, 28.6), (-6, 31.0), (4, 31.4), (-5, 29.4)], 0.65, blur=0.4)
    e.stroke([(-16.4, 25.2), (0, 24.6), (15.8, 25.6)], 0.7 * e.scale, (206, 208, 210))
    e.disc(11, 9.4, 1.5, 1.5, "steel", material="ball")


@kind("vacuum", width=66, height=112, focus=(-14, 16), setting="floor", beside="stool")
def vacuum(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a canister vacuum cleaner with hose and tube."""
    e.tube([(-2, 26), (-14, 56), (6, 92), (20, 100), (24, 90)], 3.4, (56, 58, 62), shine=0.25)
    e.tube([(22, 96), (27, 62), (31, 7)], 2.6, "steel", material="metal", soft=False)
    e.tube([(18, 98), (23, 101), (25, 88)], 3.6, DARK)
    e.poly([(22, 1), (37, 1), (38, 3), (33, 7), (27, 7.6), (22, 4)], DARK, edge=0.5, soft=True)
    e.poly(
        [(-30, 8), (-29, 18), (-20, 28), (-4, 29), (10, 23), (14, 12), (11, 6), (-26, 5)],
        paint,
        material="enamel",
        shade="ball",
        soft=True,
        lift=0.04,
    )
    e.poly([(-27, 17), (-19, 25.6), (-5, 26.6), (2, 23.4), (-8, 18)], DARK, material="plastic", soft=True, edge=0.4)
    e.gloss([(-24, 19), (-18, 24.4), (-10, 25.6), (-18, 20)], 0.4, blur=0.8)
    e.disc(-18, 9.4, 9.4, 9.4, DARK, material="ball")
    e.disc(-18, 9.4, 6.0, 6.0, paint, material="ball")
    e.disc(9, 5, 4.6, 4.6, DARK, material="ball")


@kind("stick_vacuum", width=34, height=116, focus=(-2, 84), setting="floor", beside="stool")
def stick_vacuum(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a cordless upright vacuum cleaner."""
    e.poly([(-13, 0.6), (13, 0.6), (14, 4), (11, 7.4), (-11, 7.4), (-14, 4)], DARK, edge=0.5)
    e.box(-11, 4.4, 11, 6.4, 0.8, paint, edge=0.4)
    e.tube([(0, 7), (1, 76)], 3.2, "steel", material="metal", soft=False)
    e.tube([(5, 92), (13, 104), (5, 113), (-5, 106)], 3.4, DARK)
    e.lathe([(5.4, 70), (6.6, 72), (6.8, 88), (5.8, 92)], "smoke", material="glass", x=0)
    e.lathe([(4.2, 73), (3.0, 86)], (150, 146, 140), x=0, curve=False)
    e.lathe([(6.9, 88), (7.4, 91), (7.4, 102), (6, 106), (3, 107.4)], paint, material="enamel")
    e.disc(0, 97, 3, 3, "steel", material="ball")
    e.gloss([(-5.4, 72), (-4.4, 72), (-4.4, 87), (-5.4, 87)], 0.6, blur=0.3)


@kind("robot", width=36, height=12, focus=(-6, 7), setting="floor", beside="books")
def robot(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a robot vacuum cleaner."""
    e.tilt = 0.3
    e.lathe([(16.4, 0.4), (16.8, 1.4), (16.8, 4.6), (16.4, 5.6)], tone(rgb_of(paint), -0.2), material="plastic")
    e.disc(0, 5.6, 16.4, 4.92, paint, lift=0.06)
    e.disc(0, 5.7, 15.4, 4.5, paint, material="inside", lift=0.22)
    e.lathe([(4.2, 6.6), (4.2, 8.6)], DARK, curve=False)
    e.disc(0, 8.6, 4.2, 1.26, (70, 72, 76))
    e.disc(0, 3.2, 1.0, 0.6, (150, 226, 200), material="plain")


@kind("iron", width=29, height=17, focus=(-4, 5), beside="books")
def iron(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a steam iron."""
    e.tube([(11, 4), (13.8, 11.6), (8, 14.6), (-1, 13.8), (-6.4, 8.4)], 2.6, DARK)
    e.poly(
        [(-14, 1.4), (-9, 5.2), (-3, 8.0), (6, 9.0), (12.4, 8.4), (13.4, 1.4)],
        paint,
        material="enamel",
        edge=0.8,
        soft=False,
    )
    e.gloss([(-8, 4.6), (-2, 7.0), (4, 7.8), (-2, 5.4)], 0.5, blur=0.3)
    e.poly([(-14.6, 0.2), (-14.2, 1.6), (13.6, 1.6), (13.6, 0.2)], "steel", material="metal", edge=0.5)
    e.disc(6.2, 6.0, 1.7, 1.7, DARK, material="ball")


@kind("fan", width=38, height=50, focus=(-6, 36), beside="books")
def fan(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a table fan behind its guard."""
    e.lathe([(10.6, 0), (10.6, 0), (10.8, 1.2), (6, 2.8), (1.8, 4)], paint, material="enamel")
    e.tube([(0, 3), (0, 22)], 2.2, paint, material="enamel", soft=False)
    e.disc(0, 32, 17, 17, tone(rgb_of(paint), 0.2), cover=0.16)
    for n in range(4):
        a = n * 90 + 24
        blade = [(15 * 0.16 * math.cos(math.radians(a)), 32 + 2.4 * math.sin(math.radians(a)))]
        blade += [
            (r * math.cos(math.radians(a + t)), 32 + r * math.sin(math.radians(a + t)))
            for r, t in ((9, 4), (14, 16), (14.6, 40), (10, 58), (3, 50))
        ]
        e.poly(blade, paint, soft=True, lift=0.1 - 0.09 * n, edge=0.5)
    wire = tone(rgb_of("steel"), -0.1)
    for spoke in range(36):
        turn = math.radians(spoke * 10)
        e.stroke(
            [
                (3.6 * math.cos(turn), 32 + 3.6 * math.sin(turn)),
                (16.6 * math.cos(turn + 0.22), 32 + 16.6 * math.sin(turn + 0.22)),
            ],
            max(1.1, 0.16 * e.scale),
            wire,
            cover=0.85,
        )
    for r in (9.0, 13.2):
        e.stroke(arc(0, 32, r, r, 0, 360, count=64), max(1.1, 0.16 * e.scale), wire, cover=0.85)
    e.tube(arc(0, 32, 16.8, 16.8, 0, 360, count=72), 1.0, "steel", material="metal", soft=False)
    e.disc(0, 32, 3.8, 3.8, paint, material="ball")


@kind("heater", width=62, height=48, focus=(16, 34), setting="floor", beside="books")
def heater(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a radiator with rounded fins on feet."""
    for x in (-20.0, 20.0):
        e.box(x - 5, 0, x + 5, 3.2, 1.4, DARK, edge=0.3)
    for n in range(8):
        x = -26.4 + n * 5.8
        e.box(x, 3, x + 5.2, 44, 2.5, paint, shade="round", edge=0.2)
    e.box(20.4, 3, 29, 44, 2.2, tone(rgb_of(paint), -0.1), material="enamel", edge=0.6)
    e.disc(24.7, 36, 2.6, 2.6, "steel", material="metal")
    e.disc(24.7, 36, 2.0, 2.0, DARK, material="ball")
    e.box(23, 27, 26.4, 30, 0.6, (226, 112, 40), edge=0.5)


@kind("purifier", width=28, height=54, focus=(-3, 40), setting="floor", beside="books")
def purifier(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a tower that cleans or moistens the air."""
    e.lathe([(11.4, 0), (11.4, 0), (12, 1.4), (12, 30), (11.6, 50), (11.2, 51.4)], paint, material="plastic")
    for row in range(11):
        y = 5 + row * 2.1
        for n in range(-8, 9):
            x = 11.9 * math.sin(math.radians(n * 9.4))
            e.disc(
                x,
                y - 1.7 * (math.cos(math.radians(n * 9.4)) - 0.9),
                0.52 * math.cos(math.radians(n * 9)),
                0.5,
                tone(rgb_of(paint), -0.6),
                material="plain",
                cover=0.8,
            )
    e.lathe([(12.05, 31), (12.05, 32)], "oak", curve=False)
    e.disc(0, 51.4, 11.2, 1.7, tone(rgb_of(paint), 0.12))
    e.disc(0, 51.4, 8.4, 1.2, (58, 60, 64), material="inside")
    e.disc(0, 42, 1.5, 1.5, (150, 216, 196), material="ball")
