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

from contextlib import suppress
from typing import Any

from archdsl.exact.unknown import UNKNOWN
from archdsl.ir.elaboration.calls import run_call
from archdsl.ir.elaboration.choices import run_choice
from archdsl.ir.elaboration.groups import run_stage, run_table
from archdsl.ir.elaboration.labels import labelled
from archdsl.ir.elaboration.links import Links
from archdsl.ir.elaboration.parallel import run_parallel
from archdsl.ir.elaboration.scope import Scope
from archdsl.ir.elaboration.state import Runner, State, Stop
from archdsl.ir.elaboration.steps import run_steps
from archdsl.ir.elaboration.values import Undecided, evaluate, text_of
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ir.limits import Limits
from archdsl.ops import ShapeError
from archdsl.ops.arguments import COUNT
from archdsl.ops.errors import ArgumentError
from archdsl.ops.passing import Input
from archdsl.ops.shapes import KINDS
from archdsl.spec.expression import Names
from archdsl.spec.labels import ANY
from archdsl.spec.model import Arrival, Call, Choice, Outputs, Parallel, Spec, Stage, Table, Value
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
    sources = [_input(state, arrival, names) for arrival in state.spec.input]
    labels = {arrival.name: (node,) for arrival, node in zip(state.spec.input, sources, strict=True) if arrival.labelled}
    first = (sources[0],)
    scope = Scope("", (), names, {"in": first, **labels}, 0, {})
    ends = run_steps(state, net, scope, first, state.links.plan(net))
    state.report.stop()
    if state.spec.outputs is not None:
        graph.outputs, graph.returns = _outputs(state, state.spec.outputs, scope), state.spec.outputs.returns
    elif len(ends) != 1:
        hint = "join them (concat, add or mul), or name what the network returns: outputs: [a, b]"
        state.fail(f"the net ends in {len(ends)} tensors", net[-1].mark, hint)
    else:
        graph.output = ends[0].name
    state.report.stop()


def _input(state: State, arrival: Arrival, names: Names) -> Node:
    """The node of a tensor that the network is called with."""
    shape = tuple([_dimension(state, value, names) for value in arrival.shape])
    op = Input(KINDS[arrival.kind](shape) if arrival.kind else shape)
    mark = arrival.mark if arrival.labelled else arrival.shape[0].mark
    node = state.graph.nodes[arrival.name] = Node(arrival.name, op, (), op.size, (), mark)
    state.namer.taken.add(node.name)
    return node


def _outputs(state: State, outputs: Outputs, scope: Scope) -> dict[str, str]:
    """The nodes of the network's outputs, by their names. A label of several tensors gives as many outputs, which are counted."""
    found: dict[str, str] = {}
    for name, label in outputs.labels:
        with suppress(Stop):
            tensors = labelled(state, (label,), scope)
            word = text_of(state, label, scope.names).replace(ANY, "") or OUTPUT if outputs.returns != "dict" else name
            if outputs.returns == "tensor" and len(tensors) != 1:
                state.fail(
                    f"the label '{word}' stands for {len(tensors)} tensors, the output is one", label.mark, "outputs: [a, b]"
                )
            for number, node in enumerate(tensors, 1):
                full = word if len(tensors) == 1 else f"{word}_{number}"
                if full in found:
                    state.fail(f"two outputs are called '{full}'", label.mark, "names of their own: outputs: {a: …, b: …}")
                found[full] = node.name
    return {OUTPUT: next(iter(found.values()), "")} if outputs.returns == "tensor" else found


def _dimension(state: State, value: Value, names: Names) -> Any:
    try:
        found = evaluate(state, value, names)
        return COUNT.convert(found)
    except (ArgumentError, ShapeError) as error:
        state.blame(f"a dimension of the input {error.message}", value, error.hint)
    except Stop:
        pass
    return UNKNOWN
