"""A spec with values for its knobs to a graph: steps run in order, blocks are opened, shapes are inferred on the way.

Every dimension is an int, a grid of ints or a symbol. A condition over a grid whose elements disagree raises `Undecided`, which names the
knobs; everything else is the same code for one network and for many.

    Evaluation   values, decisions, mistakes       (ir/evaluation.py)
    Calls        what a call names, operators      (ir/calls.py)
    Blocks       bodies, copies, closures          (ir/blocks.py)
    Structure    split, fork, stage, table         (ir/structure.py)
    Elaborator   steps in order, loops, the whole  (here)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from archdsl.errors import Mark
from archdsl.exact import Undetermined
from archdsl.exact.shown import describe
from archdsl.ir.evaluation import Stop, Undecided
from archdsl.ir.graph import Graph, Node
from archdsl.ir.limits import Limits
from archdsl.ir.links import Links
from archdsl.ir.scope import Scope, Tensors, channels
from archdsl.ir.structure import Structure
from archdsl.ops import ShapeError
from archdsl.ops.arguments import COUNT
from archdsl.ops.errors import ArgumentError
from archdsl.ops.passing import Input
from archdsl.spec.expression import Names
from archdsl.spec.model import PLAIN, Body, Call, Label, Modifiers, Parallel, Spec, Stage, Step, Value

__all__ = ["Undecided", "elaborate"]


def elaborate(spec: Spec, knobs: dict[str, Any], limits: Limits | None = None, links: Links | None = None) -> Graph:
    """The graph of a spec.

    Args:
        knobs: a value for every knob, as `archdsl.spec.knobs.apply` gives them.
        links: of an earlier elaboration of the same spec, which make this one quicker.

    Raises:
        SpecError: what the spec asks for cannot be built; all mistakes that do not follow from each other.
        Undecided: structure depends on a knob with several values.
    """
    return Elaborator(spec, knobs, limits or Limits(), links or Links()).run()


class Elaborator(Structure):
    """Runs bodies: steps one after the other, with their modifiers."""

    def run(self) -> Graph:
        """The finished graph."""
        names = dict(self.knobs)
        try:
            shape = tuple(self.dimension(value, names) for value in self.spec.input)
            node = Node("input", Input(shape), (), shape, (), self.spec.input[0].mark)
            self.graph.nodes[node.name] = node
            self.namer.taken.add(node.name)
            current = self.body(self.spec.net, Scope("", (), names, {"in": (node,)}, 0), (node,))
            self.report.stop()
            self.graph.output = current[0].name
            if len(current) != 1:
                raise self.fail(
                    f"the net ends in {len(current)} tensors", self.spec.net[-1].mark, "join them: concat, add or mul"
                )
        except RecursionError:
            self.exceed("blocks and paths stand too deep inside each other", self.spec.net[0].mark)
        except Stop:
            self.report.stop()
            raise AssertionError("a step failed without a report") from None
        return self.graph

    def dimension(self, value: Value, names: Names) -> Any:
        found = self.evaluate(value, names)
        try:
            return COUNT.convert(found)
        except (ArgumentError, ShapeError) as error:
            raise self.fail(f"a dimension of the input {error.message}", value.mark, error.hint) from None

    def body(self, body: Body, scope: Scope, current: Tensors) -> Tensors:
        """Run the steps of a body; the tensors after the last."""
        return self.sequence(body, scope, current, self.namer.repeated(body), len(body) == 1)

    def sequence(self, steps: Iterable[Step], scope: Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        """Run steps one after the other. `many`: targets that get a number; `alone`: a block among them adds nothing to names."""
        for step in steps:
            mods = step.mods
            try:
                if mods is PLAIN and type(step) is Call:
                    current = self.call(step, scope, current, many, alone)
                elif mods.repeat is None and not mods.loop:
                    current = self.once(step, scope, current, many, alone)
                else:
                    scope.names["in"] = channels(current)
                    for names in self.rounds(mods, scope):
                        current = self.once(step, scope.having(names), current, many, False)
            except Undetermined as error:  # of a shape rule; in an expression it is a mistake of the expression
                raise self.fail(str(error), step.mark) from None
        return current

    def once(self, step: Step, scope: Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        """Run one step with its modifiers, loops apart."""
        mods = step.mods
        before = current
        if mods.sources:
            current = tuple(tensor for label in mods.sources for tensor in self.tap(label, scope))
        if mods.when is not None:
            self.count_step(step.mark)
            scope.names["in"] = channels(current)
            condition = self.decide(mods.when, scope.names, "'when'")
            if not isinstance(condition, bool):
                raise self.fail(f"'when' takes a condition, {describe(condition)} came", mods.when.mark)
            if not condition:
                return before
        if type(step) is Call:
            result = self.call(step, scope, current, many, alone)
        elif type(step) is Parallel:
            result = self.parallel(step, scope, current)
        elif type(step) is Stage:
            result = self.stage(step, scope, current)
        else:
            assert not isinstance(step, (Call, Parallel, Stage))
            result = self.table(step, scope, current, many)
        if mods.label is not None:
            scope.labels[self.text(mods.label, scope.names)] = result
        return result

    def tap(self, label: Label, scope: Scope) -> Tensors:
        text = self.text(label, scope.names)
        if text not in scope.labels:
            hint = "the step that gives it was not taken" if not label.names else ""
            raise self.fail(f"no label '{text}' is in reach", label.mark, hint)
        return scope.labels[text]

    def rounds(self, mods: Modifiers, scope: Scope) -> Iterator[Names]:
        """The values in reach of each round of `repeat` or `for`."""
        count = 1
        if mods.repeat is not None:
            count = self.decide(mods.repeat, scope.names, "'repeat'")
            if type(count) is not int or count < 0:
                raise self.fail(f"'repeat' takes an int, at least 0; {describe(count)} came", mods.repeat.mark)
        for index in range(count):
            self.count_step(_first_mark(mods))
            names = {**scope.names, "i": index}
            if mods.loop:
                yield from self.loop(mods.loop, names)
            else:
                yield names

    def loop(self, loop: tuple[tuple[str, Value], ...], names: Names) -> Iterator[Names]:
        """The values in reach for each element of the lists of a `for`; several lists go in step."""
        lists = []
        for name, value in loop:
            items = self.evaluate(value, names)
            if not isinstance(items, (list, tuple)):
                raise self.fail(f"'for' takes a list, {describe(items)} came for '{name}'", value.mark)
            lists.append(items)
        if len({len(items) for items in lists}) > 1:
            lengths = " and ".join(str(len(items)) for items in lists)
            raise self.fail(f"the lists of 'for' have different lengths: {lengths}", loop[0][1].mark)
        for index, chosen in enumerate(zip(*lists, strict=True)):
            self.count_step(loop[0][1].mark)
            yield {**names, "i": index, **dict(zip((name for name, _ in loop), chosen, strict=True))}


def _first_mark(mods: Modifiers) -> Mark | None:
    value = mods.repeat if mods.repeat is not None else mods.loop[0][1] if mods.loop else None
    return value.mark if value is not None else None
