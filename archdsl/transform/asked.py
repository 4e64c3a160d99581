"""How a transformation is wanted, beside its own value: where, and whether a knob chooses between the old form and the new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archdsl.transform.where import EVERYWHERE, Where


@dataclass(frozen=True)
class How:
    """What holds for all transformations of one command line."""

    where: Where = EVERYWHERE
    knob: bool = False
    transition: str = ""


@dataclass(frozen=True)
class Wanted:
    """A command line: transformations by name with their values, and what holds for all.

    Attributes:
        where: rows and blocks, as texts.
        settings: knobs and cells that the result has, by name.
        folder: where the result will lie; None where it is read from the zoo alone.
        name: of the network; one that tells what was done if empty.
    """

    values: Mapping[str, str]
    where: tuple[str, ...] = ()
    knob: bool = False
    transition: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    name: str = ""
