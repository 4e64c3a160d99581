"""From the graph to a module: layers into a tree, the order of the schedule into fx code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import fx, nn

from archdsl.compilers.torch.initialise import initialise
from archdsl.compilers.torch.names import class_name, module_paths
from archdsl.compilers.torch.network import NODE, Network, Scope
from archdsl.compilers.torch.rules import RULES, Call, Layer, Rule
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph, Node
from archdsl.ir.inplace import in_place
from archdsl.ir.single import need_numbers
from archdsl.ops.passing import Input


def compile(graph: Graph) -> Network:
    """The network as an `nn.Module`, in training mode, weights initialised as `graph.init` says from torch's global generator.

    The module takes `x`, a batch (N, *input shape), and returns the output's tensor. State dict keys are `<node name>.weight` and
    so on; names that PyTorch cannot hold are changed as `names` says.

    Raises:
        BackendError: an operator without a rule, a dimension that is no number, or names that collide in the module tree.
        InputError: the graph is a grid of networks, or `graph.init` holds something unknown.
    """
    need_numbers(graph, "torch compiles")
    rules = {node.name: _rule(node) for node in graph if not isinstance(node.op, Input)}
    overwriting = in_place(graph)
    layers = {name: rule for name, rule in rules.items() if isinstance(rule, Layer)}
    functions = {name: rule for name, rule in rules.items() if isinstance(rule, Call)}
    paths = module_paths(layers)
    kinds = _kinds(graph)
    root = nn.Module()
    code = fx.Graph()
    values: dict[str, fx.Node] = {}
    for node in graph:
        shapes = graph.input_shapes(node)
        arguments = [values[name] for name in node.inputs]
        if isinstance(node.op, Input):
            value = code.placeholder("x")
        elif node.name in layers:
            path = paths[node.name]
            _place(root, path, layers[node.name].make(node.op, shapes, node.name in overwriting), node.name, kinds)
            value = code.create_node("call_module", path, tuple(arguments), name=path.replace(".", "_"))
        else:
            value = functions[node.name].emit(node.op, shapes, arguments, _writer(code, node.name))
        value.meta[NODE] = node.name
        values[node.name] = value
    code.output(values[graph.output])
    initialise(root, graph.init)
    return Network(root, code, class_name(graph.name))


def _writer(code: fx.Graph, name: str) -> Callable[..., fx.Node]:
    """What a rule adds functions with: values take the name of the node, numbered where they are several."""

    def write(function: Callable[..., Any], *arguments: Any) -> fx.Node:
        return code.create_node("call_function", function, arguments, name=name.replace(".", "_"))

    return write


def _rule(node: Node) -> Rule:
    rule = RULES.get(type(node.op))
    if rule is None:
        where = f" ({node.mark})" if node.mark else ""
        raise BackendError(f"torch has no rule for the operator {node.op.word}, which '{node.name}'{where} uses")
    return rule


def _place(root: nn.Module, path: str, module: nn.Module, name: str, kinds: dict[str, str]) -> None:
    """Put a module at its path, with scopes on the way that say which block they are."""
    *scopes, leaf = path.split(".")
    names = name.split(".")
    parent = root
    for depth, scope in enumerate(scopes, 1):
        if scope not in parent._modules:
            parent.add_module(scope, Scope(kinds.get(".".join(names[:depth]), "Scope")))
        parent = parent.get_submodule(scope)
    parent.add_module(leaf, module)


def _kinds(graph: Graph) -> dict[str, str]:
    """What each scope is, by dotted path: the name of its block (the outermost of several there), or `stage` or `path`."""
    kinds: dict[str, str] = {}
    for node in graph:
        for frame in node.scope:
            if frame.kind != "block":
                kinds.setdefault(frame.path, frame.kind)
            elif kinds.get(frame.path) in (None, "stage", "path"):
                kinds[frame.path] = frame.block
    return kinds
