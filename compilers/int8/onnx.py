"""Int8 in ONNX by ONNX Runtime's quantiser: QuantizeLinear and DequantizeLinear around operators (QDQ), weights by output channel.

Weights are symmetric int8, activations uint8 with a zero point, which is what ONNX Runtime advises for processors of servers: its
kernels for int8 activations are slower there. Scales are set by the smallest and largest value that a tensor has on the images.
Norms are folded before, as they are in every graph that is written directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archdsl.artifacts import scratch, write
from archdsl.compilers.export import Model
from archdsl.compilers.failures import first_line
from archdsl.compilers.int8 import hswish
from archdsl.compilers.int8.samples import Batch
from archdsl.compilers.names import input_names
from archdsl.compilers.onnx import check
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.optimized import weights_of
from archdsl.errors import BackendError
from archdsl.extras import needed_by
from archdsl.ir.graph import Graph

NEEDS = "int8 in onnx"


def write_float(model: Model, path: Path) -> None:
    """The network in float32 as it is quantised: written directly, with norms folded.

    Raises:
        BackendError: a package is missing, or an operator has no rule.
    """
    with needed_by(NEEDS):
        from onnxruntime.quantization.quant_utils import add_pre_process_metadata
    made = onnx_model(model.graph, weights_of(model.graph, model.module))
    ends_apart(made)
    whole_pools(made)
    hswish.apart(made)
    add_pre_process_metadata(made)  # or the quantiser would advise to fold norms first
    write(path, made.SerializeToString())


def ends_apart(made: Any) -> None:
    """An output that other nodes read too is a copy of what they read.

    The quantiser gives what a Relu alone reads the range of its result, which cuts negative values off; that the tensor is an output
    as well it does not see.
    """
    from onnx import helper

    read = {name for node in made.graph.node for name in node.input}
    for output in [output.name for output in made.graph.output if output.name in read]:
        inner = f"{output}/inner"
        for node in made.graph.node:
            for names in (node.input, node.output):
                for place, name in enumerate(names):
                    if name == output:
                        names[place] = inner
        made.graph.node.append(helper.make_node("Identity", [inner], [output], name=f"{output}/copy"))


def whole_pools(made: Any) -> None:
    """The mean of a whole map as GlobalAveragePool, which ONNX Runtime has in int8, as it has no ReduceMean."""
    from onnx import numpy_helper

    constants = {tensor.name: tensor for tensor in made.graph.initializer}
    for node in made.graph.node:
        if node.op_type == "ReduceMean" and sorted(numpy_helper.to_array(constants[node.input[1]])) == [-2, -1]:
            node.op_type = "GlobalAveragePool"
            del node.input[1:], node.attribute[:]
    _drop_unused(made)


def _drop_unused(made: Any) -> None:
    """Constants that nothing reads, with what quantises them."""
    ends = {output.name for output in made.graph.output}
    used = {name for node in made.graph.node for name in node.input}
    for node in [node for node in made.graph.node if not {*node.output} & (used | ends)]:
        made.graph.node.remove(node)
    used = {name for node in made.graph.node for name in node.input}
    kept = [tensor for tensor in made.graph.initializer if tensor.name in used | ends]
    del made.graph.initializer[:]
    made.graph.initializer.extend(kept)


def quantise(source: Path, target: Path, graph: Graph, batches: Sequence[Batch]) -> None:
    """The int8 network of a float32 one that `write_float` wrote.

    Args:
        batches: that decide the scales.

    Raises:
        BackendError: a package is missing, or the quantiser cannot do it.
    """
    with needed_by(NEEDS):
        import onnx
        from onnxruntime import quantization as quant
    names = input_names(graph)

    class Reader(quant.CalibrationDataReader):
        def __init__(self) -> None:
            self.left = iter(batches)

        def get_next(self) -> dict[str, Any] | None:
            batch = next(self.left, None)
            return None if batch is None else dict(zip(names, batch, strict=True))

    with scratch() as place:
        rough = place / target.name
        try:
            quant.quantize_static(
                source,
                rough,
                Reader(),
                quant_format=quant.QuantFormat.QDQ,
                per_channel=True,
                activation_type=quant.QuantType.QUInt8,
                weight_type=quant.QuantType.QInt8,
            )
        except Exception as error:  # of many kinds, none of them documented
            raise BackendError(f"onnx: ONNX Runtime's quantiser cannot quantise the network: {first_line(error)}") from error
        made = onnx.load(rough)
    if not any(node.op_type == "QuantizeLinear" for node in made.graph.node):
        raise BackendError("onnx: ONNX Runtime's quantiser finds nothing in the network that has an int8 form")
    float_ends(made)
    hswish.join_sixths(made)
    _drop_unused(made)
    write(target, made.SerializeToString())
    check(target, graph)


def float_ends(made: Any) -> None:
    """Outputs of products of matrices are left as they come: rounded to 8 bits, classes that are close would be the same."""
    makers = {name: node for node in made.graph.node for name in node.output}
    for output in made.graph.output:
        end = makers.get(output.name)
        quantised = end and end.op_type == "DequantizeLinear" and makers.get(end.input[0])
        product = quantised and quantised.op_type == "QuantizeLinear" and makers.get(quantised.input[0])
        if not product or product.op_type not in ("Gemm", "MatMul"):
            continue
        inner = product.output[0]
        if sum(inner in node.input for node in made.graph.node) == 1:
            product.output[0] = output.name
            made.graph.node.remove(end)
            made.graph.node.remove(quantised)
