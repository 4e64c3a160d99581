"""Splits and forks while a spec is elaborated: their paths, what each of them sees, and their joins."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from archdsl.exact import floor
from archdsl.exact.shown import describe, written
from archdsl.exact.unknown import is_doubtful
from archdsl.ir.elaboration.lost import LOST
from archdsl.ir.elaboration.naming import Plan
from archdsl.ir.elaboration.operators import add_node, linked_operator, run_operator
from archdsl.ir.elaboration.scope import CallSite, Scope, Tensors, arrive, channels
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.steps import loop, run_steps
from archdsl.ir.elaboration.values import evaluate, text_of
from archdsl.ir.graph import Node
from archdsl.ops import ShapeError
from archdsl.ops.errors import refuse
from archdsl.ops.rearrange import Slice
from archdsl.spec.check_steps import REST, SHARES_HINT
from archdsl.spec.expression import Names
from archdsl.spec.model import Call, Label, Parallel, Path, Value


def run_parallel(state: State, step: Parallel, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """All paths of a split or fork, and their join."""
    source = _single(state, arriving, step)
    if step.mods.name is not None:
        scope = _named(state, step, step.mods.name, scope)
    arrive(scope.names, arriving)
    paths = list(_paths(state, step, scope))
    if not paths and state.failed and not step.paths:
        raise Stop  # the static checks have said so
    if not paths:
        raise state.fail(f"a {step.kind} without paths", step.mark)
    cuts = _cuts(state, step, len(paths), source, scope.names) if step.kind == "split" else None
    ends: list[Node] = []
    for index, (path, segment, names) in enumerate(paths):
        word = segment or path.name or str(index + 1)
        inner = scope.inner(segment, "path", word, path.mark)
        inner.names = names
        try:
            begin = (source,) if cuts is None else (_cut(state, step, cuts[index], word, scope, source),)
            ends.append(_single(state, run_steps(state, path.body, inner, begin, state.links.plan(path.body)), path))
        except Stop:  # the other paths may have mistakes of their own
            ends.append(LOST)
    return _join(state, step.join, scope, tuple(ends))


def _named(state: State, step: Parallel, label: Label, scope: Scope) -> Scope:
    """The scope of a split or fork that has a name, which all of its nodes begin with."""
    name = text_of(state, label, scope.names)
    segment = state.namer.segment(scope.prefix, name, step.mods.repeat is not None or bool(step.mods.loop))
    return scope.inner(segment, "block", name, step.mark)


def _single(state: State, tensors: Tensors, step: Parallel | Path) -> Node:
    if len(tensors) != 1:
        raise state.fail(f"{len(tensors)} tensors arrive where one is wanted", step.mark, "join them: concat, add or mul")
    return tensors[0]


def _paths(state: State, step: Parallel, scope: Scope) -> Iterator[tuple[Path, str | None, Names]]:
    """Each path with the segment that it adds to names (None where it adds none) and the values in reach."""
    if not step.loop:
        filled = sum(1 for path in step.paths if path.body)
        for index, path in enumerate(step.paths):
            word = path.name or (f"path_{index + 1}" if filled > 1 else None)
            yield path, word, dict(scope.names)
        return
    rounds = list(loop(state, step.loop, scope.names))
    variable = step.loop[0][0]
    chosen = [names[variable] for names in rounds]
    plain = all(isinstance(v, (int, str)) for v in chosen) and len(set(chosen)) == len(chosen)
    for index, names in enumerate(rounds):
        yield step.paths[0], f"{variable}{chosen[index]}" if plain else f"{variable}_{index + 1}", names


def _cuts(state: State, step: Parallel, count: int, source: Node, names: Names) -> list[tuple[Any, Any]]:
    """First channel, and channel after the last, of every path: shares rounded down, the last takes what is left."""
    total = channels((source,))
    if step.shares is None:
        shares: list[Any] = [Fraction(1, count)] * count
    else:
        if len(step.shares) != count:
            raise state.fail(f"{len(step.shares)} shares for {count} paths", step.mark)
        shares = [_share(state, share, names) for share in step.shares[:-1]]
        _whole(state, step, shares, step.shares[-1], names)
    if is_doubtful(total):
        return [(0, total)] * count
    found, start = [], 0
    for index in range(count):
        stop = total if index == count - 1 else start + floor(total * shares[index])
        if (ok := start < stop) is not True:
            _empty_path(state, ok, step, index, total)
        found.append((start, stop))
        start = stop
    return found


def _share(state: State, value: Value, names: Names) -> Any:
    """The number of a share."""
    share = evaluate(state, value, names)
    if is_doubtful(share):
        raise Stop
    if isinstance(share, (str, bool, list, type(None))):
        raise state.blame(f"a share must be a number between 0 and 1, {describe(share)} came", value)
    return share


def _whole(state: State, step: Parallel, before: list[Any], last: Value, names: Names) -> None:
    """Refuse shares that leave channels to nobody: the last path would take them without a word."""
    if evaluate(state, last, names) == REST:
        return
    total = sum(before) + _share(state, last, names)
    if (ok := total == 1) is not True:
        try:
            refuse(ok, f"the shares add up to {written(total)}, not to the whole")
        except ShapeError as error:
            raise state.fail(error.message, step.mark, SHARES_HINT) from None


def _empty_path(state: State, ok: Any, step: Parallel, index: int, total: Any) -> None:
    """Refuse a split that leaves a path without channels. `ok`: False, or for a grid where it does not."""
    path = step.paths[min(index, len(step.paths) - 1)]
    try:
        refuse(ok, f"the split of {total} channels leaves path {index + 1} no channel")
    except ShapeError as error:
        raise state.fail(error.message, step.mark, error.hint, ("the path", path.mark)) from None


def _cut(state: State, step: Parallel, cut: tuple[Any, Any], word: str, scope: Scope, source: Node) -> Node:
    """The channels of one path."""
    name = state.namer.claim(scope.prefix, f"split_{word.removeprefix('path_')}", False)
    return add_node(state, name, Slice(start=cut[0], stop=cut[1]), scope, (source,), step)


def _join(state: State, call: Call, scope: Scope, ends: Tensors) -> Tensors:
    """The tensors at the ends of the paths as one; a single one is not joined."""
    if len(ends) == 1:
        return ends
    link, site = state.links.of(call, state.spec), CallSite(call, scope, ends, call.target)
    if link.op is None:
        raise Stop  # the static checks have said so
    return run_operator(state, link.fixed or linked_operator(state, link, site), site)
