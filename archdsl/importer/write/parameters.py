"""The arguments of a block: their names, types, defaults, and the values of each call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from archdsl.importer.write.steps import ABSENT, Column
from archdsl.importer.write.units import CHANNELS, RESERVED
from archdsl.importer.write.values import text


class Required:
    """The default of what must be given."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


@dataclass(eq=False)
class Parameter:
    """One argument of a block, or a variable of a loop.

    Attributes:
        column: its value at every place.
        default: a value, or REQUIRED.
        formula: text of a default that follows from what arrives; calls leave such an argument out.
        used: whether any step reads it.
        asked: whether a condition asks if it is given.
    """

    name: str
    unit: str
    column: Column
    default: Any = REQUIRED
    formula: str = ""
    used: bool = False
    asked: bool = False

    def settle(self) -> None:
        """Choose a default: the commonest value, except for channels, which every call says. `~` where some calls have none."""
        if self.formula:
            return
        given = [value for value in self.column if value is not ABSENT]
        value, times = Counter(map(_key, given)).most_common(1)[0]
        if None in given or self.asked:
            self.default = None
        elif (self.unit != CHANNELS or self.name == "groups") and 2 * times >= len(given) and len(given) > 1:
            self.default = value[1]
        elif len(given) < len(self.column):
            self.default = None
        default = None if self.default is REQUIRED else self.default
        self.column = tuple(default if value is ABSENT else value for value in self.column)

    def declared(self) -> Any:
        """What stands behind its name under `args`."""
        if self.formula:
            return self.formula
        kind = self._kind()
        if self.default is REQUIRED:
            return kind
        if self.default is None or kind == _type(self.default):
            return text(self.default)
        return {"type": kind, "default": text(self.default)}

    def _kind(self) -> str:
        kinds = {_type(value) for value in self.column if value is not None}
        if kinds == {"int", "number"}:
            return "number"
        return kinds.pop() if len(kinds) == 1 else "any"


def _key(value: Any) -> tuple[str, Any]:
    """Values that are equal and of one kind; 1 and true are not."""
    return type(value).__name__, value


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "int"
    if isinstance(value, float):
        return "number"
    return "word" if isinstance(value, str) else "list" if isinstance(value, (list, tuple)) else "any"


class Names:
    """Names of parameters, each once."""

    def __init__(self) -> None:
        self.taken = set(RESERVED)

    def new(self, *options: str) -> str:
        name = next((option for option in options if option and option not in self.taken), "")
        number = 1
        while not name or name in self.taken:
            number += 1
            name = f"{options[0]}{number}"
        self.taken.add(name)
        return name
