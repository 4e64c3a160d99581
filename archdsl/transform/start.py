"""The overlay that a transformation starts from: what it extends, and the settings that the network came with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.spec.locate import is_shipped
from archdsl.spec.model import Spec
from archdsl.transform import make, plain
from archdsl.transform.overlay import Overlay

_CELL = re.compile(r"rows\.([0-9]+)\.(\w+)\Z")


def start(design: Design, folder: Path | None) -> Overlay:
    """An overlay that extends a network.

    Raises:
        InputError: the network is no file that a spec in that folder can extend, or a setting cannot be written.
    """
    overlay = Overlay(extends=extended(design.base, folder))
    put_settings(overlay, design.settings, design.knobs)
    return overlay


def extended(spec: Spec, folder: Path | None) -> str:
    """How a spec in a folder names the one that it extends."""
    path = spec.source.path
    if path is None:
        raise InputError("only a network in a file can be transformed: the new spec extends it; save it first")
    if is_shipped(spec.source):
        return path.stem
    beside = (folder or Path.cwd()).resolve()
    found = path.resolve()
    if not found.is_relative_to(beside):
        raise InputError(
            f"a spec in {beside} cannot extend {path}: `extends` goes down from its own folder; write the result to {path.parent}"
        )
    relative = found.relative_to(beside)
    return (relative.with_suffix("") if relative.suffix == ".yaml" else relative).as_posix()


def put_settings(overlay: Overlay, settings: Mapping[str, Any], knobs: Mapping[str, Any]) -> None:
    """Write settings into an overlay: knobs, elements of knobs, and cells of rows."""
    for name, value in settings.items():
        if cell := _CELL.match(name):
            overlay.rows.setdefault(int(cell[1]), {})[cell[2]] = make.given(value)
        elif name.startswith("blocks."):
            raise InputError(f"{name} cannot be written into a spec; give it to the commands that read the result")
        else:
            knob = name.split(".")[0]
            overlay.set_knob(knob, plain.constant(knobs.get(knob, value) if "." in name else value))
