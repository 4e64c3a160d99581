"""Exact numbers of three kinds behind one arithmetic: Python ints and Fractions, arrays of them (`Grid`), and symbols (`Symbol`).

Elaboration, shape rules and count rules use the plain operators of Python and the functions exported here, so the same code
gives one network, a grid of networks, or a block of any width.
"""

from archdsl.exact.decision import Disagreement, Undetermined
from archdsl.exact.functions import (
    ceil,
    divide,
    exact,
    floor,
    is_integer,
    is_number,
    key,
    make_divisible,
    maximum,
    minimum,
    one_answer,
    power,
    product,
    select,
    to_float,
)
from archdsl.exact.symbol import Symbol, symbols

__all__ = [
    "Disagreement",
    "Symbol",
    "Undetermined",
    "ceil",
    "divide",
    "exact",
    "floor",
    "is_integer",
    "is_number",
    "key",
    "make_divisible",
    "maximum",
    "minimum",
    "one_answer",
    "power",
    "product",
    "select",
    "symbols",
    "to_float",
]
