"""The network as it stands, as a row beside its variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archdsl.cost.comparing.totals import total
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.variants import Row
from archdsl.spec.row_groups import cells, is_cells, rows_of
from archdsl.spec.settings import known_setting
from archdsl.spec.values import Value


def as_it_stands(net: Design, settings: Sequence[str], costs: Sequence[str]) -> Row:
    """The row of the network itself: what settings hold, and its costs.

    Raises:
        InputError: there is no such setting, or it holds no single value.
    """
    return {name: held(net, name) for name in settings} | {cost: total(net, cost) for cost in costs}


def held(net: Design, name: str) -> Any:
    """The value that a setting has: a knob, an element of a list (`kernels.2`), or a cell of a table (`rows.15.exp`).

    Raises:
        InputError: there is no such setting, or it holds no single value: rows that differ, a formula, an argument of a block.
    """
    known_setting(net.base, name)
    owner, *rest = name.split(".")
    if not is_cells(name) and owner != "blocks":
        value = net.knobs[owner][int(rest[0]) - 1] if rest else net.knobs[owner]
        return tuple(value) if isinstance(value, list) else value
    found = cells(net.spec.net, name) if is_cells(name) else None
    if found is not None and found.way:
        return 1 if found.way == "*" else 0
    known = rows_of(net.spec.net)
    values = [known[row].cell(found.column) for row in found.rows] if found is not None else []
    if not values or any(value != values[0] for value in values) or isinstance(values[0], Value):
        raise InputError(f"{name} holds no single value")
    return values[0]
