"""A program of torch.export, call by call, into the graph of a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind

from archdsl.compilers.failures import first_line
from archdsl.compilers.programs import out_of_place, quiet
from archdsl.errors import BackendError
from archdsl.importer.aten_operators import CALLS
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.idiom import word_of
from archdsl.importer.idioms import overwrites, put_together
from archdsl.importer.interface import kind_of_input, outputs_of
from archdsl.importer.opaque import stand_in
from archdsl.importer.place import Place, place_of
from archdsl.importer.settle import finish, left, whole
from archdsl.importer.values import Const, Folded, Value

SKIPPING = frozenset(["StochasticDepth", "DropPath"])
"""Classes of modules that skip a path at random while training and leave no trace at inference."""
RATES = ("p", "drop_prob", "rate")
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


class Skips(nn.Module):
    """Stands for a stochastic depth while a model is traced, so that its place and rate are seen."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        return torch.feature_dropout(x, self.rate, False)


def traced(model: nn.Module, example: tuple[Tensor, ...]) -> ExportedProgram:
    """The program of a model for these inputs. The model is left as it came.

    Raises:
        BackendError: torch.export cannot trace it; says why.
    """
    training = model.training
    try:
        with quiet(), out_of_place(model), _skips_seen(model.eval()), torch.no_grad():
            return torch.export.export(model, example)
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"torch.export cannot trace the model: {first_line(error)}") from error
    finally:
        model.train(training)


@contextmanager
def _skips_seen(model: nn.Module) -> Iterator[None]:
    found = []
    for parent in model.modules():
        for name, child in parent.named_children():
            rate = _rate(child)
            if type(child).__name__ in SKIPPING and isinstance(rate, (int, float)):
                found.append((parent, name, child))
    try:
        for parent, name, child in found:
            setattr(parent, name, Skips(_rate(child)))
        yield
    finally:
        for parent, name, child in found:
            setattr(parent, name, child)


def _rate(module: nn.Module) -> Any:
    """How often a module skips its path, by any of the names that people give it."""
    return next((getattr(module, name) for name in RATES if hasattr(module, name)), None)


def unread(program: ExportedProgram) -> tuple[str, ...]:
    """Names of the parameters that no output depends on, such as those of heads that only training runs."""
    nodes = [node for node in program.graph.nodes if node.op == "placeholder"]
    specs = zip(nodes, program.graph_signature.input_specs, strict=True)
    found = [(str(spec.target), bool(node.users)) for node, spec in specs if spec.kind is InputKind.PARAMETER]
    read = {program.state_dict[name].data_ptr() for name, users in found if users}  # tied weights are read under one name
    return tuple([name for name, users in found if not users and program.state_dict[name].data_ptr() not in read])


def drafted(program: ExportedProgram, title: str) -> Draft:
    """The network of a program. What the language lacks is an opaque step."""
    return _Reading(program, title).draft


class _Reading:
    """One walk over a program."""

    def __init__(self, program: ExportedProgram, title: str):
        self.program = program
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
            if node.op == "call_function":
                self.draft.place = place_of(node)
                for given in node.all_input_nodes:
                    self._leave(given)
                self.found[node.name] = made = self._called(node)
                self.draft.remember(made)
                if overwrites(node) and isinstance(node.args[0], fx.Node) and isinstance(made, Value):
                    self.found[node.args[0].name] = made  # who reads it from now on reads what was written
            elif node.op == "get_attr":
                self.found[node.name] = Const(getattr(program.graph_module, node.target))
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
            found = lower(self.draft, *args, **kwargs)
            if word not in STRETCHED:
                self._check(node, found)
            return found
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
            empty = 0 in given.shape
            return (
                Const(torch.zeros(given.shape))
                if empty
                else stand_in(self.draft, name, operands, tuple(map(int, given.shape)), why)
            )
        if isinstance(given, (list, tuple)) and all(isinstance(item, Tensor) for item in given):
            sizes = [tuple(map(int, item.shape)) for item in given]
            return [stand_in(self.draft, f"{name}[{place}]", operands, each, why) for place, each in enumerate(sizes)]
        raise BackendError(f"{name} gives no tensors: {why}")

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

    def _returned(self, node: fx.Node) -> None:
        specs = self.program.graph_signature.output_specs
        given = [
            self._whole(value)
            for value, spec in zip(self._values(node.args[0]), specs, strict=True)
            if spec.kind is OutputKind.USER_OUTPUT and isinstance(value, Value)
        ]
        self.draft.place = Place()
        returns, names = outputs_of(self.program.call_spec.out_spec, len(given))
        finish(self.draft, dict(zip(names, given, strict=True)), returns)


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
