"""Numbers and values for people: what tables, drawings and messages show. For data that programs read see `plain_data`.

On a grid of networks a number is an array, and its range is shown.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.dtypes import USUAL, whole_numbers
from archdsl.exact import has_axes, is_number_array
from archdsl.exact.partly import Partly
from archdsl.exact.shown import shown, written
from archdsl.ops.opaque import Sizes
from archdsl.ops.operator import Shape
from archdsl.ops.shapes import is_map


def change(difference: int | Fraction | float) -> str:
    """A change of a number, its sign always before it: +1,000."""
    if isinstance(difference, Partly):
        return difference.around(change)
    return ("+" if difference >= 0 else "") + shown(difference)


def argument(value: Any) -> str:
    """An argument of an operator as a spec has it: as `shown`, ints without separators, a pair of equal numbers as one."""
    if isinstance(value, tuple) and not isinstance(value, Sizes) and len(set(value)) == 1:
        return argument(value[0])
    return written(value)


def cell(value: Any) -> str:
    """A value in the table of a paper: - for what is not given, ✓ for yes, and what stands for several values in short."""
    if value is None or value is False:
        return "-"
    if value is True:
        return "✓"
    if isinstance(value, Sizes):
        return f"[{','.join(map(cell, value))}]"
    if isinstance(value, (list, tuple)):
        return cell(value[0]) if len(value) == 2 and value[0] == value[1] else ",".join(map(cell, value))
    if is_number_array(value):
        return f"{thousands(value.values.min())}…{thousands(value.values.max())}"
    return str(value)


def dims(shape: Shape) -> str:
    """A shape as tables of papers print it, the channels of a map last: 112²×16, 8×56²×64, 960."""
    if is_map(shape, None):
        channels, *places = (cell(d) for d in shape)
        if len(places) > 1 and places[-1] == places[-2]:
            places[-2:] = [f"{places[-1]}²"]
        return "×".join([*places, channels])
    return "×".join(cell(d) for d in shape)


def thousands(value: Any) -> str:
    """A count with thousands apart; the range of an array."""
    value = plain(value)
    if has_axes(value):
        low, high = thousands(value.min()), thousands(value.max())
        return low if low == high else f"{low}…{high}"
    return f"{value:,}" if isinstance(value, Partly) else f"{int(value):,}"


def mebibytes(value: Any) -> str:
    """Bytes: 1.23 MiB."""
    return f"{(value if isinstance(value, Partly) else float(value)) / 2**20:,.2f} MiB"


def kibibytes(value: Any) -> str:
    """Bytes of what microcontrollers hold: 242.0 KiB."""
    return f"{(value if isinstance(value, Partly) else float(value)) / 2**10:,.1f} KiB"


def memory_size(value: Any, dtype: str = USUAL) -> str:
    """Bytes for people, with the exact number; for a quantised network in the unit of memories that it is meant for."""
    value = plain(value)
    size = kibibytes if whole_numbers(dtype) else mebibytes
    return f"{thousands(value)} bytes" if has_axes(value) else f"{size(value)}  ({thousands(value)} bytes)"


def duration(seconds: int | Fraction | float, sign: str = "") -> str:
    """Seconds to four digits in a unit that fits: 8.41 s, 10.61 ms, 213 us. With `sign="+"` the sign always stands before it."""
    if isinstance(seconds, Partly):
        return seconds.around(lambda known: duration(known, sign))
    value = float(seconds)
    unit, scale = ("s", 1) if abs(value) >= 1 or not value else ("ms", 10**3) if abs(value) >= 1e-3 else ("us", 10**6)
    value *= scale
    return f"{value:{sign},.0f} {unit}" if abs(value) >= 1000 else f"{value:{sign}#.4g} {unit}"


def short(value: int | Partly) -> str:
    """A count in three digits: 12.3M."""
    if isinstance(value, Partly):
        return value.around(short)
    for step, unit in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if abs(value) >= step:
            return _three_digits(value / step) + unit
    return str(value)


def short_time(femtoseconds: int | Partly) -> str:
    """A time in three digits: 12.3ms."""
    if isinstance(femtoseconds, Partly):
        return femtoseconds.around(short_time)
    for step, unit in ((10**15, "s"), (10**12, "ms"), (10**9, "us")):
        if femtoseconds >= step:
            return _three_digits(femtoseconds / step) + unit
    return "<1us" if femtoseconds else "0"


def _three_digits(scaled: float) -> str:
    return f"{scaled:.0f}" if abs(scaled) >= 100 else f"{scaled:.1f}"
