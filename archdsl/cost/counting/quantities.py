"""What a convention may weigh: quantities of one layer, for batch 1, as ints or grids.

::

    macs             multiply-accumulates of a convolution or matrix product, biases not counted
    products         multiply-accumulates of two computed tensors, as in attention
    in               elements of all inputs
    out              elements of the output
    rows             elements of the output over its last axis: what softmax runs over, one by one
    bias             elements of the output where a bias is added, otherwise 0
    params           learned values that are used, whichever layer owns them
    own_params       learned values that no layer before has
    bias_params      learned values of the bias
    params_by_place  learned values times height and width of the output
    joins            elementwise operations of an add or mul of several inputs: (inputs - 1) * out
    window           elements that pooling looks at: out * kernel height * kernel width, the inputs of adaptive pooling
    padded           elements of the squares that local response norm adds up, with the zeros around them; elsewhere of the input
    mean             additions and divisions of adaptive pooling as thop computes them, in double precision, rounded down
"""

from __future__ import annotations

from collections.abc import Callable

from archdsl.cost.counting.layer import Layer
from archdsl.exact import knobs_of, product
from archdsl.ops.group_norm import LocalResponseNorm
from archdsl.ops.operator import Dim
from archdsl.ops.window import Sliding

Quantity = Callable[[Layer], Dim]


def _macs(layer: Layer) -> Dim:
    return layer.macs


def _in(layer: Layer) -> Dim:
    return sum(product(shape) for shape in layer.inputs)


def _out(layer: Layer) -> Dim:
    return product(layer.output)


def _products(layer: Layer) -> Dim:
    return layer.node.op.products(layer.inputs, layer.output)


def _rows(layer: Layer) -> Dim:
    return product(layer.output[:-1])


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
    return product(layer.output) * product(op.window.kernel) if isinstance(op, Sliding) else _in(layer)


def _padded(layer: Layer) -> Dim:
    op = layer.node.op
    return op.padded(layer.inputs) if isinstance(op, LocalResponseNorm) else _in(layer)


def _mean(layer: Layer) -> Dim:
    """int((height in / height out * width in / width out + 1) * out), in double precision (thop 0.1.1, calculate_adaptive_avg).

    Where the extents divide evenly this is `in + out`, exactly; elsewhere rounding can make it one less.
    """
    channels, height, width = layer.inputs[0]
    _, rows, columns = layer.output
    if (height % rows == 0) is True and (width % columns == 0) is True:
        return _in(layer) + _out(layer)
    if all(type(d) is int for d in (channels, height, width, rows, columns)):
        return int((height / rows * (width / columns) + 1) * (channels * rows * columns))
    return _mean_of_grid((height, width), (rows, columns), product(layer.output))


def _mean_of_grid(extent: tuple[Dim, Dim], kept: tuple[Dim, Dim], out: Dim) -> Dim:
    import numpy as np

    from archdsl.exact.grid import Grid

    dims = (*extent, *kept, out)
    height, width, rows, columns, elements = (np.asarray(d, dtype=np.float64) for d in dims)
    counted = np.floor((height / rows * (width / columns) + 1) * elements).astype(np.int64)
    return Grid(counted, knobs=frozenset().union(*map(knobs_of, dims)))


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
    "padded": _padded,
    "mean": _mean,
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
    "padded": "padded square",
    "mean": "mean",
}
"""What one of each is called in a sentence."""
