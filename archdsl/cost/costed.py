"""What totals, tables and notebooks need of a network. `archdsl.design.Design`, which stands above costs, is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from archdsl.cost.counting.bill import Bill
    from archdsl.cost.tables.sheet import Sheet
    from archdsl.spec.model import Spec


class Costed(Protocol):
    """A spec with a value for every knob, and the costs that follow. `settings`: the values that differ from the defaults."""

    spec: Spec
    settings: dict[str, Any]

    def cost(self) -> Bill: ...
    def table(self) -> Sheet: ...
