"""From the graph to a module: layers into a tree, the order of the schedule into fx code."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional

from archdsl.compilers.torch.initialise import initialise
from archdsl.compilers.torch.names import argument_names, class_name, module_paths, value_name
from archdsl.compilers.torch.network import NODE, Container, Network
from archdsl.compilers.torch.rule import Call, Layer, Write
from archdsl.compilers.torch.rules import RULES
from archdsl.compilers.torch.shared import places, tie
from archdsl.errors import BackendError
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ir.inplace import in_place
from archdsl.ir.single import need_numbers
from archdsl.ops import Shape
from archdsl.ops.passing import Input
from archdsl.ops.readers import Reader

INITIALISATION = Reader("initialisation", __name__)


def compile(graph: Graph) -> Network:
    """The network as an `nn.Module`, in training mode, weights initialised as `graph.init` says from torch's global generator.

    The module takes a batch (N, *its shape) of each input, in order: `x`, or by the names of the spec. It returns the output's tensor;
    several as a tuple, or as a dictionary by their names. State dict keys are `<node name>.weight` and
    so on; names that PyTorch cannot hold are changed as `names` says. Nodes that share weights call one
    submodule, that of the first.

    Raises:
        BackendError: an operator without a rule, a dimension that is no number, or names that collide in the module tree.
        InputError: the graph is a grid of networks, or `graph.init` holds something unknown.
    """
    need_numbers(graph, "torch compiles")
    _need_memory(graph)
    rules = {node.name: RULES.of(node) for node in graph if not isinstance(node.op, Input)}
    overwriting = in_place(graph)
    layers = {name: rule for name, rule in rules.items() if isinstance(rule, Layer)}
    functions = {name: rule for name, rule in rules.items() if isinstance(rule, Call)}
    called = places(graph)
    paths = module_paths(name for name in layers if called.get(name, name) == name)
    arguments_of = argument_names(graph)
    kinds = _kinds(graph)
    root = nn.Module()
    code = fx.Graph()
    values: dict[str, fx.Node] = {}
    for node in graph:
        shapes = graph.input_shapes(node)
        arguments = [values[name] for name in node.inputs]
        if isinstance(node.op, Input):
            value = code.placeholder(arguments_of[node.name])
        elif node.name in layers:
            path = paths[called.get(node.name, node.name)]
            if node.name in paths:
                _place(root, path, layers[node.name].make(node.op, shapes, node.name in overwriting), node.name, kinds)
            arguments = [_prepared(layers[node.name], node, shapes, arguments[0], _writer(code, node.name)), *arguments[1:]]
            value = code.create_node(
                "call_module", path, tuple(arguments), name=value_name(path if node.name in paths else node.name)
            )
            value = _meant(layers[node.name], node, shapes, value, _writer(code, node.name))
        else:
            value = functions[node.name].emit(node.op, shapes, arguments, _writer(code, node.name))
        value.meta[NODE] = node.name
        values[node.name] = value
    code.output(_returned(graph, values))
    initialise(root, graph.init)
    for node in graph:
        if node.shared and node.name in paths:
            tie(root.get_submodule(paths[node.name]), root.get_submodule(paths[node.shared]))
    _check_begun(root, graph, paths)
    return Network(root, code, class_name(graph.name))


def _returned(graph: Graph, values: Mapping[str, fx.Node]) -> Any:
    """What the network returns: a tensor, or several as a tuple or a dictionary."""
    found = {name: values[end] for name, end in graph.outputs.items()}
    if graph.returns == "dict":
        return found
    return tuple(found.values()) if graph.returns == "tuple" else found[OUTPUT]


def _need_memory(graph: Graph) -> None:
    """Raises BackendError where the weights alone take more memory than the machine has; a network on the meta device takes none."""
    if torch.get_default_device().type != "cpu":
        return
    needed = 4 * sum(int(node.op.params(*graph.input_shapes(node))) for node in graph if node.inputs and not node.shared)
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else needed
    if needed > there:
        sizes = f"{needed / 2**30:,.1f} GiB as float32, this machine has {there / 2**30:,.1f} GiB of memory"
        raise BackendError(f"torch: the weights take {sizes}; `archdsl cost` counts without them")


def _prepared(rule: Layer, node: Node, shapes: tuple[Shape, ...], arriving: fx.Node, write: Write) -> fx.Node:
    """What arrives, padded or with its groups in the batch where the module wants that."""
    made = arriving
    if (padding := rule.pads(node.op, shapes)) is not None:
        made = write(functional.pad, arriving, padding[0], "constant", padding[1])
    elif rule.groups(shapes) is not None:
        made = write(torch.flatten, arriving, 0, 1)
    if made is not arriving:
        made.meta[NODE] = node.name
    return made


def _meant(rule: Layer, node: Node, shapes: tuple[Shape, ...], value: fx.Node, write: Write) -> fx.Node:
    """Of what a module gives the tensor that is meant, its groups out of the batch again."""
    if rule.take is not None:
        value = rule.take(node.op, value, write)
    groups = rule.groups(shapes)
    return value if groups is None else write(torch.unflatten, value, 0, (-1, groups))


def _writer(code: fx.Graph, name: str) -> Callable[..., fx.Node]:
    """What a rule adds functions with: values take the name of the node, numbered where they are several."""

    def write(function: Callable[..., Any], *arguments: Any, **named: Any) -> fx.Node:
        return code.create_node("call_function", function, arguments, named, name=value_name(name))

    return write


def _check_begun(root: nn.Module, graph: Graph, paths: Mapping[str, str]) -> None:
    """Raises BackendError where a layer was made without values and nothing gave it any; a network on the meta device has none."""
    if torch.get_default_device().type == "meta":
        return
    empty = {key.rpartition(".")[0] for key, tensor in chain(root.named_parameters(), root.named_buffers()) if tensor.is_meta}
    for name, path in paths.items() if empty else ():
        if any(f"{key}.".startswith(f"{path}.") for key in empty):
            INITIALISATION.refuse(graph[name], "its weights are made without values, and nothing gives them any")


def _place(root: nn.Module, path: str, module: nn.Module, name: str, kinds: dict[str, str]) -> None:
    """Put a module at its path, with containers on the way that say which block they are."""
    *containers, leaf = path.split(".")
    names = name.split(".")
    parent = root
    for depth, container in enumerate(containers, 1):
        if container not in parent._modules:
            parent.add_module(container, Container(kinds.get(".".join(names[:depth]), "Scope")))
        parent = parent.get_submodule(container)
    parent.add_module(leaf, module)


def _kinds(graph: Graph) -> dict[str, str]:
    """What each container is, by dotted path: the name of its block (the outermost of several there), or `stage` or `path`."""
    kinds: dict[str, str] = {}
    for node in graph:
        for frame in node.scope:
            if frame.kind != "block":
                kinds.setdefault(frame.path, frame.kind)
            elif kinds.get(frame.path) in (None, "stage", "path"):
                kinds[frame.path] = frame.block
    return kinds
