"""Steps in groups while a spec is elaborated: stages, and the rows of a table."""

from __future__ import annotations

from itertools import groupby

from archdsl.ir.elaboration.naming import Plan
from archdsl.ir.elaboration.scope import Scope, Tensors
from archdsl.ir.elaboration.state import State
from archdsl.ir.elaboration.steps import run_steps
from archdsl.ir.elaboration.values import text_of
from archdsl.spec.model import Call, Stage, Table


def run_stage(state: State, step: Stage, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """The steps of a stage and those of its end, under its name."""
    name = text_of(state, step.name, scope.names)
    segment = state.namer.segment(scope.prefix, name, step.mods.repeat is not None)
    inner = scope.inner(segment, "stage", name, step.mark)
    return run_steps(state, step.steps, inner, arriving, state.links.plan(step))


def run_table(state: State, step: Table, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """Rows in order. Stages among them do not enter names: rows are counted over the table, as a reader counts them."""
    beside = plan.beside
    for kind, rows in groupby(step.rows, type):
        if kind is Call:
            arriving = run_steps(state, rows, scope, arriving, beside)
            continue
        for row in rows:
            assert isinstance(row, Stage)
            inner = scope.inner(None, "stage", text_of(state, row.name, scope.names), row.mark)
            arriving = run_steps(state, row.steps, inner, arriving, beside)
    return arriving
