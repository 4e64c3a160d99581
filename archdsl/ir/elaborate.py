"""A spec with values for its knobs to a graph: steps run in order, blocks are opened, shapes are inferred on the way.

Every dimension is an int, a grid of ints or a symbol. A condition over a grid whose elements disagree raises `Undecided`, which names the
knobs; everything else is the same code for one network and for many.

The way of a row of a table to its nodes, in `archdsl/ir/elaboration/`:

    run_table, run_stage          groups.py     each row in turn
    run_steps                     steps.py      its modifiers: when, repeat, for, as, from (labels.py)
    run_call                      calls.py      what it names, by its link (links.py), and its arguments (values.py)
    open_block                    blocks.py     a block: its body by run_steps, or a copy of what it became before (templates.py)
    run_operator                  operators.py  an operator: a node of the graph
    run_choice                    choices.py    an if: the steps of one side
    run_parallel                  parallel.py   a split or fork: its paths by run_steps, and their join
"""

from __future__ import annotations

from typing import Any

from archdsl.exact.unknown import UNKNOWN
from archdsl.ir.elaboration.calls import run_call
from archdsl.ir.elaboration.choices import run_choice
from archdsl.ir.elaboration.groups import run_stage, run_table
from archdsl.ir.elaboration.links import Links
from archdsl.ir.elaboration.parallel import run_parallel
from archdsl.ir.elaboration.scope import Scope
from archdsl.ir.elaboration.state import Runner, State, Stop
from archdsl.ir.elaboration.steps import run_steps
from archdsl.ir.elaboration.values import Undecided, evaluate
from archdsl.ir.graph import Graph, Node
from archdsl.ir.limits import Limits
from archdsl.ops import ShapeError
from archdsl.ops.arguments import COUNT
from archdsl.ops.errors import ArgumentError
from archdsl.ops.passing import Input
from archdsl.spec.expression import Names
from archdsl.spec.model import Call, Choice, Parallel, Spec, Stage, Table, Value
from archdsl.spec.report import Report

__all__ = ["RUNNERS", "Links", "Undecided", "elaborate"]

RUNNERS: dict[type, Runner] = {Call: run_call, Parallel: run_parallel, Stage: run_stage, Table: run_table, Choice: run_choice}
"""The function that runs each class of step."""


def elaborate(
    spec: Spec, knobs: dict[str, Any], limits: Limits | None = None, links: Links | None = None, report: Report | None = None
) -> Graph:
    """The graph of a spec.

    Args:
        knobs: a value for every knob, as `archdsl.spec.settings.apply` gives them.
        links: of an earlier elaboration of the same spec, which make this one quicker.
        report: what the static checks found, where they found mistakes: those of this stage are put beside them.

    Raises:
        SpecError: what the spec asks for cannot be built; all mistakes that do not follow from each other.
        Undecided: structure depends on a knob with several values.
    """
    state = State(spec, knobs, limits or Limits(), links or Links(), RUNNERS, report or Report())
    try:
        _run(state)
    except RecursionError:
        state.exceed("blocks and paths stand too deep inside each other", spec.net[0].mark)
    except Undecided:
        state.report.stop()
        raise
    return state.graph


def _run(state: State) -> None:
    """Everything from the input to the output."""
    graph, net = state.graph, state.spec.net
    names = dict(state.knobs)
    source = _input(state, names)
    scope = Scope("", (), names, {"in": (source,)}, 0)
    ends = run_steps(state, net, scope, (source,), state.links.plan(net))
    state.report.stop()
    if len(ends) != 1:
        state.fail(f"the net ends in {len(ends)} tensors", net[-1].mark, "join them: concat, add or mul")
        state.report.stop()
    graph.output = ends[0].name


def _input(state: State, names: Names) -> Node:
    """The node of the image or features that arrive at the network."""
    values = state.spec.input
    shape = tuple([_dimension(state, value, names) for value in values])
    op = Input(shape)
    node = state.graph.nodes["input"] = Node("input", op, (), op.size, (), values[0].mark)
    state.namer.taken.add(node.name)
    return node


def _dimension(state: State, value: Value, names: Names) -> Any:
    try:
        found = evaluate(state, value, names)
        return COUNT.convert(found)
    except (ArgumentError, ShapeError) as error:
        state.blame(f"a dimension of the input {error.message}", value, error.hint)
    except Stop:
        pass
    return UNKNOWN
