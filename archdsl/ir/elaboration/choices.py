"""Choices while a spec is elaborated: the steps of one side are run where the choice stands."""

from __future__ import annotations

from archdsl.ir.elaboration.naming import Plan
from archdsl.ir.elaboration.scope import Scope, Tensors
from archdsl.ir.elaboration.state import State
from archdsl.ir.elaboration.steps import is_taken, run_steps
from archdsl.spec.model import Choice


def run_choice(state: State, step: Choice, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """The steps of the side that is chosen, under the names that they would have without the choice."""
    chosen = step.then if is_taken(state, step.condition, "'if'", step.mark, scope, arriving) else step.otherwise
    return run_steps(state, chosen, scope, arriving, plan if len(chosen) == 1 else plan.beside)
