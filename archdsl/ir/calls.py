"""Calls while a spec is elaborated: what a call names is found, and operators become nodes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from archdsl.errors import Mark, unknown
from archdsl.exact import Disagreement
from archdsl.exact.shown import describe
from archdsl.ir.evaluation import Evaluation, Stop
from archdsl.ir.graph import Node
from archdsl.ir.limits import bounded
from archdsl.ir.links import Link, lookup
from archdsl.ir.scope import Scope, Tensors, channels
from archdsl.ops import OPERATORS, Operator, ShapeError
from archdsl.ops.errors import ArgumentError
from archdsl.ops.join import Mismatch
from archdsl.spec.expression import Names
from archdsl.spec.model import PLAIN, Block, Call, Closure


class Calls(Evaluation):
    """Runs calls. Blocks and closures are opened by the class that is built on this one."""

    def open(
        self, block: Block, call: Call, args: dict[str, Any], scope: Scope, current: Tensors, base: str | None, repeated: bool
    ) -> Tensors:
        raise NotImplementedError

    def closure(self, closure: Closure, call: Call, args: dict[str, Any], scope: Scope, current: Tensors) -> Tensors:
        raise NotImplementedError

    def call(self, call: Call, scope: Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        """Run one call.

        Args:
            many: targets that stand more than once in the body, whose nodes get a number.
            alone: whether the call is the only step of its body, so that a block adds nothing to names.
        """
        self.steps += 1
        if self.steps > self.limits.steps:
            self.count_step(call.mark)
        link = self.links.calls.get(id(call)) or self.links.link(call, self.spec)
        base = call.target
        mods = call.mods
        if mods is PLAIN:
            repeated = base in many
        else:
            if mods.name is not None:
                base, alone = self.text(mods.name, scope.names), False
            rounds = mods.repeat is not None or bool(mods.loop)
            told_apart = mods.name is not None and bool(mods.name.names)  # a name with a value in it tells the rounds apart
            repeated = (rounds or base in many) and not told_apart
        if link.op is not None:
            return (self.operator(link.op, link, None, scope, current, self.namer.claim(scope.prefix, base, repeated)),)
        args = self.arguments(link, scope.names, current)
        if link.block is not None:
            return self.open(link.block, call, args, scope, current, None if alone else base, repeated)
        return self.refer(call, args, scope, current, base, repeated, alone)

    def refer(
        self, call: Call, args: dict[str, Any], scope: Scope, current: Tensors, base: str, repeated: bool, alone: bool
    ) -> Tensors:
        """Run what an argument or a knob holds."""
        name = call.reference
        if name is None:
            message, hint = unknown("operator or block", call.target, [*self.spec.blocks, *OPERATORS])
            raise self.fail(message, call.mark, hint)
        target = self.answer(scope.names[name], call.mark, f"'{call.target}'")
        if base == call.target:
            base = target if isinstance(target, str) else name
        return self.invoke(target, call, args, scope, current, base, repeated, alone)

    def invoke(
        self,
        target: Any,
        call: Call,
        args: dict[str, Any],
        scope: Scope,
        current: Tensors,
        base: str,
        repeated: bool,
        alone: bool,
    ) -> Tensors:
        """Run a target: the word of an operator or block, steps given as an argument, or a list of these."""
        if isinstance(target, str):
            if target in OPERATORS:
                node = self.named_operator(OPERATORS[target], call, args, scope, current, base, repeated)
                return (node,)
            if target in self.spec.blocks:
                return self.open(self.spec.blocks[target], call, args, scope, current, None if alone else base, repeated)
            message, hint = unknown("operator or block", target, [*self.spec.blocks, *OPERATORS])
            raise self.fail(message, call.mark, hint)
        if isinstance(target, Closure):
            segment = None if alone else self.namer.segment(scope.prefix, base, repeated)
            return self.closure(target, call, args, scope.inner(segment, "block", base, call.mark, call.row), current)
        if isinstance(target, (list, tuple)):
            segment = None if alone else self.namer.segment(scope.prefix, base, repeated)
            inner = scope.inner(segment, "block", base, call.mark, call.row)
            words = [item if isinstance(item, str) else base for item in target]
            times = Counter(words)
            for item, word in zip(target, words, strict=True):
                self.count_step(call.mark)
                current = self.invoke(item, call, {}, inner, current, word, times[word] > 1, False)
            return current
        raise self.fail(f"'{call.target}' holds {describe(target)}, not a block", call.mark)

    def arguments(self, link: Link, names: Names, current: Tensors) -> dict[str, Any]:
        """The arguments of a call, evaluated."""
        args = dict(link.constants)
        if link.is_constant:
            return args
        names["in"] = channels(current)
        for name, value in link.bare:
            args[name] = names[value]
        for name, formula in link.formulas:
            args[name] = self.evaluate(formula, names)
        for name, cell, scale in link.scaled:
            args[name] = self.evaluate(scale, {**names, "value": cell})
        return args

    # -- operators -------------------------------------------------------------------------------------------------------------

    def named_operator(
        self, op: type[Operator], call: Call, args: dict[str, Any], scope: Scope, current: Tensors, base: str, repeated: bool
    ) -> Node:
        """An operator that an argument or knob names, so that only here a positional value finds its argument."""
        if call.positional is not None:
            if not op.fields:
                raise self.fail(f"{op.word} takes no arguments", call.positional.mark)
            args[next(iter(op.fields))] = args.pop("")
        link = self.links.calls.get(id(call)) or self.links.link(call, self.spec)
        return self.operator(op, link, args, scope, current, self.namer.claim(scope.prefix, base, repeated))

    def operator(
        self, op: type[Operator], link: Link, args: dict[str, Any] | None, scope: Scope, current: Tensors, name: str
    ) -> Node:
        """A node for an operator. `args` None: those of the call itself."""
        made = link.fixed if args is None else None
        if made is None:
            own = args is None
            args = self.with_defaults(op, self.arguments(link, scope.names, current) if args is None else args, scope)
            made = self.make(op, link.call, args)
            if own and link.is_constant and op.word not in self.spec.defaults:
                link.fixed = made
        if len(current) != 1 and not op.joins:
            hint = "join them: concat, add or mul"
            raise self.fail(f"{len(current)} tensors arrive where one is wanted", link.call.mark, hint)
        if op.joins and len(current) < 2:
            hint = "give several labels: from: [a, b], or put it behind the paths as their join"
            raise self.fail(f"{op.word} takes two or more tensors, one arrives", link.call.mark, hint)
        return self.add(made, name, link.call, scope, current)

    def with_defaults(self, op: type[Operator], args: dict[str, Any], scope: Scope) -> dict[str, Any]:
        """The arguments with the spec's defaults in the place of those that are not given."""
        for name, value in self.spec.defaults.get(op.word, {}).items():
            if args.get(name) is None:
                args[name] = self.evaluate(value, scope.names)
        return args

    def make(self, op: type[Operator], call: Call, args: dict[str, Any]) -> Operator:
        """The operator with its arguments; equal ones are one object."""
        values = lookup(args.values())
        place = None if values is None else (op, tuple(args), values, self.grid.key)
        if place is not None and (found := self.links.operators.get(place)) is not None:
            return found
        for name in args:
            if name not in op.kinds:
                message, hint = unknown(f"argument of {op.word}", name, op.kinds)
                raise self.fail(message, call.arg_marks.get(name, call.mark), hint)
        missing = [name for name in op.required if args.get(name) is None]
        if missing:
            raise self.fail(f"{op.word} needs '{missing[0]}'", call.mark, f"arguments: {', '.join(op.fields)}")
        before = self.grid.noted
        try:
            made = op.read(args)
        except ArgumentError as error:
            raise self.fail(error.message, _argument_mark(call, error.message), error.hint) from None
        except Disagreement as error:
            raise self.undecided(error, call.mark, op.word) from None
        if place is not None and self.grid.noted == before:
            self.links.operators[place] = made
        return made

    def add(self, op: Operator, name: str, call: Call, scope: Scope, current: Tensors) -> Node:
        """Put a node into the graph, its shape inferred."""
        try:
            if len(current) == 1:
                inputs: tuple[str, ...] = (current[0].name,)
                shape = bounded(op.shape(current[0].shape), op)
            else:
                inputs = tuple([node.name for node in current])
                shape = bounded(op.shape(*[node.shape for node in current]), op)
        except ShapeError as error:
            raise self.misfit(error, call, current) from None
        except Disagreement as error:
            raise self.undecided(error, call.mark, op.word) from None
        except ZeroDivisionError:
            raise self.fail(f"{op.word}: division by zero", call.mark) from None
        node = self.graph.nodes[name] = Node(name, op, inputs, shape, scope.frames, call.mark, call.row)
        if len(self.graph.nodes) > self.limits.nodes:
            self.limit_nodes(call)
        return node

    def misfit(self, error: ShapeError, call: Call, current: Tensors) -> Stop:
        """Report shapes that do not fit; a join that failed shows where both of its paths end."""
        related: list[tuple[str, Mark]] = []
        index = error.index if isinstance(error, Mismatch) else None
        if index is not None:
            for position in dict.fromkeys((0, index)):
                node = current[position]
                if node.mark is not None:
                    shape = "x".join(map(str, node.shape))
                    related.append((f"path {position + 1} ends in {node.name} with {shape}", node.mark))
        return self.fail(error.message, call.mark, error.hint, *related)

    def limit_nodes(self, call: Call) -> None:
        if len(self.graph.nodes) > self.limits.nodes:
            self.exceed(f"more than {self.limits.nodes:,} operators", call.mark, "raise the limit with --max-nodes")


def _argument_mark(call: Call, message: str) -> Mark:
    name = message.split("'")[1] if message.startswith("'") else ""
    value = call.args.get(name, call.positional)
    return value.mark if value is not None else call.mark
