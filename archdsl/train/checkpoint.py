"""Checkpoints: all that a run needs to go on as if it had never stopped. A file is there whole or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from archdsl.artifacts import files
from archdsl.errors import InputError

KIND, VERSION = "archdsl checkpoint", 1


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a state of tensors and plain values. What was there before stays until the new file is whole and on the disk.

    Raises:
        InputError: it cannot be written, as on a full disk; what was there before is as it was.
    """
    import torch

    packed = io.BytesIO()
    torch.save({"kind": KIND, "version": VERSION, **state}, packed)
    try:
        with files(path) as made, made.open("wb") as stream:
            stream.write(packed.getbuffer())
            stream.flush()
            os.fsync(stream.fileno())
    except InputError as error:
        last = "; the last checkpoint is as it was" if path.is_file() else ""
        raise InputError(f"{error}{last}") from None


def load(path: Path) -> dict[str, Any]:
    """A state that was saved. Only tensors and plain values are read, nothing in the file is run.

    Raises:
        InputError: there is none, it is damaged, or it is something else.
    """
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"no checkpoint {path}") from None
    except Exception as error:  # torch lets out whatever a damaged file leads to
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{path} cannot be read as a checkpoint: {why}") from None
    if not isinstance(state, dict) or state.get("kind") != KIND:
        raise InputError(f"{path} is no checkpoint of archdsl train")
    if state.get("version") != VERSION:
        raise InputError(f"{path} is of version {state.get('version')} of checkpoints; this archdsl reads {VERSION}")
    return state
