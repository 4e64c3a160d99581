"""What does not fit an operator: an argument, or the shapes that arrive; for all variants of a grid, or for some."""

from __future__ import annotations

from typing import Any

from archdsl.exact import is_truth_array
from archdsl.exact.grid_context import current


class ArgumentError(Exception):
    """An argument does not fit. `Operator.read` puts its `name` in, which kinds do not know; the caller knows its place."""

    def __init__(self, message: str, hint: str = "", name: str = ""):
        super().__init__(message)
        self.message, self.hint, self.name = message, hint, name


class ShapeError(Exception):
    """Shapes do not fit an operator. `hint` says how to mend it, `about` which argument does not suit what arrives; the elaborator
    adds the place."""

    def __init__(self, message: str, hint: str = "", about: str = ""):
        super().__init__(message)
        self.message, self.hint, self.about = message, hint, about


class RankError(ShapeError):
    """Another number of axes arrives than the operator takes, whatever their lengths are."""


def refuse(ok: Any, message: str, hint: str = "", about: str = "") -> None:
    """Called where a condition is not plainly true: raises, or notes the variants that fail where the grid context takes notes.

    Args:
        ok: False, or an array of truth values.
        message: what is wrong with the variants where `ok` is false.
        about: the argument of the operator that does not suit what arrives.

    Raises:
        ShapeError: the condition fails for every variant that counts, or for some and nothing is noted.
    """
    if is_truth_array(ok):
        grid = current()
        counted = grid.elements(ok.mask)
        if counted.all():
            return
        if counted.any():
            if grid.note(ok, message):
                return
            knobs = ", ".join(sorted(ok.knobs)) or "an array"
            message = f"{message} (for some values of {knobs})"
    raise ShapeError(message, hint, about)
