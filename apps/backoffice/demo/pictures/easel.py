# ruff: noqa: PLR2004, PLR0917 -- a drawing is made of numbers and of points given in order
"""
The easel: shapes in centimetres, painted with light and material on a layer of their own.

The origin is the middle of an object's foot, x to the right, y up. Masks are painted at three times the size and
scaled down, so every edge is smooth; the layer holds premultiplied colour, so edges never darken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from apps.backoffice.demo.pictures import light, materials
from apps.backoffice.demo.pictures.curves import Point, arc, smooth
from apps.backoffice.demo.pictures.paints import Rgb, material_of, rgb_of, tone

Paint = str | Rgb
Mesh = list[tuple[tuple[int, int, int, int], tuple[float, ...]]]


@dataclass(slots=True)
class Easel:
    """A layer, its scale in pixels per centimetre and where the foot of the object stands on it, in pixels."""

    layer: Image.Image
    scale: float
    foot: Point
    zoom: float = 1.0
    tilt: float = 0.15
    glows: list[tuple[float, float, float, Rgb, float]] = field(default_factory=list)

    def px(self, point: Point) -> Point:
        """Return where a point in centimetres lies on the layer."""
        return self.foot[0] + point[0] * self.scale, self.foot[1] - point[1] * self.scale

    def _mask(
        self,
        corners: Sequence[Point],
        pen_work: Callable[[ImageDraw.ImageDraw, Callable[[Point], Point], float], None],
        margin: float,
    ) -> tuple[tuple[int, int, int, int], Image.Image, tuple[float, float, float, float]] | None:
        xs, ys = [p[0] for p in corners], [p[1] for p in corners]
        full = (min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)
        box = (
            max(0, math.floor(full[0])),
            max(0, math.floor(full[1])),
            min(self.layer.width, math.ceil(full[2]) + 1),
            min(self.layer.height, math.ceil(full[3]) + 1),
        )
        if box[2] - box[0] < 1 or box[3] - box[1] < 1:
            return None
        factor = 3 if (box[2] - box[0]) * (box[3] - box[1]) < 240_000 else 2
        mask = Image.new("L", ((box[2] - box[0]) * factor, (box[3] - box[1]) * factor), 0)
        pen_work(ImageDraw.Draw(mask), lambda p: ((p[0] - box[0]) * factor, (p[1] - box[1]) * factor), factor)
        return box, mask.reduce(factor), full

    def _textured(self, fill: Image.Image, material: str, *, speckle: bool) -> Image.Image:
        names = [material] if materials.tile(name=material, zoom=self.zoom) is not None else []
        for name in [*names, *(["speckle"] if speckle else [])]:
            sheet = materials.stretched(name=name, width=fill.width, height=fill.height, zoom=self.zoom)
            fill = ImageChops.add(fill, sheet, 1, -128)
        return fill

    def _lay(self, fill: Image.Image, box: tuple[int, int, int, int], mask: Image.Image) -> None:
        fill = fill.convert("RGBA")
        self.layer.paste(fill, box, mask)

    def lathe(
        self,
        profile: Sequence[Point],
        paint: Paint,
        *,
        material: str = "ceramic",
        speckle: bool = False,
        inside: Paint | None = None,
        lip: float = 0.0,
        lift: float = 0.0,
        curve: bool = True,
        x: float = 0.0,
    ) -> None:
        """
        Turn a profile (radius, height), from foot to rim, around an upright axis at x and paint it.

        inside: paint of the opening seen from above, None for a closed top. lip: thickness of the rim.
        """
        material = material_of(paint, material)
        line = smooth(profile, steps=6) if curve else list(profile)
        (r0, y0), (r1, y1) = line[0], line[-1]
        outline = [
            *[(x + r, y) for r, y in line],
            *arc(x, y1, r1, r1 * self.tilt, 0, 180),
            *[(x - r, y) for r, y in reversed(line)],
            *arc(x, y0, r0, r0 * self.tilt, 180, 360),
        ]
        points = [self.px(p) for p in outline]
        made = self._mask(points, lambda pen, to, _f: pen.polygon([to(p) for p in points], fill=255), 1)
        if made is None:
            return
        box, mask, _ = made
        mesh = self._lathe_mesh(line, x, box)
        colour = rgb_of(paint)
        size = (box[2] - box[0], box[3] - box[1])
        shading = light.round_map(colour=colour, material=material, lift=lift)
        fill = shading.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
        if material == "glass":
            cover = light.glass_cover_map().transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
            mask = ImageChops.multiply(mask, cover)
        else:
            fill = self._textured(fill, material, speckle=speckle)
        self._lay(fill, box, mask)
        if inside is not None:
            self.opening(x, y1, r1, paint, inside, lip=lip, material=material)

    def _lathe_mesh(self, line: Sequence[Point], x: float, box: tuple[int, int, int, int]) -> Mesh:
        width, height = box[2] - box[0], box[3] - box[1]
        rows = sorted((self.px((0, y))[1] - box[1], max(r * self.scale, 0.5)) for r, y in line)
        rows = [(-9e3, rows[0][1]), *rows, (9e3, rows[-1][1])]
        top, bottom = rows[1][0], max(rows[-2][0], rows[1][0] + 1)
        middle = self.px((x, 0))[0] - box[0]
        inner = 96 / (1 + 2 * light.PAD)

        def at(y: float) -> float:
            for (ya, ra), (yb, rb) in itertools.pairwise(rows):
                if y <= yb:
                    return ra if yb - ya < 1e-6 else ra + (rb - ra) * (y - ya) / (yb - ya)
            return rows[-1][1]

        def u(px: float, r: float) -> float:
            return max(-400.0, min(500.0, 96 * light.PAD / (1 + 2 * light.PAD) + (px - (middle - r)) / (2 * r) * inner))

        def v(y: float) -> float:
            return max(0.0, min(23.0, (y - top) / (bottom - top) * 23))

        step = max(3, height // 48)
        mesh: Mesh = []
        for a in range(0, height, step):
            b = min(height, a + step)
            ra, rb = at(a), at(b)
            mesh.append(((0, a, width, b), (u(0, ra), v(a), u(0, rb), v(b), u(width, rb), v(b), u(width, ra), v(a))))
        return mesh

    def opening(
        self, x: float, y: float, r: float, paint: Paint, inside: Paint, *, lip: float = 0.0, material: str = "ceramic"
    ) -> None:
        """Paint the opening of a vessel: a lip that catches the light and an inside lit on its far side."""
        colour = rgb_of(inside)
        self.disc(
            x,
            y,
            r,
            r * self.tilt,
            tone(rgb_of(paint), 0.34),
            material="glass" if material == "glass" else "plain",
            cover=0.55 if material == "glass" else 1.0,
        )
        if material != "glass":
            inner = r - lip
            self.disc(x, y - lip * 0.1, inner, inner * self.tilt * 0.96, tone(colour, -0.3), material="inside")

    def disc(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        paint: Paint,
        *,
        material: str = "flat",
        cover: float = 1.0,
        lift: float = 0.0,
    ) -> None:
        """Paint an ellipse; material "ball" rounds it, "inside" hollows it, "plain" leaves it even."""
        points = arc(x, y, rx, ry, 0, 360, count=64)
        self.poly(points, paint, material=material, cover=cover, lift=lift)

    def poly(
        self,
        points: Sequence[Point],
        paint: Paint,
        *,
        material: str = "plastic",
        shade: str = "flat",
        soft: bool = False,
        cover: float = 1.0,
        lift: float = 0.0,
        speckle: bool = False,
        edge: float = 0.0,
    ) -> None:
        """
        Paint a closed shape; soft curves through its points, edge bevels it (0 to 1), cover below 1 lets through.

        shade: "flat", "round" (an upright body) or "ball".
        """
        if material in {"ball", "inside", "plain"}:
            shade, material = material, "plastic"
        elif material == "flat":
            material = "plastic"
        if shade not in {"plain", "inside"}:
            material = material_of(paint, material)
        line = smooth(points, closed=True) if soft else points
        spots = [self.px(p) for p in line]
        made = self._mask(spots, lambda pen, to, _f: pen.polygon([to(p) for p in spots], fill=255), 1)
        if made is None:
            return
        box, mask, full = made
        fill = self._shaded(rgb_of(paint), material, shade, box, full, lift)
        if shade not in {"plain", "inside"}:
            fill = self._textured(fill, material, speckle=speckle)
        if cover < 1:
            mask = mask.point([round(i * cover) for i in range(256)])
        self._lay(fill, box, mask)
        if edge:
            self._bevel(box, mask, rgb_of(paint), edge)

    def _shaded(
        self,
        colour: Rgb,
        material: str,
        shade: str,
        box: tuple[int, int, int, int],
        full: tuple[float, float, float, float],
        lift: float,
    ) -> Image.Image:
        size = (box[2] - box[0], box[3] - box[1])
        if shade == "plain":
            return Image.new("RGB", size, tone(colour, lift))
        if shade == "inside":
            source = light.flat_map(colour=colour, material="enamel", lift=lift).transpose(
                Image.Transpose.FLIP_LEFT_RIGHT
            )
        elif shade == "ball":
            source = light.ball_map(colour=colour, material=material, lift=lift)
        elif shade == "round":
            source = light.round_map(
                colour=colour, material=material if material in light.ROUND else "plastic", lift=lift
            )
            source = source.crop((9, 0, 87, 24))
        else:
            source = light.flat_map(colour=colour, material=material, lift=lift)
        wide, high = max(full[2] - full[0], 1.0), max(full[3] - full[1], 1.0)
        cut = (
            max(0.0, (box[0] - full[0]) / wide * source.width),
            max(0.0, (box[1] - full[1]) / high * source.height),
            min(float(source.width), (box[2] - full[0]) / wide * source.width),
            min(float(source.height), (box[3] - full[1]) / high * source.height),
        )
        return source.resize(size, Image.Resampling.BICUBIC, box=cut)

    def _bevel(self, box: tuple[int, int, int, int], mask: Image.Image, colour: Rgb, strength: float) -> None:
        d = max(2, round(0.0032 * self.layer.width * self.zoom))
        inward = ImageChops.subtract(mask, ImageChops.offset(mask, d, d)).point(
            [round(i * strength * 0.75) for i in range(256)]
        )
        outward = ImageChops.subtract(mask, ImageChops.offset(mask, -d, -d)).point(
            [round(i * strength * 0.6) for i in range(256)]
        )
        self.layer.paste((*tone(colour, 0.62), 255), box, inward)
        self.layer.paste((*tone(colour, -0.5), 255), box, outward)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        radius: float,
        paint: Paint,
        *,
        material: str = "plastic",
        shade: str = "flat",
        edge: float = 0.5,
        lift: float = 0.0,
        cover: float = 1.0,
        speckle: bool = False,
    ) -> None:
        """Paint an upright box with round corners, radius in centimetres."""
        r = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
        points = [
            *arc(x1 - r, y1 - r, r, r, 0, 90, count=10),
            *arc(x0 + r, y1 - r, r, r, 90, 180, count=10),
            *arc(x0 + r, y0 + r, r, r, 180, 270, count=10),
            *arc(x1 - r, y0 + r, r, r, 270, 360, count=10),
        ]
        self.poly(points, paint, material=material, shade=shade, edge=edge, lift=lift, cover=cover, speckle=speckle)

    def tube(
        self,
        points: Sequence[Point],
        width: float,
        paint: Paint,
        *,
        material: str = "plastic",
        soft: bool = True,
        shine: float = 0.4,
    ) -> None:
        """Paint a round bar along a line: shade below, body, and a light along its upper left."""
        material = material_of(paint, material)
        colour = rgb_of(paint)
        shine = shine * (1.5 if material == "metal" else 1.0)
        line = smooth(points) if soft and len(points) > 2 else list(points)
        w = width * self.scale
        for share, shift, lit in ((1.0, 0.0, -0.42), (0.74, -0.1, -0.04), (0.24, -0.18, shine)):
            self.stroke(line, max(w * share, 1.2), tone(colour, lit), shift=w * shift)

    def stroke(
        self, line: Sequence[Point], width_px: float, colour: Rgb, *, shift: float = 0.0, cover: float = 1.0
    ) -> None:
        """Draw a plain line with round ends, width in pixels, moved up and left by `-shift` pixels."""
        spots = [(p[0] + shift, p[1] + shift) for p in map(self.px, line)]

        def work(pen: ImageDraw.ImageDraw, to: Callable[[Point], Point], factor: float) -> None:
            spread = [to(p) for p in spots]
            pen.line(spread, fill=255, width=max(1, round(width_px * factor)), joint="curve")
            r = width_px * factor / 2
            for x, y in (spread[0], spread[-1]):
                pen.ellipse((x - r, y - r, x + r, y + r), fill=255)

        made = self._mask(spots, work, width_px / 2 + 1)
        if made is None:
            return
        box, mask, _ = made
        if cover < 1:
            mask = mask.point([round(i * cover) for i in range(256)])
        self.layer.paste((*colour, 255), box, mask)

    def gloss(
        self, points: Sequence[Point], strength: float, *, blur: float = 0.25, colour: Rgb = (255, 253, 248)
    ) -> None:
        """Lay a soft light (or, with a dark colour, a soft shade) over what is painted; blur in centimetres."""
        spots = [self.px(p) for p in points]
        reach = blur * self.scale
        made = self._mask(spots, lambda pen, to, _f: pen.polygon([to(p) for p in spots], fill=255), reach * 2 + 2)
        if made is None:
            return
        box, mask, _ = made
        small = (
            mask.reduce(4)
            .filter(ImageFilter.GaussianBlur(max(reach / 4, 0.6)))
            .resize(mask.size, Image.Resampling.BILINEAR)
        )
        painted = self.layer.crop(box).getchannel("A")
        mask = ImageChops.multiply(small.point([round(i * strength) for i in range(256)]), painted)
        self.layer.paste((*colour, 255), box, mask)

    def glow(self, x: float, y: float, reach: float, colour: Rgb, strength: float) -> None:
        """Remember a lamp's glow, radius in centimetres; it is laid over the picture when the layer is."""
        self.glows.append((*self.px((x, y)), reach * self.scale, colour, strength))
