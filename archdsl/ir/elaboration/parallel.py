"""Splits and forks while a spec is elaborated: their paths, what each of them sees, and their joins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archdsl.ir.elaboration.lost import LOST
from archdsl.ir.elaboration.naming import Plan
from archdsl.ir.elaboration.operators import add_node, linked_operator, run_operator
from archdsl.ir.elaboration.scope import CallSite, Scope, Tensors, arrive
from archdsl.ir.elaboration.shares import cuts_of
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.steps import is_taken, loop, run_steps
from archdsl.ir.elaboration.values import text_of
from archdsl.ir.graph import Node
from archdsl.ops.rearrange import Slice
from archdsl.spec.expression import Names
from archdsl.spec.model import Call, Label, Parallel, Path


def run_parallel(state: State, step: Parallel, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """All paths of a split or fork, and their join."""
    source = _single(state, arriving, step)
    if step.mods.name is not None:
        scope = _named(state, step, step.mods.name, scope)
    arrive(scope.names, arriving)
    paths = _present(state, step, scope, arriving)
    cuts = cuts_of(state, step, [place for place, *_ in paths], source, scope.names) if step.kind == "split" else None
    ends: list[Node] = []
    for index, (place, path, segment, names) in enumerate(paths):
        word = segment or path.name or str(place + 1)
        inner = scope.inner(segment, "path", word, path.mark)
        inner.names = names
        try:
            begin = (source,) if cuts is None else (_cut(state, step, cuts[index], word, scope, source),)
            ends.append(_single(state, run_steps(state, path.body, inner, begin, state.links.plan(path.body)), path))
        except Stop:  # the other paths may have mistakes of their own
            ends.append(LOST)
    return _join(state, step.join, scope, tuple(ends))


def _present(state: State, step: Parallel, scope: Scope, arriving: Tensors) -> list[tuple[int, Path, str | None, Names]]:
    """The paths that are there, each with its place among all of them as they are written, and what `_paths` says of it."""
    paths = [(place, *path) for place, path in enumerate(_paths(state, step, scope))]
    if not paths and state.failed and not step.paths:
        raise Stop  # the static checks have said so
    if not paths:
        raise state.fail(f"a {step.kind} without paths", step.mark)
    if step.shares is not None and len(step.shares) != len(paths):
        raise state.fail(f"{len(step.shares)} shares for {len(paths)} paths", step.mark)
    found = []
    for place, path, segment, names in paths:
        if path.when is None or is_taken(state, path.when, "'when'", path.mark, scope.having(names), arriving):
            found.append((place, path, segment, names))
    if not found:
        related = [("it is there where this is true", path.when.mark) for path in step.paths if path.when is not None]
        raise state.fail(f"no path of the {step.kind} is there", step.mark, "", *related[:3])
    return found


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


def _cut(state: State, step: Parallel, cut: tuple[Any, Any], word: str, scope: Scope, source: Node) -> Node:
    """The channels of one path."""
    name = state.namer.claim(scope.prefix, f"split_{word.removeprefix('path_')}", False)
    return add_node(state, name, Slice(start=cut[0], stop=cut[1]), scope, (source,), step)


def _join(state: State, call: Call, scope: Scope, ends: Tensors) -> Tensors:
    """The tensors at the ends of the paths as one; a single one is not joined, where the join has a neutral element."""
    link, site = state.links.of(call, state.spec), CallSite(call, scope, ends, call.target)
    if link.op is None:
        raise Stop  # the static checks have said so
    if len(ends) == 1 and link.op.neutral:
        return ends
    return run_operator(state, link.fixed or linked_operator(state, link, site), site)
