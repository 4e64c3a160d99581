"""The step that is one of several: `if`, `then` and `else`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.errors import Mark
from archdsl.spec.values import Value

if TYPE_CHECKING:
    from archdsl.spec.model import Body, Modifiers


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """The steps of `then` where the condition is true, those of `otherwise` where it is false; they stand where the choice stands."""

    mark: Mark
    condition: Value
    then: Body
    otherwise: Body
    mods: Modifiers
