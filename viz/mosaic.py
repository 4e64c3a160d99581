"""Feature maps as a picture: a grid of tiles under a few lines of text, as PNG, SVG or PDF, by pillow.

Each map is drawn in grey on its own scale, from its lowest value in black to its highest in white. The most similar pairs have
frames of one colour and one letter, so that they are found in a grey print too.
"""

from __future__ import annotations

import io
import math
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from archdsl.errors import InputError
from archdsl.extras import needed_by
from archdsl.viz.looks import INK, PAPER
from archdsl.viz.svg import FONTS
from archdsl.viz.text import clean

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST, GAP, MARGIN, SIZE, LINE = 56, 6, 16, 14, 20  # pixels: of a tile, between tiles, around all, of the type, from line to line
FEW = 64  # tiles that are drawn twice as large
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe & Ito 2008, safe for colour-blind readers
FORMS = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Tile:
    """One map: its place in the grid, from 0, and the letter of its pair, if it has one."""

    number: int
    row: int
    column: int
    letter: str = ""


@dataclass(frozen=True)
class Mosaic:
    """What is drawn: lines of text, and tiles of `scale` pixels to each value."""

    lines: tuple[str, ...]
    tiles: tuple[Tile, ...]
    columns: int
    rows: int
    scale: int


def mosaic(maps: NDArray[Any], lines: tuple[str, ...], pairs: tuple[tuple[int, int, float], ...], most: int) -> Mosaic:
    """Arrange the maps (C, H, W), the first `most` of them, in a grid that is about as high as wide."""
    shown = min(len(maps), most)
    columns = math.ceil(math.sqrt(shown))
    letters = {number: chr(ord("a") + index) for index, pair in enumerate(pairs[: len(COLOURS)]) for number in pair[:2]}
    tiles = tuple(Tile(n, n // columns, n % columns, letters.get(n, "")) for n in range(shown))
    least = LEAST if shown > FEW else 2 * LEAST
    scale = max(1, math.ceil(least / max(maps.shape[1:])))
    return Mosaic(tuple(map(clean, lines)), tiles, columns, math.ceil(shown / columns), scale)


def save(drawn: Mosaic, maps: NDArray[Any], path: Path) -> None:
    """Write the picture in the form that the ending asks for. The file appears whole or not at all.

    Raises:
        InputError: an unknown ending, or the file cannot be written.
        BackendError: pillow is not installed.
    """
    from archdsl.artifacts import write

    form = _WRITERS.get(path.suffix.lower())
    if form is None:
        raise InputError(f"{path}: feature maps are written as {', '.join(FORMS)}")
    write(path, form(drawn, maps))


def grey(values: NDArray[Any]) -> NDArray[np.uint8]:
    """One map (H, W) on its own scale as bytes: the lowest value 0, the highest 255; all 0 where it is constant."""
    low, high = float(values.min()), float(values.max())
    spread = high - low
    return np.rint((values - low) * (255 / spread) if spread > 0 else np.zeros_like(values)).astype(np.uint8)


class _Canvas:
    """Sizes in pixels, and the tiles as one image."""

    def __init__(self, drawn: Mosaic, maps: NDArray[Any]):
        self.drawn = drawn
        self.maps = maps
        self.tile = (maps.shape[2] * drawn.scale, maps.shape[1] * drawn.scale)
        self.top = MARGIN + LINE * len(drawn.lines) + GAP
        width = 2 * MARGIN + drawn.columns * (self.tile[0] + GAP) - GAP
        self.width = max(width, 2 * MARGIN + int(max(map(len, drawn.lines), default=0) * SIZE * 0.52))
        self.height = self.top + drawn.rows * (self.tile[1] + GAP) - GAP + MARGIN

    def corner(self, tile: Tile) -> tuple[int, int]:
        return MARGIN + tile.column * (self.tile[0] + GAP), self.top + tile.row * (self.tile[1] + GAP)

    def framed(self) -> Iterator[tuple[Tile, int, int, str]]:
        for tile in self.drawn.tiles:
            if tile.letter:
                yield tile, *self.corner(tile), COLOURS[ord(tile.letter) - ord("a")]

    def tiles(self, paper: str) -> Image:
        image: Image = _pillow().new("RGB", (self.width, self.height), paper)
        for tile in self.drawn.tiles:
            pixels = np.kron(grey(self.maps[tile.number]), np.ones((self.drawn.scale, self.drawn.scale), np.uint8))
            image.paste(_pillow().fromarray(pixels), self.corner(tile))
        return image

    def image(self) -> Image:
        """All of it as pixels."""
        from PIL import ImageDraw, ImageFont

        image, font = self.tiles(PAPER), ImageFont.load_default(SIZE)
        pen = ImageDraw.Draw(image)
        for row, line in enumerate(self.drawn.lines):
            pen.text((MARGIN, MARGIN + row * LINE), _ascii(line), INK, font)
        for tile, x, y, colour in self.framed():
            pen.rectangle((x - 3, y - 3, x + self.tile[0] + 2, y + self.tile[1] + 2), outline=colour, width=3)
            pen.rectangle((x, y, x + 13, y + 15), fill=colour)
            pen.text((x + 3, y - 1), tile.letter, PAPER, font)
        return image


def _png(drawn: Mosaic, maps: NDArray[Any]) -> bytes:
    return _saved(_Canvas(drawn, maps).image(), format="PNG", optimize=True)


def _pdf(drawn: Mosaic, maps: NDArray[Any]) -> bytes:
    return _saved(
        _Canvas(drawn, maps).image(), format="PDF", resolution=144.0, title=drawn.lines[0], creationDate=None, modDate=None
    )


def _svg(drawn: Mosaic, maps: NDArray[Any]) -> bytes:
    """Text and frames as they are, the tiles as one image within."""
    canvas = _Canvas(drawn, maps)
    pixels = b64encode(_saved(canvas.tiles(PAPER), format="PNG", optimize=True)).decode()
    size = f'width="{canvas.width}" height="{canvas.height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {canvas.width} {canvas.height}" role="img" '
        f'font-family="{FONTS}" font-size="{SIZE}" fill="{INK}">',
        f"<title>{escape(drawn.lines[0])}</title>",
        f'<image {size} style="image-rendering: pixelated" href="data:image/png;base64,{pixels}"/>',
        *(f'<text x="{MARGIN}" y="{MARGIN + 11 + row * LINE}">{escape(line)}</text>' for row, line in enumerate(drawn.lines)),
    ]
    for tile, x, y, colour in canvas.framed():
        width, height = canvas.tile
        parts += [
            f'<rect x="{x - 1.5}" y="{y - 1.5}" width="{width + 3}" height="{height + 3}" fill="none" stroke="{colour}" stroke-width="3"/>',
            f'<rect x="{x}" y="{y}" width="14" height="16" fill="{colour}"/>',
            f'<text x="{x + 3}" y="{y + 12}" fill="{PAPER}">{tile.letter}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""]).encode()


_WRITERS: dict[str, Callable[[Mosaic, NDArray[Any]], bytes]] = {".png": _png, ".svg": _svg, ".pdf": _pdf}


def _ascii(text: str) -> str:
    """A text in the letters that the font of pillow has, which are those of ASCII: é becomes e, × becomes x, others ?."""
    parts = unicodedata.normalize("NFKD", text.replace("×", "x"))
    return "".join(c for c in parts if not unicodedata.combining(c)).encode("ascii", "replace").decode()


def _saved(image: Image, **options: Any) -> bytes:
    held = io.BytesIO()
    image.save(held, **options)
    return held.getvalue()


def _pillow() -> Any:
    with needed_by("drawing feature maps"):
        from PIL import Image
    return Image
