"""Pooling with `ceil` in what torch's exporter made, said in a way that ONNX means too.

Where a window of `ceil` would begin in the padding past the end, PyTorch drops it and ONNX does not; the exporter copies the flag all the
same, and ONNX's shape inference finds another shape than the file states. Padding that just holds the last window says it without `ceil`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx_ir import Model, Node

POOLS = ("MaxPool", "AveragePool")


def settle_pools(made: Model) -> None:
    """Write every pooling whose windows ONNX would count otherwise without `ceil`."""
    for node in list(made.graph):
        if node.op_type in POOLS and node.attributes.get_int("ceil_mode"):
            _settle(made, node)


def ends(
    extents: tuple[int, ...], counts: tuple[int, ...], kernel: tuple[int, ...], stride: tuple[int, ...], pads: tuple[int, ...]
) -> list[int] | None:
    """Padding past the end that just holds the last window, along each axis; None where `ceil` means the same in ONNX.

    Args:
        extents, counts: of the input, and of the windows that PyTorch has.
        pads: on either side.
    """
    places = list(zip(extents, counts, kernel, stride, pads, strict=True))
    if all(count == -(-(extent + 2 * pad - size) // step) + 1 for extent, count, size, step, pad in places):
        return None
    return [max(0, (count - 1) * step + size - extent - pad) for extent, count, size, step, pad in places]


def _settle(made: Model, node: Node) -> None:
    from onnx_ir import AttrInt64, AttrInt64s

    source, result = node.inputs[0], node.outputs[0]
    assert source is not None
    assert source.shape is not None
    assert result.shape is not None
    extents, counts = (tuple(map(int, shape[2:])) for shape in (source.shape, result.shape))  # type: ignore[arg-type]
    kernel = tuple(node.attributes.get_ints("kernel_shape"))
    places = len(kernel)
    stride = tuple(node.attributes.get_ints("strides", (1,) * places))
    pads = tuple(node.attributes.get_ints("pads", (0,) * (2 * places))[:places])
    end = ends(extents, counts, kernel, stride, pads)
    if end is None:
        return
    begin = list(pads)
    if node.attributes.get_int("count_include_pad", 0) and any(pads):  # the padding counts, what a cut window lacks does not
        _pad_before(made, node, begin)
        begin, end = [0] * places, [max(0, far - pad) for far, pad in zip(end, begin, strict=True)]
    if node.op_type == "AveragePool":
        node.attributes.add(AttrInt64("count_include_pad", 0))
    node.attributes.add(AttrInt64("ceil_mode", 0))
    node.attributes.add(AttrInt64s("pads", [*begin, *end]))


def _pad_before(made: Model, node: Node, pads: list[int]) -> None:
    """Zeros around what a node reads, as many on either side."""
    import numpy as np
    from onnx_ir import Attr, AttributeType, Shape, Value, tensor
    from onnx_ir import node as new_node

    source = node.inputs[0]
    assert source is not None
    assert source.shape is not None
    sides = tensor(np.array([0, 0, *pads, 0, 0, *pads], dtype=np.int64))
    constant = new_node(
        "Constant", [], attributes={"value": Attr("value", AttributeType.TENSOR, sides)}, name=f"{node.name}_sides"
    )
    wider = [int(extent) + 2 * pad for extent, pad in zip(source.shape[2:], pads, strict=True)]  # type: ignore[arg-type]
    output = Value(name=f"{source.name}_padded", type=source.type, shape=Shape([*source.shape[:2], *wider]))
    padded = new_node("Pad", [source, constant.outputs[0]], outputs=[output], name=f"{node.name}_pad")
    constant.outputs[0].name = f"{node.name}_sides"
    made.graph.insert_before(node, [constant, padded])
    node.replace_input_with(0, output)
