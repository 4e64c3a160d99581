"""Blocks while a spec is elaborated: bodies are run with the arguments of a call, or copied from what they became before."""

from __future__ import annotations

from itertools import islice
from typing import Any

from archdsl.errors import unknown
from archdsl.ir.calls import Calls
from archdsl.ir.links import lookup
from archdsl.ir.scope import Scope, Tensors, channels
from archdsl.ir.templates import Template, record, stamp
from archdsl.ops import ShapeError
from archdsl.spec.model import Block, Body, Call, Closure
from archdsl.spec.types import mistake


class Blocks(Calls):
    """Opens blocks and closures. Bodies are run by the class that is built on this one."""

    def body(self, body: Body, scope: Scope, current: Tensors) -> Tensors:
        raise NotImplementedError

    def open(
        self, block: Block, call: Call, args: dict[str, Any], scope: Scope, current: Tensors, base: str | None, repeated: bool
    ) -> Tensors:
        """Run the body of a block with its arguments, or copy what it became before. `base` None: it adds nothing to names."""
        if block.name in self.spec.forced:
            args = {**args, **{name: value.value for name, value in self.spec.forced[block.name].items()}}
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
        first, steps, before = len(self.graph.nodes), self.steps, self.grid.noted
        self.callers.append(call.mark)
        result = self.body(block.body, inner.entered(names, current), current)
        self.callers.pop()
        if key is not None and self.grid.noted == before:
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
        values = lookup((channels(current), *args.values()))
        return values and (id(block), len(current[0].shape), tuple(args), values, self.knobs_key, self.grid.key)

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
