"""Operators while a spec is elaborated: a call of one becomes a node of the graph."""

from __future__ import annotations

from typing import Any

from archdsl.errors import Mark
from archdsl.exact import Disagreement
from archdsl.exact.unknown import is_doubtful
from archdsl.ir.elaboration.links import UNNAMED, Link, lookup
from archdsl.ir.elaboration.lost import LOST, lost_node, without
from archdsl.ir.elaboration.scope import CallSite, Gathered, Scope, Tensors
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.values import arguments, evaluate, undecided
from archdsl.ir.graph import Node
from archdsl.ir.limits import bounded
from archdsl.ops import Operator, ShapeError
from archdsl.ops.errors import ArgumentError, RankError
from archdsl.ops.join import Mismatch
from archdsl.spec.model import Call, Parallel
from archdsl.spec.unknown_names import unknown_argument


def linked_operator(state: State, link: Link, site: CallSite) -> Operator:
    """The operator of a call that names one. Where every argument is constant, the link keeps it."""
    assert link.op is not None
    op = _make(state, link.op, site, arguments(state, link, site.scope, site.arriving))
    if link.is_constant and op.word not in state.spec.defaults and not state.failed:
        link.fixed = op
    return op


def named_operator(state: State, kind: type[Operator], site: CallSite, args: dict[str, Any]) -> Operator:
    """An operator that an argument or knob names, so that only here a positional value finds its argument."""
    if UNNAMED in args:
        if not kind.fields:
            raise state.fail(f"{kind.word} takes no arguments", (site.call.positional or site.call).mark)
        args[next(iter(kind.fields))] = args.pop(UNNAMED)
    return _make(state, kind, site, args)


def run_operator(state: State, op: Operator, site: CallSite) -> Tensors:
    """A node for an operator at the place of a call."""
    call, scope = site.call, site.scope
    name = state.namer.claim(scope.prefix, site.name, site.numbered)
    return (add_node(state, name, op, scope, site.arriving, call),)


def _make(state: State, kind: type[Operator], site: CallSite, args: dict[str, Any]) -> Operator:
    """The operator with its arguments, and the spec's defaults where they are not given; equal ones are one object."""
    call = site.call
    for name, value in state.spec.defaults.get(kind.word, {}).items():
        if args.get(name) is None:
            args[name] = evaluate(state, value, site.scope.names)
    values = lookup(args.values())
    place = None if values is None else (kind, tuple(args), values, state.grid.key)
    if place is not None and (found := state.links.operators.get(place)) is not None:
        return found
    args = _fitting(state, kind, call, args)
    noted = state.grid.noted
    made = _read(state, kind, call, args)
    if place is not None and state.grid.noted == noted and not state.failed:
        state.links.operators.keep(place, made)
    return made


