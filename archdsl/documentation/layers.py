"""The picture of the layers in docs/development.md, drawn from the contract that guards them.

    python -m archdsl.documentation.layers pyproject.toml docs/images/layers.svg

The contract (`[tool.importlinter]` in pyproject.toml) names the packages from top to bottom, those of one layer with bars between
them. Each box holds the first sentence of its package's docstring.
"""

from __future__ import annotations

import ast
import sys
import textwrap
import tomllib
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from archdsl.artifacts import write

CONTRACT = "layers"
WIDTH, HEIGHT, GAP, MARGIN = 900, 44, 8, 48  # pixels; the margin on the left holds the arrow
WIDE, NARROW_HEIGHT = 2, 74  # packages of a layer whose sentences stand beside their names; height of the boxes of more
LETTER = 5.9  # width of one letter of the sentences, in pixels


def layers(project: str) -> list[list[str]]:
    """The packages from top to bottom, a list for each layer.

    Args:
        project: the text of pyproject.toml.
    """
    contracts = tomllib.loads(project)["tool"]["importlinter"]["contracts"]
    (contract,) = [c for c in contracts if c["id"] == CONTRACT]
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def sentence(package: str) -> str:
    """What a package or module of archdsl says of itself, up to the first full stop. Nothing of it is run."""
    spec = find_spec(f"archdsl.{package}")
    assert spec is not None, package
    assert spec.origin is not None, package
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return " ".join(text.replace("`", "").split()).split(". ")[0].rstrip(".")


def picture(project: str) -> str:
    """The layers as SVG."""
    rows = layers(project)
    heights = [HEIGHT if len(names) <= WIDE else NARROW_HEIGHT for names in rows]
    height = sum(heights) + GAP * (len(rows) + 1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="Layers of archdsl" font-family="Helvetica, Arial, \'Liberation Sans\', sans-serif">',
        "<title>Layers of archdsl</title>",
        "<desc>A package imports those below it, never those above or beside it.</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<path d="M20,{GAP}V{height - GAP - 6}" stroke="#555" fill="none"/>',
        f'<path d="M20,{height - GAP}l-4,-8h8z" fill="#555"/>',
        f'<text transform="translate(36,{height // 2}) rotate(-90)" text-anchor="middle" font-size="12" fill="#555">imports</text>',
    ]
    top = GAP
    for names, extent in zip(rows, heights, strict=True):
        width = (WIDTH - MARGIN - GAP * len(names)) / len(names)
        for place, name in enumerate(names):
            lines += _box(name, MARGIN + place * (width + GAP), top, width, extent)
        top += extent + GAP
    return "\n".join([*lines, "</svg>", ""])


def _box(name: str, left: float, top: float, width: float, height: float) -> list[str]:
    """One package: its name, and its sentence in at most two lines beside it; below it, in three, where the box is narrow."""
    narrow = height > HEIGHT
    column, most = (10, 3) if narrow else (128, 2)
    words = textwrap.wrap(sentence(name), int((width - column - 10) / LETTER), max_lines=most, placeholder=" …")
    title = top + 18 if narrow else top + height / 2 + 5
    first = title + 17 if narrow else top + height / 2 + 4 - 7 * (len(words) - 1)
    lines = [
        f'<rect x="{left:g}" y="{top}" width="{width:g}" height="{height}" rx="4" fill="#eef3f8" stroke="#4a6785"/>',
        f'<text x="{left + 10:g}" y="{title:g}" font-size="14" font-weight="bold">{name}</text>',
    ]
    for number, line in enumerate(words):
        lines.append(f'<text x="{left + column:g}" y="{first + 14 * number:g}" font-size="12">{escape(line)}</text>')
    return lines


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m archdsl.documentation.layers pyproject.toml docs/images/layers.svg")
    write(Path(sys.argv[2]), picture(Path(sys.argv[1]).read_text(encoding="utf-8")).encode())
