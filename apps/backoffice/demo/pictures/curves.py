# ruff: noqa: PLR0917 -- a drawing is made of numbers and of points given in order
"""Curves as lists of points: soft lines through given points, and arcs."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]


def smooth(points: Sequence[Point], *, closed: bool = False, steps: int = 7) -> list[Point]:
    """Return a soft curve through the points (Catmull-Rom); a point given twice stays a corner."""
    n = len(points)
    out: list[Point] = []
    for i in range(n if closed else n - 1):
        p0 = points[(i - 1) % n] if closed or i else points[0]
        p1, p2 = points[i], points[(i + 1) % n]
        p3 = points[(i + 2) % n] if closed or i + 2 < n else points[-1]
        for s in range(steps):
            t = s / steps
            a, b, c = t * t * t, t * t, t
            out.append(
                (
                    0.5
                    * (
                        2 * p1[0]
                        + (p2[0] - p0[0]) * c
                        + (2 * p0[0] - 5 * p1[0] + 4 * p2[0] - p3[0]) * b
                        + (3 * p1[0] - p0[0] - 3 * p2[0] + p3[0]) * a
                    ),
                    0.5
                    * (
                        2 * p1[1]
                        + (p2[1] - p0[1]) * c
                        + (2 * p0[1] - 5 * p1[1] + 4 * p2[1] - p3[1]) * b
                        + (3 * p1[1] - p0[1] - 3 * p2[1] + p3[1]) * a
                    ),
                )
            )
    return out if closed else [*out, points[-1]]


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float, *, count: int = 28) -> list[Point]:
    """Return points on an ellipse from one angle to another, in degrees, counter-clockwise from the right."""
    return [
        (
            cx + rx * math.cos(math.radians(start + (end - start) * i / count)),
            cy + ry * math.sin(math.radians(start + (end - start) * i / count)),
        )
        for i in range(count + 1)
    ]
