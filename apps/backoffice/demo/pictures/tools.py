"""The workshop: machines for the hand, hand tools and what carries them."""

from __future__ import annotations

import random

from apps.backoffice.demo.pictures.curves import arc
from apps.backoffice.demo.pictures.easel import Easel, Paint
from apps.backoffice.demo.pictures.kinds import kind
from apps.backoffice.demo.pictures.paints import rgb_of, tone

DARK = (46, 48, 52)


@kind("drill", width=31, height=24, focus=(-4, 16), beside="tape", centre=-3)
def drill(e: Easel, paint: Paint, dice: random.Random) -> None:
    """Draw a cordless drill driver."""
    stout = dice.uniform(0, 0.8)
    e.box(-3.4, 0, 10.6, 5.2 + stout, 1.2, DARK, edge=0.7)
    e.box(-2.6, 2.0, 9.8, 3.0, 0.3, paint, edge=0.2)
    e.poly(
        [(0.6, 4.6), (7.2, 4.6), (8.6, 10), (9.0, 15), (2.0, 15), (1.0, 11)], DARK, soft=False, shade="round", edge=0.5
    )
    e.tube([(1.0, 13.6), (0.2, 12.0), (1.0, 10.4)], 1.3, paint)
    e.tube([(-13.6, 17.6), (-18, 17.6)], 0.55, "steel", material="metal", soft=False)
    e.poly([(-14.2, 16.5), (-9, 15.0), (-9, 20.2), (-14.2, 18.7)], DARK, edge=0.6)
    e.poly([(-9.4, 14.6), (-5, 14.2), (-5, 21.0), (-9.4, 20.6)], (92, 94, 98), material="metal", edge=0.5)
    e.poly(
        [(-5.4, 13.8), (4, 13.4), (10.4, 14.6), (12.0, 17.6), (10.4, 20.6), (4, 21.8), (-5.4, 21.4)],
        paint,
        material="plastic",
        soft=False,
        edge=0.9,
    )
    e.gloss([(-4.8, 19.2), (4, 19.6), (9.2, 18.8), (9, 20.0), (4, 20.8), (-4.8, 20.6)], 0.5, blur=0.3)
    for x in (5.6, 7.2, 8.8):
        e.stroke([(x, 15.6), (x + 0.4, 18.2)], 0.6 * e.scale, DARK)
    e.box(-1.4, 21.2, 2.4, 22.2, 0.4, DARK, edge=0.4)


