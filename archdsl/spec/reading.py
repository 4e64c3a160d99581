"""The state of reading one text, which the functions of `read_steps`, `read_parallel`, `read_table` and `read_modifiers` share."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.spec.model import Body, Step
from archdsl.spec.read_values import ValueReader
from archdsl.spec.report import Report
from archdsl.spec.yaml import Node, Scalar, Sequence


class Reading:
    """One text while it is read. `archdsl.spec.read_steps.reading` makes it.

    Attributes:
        report: where mistakes go.
        values: reads values.
        numbers_rows: whether rows of tables get numbers: those of a net do, those of blocks do not.
        rows: how many rows have been numbered, over all tables of the net.
    """

    def __init__(self, report: Report, read_step: Callable[[Reading, Node], Step]):
        """
        Args:
            read_step: reads one step. It is given because steps hold values and values hold steps, of every kind.
        """
        self.report = report
        self.values = ValueReader(report, self.body)
        self.numbers_rows = False
        self.rows = 0
        self._read_step = read_step

    def body(self, node: Node) -> Body:
        """Steps: a list of them, or one alone."""
        if isinstance(node, Scalar) and node.value is None:
            return ()
        items = node.items if isinstance(node, Sequence) else [node]
        return tuple(self.step(item) for item in items)

    def step(self, node: Node) -> Step:
        """One step. What cannot be read becomes a call without a target."""
        return self._read_step(self, node)

    def next_row(self) -> int | None:
        """The number of the next row of a table; None where rows have none."""
        if not self.numbers_rows:
            return None
        self.rows += 1
        return self.rows
