"""What kind of value something is, asked by name and without NumPy.

    Array               a value for each variant of a grid
    ├── NumberArray     exact numbers: `Grid`
    ├── TruthArray      truth values that disagree: `Truth`
    ├── ChoiceArray     words, truth values or names of blocks to choose from: `Choices`
    └── ListArray       lists of different lengths: `Lists`

The classes below hold no data. The arrays themselves need NumPy, which a network of single numbers never imports.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeGuard

from archdsl.exact.symbol import Symbol

if TYPE_CHECKING:
    from archdsl.exact.grid import Grid
    from archdsl.exact.truth import Choices, Lists, Truth

NO_KNOBS: frozenset[str] = frozenset()


class Array:
    """A value for each variant of a grid. `knobs`: names of the knobs that the values depend on."""

    __slots__ = ()
    knobs: frozenset[str]


class NumberArray(Array):
    __slots__ = ()


class TruthArray(Array):
    __slots__ = ()


class ChoiceArray(Array):
    __slots__ = ()


class ListArray(Array):
    __slots__ = ()

    def decided(self) -> list[Any]:
        """The one list. Raises Disagreement where there are several."""
        raise NotImplementedError


def is_array(x: Any) -> TypeGuard[Grid | Truth | Choices]:
    """Whether x has a value for each variant of a grid, of whatever kind."""
    return isinstance(x, Array)


def is_number_array(x: Any) -> TypeGuard[Grid]:
    """Whether x is an array of numbers."""
    return isinstance(x, NumberArray)


def is_truth_array(x: Any) -> TypeGuard[Truth]:
    """Whether x is an array of truth values that disagree, as a comparison of arrays gives it."""
    return isinstance(x, TruthArray)


def is_choice_array(x: Any) -> TypeGuard[Choices]:
    """Whether x is an array of words, truth values or names of blocks, as a knob holds it."""
    return isinstance(x, ChoiceArray)


def is_list_array(x: Any) -> TypeGuard[Lists]:
    """Whether x is an array of lists of different lengths, as a knob holds it."""
    return isinstance(x, ListArray)


def is_truth(x: Any) -> TypeGuard[bool | Truth]:
    """Whether x is true or false, or an array of truth values."""
    return isinstance(x, (bool, TruthArray))


def is_number(x: Any) -> bool:
    """Whether x can be calculated with: an int, a Fraction, an array of numbers, or a symbol."""
    return isinstance(x, (int, Fraction, NumberArray, Symbol)) and not isinstance(x, bool)


def is_single_number(x: Any) -> TypeGuard[int | Fraction]:
    """Whether x is one known number: an int or a Fraction."""
    return isinstance(x, (int, Fraction)) and not isinstance(x, bool)


def is_integer(x: Any) -> bool:
    """Whether x is an int, an array of integers, or a symbol that stands for an integer."""
    return type(x) is int or ((is_number_array(x) or isinstance(x, Symbol)) and x.is_integer)


def is_foreign_array(x: Any) -> bool:
    """Whether x is an array with axes, or a scalar of it, of another library: NumPy, pandas, PyTorch."""
    return hasattr(x, "tolist")


def has_axes(x: Any) -> bool:
    """Whether x is an array of another library with one axis or more."""
    return is_foreign_array(x) and getattr(x, "ndim", 0) > 0


def knobs_of(x: Any) -> frozenset[str]:
    """The names that a value depends on: knobs of an array, names in a symbol, none for anything else."""
    return x.knobs if isinstance(x, (Array, Symbol)) else NO_KNOBS


def elements(x: Any) -> Any:
    """The elements of an array of numbers or choices as a NumPy array; anything else as it is."""
    return x.values if is_number_array(x) or is_choice_array(x) else x


def to_plain(x: Any) -> Any:
    """Arrays as nested lists and NumPy's scalars as Python's own; anything else as it is."""
    found = elements(x)
    return found.tolist() if is_foreign_array(found) else found


def key(x: Any) -> Any:
    """What a number, word or list can be looked up by: equal for equal ones of one kind. TypeError for what has no such key."""
    if type(x) is int:
        return int, x
    if isinstance(x, (list, tuple)):
        return tuple(map(key, x))
    return x.key if is_number_array(x) or is_choice_array(x) or is_list_array(x) else (type(x), x)
