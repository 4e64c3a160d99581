"""docs/studio.md shows every picture that docs/images/studio.py takes; all are small enough for the repository."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"


def test_every_picture_is_there_and_shown() -> None:
    script = (DOCS / "images" / "studio.py").read_text(encoding="utf-8")
    (shots,) = [
        node.value
        for node in ast.parse(script).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SHOTS" and isinstance(node.value, ast.Dict)
    ]
    names = {ast.literal_eval(key) for key in shots.keys if key is not None}
    assert names == set(re.findall(r"images/(studio\w*)\.png", (DOCS / "studio.md").read_text(encoding="utf-8")))
    for name in names:
        path = DOCS / "images" / f"{name}.png"
        assert path.stat().st_size < 150_000
        with Image.open(path) as image:
            assert image.size == (1440, 900)
