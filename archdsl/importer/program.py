"""A program of torch.export, call by call, into the graph of a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, fx
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.utils._pytree import tree_leaves

from archdsl.errors import ArchdslError, BackendError
from archdsl.importer.aten_operators import CALLS
from archdsl.importer.draft import AcrossImages, Draft, NotSaid, Returned
from archdsl.importer.idiom import keeps_kind, word_of
from archdsl.importer.idioms import put_together
from archdsl.importer.inlined import inline
from archdsl.importer.interface import kind_of_input, outputs_of
from archdsl.importer.lower.along import alike
from archdsl.importer.opaque import stand_in
from archdsl.importer.place import Place, place_of
from archdsl.importer.settle import finish, left, whole
from archdsl.importer.values import Const, Folded, Value
from archdsl.importer.writes import without_writes

MOVES = frozenset(
    [
        "view",
        "reshape",
        "permute",
        "transpose",
        "t",
        "select",
        "slice",
        "index",
        "expand",
        "unsqueeze",
        "squeeze",
        "flatten",
        "unbind",
        "split",
        "split_with_sizes",
        "chunk",
        "cat",
        "stack",
        "contiguous",
        "clone",
        "detach",
        "alias",
        "to",
        "_to_copy",
        "index_select",
    ]
)
"""Calls that move values about and calculate nothing, so that weights stay the numbers that they are."""
STRETCHED = frozenset(["expand", "expand_as"])
"""Calls that repeat values along an axis, which is left to what reads them."""
STRETCHING = STRETCHED | frozenset(["add", "sub", "rsub", "mul", "div", "mean", "amax", "amin", "max", "min"])
"""Calls that may read values that are repeated: they stretch what they take to one size, or it makes no difference how often a value is
there. To others each would count once."""
CASTS = frozenset(["to", "_to_copy", "type_as"])


def drafted(program: ExportedProgram, title: str) -> Draft:
    """The network of a program. What the language lacks is an opaque step."""
    return _Reading(program, title).draft


class _Reading:
    """One walk over a program."""

    def __init__(self, program: ExportedProgram, title: str):
        inline(program.graph)
        self.program = program = without_writes(program)
        put_together(program.graph, program.graph_signature.user_inputs)
        self.found: dict[str, Any] = {}
        arguments = [node for node in program.graph.nodes if node.op == "placeholder"]
        given = [
            (node, spec)
            for node, spec in zip(arguments, program.graph_signature.input_specs, strict=True)
            if spec.kind is InputKind.USER_INPUT and isinstance(node.meta.get("val"), Tensor)
        ]
        self.draft = Draft(title, int(given[0][0].meta["val"].shape[0]))
        for node, _ in given:
            name = "input" if len(given) == 1 else node.name
            self.found[node.name] = self.draft.input(name, kind_of_input(node))
        for node, spec in zip(arguments, program.graph_signature.input_specs, strict=True):
            if spec.kind is not InputKind.USER_INPUT:
                self.found[node.name] = self._const(spec)
        for node in program.graph.nodes:
            try:
                self._read(node)
            except NotSaid as missing:  # of what even an opaque step cannot stand for
                raise BackendError(f"'{node.name}' cannot be said, not even as an opaque step: {missing}") from missing
            except ArchdslError:
                raise
            except Exception as error:  # of a call that nobody thought of
                raise BackendError(f"'{node.name}' is not understood: {error!r}") from error

    def _read(self, node: fx.Node) -> None:
        if node.op == "call_function":
            self.draft.place = place_of(node)
            for given in node.all_input_nodes:
                self._leave(given)
            self.found[node.name] = made = self._called(node)
            self.draft.remember(made)
        elif node.op == "get_attr":
            held = getattr(self.program.graph_module, str(node.target))
            self.found[node.name] = Const(held) if isinstance(held, Tensor) else held
        elif node.op == "output":
            self._returned(node)

    def _leave(self, given: fx.Node) -> None:
        """Work out what a module gave, once a call outside of it reads that."""
        value = self.found[given.name]
        frames = self.draft.seen_at[value].frames if isinstance(value, Value) and value in self.draft.seen_at else ()
        if frames and frames != self.draft.place.frames[: len(frames)]:
            self.found[given.name] = left(self.draft, value)

    def _const(self, spec: Any) -> Const:
        program = self.program
        if spec.target in program.state_dict:
            tensor = program.state_dict[spec.target].detach()
            return Const(tensor, spec.target, spec.kind is InputKind.PARAMETER, tensor)
        return Const(program.constants[spec.target], spec.target)

    def _called(self, node: fx.Node) -> Any:
        args, kwargs = self._values(node.args), self._values(dict(node.kwargs))
        word = word_of(node)
        if word == "getitem":
            return args[0][args[1]] if args[0][args[1]] is not None else self._unsaid(node)
        if word == "sym_size" and isinstance(args[0], Value):  # of a program for any batch
            return args[0].sizes[args[1]]
        operands = list(_operands([*args, *kwargs.values()]))
        if not any(isinstance(operand, Value) for operand in operands):
            return self._folded(node, args, kwargs, operands)
        lower, known = CALLS.get(word), set(self.draft.graph.nodes)
        try:
            if lower is None:
                raise NotSaid("no operator does that")
            self._check_taken(node, word)
            found = lower(self.draft, *args, **kwargs)
            if word not in STRETCHED:
                self._check(node, found)
            return found
        except AcrossImages as error:
            raise BackendError(f"'{node.name}' is {error}, which no network of the language works out") from error
        except Exception as error:  # of a call that nobody thought of, whatever goes wrong: it is not understood, and said to be
            self.draft.forget(known)
            return self._opaque(node, operands, str(error) if isinstance(error, NotSaid) else f"not understood: {error!r}")

    def _unsaid(self, node: fx.Node) -> Any:
        """What a call gives besides what its operator gives, such as the place of a largest value."""
        source: Any = node.args[0]
        operands = list(_operands([self._values(source.args), self._values(dict(source.kwargs))]))
        name = f"{str(source.target).removesuffix('.default')}[{node.args[1]}]"
        return stand_in(self.draft, name, operands, tuple(node.meta["val"].shape), "no operator gives that beside the rest")

    def _opaque(self, node: fx.Node, operands: list[Any], why: str) -> Any:
        """A step that stands for the call, one for each tensor that it gives."""
        given = node.meta.get("val")
        name = str(node.target).removesuffix(".default")
        if isinstance(given, Tensor):
            return self._stands_for(name, operands, given, why)
        if isinstance(given, (list, tuple)) and all(isinstance(item, Tensor) for item in given):
            return [self._stands_for(f"{name}[{place}]", operands, each, why) for place, each in enumerate(given)]
        raise BackendError(f"{name} gives no tensors: {why}")

    def _stands_for(self, name: str, operands: list[Any], given: Tensor, why: str) -> Any:
        sizes = tuple(map(int, given.shape))
        return stand_in(self.draft, name, operands, sizes, why) if all(sizes) else Const(torch.zeros(sizes))

    def _folded(self, node: fx.Node, args: Any, kwargs: Any, operands: list[Any]) -> Any:
        """What follows from weights and numbers alone is worked out now."""
        exactly = any(operand.learned for operand in operands) and word_of(node) not in MOVES
        made = node.target(*_tensors(args, exactly), **_tensors(kwargs, exactly))  # type: ignore[operator]

        beside = word_of(node) in ("cat", "concat")

        def const(value: Any) -> Any:
            if isinstance(value, Tensor):
                value = _short(value)
                found = operands[0].follows(value, tuple(operands[1:])) if operands else Const(value)
                found = found._replace(call=Folded(word_of(node), tuple(operands)))
                return found._replace(fixed=sum(operand.held for operand in operands)) if beside and found.learned else found
            return [const(item) for item in value] if isinstance(value, (list, tuple)) else value

        return const(made)

    def _values(self, given: Any) -> Any:
        if isinstance(given, fx.Node):
            return self.found[given.name]
        if isinstance(given, (list, tuple)):
            return [self._values(item) for item in given]
        if isinstance(given, dict):
            return {name: self._values(item) for name, item in given.items()}
        return given

    def _check_taken(self, node: fx.Node, word: str) -> None:
        """What a call takes has the sizes that torch gives it, unless the call stretches it, and its numbers stay of their kind."""
        if word in CASTS and not keeps_kind(node):
            raise NotSaid("numbers of another kind")
        if word not in STRETCHING:
            for given in node.all_input_nodes:
                found, wanted = self.found[given.name], given.meta.get("val")
                if isinstance(found, Value) and isinstance(wanted, Tensor) and found.sizes != tuple(wanted.shape):
                    raise NotSaid("values that are repeated along an axis")

    def _check(self, node: fx.Node, found: Any) -> None:
        """The shapes are those that torch gives."""
        wanted = node.meta.get("val")
        if isinstance(found, (Value, Const)) and isinstance(wanted, Tensor) and found.sizes != tuple(wanted.shape):
            there = "x".join(map(str, found.sizes))
            raise AssertionError(f"{node.name}: {there} where torch gives {tuple(wanted.shape)}")

    def _whole(self, value: Value) -> Value:
        """An output as a node of its own; an opaque step where no tensor of the language has its axes."""
        try:
            return whole(self.draft, value)
        except NotSaid as missing:
            return stand_in(self.draft, "aten.reshape", [value], value.sizes, str(missing))

    def _full(self, node: fx.Node, given: list[Any]) -> Iterator[Any]:
        """What is returned: one that is repeated as a step that does it, and one that is returned already, or came in, as a copy."""
        taken = set()
        returned = list(tree_leaves(node.args[0]))[-len(given) :]
        for value, source in zip(given, returned, strict=True):
            if isinstance(value, Value):
                wanted = source.meta.get("val")
                if isinstance(wanted, Tensor) and value.sizes != tuple(wanted.shape):
                    value = stand_in(self.draft, "aten.expand", [value], tuple(wanted.shape), "a tensor that is repeated")
                if value.node in taken or (len(given) == 1 and not self.draft.graph[value.node].inputs):
                    value = alike(self.draft, value, "identity")
                taken.add(value.node)
            yield value

    def _returned(self, node: fx.Node) -> None:
        specs = self.program.graph_signature.output_specs
        given = [
            value for value, spec in zip(self._values(node.args[0]), specs, strict=True) if spec.kind is OutputKind.USER_OUTPUT
        ]
        values = {place: self._whole(value) for place, value in enumerate(self._full(node, given)) if isinstance(value, Value)}
        if not values:
            raise BackendError("no output of the model follows from an input")
        self.draft.place = Place()
        returns, names = outputs_of(self.program.call_spec.out_spec, len(given), values)
        finish(self.draft, {names[place]: value for place, value in values.items()}, returns)
        self.draft.returned = Returned(tuple(values), tuple([names[place] for place in range(len(given)) if place not in values]))


def _operands(given: Any) -> Iterator[Any]:
    if isinstance(given, (Value, Const)):
        yield given
    elif isinstance(given, (list, tuple)):
        for item in given:
            yield from _operands(item)


def _tensors(given: Any, exactly: bool = False) -> Any:
    """The tensors of constants, in double precision where they are calculated with."""
    if isinstance(given, Const):
        return given.tensor.double() if exactly and given.tensor.is_floating_point() else given.tensor
    if isinstance(given, dict):
        return {name: _tensors(item, exactly) for name, item in given.items()}
    return [_tensors(item, exactly) for item in given] if isinstance(given, (list, tuple)) else given


def _short(made: Tensor) -> Tensor:
    """A tensor in single precision, where that loses nothing."""
    if made.dtype is not torch.float64:
        return made
    single = made.float()
    return single if torch.equal(single.double(), made) else made
