"""A program of torch.export, call by call, into the graph of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from archdsl.importer.idioms import overwrites, put_together, word_of
from archdsl.importer.opaque import stand_in
from archdsl.importer.place import Module, Place
from archdsl.importer.settle import finish
from archdsl.importer.values import Const, Value
from archdsl.ir.graph import OUTPUT
from archdsl.ops.shapes import Ids, Map, Typed, Vector
from archdsl.ops.shapes import Sequence as Tokens

SKIPPING = frozenset(["StochasticDepth", "DropPath"])
"""Classes of modules that skip a path at random while training and leave no trace at inference."""
RATES = ("p", "drop_prob", "rate")
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
        put_together(program.graph)
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
            self.found[node.name] = self.draft.input(name, _kind(node))
        for node, spec in zip(arguments, program.graph_signature.input_specs, strict=True):
            if spec.kind is not InputKind.USER_INPUT:
                self.found[node.name] = self._const(spec)
        for node in program.graph.nodes:
            if node.op == "call_function":
                self.draft.place = _place(node)
                self.found[node.name] = made = self._called(node)
                if overwrites(node) and isinstance(node.args[0], fx.Node) and isinstance(made, Value):
                    self.found[node.args[0].name] = made  # who reads it from now on reads what was written
            elif node.op == "get_attr":
                self.found[node.name] = Const(getattr(program.graph_module, node.target))
            elif node.op == "output":
                self._returned(node)

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
            return args[0][args[1]]
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
        except NotSaid as missing:
            self.draft.forget(known)
            return self._opaque(node, operands, str(missing))
        if word not in STRETCHED:
            self._check(node, found)
        return found

    def _opaque(self, node: fx.Node, operands: list[Any], why: str) -> Any:
        """A step that stands for the call, one for each tensor that it gives."""
        given = node.meta.get("val")
        name = str(node.target).removesuffix(".default")
        if isinstance(given, Tensor):
            return stand_in(self.draft, name, operands, tuple(map(int, given.shape)), why)
        if isinstance(given, (list, tuple)) and all(isinstance(item, Tensor) for item in given):
            return [
                stand_in(self.draft, f"{name}[{place}]", operands, tuple(map(int, item.shape)), why)
                for place, item in enumerate(given)
            ]
        raise BackendError(f"{name} gives no tensors: {why}")

    def _folded(self, node: fx.Node, args: Any, kwargs: Any, operands: list[Any]) -> Any:
        """What follows from weights and numbers alone is worked out now."""
        made = node.target(*_tensors(args), **_tensors(kwargs))  # type: ignore[operator]

        def const(value: Any) -> Any:
            if isinstance(value, Tensor):
                return operands[0].follows(value, tuple(operands[1:])) if operands else Const(value)
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

    def _returned(self, node: fx.Node) -> None:
        specs = self.program.graph_signature.output_specs
        given = [
            value
            for value, spec in zip(self._values(node.args[0]), specs, strict=True)
            if spec.kind is OutputKind.USER_OUTPUT and isinstance(value, Value)
        ]
        self.draft.place = Place()
        if len(given) == 1:
            finish(self.draft, {OUTPUT: given[0]}, "tensor")
        else:
            names = _names(self.program.call_spec.out_spec, len(given))
            labels = names or [f"output_{number}" for number in range(1, len(given) + 1)]
            finish(self.draft, dict(zip(labels, given, strict=True)), "dict" if names else "tuple")


def _names(returned: Any, count: int) -> list[str]:
    """The names by which a model gives its outputs, if it gives a dictionary of so many tensors."""
    names = (
        returned.context if returned is not None and isinstance(returned.type, type) and issubclass(returned.type, dict) else None
    )
    if not isinstance(names, list) or len(names) != count or returned.num_leaves != count:
        return []
    return [str(name) for name in names] if all(isinstance(name, str) and name.isidentifier() for name in names) else []


def _operands(given: Any) -> Iterator[Any]:
    if isinstance(given, (Value, Const)):
        yield given
    elif isinstance(given, (list, tuple)):
        for item in given:
            yield from _operands(item)


def _tensors(given: Any) -> Any:
    if isinstance(given, Const):
        return given.tensor
    if isinstance(given, dict):
        return {name: _tensors(item) for name, item in given.items()}
    return [_tensors(item) for item in given] if isinstance(given, (list, tuple)) else given


OVER_PLACES = frozenset(["conv1d", "conv_transpose1d", "max_pool1d", "avg_pool1d", "adaptive_avg_pool1d", "adaptive_max_pool1d"])
"""What takes an input of two axes, apart from the batch, for channels and places along one axis and not for tokens."""


def _kind(node: fx.Node) -> Typed:
    """The kind of an input, from its number of axes, whether it holds whole numbers, and what reads it."""
    example = node.meta["val"]
    shape = tuple(map(int, example.shape[1:]))
    if not example.is_floating_point():
        return Ids(shape)
    if len(shape) == 2 and any(word_of(reader) in OVER_PLACES for reader in node.users if reader.op == "call_function"):
        return Map(shape)
    return {1: Vector, 2: Tokens}.get(len(shape), Map)(shape)


def _place(node: fx.Node) -> Place:
    """The modules around a call; a second call of the same module is told by a number."""
    stack: Mapping[str, tuple[str, Any]] = node.meta.get("nn_module_stack") or {}
    modules = []
    for key, (path, kind) in stack.items():
        if not path:
            continue
        again = key.partition("@")[2]
        modules.append(Module(f"{path}_{int(again) + 1}" if again else path, kind if isinstance(kind, str) else kind.__name__))
    return Place(tuple(modules))
