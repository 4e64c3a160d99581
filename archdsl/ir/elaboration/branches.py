"""Decisions about structure whose answers differ over a grid: each answer is followed, and the tensors meet again after the step.

What a `when`, a `repeat`, a `for` or a word decides changes what happens inside a step, and the network goes on with the same kind of
tensor. So the innermost step whose decision has several answers is run once for each of them, for the variants that give it; its nodes
say which variants have them (`Node.present`), and a `Select` stands where the alternatives meet. Where they cannot meet (other kinds of
tensors, labels that only some have), the step around is told apart in the same way, and in the end the whole grid is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from archdsl.errors import SpecError
from archdsl.ir.elaboration.scope import Gathered, Scope, Shares, Tensors
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.values import Undecided
from archdsl.ir.graph import Node
from archdsl.ops.select import Select
from archdsl.spec.report import Report

if TYPE_CHECKING:
    import numpy as np

    from archdsl.ops.operator import Shape

Run = Callable[[], Tensors]


class Before(NamedTuple):
    """Where an elaboration stood before a step, to go back to."""

    nodes: int
    opened: int
    labels: dict[str, Tensors]
    shares: Shares

    @classmethod
    def of(cls, state: State, scope: Scope) -> Before:
        return cls(len(state.graph.nodes), len(state.opened), dict(scope.labels), dict(scope.shares))

    def restore(self, state: State, scope: Scope) -> None:
        """Take back what the step has made. Names that it took stay taken."""
        nodes = state.graph.nodes
        for name in list(islice(reversed(nodes), len(nodes) - self.nodes)):
            del nodes[name]
        del state.opened[self.opened :]
        scope.labels.clear()
        scope.labels.update(self.labels)
        scope.shares.clear()
        scope.shares.update(self.shares)


class _End(NamedTuple):
    """What an alternative came to."""

    mask: np.ndarray
    tensors: Tensors
    labels: dict[str, Tensors]


def followed(state: State, scope: Scope, run: Run) -> Tensors:
    """Run a step. A decision in it that has several answers is followed into each, and the tensors that leave it are selected.

    Raises:
        Undecided: the alternatives do not meet again.
        SpecError: none of them can be built.
    """
    before = Before.of(state, scope)
    try:
        return run()
    except Undecided as error:
        import numpy as np

        answers, again = np.asarray(error.mask), partial(followed, state, scope, run)
        return meet(state, scope, before, error, [(answers == answer, again) for answer in np.unique(answers)])


def meet(state: State, scope: Scope, before: Before, error: Undecided, groups: Sequence[tuple[np.ndarray, Run]]) -> Tensors:
    """Run alternatives, each for the variants of a mask, and select the tensors that leave them."""
    before.restore(state, scope)
    ends: list[_End] = []
    refused: SpecError | None = None
    for mask, run in groups:
        if not state.grid.elements(mask).any():
            continue
        here = Before.of(state, scope)
        try:
            tensors = _apart(state, mask, run)
        except Undecided:
            before.restore(state, scope)
            raise
        except SpecError as found:
            refused = refused or found
            here.restore(state, scope)
            _note(state, mask, found)
            continue
        if len(scope.shares) != len(before.shares):
            raise error
        ends.append(_End(mask, tensors, dict(scope.labels)))
        scope.labels.clear()
        scope.labels.update(before.labels)
    if not ends:
        assert refused is not None
        raise refused
    return _met(state, scope, before, error, ends)


def _apart(state: State, mask: np.ndarray, run: Run) -> Tensors:
    """Run a step for some variants only. Mistakes of these are not mistakes of the others."""
    outer, report, failed = state.grid, state.report, state.failed
    state.report = Report()
    try:
        with state.grid.branch(mask) as inner:
            state.grid = inner
            return run()
    except Stop:
        state.report.stop()
        raise
    finally:
        state.grid = outer
        state.report, state.failed = report, failed


def _note(state: State, mask: np.ndarray, error: SpecError) -> None:
    """Note that the variants of a mask cannot be built."""
    from archdsl.exact.truth import Truth

    state.grid.note(Truth(~mask), error.diagnostics[0].message)


def _met(state: State, scope: Scope, before: Before, error: Undecided, ends: list[_End]) -> Tensors:
    """The tensors of all alternatives as one. Raises the decision's error where they do not fit together."""
    masks = [end.mask for end in ends]
    sides = [end.tensors for end in ends]
    result = _together(state, masks, sides)
    labels = {}
    for name in dict.fromkeys(name for end in ends for name in end.labels):
        given = [end.labels.get(name) for end in ends]
        found = None if None in given else _together(state, masks, given)  # type: ignore[arg-type]
        if found is None:
            result = None
            break
        labels[name] = found
    if result is None:
        before.restore(state, scope)
        raise error
    scope.labels.clear()
    scope.labels.update(labels)
    return result


def _together(state: State, masks: list[np.ndarray], sides: list[Tensors]) -> Tensors | None:
    """Tensors of several alternatives as the same number of tensors; None where they are of different kinds."""
    first = sides[0]
    if all(side == first for side in sides[1:]):
        return first
    if len({(type(side), len(side)) for side in sides}) > 1:
        return None
    found = []
    for nodes in zip(*sides, strict=True):
        node = _selected(state, masks, nodes)
        if node is None:
            return None
        found.append(node)
    return Gathered(found) if type(first) is Gathered else tuple(found)


def _selected(state: State, masks: list[np.ndarray], nodes: tuple[Node, ...]) -> Node | None:
    """The node of whichever alternative a variant takes."""
    if all(node is nodes[0] for node in nodes):
        return nodes[0]
    from archdsl.exact.selection import chosen

    shapes = [node.shape for node in nodes]
    if len({(type(shape), len(shape)) for shape in shapes}) > 1:
        return None
    kind: type[Shape] = type(shapes[0])
    shape = kind([chosen(masks, sides) for sides in zip(*shapes, strict=True)])
    name = state.namer.claim("", f"{nodes[0].name}.select", False)
    node = Node(name, Select(masks), tuple([node.name for node in nodes]), shape, present=state.grid.present)
    state.graph.nodes[name] = node
    return node
