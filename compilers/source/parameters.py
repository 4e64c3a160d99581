"""Constructor arguments of a class: what differs among its instances, named by the spec where it has a name for it.

A value that is the same in every instance stays a number. One that differs is the channels that arrive, an argument of the block,
worked out from one of these (`exp // 2`, `start + dim`), or an argument of its own. That is checked on every instance, so a
formula cannot be wrong for a network that is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations_with_replacement, permutations
from typing import Any

from archdsl.compilers.source.parts import REQUIRED, Name, Slot, Value

Column = tuple[Value, ...]
"""The values of one slot, by instance."""


@dataclass(eq=False)
class Parameter:
    """One argument of a constructor; `used` says that something in the class needs it."""

    name: str
    unit: str
    column: Column
    used: bool = False

    @property
    def annotation(self) -> str:
        kinds = {type(value) for value in self.column}
        if tuple in kinds:
            return "tuple[float, ...]"
        return "type[nn.Module]" if Name in kinds else "float" if float in kinds else "bool" if bool in kinds else "int"

    @property
    def default(self) -> Value:
        """1 for windows and steps that can be so, as in torch.nn, and no for flags."""
        if self.unit == "flag":
            return False
        plain = self.unit in ("kernel", "stride", "dilation") or self.name == "groups"
        return 1 if plain and 1 in self.column else REQUIRED


Formula = tuple[str | Parameter, ...]
"""What stands for a slot: text and parameters."""


def formula_text(formula: Formula, names: Mapping[str, str] | None = None) -> str:
    """A formula as source. `names`: what stands for a parameter where it is not its name alone: `self.kernel`."""
    names = names or {}
    return "".join(piece if isinstance(piece, str) else names.get(piece.name, piece.name) for piece in formula)


def parametrise(
    slots: Sequence[Sequence[Slot]], owners: Sequence[str], known: Iterable[Parameter], taken: Collection[str]
) -> tuple[list[Formula], list[Parameter]]:
    """What stands for every slot, and the parameters that are needed for it.

    Args:
        slots: by instance, the same number for each.
        owners: for each slot, the attribute that it belongs to.
        known: what the instances are called with already, by preference.
        taken: names that a parameter cannot have.
    """
    parameters = [p for p in known if p.name.isidentifier() and p.name not in taken]
    columns = [tuple(slot.value for slot in column) for column in zip(*slots, strict=True)]
    first = slots[0] if slots else []
    formulas: list[Formula | None] = [(_constant(c[0]),) if len(set(c)) == 1 else None for c in columns]
    for place, (slot, column) in enumerate(zip(first, columns, strict=True)):
        formulas[place] = formulas[place] or _equal(column, slot, parameters)
    for place, (slot, column) in enumerate(zip(first, columns, strict=True)):
        if formulas[place] is None:
            found = _equal(column, slot, parameters) or _derived(column, slot, parameters)
            formulas[place] = found or (_new(column, slot, owners[place], parameters, taken),)
    ordered = sorted((p for p in parameters if p.used), key=lambda p: p.default is not REQUIRED)
    return [formula for formula in formulas if formula is not None], ordered


def _constant(value: Value) -> str:
    return str(value) if isinstance(value, Name) else repr(value)


def _equal(column: Column, slot: Slot, parameters: list[Parameter]) -> Formula | None:
    """A parameter with these values: of the same unit, or of the same name. An axis may be channels, rows or anything else."""
    same = [p for p in parameters if p.column == column]
    alike = [p for p in same if slot.unit == p.unit or slot.hint == p.name] or (same if slot.unit == "extent" else [])
    for parameter in alike[:1]:
        parameter.used = True
        return (parameter,)
    return None


def _new(column: Column, slot: Slot, owner: str, parameters: list[Parameter], taken: Collection[str]) -> Parameter:
    names = {p.name for p in parameters} | set(taken)
    own = slot.hint.removeprefix(f"{owner}_")
    word = owner.lstrip("_")  # two of these in front would make a private name of a class
    word = (
        word
        if word.isidentifier() and word.isascii()
        else f"layer_{''.join(c for c in word if c.isascii() and c.isalnum())}".rstrip("_")
    )
    longer = f"{word}_channels" if own == "out" else f"{word}_{own}"
    shorter = [slot.hint] if own != "out" else []
    options = chain([*shorter, longer], (f"{longer}_{number}" for number in range(2, 1000)))
    made = Parameter(next(name for name in options if name not in names), slot.unit, column, used=True)
    parameters.append(made)
    return made


SCALINGS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    *((f" // {n}", lambda value, n=n: value // n) for n in (2, 3, 4)),
    *((f" * {n}", lambda value, n=n: value * n) for n in (2, 3, 4)),
)
PAIRS: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = ((" - ", lambda a, b: a - b), (" + ", lambda a, b: a + b))


def _derived(column: Column, slot: Slot, parameters: list[Parameter]) -> Formula | None:
    """A formula of parameters that are there, those in use first. Only channels and kernels are worked out."""
    if slot.unit not in ("channels", "kernel", "extent") or any(type(value) is not int for value in column):
        return None
    fitting = [p for p in parameters if p.unit == slot.unit and all(type(value) is int for value in p.column)]
    fitting.sort(key=lambda p: not p.used)
    if slot.unit == "extent":
        return _product(column, [p for p in parameters if p.used and p.unit in ("extent", "channels")])
    for parameter in fitting:
        for text, function in SCALINGS:
            if tuple(map(function, parameter.column)) == column:
                parameter.used = True
                return (parameter, text)
    for one, other in permutations([p for p in fitting if p.used], 2) if slot.unit == "channels" else ():
        for text, combine in PAIRS:
            if tuple(map(combine, one.column, other.column)) == column:
                return (one, text, other)
    return None


def _product(column: Sequence[Any], parameters: list[Parameter]) -> Formula | None:
    """The length of an axis as that of another one so many times, or as the product of two."""
    lengths: dict[Parameter, Sequence[Any]] = {p: p.column for p in parameters}
    for one in parameters:
        ratios = {v // each if each and v % each == 0 else 0 for v, each in zip(column, lengths[one], strict=True)}
        if len(ratios) == 1 and (ratio := ratios.pop()) > 1:
            return (one, f" * {ratio}")
    for one, other in combinations_with_replacement([p for p in parameters if p.unit == "extent"], 2):
        if tuple([a * b for a, b in zip(lengths[one], lengths[other], strict=True)]) == column:
            return (one, " * ", other)
    return None
