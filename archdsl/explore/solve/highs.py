"""HiGHS with an integer program loaded: rows, bounds and columns that come and go with a question."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from archdsl.errors import InputError
from archdsl.explore.solve.program import Cells
from archdsl.extras import needed_by

INF = math.inf

OPTIONS: dict[str, bool | int | float] = {
    "output_flag": False,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-6,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


class Model:
    """The choice of a place on every axis, as HiGHS holds it.

    Attributes:
        upper: what every cell may be at most at present; cells that no choice may take have 0.
    """

    def __init__(self, cells: Cells, upper: np.ndarray):
        """
        Raises:
            Missing: HiGHS is not installed.
        """
        with needed_by("a proof over so many variants", "solve"):
            import highspy
        self.kinds = highspy
        with _unsaid():
            self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            self.solver.setOptionValue(option, value)
        rows = cells.rows()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = cells.count, len(rows)
        model.col_cost_ = np.zeros(cells.count)
        model.col_lower_, model.col_upper_ = np.zeros(cells.count), upper
        model.row_lower_ = model.row_upper_ = np.array([total for *_, total in rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(variables) for variables, *_ in rows)])
        model.a_matrix_.index_ = np.concatenate([np.zeros(0, dtype=int), *(variables for variables, *_ in rows)])
        model.a_matrix_.value_ = np.concatenate([np.zeros(0), *(values for _, values, _ in rows)])
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger] * cells.whole + [kinds.kContinuous] * (cells.count - cells.whole)
        self.solver.passModel(model)
        self.upper = upper
        self.count = cells.count

    @property
    def columns(self) -> int:
        """Variables at present: those of cells, and what was added."""
        return int(self.solver.getNumCol())

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Rows, columns and bounds that are added inside go again afterwards."""
        rows, columns, upper = self.solver.getNumRow(), self.columns, self.upper
        try:
            yield
        finally:
            if more := self.solver.getNumRow() - rows:
                self.solver.deleteRows(more, np.arange(rows, rows + more, dtype=np.int32))
            if more := self.columns - columns:
                self.solver.deleteCols(more, np.arange(columns, columns + more, dtype=np.int32))
            if self.upper is not upper:
                self.bound(upper)

    def row(self, variables: np.ndarray, values: np.ndarray, low: float = -INF, high: float = INF) -> None:
        """Keep a sum of variables between two numbers."""
        self.solver.addRow(low, high, len(variables), variables.astype(np.int32), values)

    def column(self, low: float) -> int:
        """One more variable, from a number on; gives its own number."""
        self.solver.addVar(low, INF)
        return self.columns - 1

    def bound(self, upper: np.ndarray) -> None:
        """Say which cells a choice may take."""
        self.upper = upper
        self.solver.changeColsBounds(self.count, np.arange(self.count, dtype=np.int32), np.zeros(self.count), upper)

    def least(self, costs: np.ndarray, seconds: float, constant: float = 0.0) -> tuple[np.ndarray, float] | None:
        """Make a sum small: the variables then, and by which share of it another could be smaller. None where nothing can be chosen.

        Raises:
            InputError: neither is found out in time.
        """
        self.solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + seconds)
        self.solver.run()
        info = self.solver.getInfo()
        if info.primal_solution_status == self.kinds.SolutionStatus.kSolutionStatusFeasible:
            came, bound = info.objective_function_value + constant, info.mip_dual_bound + constant
            return np.array(self.solver.getSolution().col_value), max(0.0, came - bound) / max(abs(came), 1e-300)
        if self.solver.getModelStatus() == self.kinds.HighsModelStatus.kInfeasible:
            return None
        raise InputError(
            f"in {seconds:g} s no variant was found that keeps to the budgets, nor proven that none does; free fewer knobs"
        )


@contextmanager
def _unsaid() -> Iterator[None]:
    """Standard output is closed to what the library prints as soon as it is made, before any option is set."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
