"""Exact numbers of three kinds behind one arithmetic: Python ints and Fractions, and arrays of them (`Grid`).

Elaboration, shape rules and count rules use the plain operators of Python and the functions exported here, so the same code
gives one network or a grid of networks.
"""

from archdsl.exact.decision import Disagreement
from archdsl.exact.functions import (
    ceil,
    divide,
    exact,
    floor,
    is_integer,
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

__all__ = [
    "Disagreement",
    "ceil",
    "divide",
    "exact",
    "floor",
    "is_integer",
    "key",
    "make_divisible",
    "maximum",
    "minimum",
    "one_answer",
    "power",
    "product",
    "select",
    "to_float",
]
