"""Exact numbers of three kinds with one arithmetic: Python ints and Fractions, arrays of them (`Grid`), and symbols (`Symbol`).

Elaboration, shape rules and count rules use the plain operators of Python and the functions exported here, so the same code
gives one network, a grid of networks, or a block of any width. Nothing here imports NumPy: arrays (`archdsl.exact.grid`) do, and
they are made only for a grid.
"""

from archdsl.exact.decision import Disagreement, Undetermined
from archdsl.exact.functions import (
    ceil,
    divide,
    exact,
    floor,
    make_divisible,
    make_divisible_float,
    maximum,
    minimum,
    one_answer,
    power,
    product,
    select,
)
from archdsl.exact.kinds import (
    elements,
    has_axes,
    is_array,
    is_choice_array,
    is_foreign_array,
    is_integer,
    is_list_array,
    is_number,
    is_number_array,
    is_single_number,
    is_truth,
    is_truth_array,
    key,
    knobs_of,
    to_plain,
)
from archdsl.exact.symbol import Symbol, symbols

__all__ = [
    "Disagreement",
    "Symbol",
    "Undetermined",
    "ceil",
    "divide",
    "elements",
    "exact",
    "floor",
    "has_axes",
    "is_array",
    "is_choice_array",
    "is_foreign_array",
    "is_integer",
    "is_list_array",
    "is_number",
    "is_number_array",
    "is_single_number",
    "is_truth",
    "is_truth_array",
    "key",
    "knobs_of",
    "make_divisible",
    "make_divisible_float",
    "maximum",
    "minimum",
    "one_answer",
    "power",
    "product",
    "select",
    "symbols",
    "to_plain",
]