def _fitting(state: State, kind: type[Operator], call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """The arguments that the operator has. Others, and what is missing, are reported."""
    surplus = [name for name in args if name not in kind.kinds]
    for name in surplus:
        if name == UNNAMED:
            state.fail(f"{kind.word} takes no arguments", (call.positional or call).mark)
            continue
        message, hint = unknown_argument(f"argument of {kind.word}", name, kind.kinds)
        state.fail(message, call.arg_marks.get(name, call.mark), hint)
    missing = [name for name in kind.required if args.get(name) is None]
    if missing and not surplus:  # one that is misspelt is not missing as well
        given = call.args.get(missing[0]) or call
        state.blame(f"{kind.word} needs '{missing[0]}'", given, f"arguments: {', '.join(kind.fields)}")
    if not surplus and not missing:
        return args
    found: dict[str, Any] | None = {name: value for name, value in args.items() if name in kind.kinds}
    for name in missing:
        found = None if found is None else without(kind, found, name)
    if found is None or not state.recovers:
        raise Stop
    return found


def _read(state: State, kind: type[Operator], call: Call, args: dict[str, Any]) -> Operator:
    """The operator with its arguments. What does not fit is reported, and read without."""
    try:
        return kind.read(args)
    except ArgumentError as error:
        if not is_doubtful(args[error.name]):
            given = call.args.get(error.name) or state.spec.defaults.get(kind.word, {}).get(error.name) or call.positional or call
            state.blame(error.message, given, error.hint)
        rest = without(kind, args, error.name)
        if rest is None or not state.recovers:
            raise Stop from None
        return _read(state, kind, call, rest)
    except Disagreement as error:
        raise undecided(error, call.mark, kind.word) from None


def add_node(state: State, name: str, op: Operator, scope: Scope, arriving: Tensors, maker: Call | Parallel) -> Node:
    """Put a node into the graph, its shape inferred. As many tensors have to arrive as the operator takes.

    Args:
        maker: the step that asks for it.
    """
    if state.failed and LOST in arriving:
        return lost_node(name, op) if len(arriving) == 1 else LOST
    mark, single = maker.mark, len(arriving) == 1
    if op.joins is single and not op.opaque:
        return _miscounted(state, op, arriving, mark)
    try:
        if single:
            inputs: tuple[str, ...] = (arriving[0].name,)
            shape = bounded(op.shape(arriving[0].shape), op)
        else:
            inputs = tuple([node.name for node in arriving])
            shape = bounded(op.shape(*[node.shape for node in arriving]), op)
    except ShapeError as error:
        if (
            state.failed
            and not isinstance(error, RankError)
            and (is_doubtful([node.shape for node in arriving]) or is_doubtful(op.values()))
        ):
            return LOST
        stop = _misfit(state, error, arriving, maker)
        if not state.recovers or (other := _mended(op, error.about)) is None:
            raise stop from None
        return add_node(state, name, other, scope, arriving, maker)
    except Disagreement as error:
        raise undecided(error, mark, op.word) from None
    except ZeroDivisionError:
        raise state.fail(f"{op.word}: division by zero", mark) from None
    row = maker.row if isinstance(maker, Call) else None
    nodes = state.graph.nodes
    node = nodes[name] = Node(name, op, inputs, shape, scope.frames, mark, row, present=state.grid.present)
    if len(nodes) > state.limits.nodes:
        state.too_many_nodes(mark)
    return node


def _mended(op: Operator, about: str) -> Operator | None:
    """The operator without an argument that does not suit what arrives; None where that makes no other."""
    if not about:
        return None
    rest = without(type(op), dict(zip(op.fields, op.values(), strict=True)), about)
    other = None if rest is None else type(op)(**rest)
    return None if other == op else other


def _miscounted(state: State, op: Operator, arriving: Tensors, mark: Mark) -> Node:
    """Report that too few or too many tensors arrive. Where there may be any number of labels, a join passes a single one on."""
    if op.neutral and type(arriving) is Gathered:
        return arriving[0]
    if op.joins:
        hint = "give several labels: from: [a, b], or put it after the paths as their join"
        raise state.fail(f"{op.word} takes two or more tensors, one arrives", mark, hint)
    raise state.fail(f"{len(arriving)} tensors arrive where one is wanted", mark, "join them: concat, add or mul")


def _misfit(state: State, error: ShapeError, arriving: Tensors, maker: Call | Parallel) -> Stop:
    """Report shapes that do not fit, at the argument that does not suit them where there is one; a join that failed shows where both
    of its paths end."""
    given = maker.args.get(error.about) if isinstance(maker, Call) else None
    if given is not None:
        return state.blame(error.message, given, error.hint)
    related: list[tuple[str, Mark]] = []
    if isinstance(error, Mismatch):
        for position in dict.fromkeys((0, error.index)):
            node = arriving[position]
            if node.mark is not None:
                shape = "x".join(map(str, node.shape))
                related.append((f"path {position + 1} ends in {node.name} with {shape}", node.mark))
    return state.fail(error.message, maker.mark, error.hint, *related)
