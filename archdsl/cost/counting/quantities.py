"""What a convention may weigh: quantities of one layer, for batch 1, as ints or grids.

::

    macs             multiply-accumulates of a convolution or matrix product, biases not counted
    products         multiply-accumulates of two computed tensors, as in attention
    in               elements of all inputs; of pooling, with the zeros around it where they differ at the ends and are put there first
    out              elements of the output
    rows             elements of the output over its last axis, or that of a softmax: what runs one by one
    bias             elements of the output where a bias is added, otherwise 0
    params           learned values that are used, whichever layer owns them
    own_params       learned values that no layer before has
    bias_params      learned values of the bias
    params_by_place  learned values times places of the output
    joins            elementwise operations of an add or mul of several inputs: (inputs - 1) * out
    window           elements that pooling looks at: out * elements of the kernel, the inputs of adaptive pooling
    by_token         learned values times tokens of the input
    by_name          learned values called weight or bias, and those of other names times the first axis of the output
    gates            learned values of recurrent gates, biases among them, times tokens of the input
    plain_gates      the same as if no state were projected
    states           elements of recurrent states: tokens times layers, directions and channels
    standardised     weights that a convolution standardises
    padded           elements of the squares that local response norm adds up, with the zeros around them; elsewhere of the input
    macs_by_output   multiply-accumulates of a transposed convolution as if each value of its output took the whole kernel
    mean             additions and divisions of adaptive pooling as thop computes them, in double precision, rounded down
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import mul
from typing import Any

from archdsl.cost.counting.layer import Layer
from archdsl.exact import knobs_of, product
from archdsl.ops.attention import OverAxis
from archdsl.ops.convolution import ConvTranspose
from archdsl.ops.group_norm import LocalResponseNorm
from archdsl.ops.operator import Dim, Operator, Shape
from archdsl.ops.pool import Pool
from archdsl.ops.recurrent import LSTM, Recurrent
from archdsl.ops.standardised import StdConv2d
from archdsl.ops.window import Sliding, padded

Quantity = Callable[[Layer], Dim]


def _macs(layer: Layer) -> Dim:
    return layer.macs


def _in(layer: Layer) -> Dim:
    if isinstance(layer.node.op, Pool) and (copy := padded(layer.node.op, layer.inputs[0])) is not None:
        return product(copy)
    return sum(product(shape) for shape in layer.inputs)


def _out(layer: Layer) -> Dim:
    return product(layer.output)


def _products(layer: Layer) -> Dim:
    return layer.node.op.products(layer.inputs, layer.output)


def _rows(layer: Layer) -> Dim:
    op, output = layer.node.op, layer.output
    along = op.along(output) if isinstance(op, OverAxis) else len(output) - 1
    return product(extent for axis, extent in enumerate(output) if axis != along)


def _bias(layer: Layer) -> Dim:
    return product(layer.output) if "bias" in layer.node.op.weights(*layer.inputs) else 0


def _params(layer: Layer) -> Dim:
    return layer.used


def _own_params(layer: Layer) -> Dim:
    return layer.params


def _bias_params(layer: Layer) -> Dim:
    return product(layer.node.op.weights(*layer.inputs).get("bias", (0,)))


def _params_by_place(layer: Layer) -> Dim:
    return layer.used * product(layer.output[1:])


def _joins(layer: Layer) -> Dim:
    return (len(layer.inputs) - 1) * product(layer.output)


def _window(layer: Layer) -> Dim:
    op = layer.node.op
    return product(layer.output) * product(op.over(layer.inputs[0]).kernel) if isinstance(op, Sliding) else _in(layer)


def _macs_by_output(layer: Layer) -> Dim:
    """As if every value of the output took the whole kernel of all channels of its group."""
    op = layer.node.op
    if not isinstance(op, ConvTranspose):
        return layer.macs
    return product(layer.output) * (layer.inputs[0][0] // op.groups) * product(op.axes(layer.inputs[0])[0])


def _by_token(layer: Layer) -> Dim:
    return layer.params * product(layer.inputs[0][:-1])


def _by_name(layer: Layer) -> Dim:
    sizes = layer.node.op.weights(*layer.inputs)
    return sum(product(shape) * (1 if name in ("weight", "bias") else layer.output[0]) for name, shape in sizes.items())


def _gates(layer: Layer) -> Dim:
    return _of_gates(layer.node.op, layer.inputs)


def _plain_gates(layer: Layer) -> Dim:
    op = layer.node.op
    return _of_gates(replace(op, projection=None) if isinstance(op, LSTM) else op, layer.inputs)


def _of_gates(op: Operator, inputs: tuple[Shape, ...]) -> Dim:
    shapes = op.weights(*inputs)
    return product(inputs[0][:-1]) * sum(product(shape) for name, shape in shapes.items() if "_hr_" not in name)


def _states(layer: Layer) -> Dim:
    op = layer.node.op
    return op.steps(layer.inputs) if isinstance(op, Recurrent) else 0


def _standardised(layer: Layer) -> Dim:
    op = layer.node.op
    return op.standardised(layer.inputs) if isinstance(op, StdConv2d) else 0


def _padded(layer: Layer) -> Dim:
    op = layer.node.op
    return op.padded(layer.inputs) if isinstance(op, LocalResponseNorm) else _in(layer)


def _mean(layer: Layer) -> Dim:
    """int((height in / height out * width in / width out + 1) * out), in double precision (thop 0.1.1, calculate_adaptive_avg).

    Where the extents divide evenly this is `in + out`, exactly; elsewhere rounding can make it one less.
    """
    axes = list(zip(layer.inputs[0][1:], layer.output[1:], strict=True))
    if all((extent % count == 0) is True for extent, count in axes):
        return _in(layer) + _out(layer)
    if all(type(d) is int for d in (layer.inputs[0][0], *chain(*axes))):
        return int((_ratios(axes) + 1) * product(layer.output))
    return _mean_of_grid(axes, product(layer.output))


def _ratios(axes: Iterable[tuple[Any, Any]]) -> Any:
    """The product of what comes in over what goes out along every axis, in double precision, from the first axis on."""
    return reduce(mul, [extent / count for extent, count in axes])


def _mean_of_grid(axes: list[tuple[Dim, Dim]], out: Dim) -> Dim:
    import numpy as np

    from archdsl.exact.grid import Grid

    double = [(np.asarray(extent, dtype=np.float64), np.asarray(count, dtype=np.float64)) for extent, count in axes]
    counted = np.floor((_ratios(double) + 1) * np.asarray(out, dtype=np.float64)).astype(np.int64)
    return Grid(counted, knobs=frozenset().union(*map(knobs_of, (*chain(*axes), out))))


QUANTITIES: dict[str, Quantity] = {
    "macs": _macs,
    "products": _products,
    "in": _in,
    "out": _out,
    "rows": _rows,
    "bias": _bias,
    "params": _params,
    "own_params": _own_params,
    "bias_params": _bias_params,
    "params_by_place": _params_by_place,
    "joins": _joins,
    "window": _window,
    "by_token": _by_token,
    "by_name": _by_name,
    "gates": _gates,
    "plain_gates": _plain_gates,
    "states": _states,
    "standardised": _standardised,
    "padded": _padded,
    "mean": _mean,
    "macs_by_output": _macs_by_output,
}

WORDS = {
    "macs": "MACs",
    "products": "MACs of products",
    "in": "input",
    "out": "output",
    "rows": "row",
    "bias": "bias",
    "params": "parameter",
    "own_params": "parameter of its own",
    "bias_params": "bias parameter",
    "params_by_place": "parameter and place",
    "joins": "joined element",
    "window": "window element",
    "by_token": "parameter and token",
    "by_name": "parameter",
    "gates": "value of gates and token",
    "plain_gates": "value of unprojected gates and token",
    "states": "state",
    "standardised": "standardised weight",
    "padded": "padded square",
    "mean": "mean",
    "macs_by_output": "MACs by output",
}
"""What one of each is called in a sentence."""
