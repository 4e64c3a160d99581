"""Calls while a spec is elaborated: operators become nodes, blocks and steps given as arguments are opened."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from archdsl.errors import Mark, unknown
from archdsl.exact import Disagreement
from archdsl.ir.evaluation import Evaluation, Stop
from archdsl.ir.graph import Node
from archdsl.ir.limits import bounded
from archdsl.ir.links import Link
from archdsl.ir.scope import Scope, Tensors, channels
from archdsl.ir.templates import Template, record, stamp
from archdsl.ops import OPERATORS, Operator, ShapeError
from archdsl.ops.arguments import ArgumentError, describe
from archdsl.spec.expression import Names
from archdsl.spec.model import PLAIN, Block, Body, Call, Closure
from archdsl.spec.types import mistake


class Calls(Evaluation):
    """Runs calls. Bodies are run by the class that is built on this one."""

    def body(self, body: Body, scope: Scope, current: Tensors) -> Tensors:
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
        key: Any = (op, *args.items(), *map(type, args.values()))
        try:
            found = self.links.operators.get(key)
        except TypeError:  # a list or a grid has no hash
            found, key = None, None
        if found is not None:
            return found
        for name in args:
            if name not in op.kinds:
                message, hint = unknown(f"argument of {op.word}", name, op.kinds)
                raise self.fail(message, call.arg_marks.get(name, call.mark), hint)
        missing = [name for name in op.required if args.get(name) is None]
        if missing:
            raise self.fail(f"{op.word} needs '{missing[0]}'", call.mark, f"arguments: {', '.join(op.fields)}")
        try:
            made = op.read(args)
        except ArgumentError as error:
            raise self.fail(error.message, _argument_mark(call, error.message), error.hint) from None
        except Disagreement as error:
            raise self.undecided(error, call.mark, op.word) from None
        if key is not None:
            self.links.operators[key] = made
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
        node = self.graph.nodes[name] = Node(name, op, inputs, shape, scope.frames, call.mark, call.row)
        if len(self.graph.nodes) > self.limits.nodes:
            self.limit_nodes(call)
        return node

    def misfit(self, error: ShapeError, call: Call, current: Tensors) -> Stop:
        """Report shapes that do not fit; a join that failed shows where both of its paths end."""
        related: list[tuple[str, Mark]] = []
        index = getattr(error, "index", None)
        if index is not None:
            for position in dict.fromkeys((0, index)):
                node = current[position]
                if node.mark is not None:
                    shape = "x".join(map(str, node.shape))
                    related.append((f"path {position + 1} ends in {node.name} with {shape}", node.mark))
        return self.fail(error.message, call.mark, error.hint, *related)

    # -- blocks ----------------------------------------------------------------------------------------------------------------

    def open(
        self, block: Block, call: Call, args: dict[str, Any], scope: Scope, current: Tensors, base: str | None, repeated: bool
    ) -> Tensors:
        """Run the body of a block with its arguments, or copy what it became before. `base` None: it adds nothing to names."""
        key = self.template_key(block, args, scope, current) if base is not None else None
        if key is not None:
            template = self.links.templates.get(key)
            if template is not None and (copied := self.copy(template, block, call, args, scope, current, base, repeated)):
                return copied
        self.enter(scope, call)
        if call.positional is not None and call.reference is not None:
            args[next(iter(block.args), "")] = args.pop("")
        names = dict(self.knobs)
        names["in"] = channels(current)
        missing = 0
        for name, parameter, quick in self.links.parameters(block):
            value = args.get(name)
            if value is None:
                missing += name not in args
                if parameter.default is None:
                    raise self.fail(f"the block '{block.name}' needs '{name}'", call.mark, "", ("defined here", block.mark))
                value = self.evaluate(parameter.default, names)
                if value is None:
                    names[name] = None
                    continue
            if quick is not object and type(value) is not quick:
                wrong = mistake(parameter, value)
                if wrong is not None:
                    given = call.args.get(name, call.positional) if args.get(name) is not None else parameter.default
                    mark = given.mark if given is not None else call.mark
                    elsewhere = () if mark[:2] == call.mark[:2] else (("called here", call.mark),)
                    raise self.fail(f"'{name}' of '{block.name}': {wrong[0]}", mark, wrong[1], *elsewhere)
            names[name] = value
        if len(args) + missing != len(block.args):
            self.refuse_arguments(block, call, args)
        inner = self.inside(block, call, args, scope, base, repeated)
        first, steps = len(self.graph.nodes), self.steps
        self.callers.append(call.mark)
        result = self.body(block.body, inner.entered(names, current), current)
        self.callers.pop()
        if key is not None:
            made = list(islice(self.graph.nodes.values(), first, None))
            template = record(made, inner.prefix, len(inner.frames), current[0], result, self.steps - steps)
            if template is not None:
                self.links.templates[key] = template
        return result

    def inside(self, block: Block, call: Call, args: dict[str, Any], scope: Scope, base: str | None, repeated: bool) -> Scope:
        """The scope of a block's body, its values not yet put in."""
        segment = None if base is None else self.namer.segment(scope.prefix, base, repeated)
        shown = tuple([item for item in args.items() if type(item[1]) is not Closure])
        return scope.inner(segment, "block", block.name, call.mark, call.row, shown)

    def template_key(self, block: Block, args: dict[str, Any], scope: Scope, current: Tensors) -> Any:
        """What a block becomes follows from this; None where it has to be opened. Inner blocks come with the outer one."""
        if scope.depth or self.knobs_key is None or len(current) != 1:
            return None
        key = (id(block), len(current[0].shape), channels(current), *args.items(), *map(type, args.values()), self.knobs_key)
        try:
            hash(key)
        except TypeError:
            return None
        return key

    def copy(
        self,
        template: Template,
        block: Block,
        call: Call,
        args: dict[str, Any],
        scope: Scope,
        current: Tensors,
        base: Any,
        repeated: bool,
    ) -> Tensors | None:
        """A block put down again; None where its shapes do not fit, so that it is opened and the mistake finds its line."""
        inner = self.inside(block, call, args, scope, base, repeated)
        try:
            made, result = stamp(template, inner.prefix, inner.frames, current[0])
        except ShapeError:
            self.namer.release(scope.prefix, inner.prefix)
            return None
        self.steps += template.steps
        self.graph.nodes.update([(node.name, node) for node in made])
        self.limit_nodes(call)
        return (result,)

    def limit_nodes(self, call: Call) -> None:
        if len(self.graph.nodes) > self.limits.nodes:
            self.exceed(f"more than {self.limits.nodes:,} operators", call.mark, "raise the limit with --max-nodes")

    def refuse_arguments(self, block: Block, call: Call, args: dict[str, Any]) -> None:
        for name in args:
            if name == "" and call.positional is not None:
                raise self.fail(f"the block '{block.name}' takes no arguments", call.positional.mark)
            if name not in block.args:
                message, hint = unknown(f"argument of the block '{block.name}'", name, block.args)
                raise self.fail(message, call.arg_marks.get(name, call.mark), hint)

    def closure(self, closure: Closure, call: Call, args: dict[str, Any], scope: Scope, current: Tensors) -> Tensors:
        """Run steps that were given as an argument: with the values in reach where they stand, `$in` bound here."""
        self.enter(scope, call)
        body = closure.body
        inner = scope.entered(dict(closure.names), current)
        if not args:
            return self.body(body, inner, current)
        given = body[0]
        if len(body) != 1 or not isinstance(given, Call):
            raise self.fail(f"arguments for '{call.target}', which holds several steps", call.mark)
        link = self.links.calls.get(id(given)) or self.links.link(given, self.spec)
        target: Any = given.target if given.reference is None else inner.names[given.reference]
        merged = {**self.arguments(link, inner.names, current), **args}
        return self.invoke(target, given, merged, inner, current, given.target, False, True)

    def enter(self, scope: Scope, call: Call) -> None:
        if scope.depth >= self.limits.depth:
            blocks = [f.block for f in scope.frames if f.kind == "block"]
            if blocks[-1] in blocks[:-1]:
                cycle = blocks[-2 - blocks[-2::-1].index(blocks[-1]) :]
                self.exceed(f"blocks call each other without end: {' -> '.join(cycle)}", call.mark)
            shown = " -> ".join(blocks[-4:])
            self.exceed(f"blocks call each other deeper than {self.limits.depth} levels: … -> {shown}", call.mark)


def _argument_mark(call: Call, message: str) -> Mark:
    name = message.split("'")[1] if message.startswith("'") else ""
    value = call.args.get(name, call.positional)
    return value.mark if value is not None else call.mark
