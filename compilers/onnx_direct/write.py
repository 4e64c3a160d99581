"""From a graph to an ONNX model: nodes by the rules, weights as initializers, names of values that follow the graph's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from archdsl.compilers.names import input_names, output_names
from archdsl.compilers.onnx_direct.rules import RULES
from archdsl.compilers.onnx_direct.weights import Weights
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.errors import BackendError
from archdsl.exact import product
from archdsl.extras import needed_by
from archdsl.ir.folding import folded_norms
from archdsl.ir.graph import Graph, Node
from archdsl.ir.single import need_numbers
from archdsl.ops.passing import Input
from archdsl.ops.shapes import Ids

if TYPE_CHECKING:
    import onnx

BATCH = "batch"
OPSET, IR_VERSION = 20, 10  # those of torch's exporter, which every runtime of today reads
LARGEST_BYTES = 2**31 - 2**20  # a protobuf message holds less than 2 GiB


def onnx_model(graph: Graph, weights: Mapping[str, Any] | None = None) -> onnx.ModelProto:
    """The network as an ONNX model: inputs (batch, *their shapes) and outputs, for any batch; indices are int64, all else float32.

    They have the names of the spec; where it gives none, `x` and `y`.

    Args:
        weights: arrays by `<node>.weight` and so on, as in the state dict of the compiled module. What is missing is drawn from a
            seeded generator, scaled so that activations keep their size.

    Raises:
        BackendError: an operator without a rule, onnx is not installed, or more weights than a file holds.
        InputError: the graph is a grid of networks, or a tensor has another shape than the network's.
    """
    with needed_by("a model in ONNX"):
        from onnx import TensorProto, helper
    need_numbers(graph, "onnx takes")
    _need_room(graph)
    found = Weights(graph, weights or {})
    write = Writer()
    folded = folded_norms(graph)
    entries, ends = input_names(graph), output_names(graph)
    values = {node.name: name for node, name in zip(graph.inputs, entries, strict=True)}
    for node in graph:
        if isinstance(node.op, Input):
            continue
        if node.name in folded:
            values[node.name] = values[node.inputs[0]]
            continue
        rule = RULES.of(node)
        write.begin(*[f"{taken}/0" if taken in (*entries, *ends) else taken for taken in (node.name, node.owner)])
        norms = [graph[norm] for norm, layer in folded.items() if layer == node.name]
        tensors = found.folded(node, norms) if norms else found.of(node)
        values[node.name] = rule(node.op, graph.input_shapes(node), [values[name] for name in node.inputs], tensors, write)
    named: dict[str, str] = {name: name for name in entries}  # values that have the name of an input or output
    for name, end in zip(ends, graph.outputs.values(), strict=True):
        _name_output(write, values[end], name, named)

    def described(names: list[str], nodes: Iterable[str]) -> list[onnx.ValueInfoProto]:
        """Inputs or outputs of the model, with their shapes."""
        shapes = [graph[node].shape for node in nodes]
        kinds = [TensorProto.INT64 if isinstance(shape, Ids) else TensorProto.FLOAT for shape in shapes]
        found = zip(names, kinds, shapes, strict=True)
        return [helper.make_tensor_value_info(name, kind, [BATCH, *shape]) for name, kind, shape in found]

    taken = described(entries, [node.name for node in graph.inputs])
    given = described(ends, graph.outputs.values())
    used = {name for node in write.nodes for name in node.input}
    constants = [tensor for name, tensor in write.constants.items() if name in used]
    made = helper.make_graph(write.nodes, graph.name, taken, given, constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="archdsl")


def _name_output(write: Writer, value: str, output: str, named: dict[str, str]) -> None:
    """Call a value by the name of an output; an input, or what is an output already, is handed on by an Identity."""
    if value in named:
        write.begin(output)
        write("Identity", named[value])
        return
    named[value] = output
    for node in write.nodes:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name == value:
                    names[index] = output


def _need_room(graph: Graph) -> None:
    values = sum(_size(graph, node) for node in graph)
    if values * 4 > LARGEST_BYTES:
        raise BackendError(f"onnx: {values:,} weights are more than a model in one piece holds (2 GB)")


def _size(graph: Graph, node: Node) -> int:
    shapes = graph.input_shapes(node)
    return sum(int(product(shape)) for shape in node.op.weights(*shapes).values()) if shapes and not node.shared else 0
