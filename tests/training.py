"""A network of a few layers and a recipe of a few steps, for tests of training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archdsl.design import Design
from archdsl.train.conduct import Conductor
from archdsl.train.recipe import Recipe
from archdsl.train.record import Record
from archdsl.train.run import Asked, Show

SPEC = """
name: tiny
import: [blocks/mobile]
input: [1, 16, 16]
net:
  - conv: {out: 8, kernel: 3, stride: 2, padding: 1}
  - norm
  - relu
  - conv: {out: 16, kernel: 3, stride: 2, padding: 1}
  - norm
  - relu
  - pool
  - dropout: 0.1
  - linear: 10
"""

RECIPE = Recipe(name="test", lr=0.1, epochs=2, batch={"*": 128}, crop=0.125, weight_decay=1e-4, schedule="cosine")


def tiny(spec: str, settings: tuple[str, ...]) -> Design:
    return Design.loads(SPEC if spec == "tiny" else spec)


def asked(**changed: Any) -> Asked:
    """What the tests train; fields of `Asked` may be others."""
    return Asked(**{"spec": "tiny", "settings": (), "data": "digits", "recipe": RECIPE, "device": "cpu", **changed})


def train(folder: Path | None, show: Show | None = None, **changed: Any) -> Record:
    """A whole run."""
    return conductor(show).train(asked(**changed), folder)


def conductor(show: Show | None = None) -> Conductor:
    return Conductor(tiny, lambda run: show or Show())
