"""Requantisation against what ONNX Runtime's quantiser writes: which inputs of which concatenations have another scale than the output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from graphs import Builder
from onnx import numpy_helper, shape_inference

import archdsl
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.cost.comparing.totals import COSTS, total
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.scales import Scales

quantization = pytest.importorskip("onnxruntime.quantization")
preprocessing = pytest.importorskip("onnxruntime.quantization.shape_inference")


def quantised(net: archdsl.Net, folder: Path) -> onnx.ModelProto:
    """A network with QuantizeLinear and DequantizeLinear around everything, calibrated on noise."""
    paths = [str(folder / name) for name in ("written.onnx", "prepared.onnx", "quantised.onnx")]
    model = onnx_model(net.graph())
    onnx.save(model, paths[0])
    preprocessing.quant_pre_process(paths[0], paths[1], skip_symbolic_shape=True)
    shape, name = net.graph().input.shape, model.graph.input[0].name

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self.images: Iterator[Any] = iter(
                [np.random.default_rng(n).standard_normal((1, *shape), np.float32) for n in range(2)]
            )

        def get_next(self) -> dict[str, Any] | None:
            image = next(self.images, None)
            return None if image is None else {name: image}

    quantization.quantize_static(paths[1], paths[2], Reader(), quant_format=quantization.QuantFormat.QDQ, per_channel=True)
    return shape_inference.infer_shapes(onnx.load(paths[2]))


def rescaled(model: onnx.ModelProto) -> list[tuple[list[int], list[bool]]]:
    """For every concatenation the elements of its inputs, and which of them have another scale or zero point than the output."""
    numbers = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    sizes = {
        value.name: int(np.prod([d.dim_value for d in value.type.tensor_type.shape.dim][1:])) for value in model.graph.value_info
    }
    maker = {output: node for node in model.graph.node for output in node.output}
    reader = {name: node for node in model.graph.node for name in node.input}

    def scale(node: onnx.NodeProto) -> tuple[float, int]:
        return float(numbers[node.input[1]]), int(numbers[node.input[2]])

    found = []
    for node in model.graph.node:
        if node.op_type == "Concat":
            after = scale(reader[node.output[0]])
            found.append(([sizes[name] for name in node.input], [scale(maker[name]) != after for name in node.input]))
    return found


@pytest.mark.parametrize("name", ["dpnet", "shufflenet_v2", "mobilenet_v3_small"])
def test_onnx_runtime_rescales_the_same(name: str, tmp_path: Path) -> None:
    """The same concatenations; of each all but the inputs whose range is the widest, which depends on the data, and so at least one."""
    net = archdsl.load(name, resolution=64)
    theirs = rescaled(quantised(net, tmp_path))
    graph = net.graph()
    scales = Scales(graph)
    ours = [[int(np.prod(shape)) for shape in graph.input_shapes(node)] for node in graph if scales.differ(node)]
    assert sorted(sizes for sizes, differing in theirs if any(differing)) == sorted(ours)
    assert sum(size for sizes, differing in theirs for size, differs in zip(sizes, differing, strict=True) if differs) <= total(
        net, "requantised"
    )
    assert total(net, "requantised") == sum(map(sum, ours))
    assert bool(ours) == (name != "mobilenet_v3_small")


def test_parts_of_one_tensor_have_its_scale() -> None:
    """A half through a relu and a largest value, joined, shuffled, split and joined: nothing is rescaled. A convolution changes that."""
    for learned, elements in ((False, 0), (True, 8 * 36)):
        build = Builder((8, 6, 6))
        build("stem", "conv", out=8)
        build("left", "slice", start=0, stop=4)
        build("right", "slice", "stem", start=4, stop=8)
        build("clipped", "relu")
        build("most", "maxpool", kernel=3, stride=1, padding=1)
        if learned:
            build("learned", "conv", out=4)
        build("join", "concat", "left", "learned" if learned else "most")
        build("mixed", "shuffle", groups=2)
        build("again", "slice", "mixed", start=0, stop=2)
        build("once", "slice", "mixed", start=2, stop=8)
        build("whole", "concat", "again", "once")
        assert COSTS["requantised"](Bill(build.graph)).total == elements
        assert COSTS["requantised"](Bill(build.graph, batch=3)).total == 3 * elements


def test_sums_rescale_as_part_of_their_work() -> None:
    assert total(archdsl.load("resnet18"), "requantised") == 0


def test_layers_say_how_much() -> None:
    bill = archdsl.load("dpnet").cost()
    found = COSTS["requantised"](bill)
    assert sum(found.layers) == found.total
    assert {layer.node.op.word for layer, amount in zip(bill, found.layers, strict=True) if amount} == {"concat"}
