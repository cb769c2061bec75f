"""The register of what can be drawn: each kind with its size in centimetres, its telling detail and where it stands."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from apps.backoffice.demo.pictures.easel import Easel, Paint

Draw = Callable[[Easel, Paint, random.Random], None]
Setting = Literal["table", "floor", "wall", "ceiling"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One drawable object: width and height in cm, the point its detail shows, its usual place, its companion."""

    name: str
    width: float
    height: float
    focus: tuple[float, float]
    setting: Setting
    beside: str
    draw: Draw
    centre: float = 0.0


KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    width: float,
    height: float,
    focus: tuple[float, float],
    setting: Setting = "table",
    beside: str = "cup",
    centre: float = 0.0,
) -> Callable[[Draw], Draw]:
    """Register a drawing under a name; sizes in centimetres, centre: where the middle of the width lies."""

    def register(draw: Draw) -> Draw:
        KINDS[name] = Kind(
            name=name, width=width, height=height, focus=focus, setting=setting, beside=beside, draw=draw, centre=centre
        )
        return draw

    return register