@kind("sander", width=27, height=16, focus=(-4, 9), beside="tape")
def sander(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw an orbital sander."""
    e.lathe([(7.6, 0.3), (7.8, 1.2), (7.8, 1.6)], (206, 176, 128), x=-3, curve=False)
    e.lathe([(7.4, 1.6), (7.2, 2.8), (6.0, 3.6)], DARK, x=-3)
    e.poly(
        [(-8.8, 3.4), (2.8, 3.4), (4.4, 8), (12.4, 8.8), (14, 11), (12, 13.2), (2, 14.2), (-6, 14), (-9.8, 9)],
        paint,
        soft=True,
        edge=0.8,
    )
    e.poly([(-7.8, 10.2), (-5.4, 13.2), (2, 13.6), (11.4, 12.4), (12, 11.2), (2, 10.8)], DARK, soft=True, edge=0.4)
    e.gloss([(-7.8, 8), (-4, 8.8), (2, 9), (-4, 9.8)], 0.35, blur=0.3)


@kind("circular_saw", width=34, height=26, focus=(-2, 8), beside="tape")
def circular_saw(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a circular saw on its plate."""
    teeth = []
    for n in range(72):
        r = 9.2 if n % 2 else 8.6
        teeth += arc(-3, 8.6, r, r, n * 5, n * 5 + 2, count=1)
    e.poly(teeth, "steel", material="metal", edge=0.3)
    e.box(-17, 3.0, 15, 4.0, 0.4, "steel", material="metal", edge=0.6)
    e.poly([(-13, 4.2), *arc(-3, 8.8, 10.4, 10.4, 195, 0, count=26), (7.6, 4.2)], paint, edge=0.8)
    e.disc(-3, 9, 4.6, 4.6, DARK, material="ball")
    e.disc(-3, 9, 1.6, 1.6, "steel", material="ball")
    e.tube([(3, 18), (9, 22), (15, 19), (16, 12), (10, 10)], 3.0, DARK)
    e.tube([(-9, 18), (-10, 22.6)], 3.0, DARK)
    e.gloss([(-11, 12), (-6, 17.4), (-1, 18.4), (-6, 16)], 0.45, blur=0.4)


@kind("screwdriver", width=30, height=14, focus=(7, 7), beside="tape")
def screwdriver(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw three screwdrivers side by side, lying."""
    for n, (length, grip) in enumerate(((1.0, 1.45), (0.86, 1.3), (0.72, 1.15))):
        y = 2.0 + n * 4.1
        e.gloss(
            [(-13 * length, y - 1.2), (13.6, y - grip - 0.5), (13.6, y - grip), (-13 * length, y - 0.6)], 0.01, blur=0.3
        )
        e.tube([(-14.6 * length, y), (3, y)], 0.85, "steel", material="metal", soft=False)
        e.poly(
            [(-15.6 * length, y - 0.5), (-14 * length, y - 0.62), (-14 * length, y + 0.62), (-15.6 * length, y + 0.5)],
            "iron",
            edge=0.6,
        )
        e.poly(
            [
                (2.4, y - 0.8),
                (4, y - grip),
                (6, y - grip * 0.82),
                (12.6, y - grip),
                (14.4, y - grip * 0.6),
                (14.4, y + grip * 0.6),
                (12.6, y + grip),
                (6, y + grip * 0.82),
                (4, y + grip),
                (2.4, y + 0.8),
            ],
            paint if n != 1 else DARK,
            soft=True,
            edge=0.8,
        )
        for k in (-0.45, 0.1, 0.6):
            e.stroke(
                [(6.6, y + k * grip), (12.6, y + k * grip)],
                0.22 * e.scale,
                tone(rgb_of(paint) if n != 1 else DARK, -0.5),
                cover=0.7,
            )
        e.gloss(
            [(4, y + grip * 0.4), (12.8, y + grip * 0.45), (12.8, y + grip * 0.75), (4, y + grip * 0.7)],
            0.55,
            blur=0.12,
        )


@kind("hammer", width=34, height=15, focus=(-8, 9), beside="tape")
def hammer(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a hammer leaning on its head."""
    e.poly(
        [(-10.2, 8.2), (-9.8, 10.8), (4, 6.6), (14, 3.8), (17.0, 2.6), (16.6, 0.4), (14.0, 0.6), (4, 3.6)],
        "beech",
        material="wood",
        soft=True,
        edge=0.8,
    )
    e.poly([(5.6, 2.9), (14, 0.4), (16.8, 0.2), (17.2, 2.6), (14, 4.2), (6.4, 6.2)], paint, soft=True, edge=0.7)
    e.poly(
        [(-13.2, 0.2), (-8.0, 0.2), (-8.2, 3.6), (-8.6, 9.6), (-9.2, 13.6), (-10.4, 14.2), (-11.4, 9.6), (-12.4, 3.6)],
        "iron",
        material="metal",
        edge=0.9,
    )
    e.poly([(-13.6, 0), (-7.6, 0), (-7.8, 2.0), (-13.4, 2.0)], "steel", material="metal", edge=0.6)


@kind("toolbox", width=46, height=28, focus=(-10, 14), beside="tape")
def toolbox(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a steel toolbox with its handle up."""
    e.tube([(-12, 20), (-11, 26.4), (11, 26.4), (12, 20)], 1.9, "iron", material="metal")
    e.poly([(-21, 16), (21, 16), (18.6, 21.6), (-18.6, 21.6)], paint, material="enamel", edge=0.7, lift=0.1)
    e.box(-21.4, 0, 21.4, 16.6, 0.8, paint, material="enamel", edge=0.8)
    e.box(-21.6, 14.4, 21.6, 16.2, 0.5, tone(rgb_of(paint), -0.2), material="enamel", edge=0.6)
    for x in (-13, 13):
        e.box(x - 2, 11, x + 2, 17.2, 0.5, "steel", material="metal", edge=0.7)
    e.gloss([(-19, 3), (-15, 3), (-8, 13.4), (-13, 13.4)], 0.2, blur=1)


@kind("tape", width=15, height=8, focus=(0, 4), centre=-3)
def tape(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a tape measure pulled out a little."""
    case = "amber" if paint in {"clear", "cream"} else paint
    e.poly([(-4, 0.3), (-10.5, 0.3), (-10.5, 1.2), (-4, 1.2)], "lemon", edge=0.3)
    e.poly([(-10.9, 0.0), (-10.3, 0.0), (-10.3, 1.7), (-10.9, 1.7)], "steel", material="metal", edge=0.4)
    e.poly([(-4.2, 0), (4.2, 0), (4.4, 4), (2.8, 7.4), (-1.8, 7.6), (-4.4, 4.6)], case, edge=0.9)
    e.disc(0, 3.8, 2.5, 2.5, DARK, material="ball")
    e.disc(0, 3.8, 1.7, 1.7, case, material="ball")


@kind("work_light", width=20, height=26, focus=(-3, 14), beside="tape")
def work_light(e: Easel, paint: Paint, _dice: random.Random) -> None:
    """Draw a folding work light, lit."""
    e.tube([(-8.4, 0.8), (8.4, 0.8)], 1.4, DARK, soft=False)
    e.tube([(-9, 1), (-9, 12)], 1.4, DARK, soft=False)
    e.tube([(9, 1), (9, 12)], 1.4, DARK, soft=False)
    e.box(-8.4, 5, 8.4, 23, 1.8, paint, edge=0.9)
    e.box(-6.8, 7.2, 6.8, 20.8, 0.9, (255, 250, 232), material="plastic", edge=0.2, lift=0.3)
    for x in (-3.4, 0, 3.4):
        for y in (10.4, 14, 17.6):
            e.disc(x, y, 1.2, 1.2, (255, 255, 250), material="plain")
    e.glow(0, 14, 20, (255, 244, 206), 0.5)
