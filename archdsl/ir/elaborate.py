"""A spec with values for its knobs to a graph: steps run in order, blocks are opened, shapes are inferred on the way.

Every dimension is an int or a grid of ints. A condition over a grid whose elements disagree raises `Undecided`, which names the
knobs; everything else is the same code for one network and for many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from archdsl.errors import Diagnostic, Mark, SpecError, unknown
from archdsl.exact import Disagreement, floor, one_answer
from archdsl.ir.graph import Frame, Graph, Node
from archdsl.ir.limits import Limits
from archdsl.ir.naming import Namer
from archdsl.ops import OPERATORS, Operator, ShapeError
from archdsl.ops.arguments import COUNT, ArgumentError, describe
from archdsl.ops.operator import channel_axis, refuse
from archdsl.ops.passing import Input
from archdsl.ops.rearrange import Slice
from archdsl.spec.expression import ExpressionError, Names
from archdsl.spec.model import (
    PLAIN,
    Block,
    Body,
    Call,
    Closure,
    Constant,
    Label,
    Modifiers,
    Parallel,
    Path,
    Spec,
    Stage,
    Step,
    Table,
    Value,
)
from archdsl.spec.read_values import IN_TEXT, inside
from archdsl.spec.report import Report
from archdsl.spec.types import fits, mistake

Tensors = tuple[Node, ...]


class Undecided(SpecError):
    """Structure depends on a knob that holds several values which want different structures.

    Attributes:
        knobs: names of the knobs.
        mask: boolean array, the answers of the condition.
    """

    def __init__(self, diagnostic: Diagnostic, knobs: frozenset[str], mask: Any):
        super().__init__(diagnostic)
        self.knobs = knobs
        self.mask = mask

    def __reduce__(self) -> tuple[Any, ...]:
        return Undecided, (self.diagnostics[0], self.knobs, self.mask)


class _Stop(Exception):
    """A step failed and has been reported; what hangs on its output is passed over."""


def elaborate(spec: Spec, knobs: dict[str, Any], limits: Limits | None = None) -> Graph:
    """The graph of a spec.

    Args:
        knobs: a value for every knob, as `archdsl.spec.knobs.apply` gives them.

    Raises:
        SpecError: what the spec asks for cannot be built; all mistakes that do not follow from each other.
        Undecided: structure depends on a knob with several values.
    """
    return _Elaborator(spec, knobs, limits or Limits()).run()


def channels(current: Tensors) -> Any:
    """Number of channels that arrive: what `$in` stands for."""
    shape = current[0].shape
    return shape[channel_axis(shape)]


class _Scope:
    """Where a body runs: the prefix of names, the frames, the values in reach, the labels of the block."""

    __slots__ = ("depth", "frames", "labels", "names", "prefix")

    def __init__(self, prefix: str, frames: tuple[Frame, ...], names: Names, labels: dict[str, Tensors], depth: int):
        self.prefix = prefix
        self.frames = frames
        self.names = names
        self.labels = labels
        self.depth = depth

    def inner(
        self, segment: str | None, kind: str, word: str, mark: Mark, row: int | None = None, args: dict[str, Any] | None = None
    ) -> _Scope:
        """The scope of a path, stage or block: one more frame, and one more segment of names unless it is elided."""
        prefix = self.prefix if segment is None else f"{self.prefix}{segment}."
        frame = Frame(prefix[:-1], kind, word, mark, row, tuple(args.items()) if args else ())
        return _Scope(prefix, (*self.frames, frame), self.names, self.labels, self.depth)

    def having(self, names: Names) -> _Scope:
        return _Scope(self.prefix, self.frames, names, self.labels, self.depth)


class _Elaborator:
    def __init__(self, spec: Spec, knobs: dict[str, Any], limits: Limits):
        self.spec = spec
        self.knobs = knobs
        self.limits = limits
        self.report = Report()
        self.graph = Graph(spec.name, init=dict(spec.init))
        self.namer = Namer()
        self.steps = 0
        self.operators: dict[Any, Operator] = {}
        self.input: Tensors = ()

    def run(self) -> Graph:
        names = dict(self.knobs)
        try:
            shape = tuple(self.dimension(value, names) for value in self.spec.input)
            node = Node("input", Input(shape), (), shape, (), self.spec.input[0].mark)
            self.graph.nodes[node.name] = node
            self.namer.taken.add(node.name)
            self.input = (node,)
            current = self.body(self.spec.net, _Scope("", (), names, {"in": (node,)}, 0), (node,))
            self.report.stop()
            self.graph.output = self.single(current, self.spec.net[-1].mark).name
        except _Stop:
            self.report.stop()
            raise AssertionError("a step failed without a report") from None
        return self.graph

    # -- values ----------------------------------------------------------------------------------------------------------------

    def fail(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> _Stop:
        self.report.error(message, mark, hint, *related)
        return _Stop()

    def evaluate(self, value: Value, names: Names) -> Any:
        if type(value) is Constant:
            return value.value
        try:
            return value.evaluate(names)
        except ExpressionError as error:
            raise self.fail(error.message, inside(value.mark, error, True), error.hint) from None

    def dimension(self, value: Value, names: Names) -> Any:
        found = self.evaluate(value, names)
        try:
            return COUNT.convert(found)
        except (ArgumentError, ShapeError) as error:
            raise self.fail(f"a dimension of the input {error.message}", value.mark, error.hint) from None

    def decide(self, value: Value, names: Names, what: str) -> Any:
        """A value that structure depends on: one answer for the whole grid, or `Undecided`."""
        found = self.evaluate(value, names)
        if type(found) in (int, bool, str):
            return found
        return self.answer(found, value.mark, what)

    def answer(self, found: Any, mark: Mark, what: str) -> Any:
        if not hasattr(found, "knobs"):
            return found
        try:
            return one_answer(found)
        except Disagreement as error:
            raise self.undecided(error, mark, what) from None

    def undecided(self, error: Any, mark: Mark, what: str) -> Undecided:
        names = ", ".join(sorted(error.knobs)) or "an array"
        hint = "give the knob one value, or cost each structure by itself"
        text = f"{what} depends on {names}, whose values want different structures"
        return Undecided(Diagnostic(text, mark, hint), error.knobs, error.mask)

    # -- bodies and steps ------------------------------------------------------------------------------------------------------

    def body(self, body: Body, scope: _Scope, current: Tensors) -> Tensors:
        """Run the steps of a body; the tensors after the last."""
        return self.sequence(body, scope, current, self.namer.repeated(body), len(body) == 1)

    def sequence(self, steps: Iterable[Step], scope: _Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        """Run steps one after the other. `many`: targets that get a number; `alone`: a block among them adds nothing to names."""
        for step in steps:
            mods = step.mods
            if mods is PLAIN and type(step) is Call:
                current = self.call(step, scope, current, many, alone)
            elif mods.repeat is None and not mods.loop:
                current = self.once(step, scope, current, many, alone)
            else:
                for names in self.rounds(mods, scope):
                    current = self.once(step, scope.having(names), current, many, False)
        return current

    def rounds(self, mods: Modifiers, scope: _Scope) -> Iterator[Names]:
        """The values in reach of each round of `repeat` or `for`."""
        count = 1
        if mods.repeat is not None:
            count = self.decide(mods.repeat, scope.names, "'repeat'")
            if type(count) is not int or count < 0:
                raise self.fail(f"'repeat' takes an int, at least 0; {describe(count)} came", mods.repeat.mark)
        for index in range(count):
            self.count_step(mods.repeat.mark if mods.repeat else None)
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
            yield {**names, "i": index, **dict(zip((name for name, _ in loop), chosen, strict=True))}

    def count_step(self, mark: Mark | None) -> None:
        """One more step; a spec that takes too many ends here."""
        self.steps += 1
        if self.steps > self.limits.steps:
            raise self.fail(f"more than {self.limits.steps:,} steps", mark, "raise the limit with --max-steps")

    def once(self, step: Step, scope: _Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        mods = step.mods
        names = scope.names
        before = current
        if mods.sources:
            current = tuple(tensor for label in mods.sources for tensor in self.tap(label, scope))
        if mods.when is not None:
            self.count_step(step.mark)
            names["in"] = channels(current)
            condition = self.decide(mods.when, names, "'when'")
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
            result = self.table(step, scope, current, many)
        if mods.label is not None:
            scope.labels[self.text(mods.label, names)] = result
        return result

    def text(self, label: Label, names: Names) -> str:
        if not label.names:
            return label.text

        def value(match: re.Match[str]) -> str:
            found = self.answer(names[match[1]], label.mark, "a name")
            if not isinstance(found, (int, str)):
                raise self.fail(f"a name takes ints and words, '${match[1]}' is {describe(found)}", label.mark)
            return str(found)

        return IN_TEXT.sub(value, label.text)

    def tap(self, label: Label, scope: _Scope) -> Tensors:
        text = self.text(label, scope.names)
        if text not in scope.labels:
            hint = "the step that gives it was not taken" if not label.names else ""
            raise self.fail(f"no label '{text}' is in reach", label.mark, hint)
        return scope.labels[text]

    def single(self, current: Tensors, mark: Mark) -> Node:
        if len(current) != 1:
            raise self.fail(f"{len(current)} tensors arrive where one is wanted", mark, "join them: concat, add or mul")
        return current[0]

    # -- calls -----------------------------------------------------------------------------------------------------------------

    def call(self, call: Call, scope: _Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        self.steps += 1
        if self.steps > self.limits.steps:
            self.count_step(call.mark)
        names = scope.names
        names["in"] = channels(current)
        base = call.target
        target: Any = base
        if base[0] == "$":
            target = self.answer(names[base[1:]], call.mark, f"'{base}'")
            base = target if isinstance(target, str) else base[1:]
        args = self.arguments(call, names) if call.args else {}
        mods = call.mods
        repeated = call.target in many
        if mods is not PLAIN:
            repeated = repeated or mods.repeat is not None or bool(mods.loop)
            if mods.name is not None:
                base, alone = self.text(mods.name, names), False
        return self.invoke(target, call, args, scope, current, base, repeated, alone)

    def arguments(self, call: Call, names: Names) -> dict[str, Any]:
        args = {}
        for name, value in call.args.items():
            if type(value) is Constant:
                found = value.value
                if found is not None and name in call.scale:
                    found = self.evaluate(call.scale[name], {**names, "value": found})
            else:
                found = self.evaluate(value, names)
            args[name] = found
        return args

    def invoke(
        self, target: Any, call: Call, args: dict[str, Any], scope: _Scope, current: Tensors, base: str, many: bool, elided: bool
    ) -> Tensors:
        """Run what a call names: an operator, a block, steps given as an argument, or a list of these."""
        if isinstance(target, str):
            op = OPERATORS.get(target)
            if op is not None:
                return (self.operator(op, call, args, scope, current, self.namer.claim(scope.prefix, base, many)),)
            block = self.spec.blocks.get(target)
            if block is None:
                message, hint = unknown("operator or block", target, [*self.spec.blocks, *OPERATORS])
                raise self.fail(message, call.mark, hint)
            segment = None if elided else self.namer.segment(scope.prefix, base, many)
            shown = {k: v for k, v in args.items() if type(v) is not Closure}
            return self.block(block, call, args, scope.inner(segment, "block", target, call.mark, call.row, shown), current)
        if isinstance(target, Closure):
            segment = None if elided else self.namer.segment(scope.prefix, base, many)
            return self.closure(target, call, args, scope.inner(segment, "block", base, call.mark, call.row), current)
        if isinstance(target, (list, tuple)):
            segment = None if elided else self.namer.segment(scope.prefix, base, many)
            inner = scope.inner(segment, "block", base, call.mark, call.row)
            for item in target:
                word = item if isinstance(item, str) else base
                current = self.invoke(item, call, {}, inner, current, word, len(target) > 1, False)
            return current
        raise self.fail(f"'{call.target}' holds {describe(target)}, not a block", call.mark)

    def operator(self, op: type[Operator], call: Call, args: dict[str, Any], scope: _Scope, current: Tensors, name: str) -> Node:
        if call.positional is not None:
            if not op.fields:
                raise self.fail(f"{op.word} takes no arguments", call.positional.mark)
            args[next(iter(op.fields))] = self.evaluate(call.positional, scope.names)
        made = self.make(op, call, args, scope)
        if not op.joins:
            if len(current) != 1:
                self.single(current, call.mark)
        elif len(current) < 2 and call.mods.sources:
            raise self.fail(f"{op.word} takes two or more tensors, one arrives", call.mark, "give several labels: from: [a, b]")
        return self.add(made, name, call, scope, current)

    def make(self, op: type[Operator], call: Call, args: dict[str, Any], scope: _Scope) -> Operator:
        """The operator with its arguments; equal ones are one object."""
        defaults = self.spec.defaults.get(op.word)
        if not args and not defaults and op in self.operators:
            return self.operators[op]
        if defaults:
            args = {**{name: self.evaluate(value, scope.names) for name, value in defaults.items()}, **args}
        key: Any = (op, *args.items(), *map(type, args.values())) if args else op
        try:
            found = self.operators.get(key)
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
            raise self.fail(error.message, self.argument_mark(call, error.message), error.hint) from None
        except Disagreement as error:
            raise self.undecided(error, call.mark, op.word) from None
        if key is not None:
            self.operators[key] = made
        return made

    def argument_mark(self, call: Call, message: str) -> Mark:
        name = message.split("'")[1] if message.startswith("'") else ""
        value = call.args.get(name)
        return value.mark if value is not None else call.mark

    def add(self, op: Operator, name: str, call: Call, scope: _Scope, current: Tensors) -> Node:
        """Put a node into the graph, its shape inferred."""
        try:
            shape = op.shape(current[0].shape) if len(current) == 1 else op.shape(*[node.shape for node in current])
        except ShapeError as error:
            raise self.misfit(error, call, current) from None
        node = Node(name, op, tuple([n.name for n in current]), shape, scope.frames, call.mark, call.row)
        nodes = self.graph.nodes
        nodes[name] = node
        if len(nodes) > self.limits.nodes:
            raise self.fail(f"more than {self.limits.nodes:,} operators", call.mark, "raise the limit with --max-nodes")
        return node

    def misfit(self, error: ShapeError, call: Call, current: Tensors) -> _Stop:
        """Report shapes that do not fit: with both paths where a join failed, with the call that led here otherwise."""
        related: list[tuple[str, Mark]] = []
        index = getattr(error, "index", None)
        if index is not None:
            for position in dict.fromkeys((0, index)):
                node = current[position]
                if node.mark is not None:
                    shape = "x".join(map(str, node.shape))
                    related.append((f"path {position + 1} ends in {node.name} with {shape}", node.mark))
        return self.fail(error.message, call.mark, error.hint, *related)

    def block(self, block: Block, call: Call, args: dict[str, Any], scope: _Scope, current: Tensors) -> Tensors:
        self.enter(scope, call)
        names = dict(self.knobs)
        names["in"] = channels(current)
        if call.positional is not None:
            if not block.args:
                raise self.fail(f"the block '{block.name}' takes no arguments", call.positional.mark)
            args[next(iter(block.args))] = self.evaluate(call.positional, scope.names)
        for name, parameter in block.args.items():
            value = args.get(name)
            if value is None:
                if parameter.default is None:
                    raise self.fail(f"the block '{block.name}' needs '{name}'", call.mark, "", ("defined here", block.mark))
                value = self.evaluate(parameter.default, names)
                if value is None:
                    names[name] = None
                    continue
            if not fits(parameter, value):
                wrong = mistake(parameter, value)
                if wrong is not None:
                    mark = call.args[name].mark if name in call.args else call.mark
                    raise self.fail(f"'{name}' of '{block.name}': {wrong[0]}", mark, wrong[1])
            names[name] = value
        for name in args:
            if name not in block.args:
                message, hint = unknown(f"argument of the block '{block.name}'", name, block.args)
                raise self.fail(message, call.arg_marks.get(name, call.mark), hint)
        return self.body(block.body, _Scope(scope.prefix, scope.frames, names, {"in": current}, scope.depth + 1), current)

    def closure(self, closure: Closure, call: Call, args: dict[str, Any], scope: _Scope, current: Tensors) -> Tensors:
        self.enter(scope, call)
        body = closure.body
        names = {**closure.names}
        inner = _Scope(scope.prefix, scope.frames, names, {"in": current}, scope.depth + 1)
        if not args:
            return self.body(body, inner, current)
        if len(body) != 1 or not isinstance(body[0], Call):
            raise self.fail(f"arguments for '{call.target}', which holds several steps", call.mark)
        given = body[0]
        names["in"] = channels(current)
        target: Any = given.target
        if given.reference is not None:
            target = names[given.reference]
        return self.invoke(target, given, {**self.arguments(given, names), **args}, inner, current, given.target, False, True)

    def enter(self, scope: _Scope, call: Call) -> None:
        if scope.depth >= self.limits.depth:
            blocks = [f.block for f in scope.frames if f.kind == "block"]
            shown = " -> ".join(blocks[-4:])
            raise self.fail(f"blocks call each other deeper than {self.limits.depth} levels: … -> {shown}", call.mark)

    # -- structure -------------------------------------------------------------------------------------------------------------

    def stage(self, step: Stage, scope: _Scope, current: Tensors) -> Tensors:
        name = self.text(step.name, scope.names)
        segment = self.namer.segment(scope.prefix, name, step.mods.repeat is not None or bool(step.mods.loop))
        inner = scope.inner(segment, "stage", name, step.mark)
        # The end counts with the body, so that names do not depend on where the steps stand.
        steps = (*step.body, *step.end)
        return self.sequence(steps, inner, current, self.namer.repeated(steps), False)

    def table(self, step: Table, scope: _Scope, current: Tensors, many: set[str]) -> Tensors:
        """Rows in order. Stages among them do not enter names: rows are counted over the table, as a reader counts them."""
        for row in step.rows:
            if isinstance(row, Stage):
                name = self.text(row.name, scope.names)
                inner = scope.inner(None, "stage", name, row.mark)
                current = self.sequence((*row.body, *row.end), inner, current, many, False)
            else:
                current = self.sequence((row,), scope, current, many, False)
        return current

    def parallel(self, step: Parallel, scope: _Scope, current: Tensors) -> Tensors:
        source = self.single(current, step.mark)
        if step.mods.name is not None:
            name = self.text(step.mods.name, scope.names)
            segment = self.namer.segment(scope.prefix, name, step.mods.repeat is not None)
            scope = scope.inner(segment, "block", name, step.mark)
        paths = list(self.paths(step, scope))
        if not paths:
            raise self.fail(f"a {step.kind} without paths", step.mark)
        cuts = self.cuts(step, len(paths), source, scope.names) if step.kind == "split" else None
        ends: list[Node] = []
        failed: _Stop | None = None
        for index, (path, segment, names) in enumerate(paths):
            inner = scope.inner(segment, "path", segment or str(index + 1), path.mark).having(names)
            begin = source
            try:
                if cuts is not None:
                    begin = self.cut(step, cuts[index], segment or str(index + 1), scope, source)
                ends.append(self.single(self.body(path.body, inner, (begin,)), path.mark))
            except _Stop as stop:  # the other paths may have mistakes of their own
                failed = stop
        if failed is not None:
            raise failed
        scope.names["in"] = channels((source,))
        return self.join(step.join, scope, tuple(ends))

    def paths(self, step: Parallel, scope: _Scope) -> Iterator[tuple[Path, str | None, Names]]:
        """Each path with the segment that it adds to names (None where it adds none) and the values in reach."""
        if not step.loop:
            filled = sum(1 for path in step.paths if path.body)
            for index, path in enumerate(step.paths):
                word = path.name or (f"path_{index + 1}" if filled > 1 else None)
                yield path, word, dict(scope.names)
            return
        rounds = list(self.loop(step.loop, scope.names))
        variable = step.loop[0][0]
        chosen = [names[variable] for names in rounds]
        plain = all(isinstance(v, (int, str)) for v in chosen) and len(set(chosen)) == len(chosen)
        for index, names in enumerate(rounds):
            yield step.paths[0], f"{variable}{chosen[index]}" if plain else f"{variable}_{index + 1}", names

    def cuts(self, step: Parallel, count: int, source: Node, names: Names) -> list[tuple[Any, Any]]:
        """First channel, and channel after the last, of every path: shares rounded down, the last takes what is left."""
        total = channels((source,))
        if step.shares is None:
            shares: list[Any] = [Fraction(1, count)] * count
        else:
            shares = [self.evaluate(share, names) for share in step.shares]
            if len(shares) != count:
                raise self.fail(f"{len(shares)} shares for {count} paths", step.mark)
        found, start = [], 0
        for index in range(count):
            stop = total if index == count - 1 else start + floor(total * self.share(shares[index], step))
            ok = start < stop
            if ok is not True:
                self.empty_path(ok, step, index, total)
            found.append((start, stop))
            start = stop
        return found

    def share(self, share: Any, step: Parallel) -> Any:
        if isinstance(share, (str, bool, list, type(None))):
            raise self.fail(f"a share must be a number between 0 and 1, {describe(share)} came", step.mark)
        return share

    def empty_path(self, ok: Any, step: Parallel, index: int, total: Any) -> None:
        mark = step.paths[min(index, len(step.paths) - 1)].mark
        try:
            refuse(ok, f"the split of {total} channels leaves path {index + 1} no channel")
        except ShapeError as error:
            raise self.fail(error.message, step.mark, error.hint, ("the path", mark)) from None

    def cut(self, step: Parallel, cut: tuple[Any, Any], word: str, scope: _Scope, source: Node) -> Node:
        name = self.namer.claim(scope.prefix, f"split_{word.removeprefix('path_')}", False)
        call = Call(mark=step.mark, target="slice")
        return self.add(Slice(start=cut[0], stop=cut[1]), name, call, scope, (source,))

    def join(self, call: Call, scope: _Scope, ends: Tensors) -> Tensors:
        if len(ends) == 1:
            return ends
        args = self.arguments(call, scope.names)
        op = OPERATORS[call.target]
        return (self.operator(op, call, args, scope, ends, self.namer.claim(scope.prefix, call.target, False)),)
