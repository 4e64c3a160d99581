"""Entropy and effectiveness of a convolutional network, from its depth, widths and sizes of maps alone.

Both are of Shen et al. 2023, "DeepMAD: Mathematical Architecture Design for Deep Convolutional Neural Network" (CVPR), which
designs networks by making the one large and keeping the other below a bound; that several scales are weighed comes from Sun et al. 2022,
"MAE-DET: Revisiting Maximum Entropy Principle in Zero-Shot NAS for Efficient Object Detection" (ICML).
What layers, widths and scales are in a network with paths beside each other is said in `archdsl.cost.expressive.spine`.

The upper bound of the normalised Gaussian entropy of the features at the end of L layers, with c_i channels that arrive at layer i,
kernels of k_i places, g_i groups, and maps of r² places and c channels at the end (DeepMAD, theorem on the entropy of CNN models):

    H_L = log(r²_{L+1} c_{L+1})  Σ_{i=1..L} log(c_i k_i² / g_i)

The entropy of a network is the weighted sum over its scales (DeepMAD, "weighted multiple-scale entropy"), each with all the layers
before its end: the last scale weighs 8 and every other one 1, as {1, 1, 1, 1, 8} for the five scales of a network for ImageNet:

    H = Σ_m α_m H_m

The effectiveness is the depth over the width, where the width is the geometric mean of those of the layers (DeepMAD, definition of
effectiveness, with the widths of CNN models); a chain that is too deep for its width passes on no information, one too shallow computes
little more than a linear map:

    ρ = L / w        w = (Π_{i=1..L} w_i)^{1/L}        w_i = c_i k_i² / g_i

Logarithms are natural. The authors' program takes the logarithm of a standard deviation, and so half of each sum over layers; and the
largest ρ of all scales instead of that of the whole network. Here both are as the paper prints them.
"""

from __future__ import annotations

import math
from typing import Any

from archdsl.cost.amounts import Largest, Parts, Sum
from archdsl.cost.counting.bill import Bill
from archdsl.cost.expressive.spine import Length, Piece, Scale, scales
from archdsl.cost.expressive.units import RATIO_UNIT
from archdsl.exact import is_array, is_number_array
from archdsl.exact.logarithm import UNIT, each, log
from archdsl.ops.operator import Dim

LAST_WEIGHT = 8
"""Weight of the last scale; every other has 1."""


def entropy(bill: Bill) -> Sum:
    """The weighted entropy over all scales, in units of 1 / ENTROPY_UNIT; a part for each piece of the longest path.

    Raises:
        InputError: the network is none for which it is defined.
    """
    found = scales(bill.graph)
    terms: dict[str, Parts] = {}
    for place, scale in enumerate(found):
        factors = _features(found[place:])
        for piece in scale.pieces:
            terms[piece.end.name] = tuple((piece.length.widths * factor, weight) for factor, weight in factors)
    return _over_layers(bill, terms)


def _features(found: list[Scale]) -> list[tuple[Dim, int]]:
    """Σ_m α_m log(r² c) of scales, the last of the network among them: what is a number as one summand, arrays each by itself."""
    whole, arrays = 0, []
    for place, scale in enumerate(found):
        weight = LAST_WEIGHT if place == len(found) - 1 else 1
        for extent in scale.features:
            term = log(extent)
            if is_array(term):
                arrays.append((term, weight))
            else:
                whole += term * weight
    return [(whole, 1), *arrays]


def path_layers(bill: Bill) -> Sum:
    """Convolutions on the longest path: the depth L."""
    pieces = _pieces(bill)
    return _over_layers(bill, {piece.end.name: ((piece.length.layers, 1),) for piece in pieces})


def effectiveness(bill: Bill) -> Largest:
    """Depth over width, in units of 1 / RATIO_UNIT. It is of the whole path, so of its layers only the last has it."""

    def total() -> Dim:
        lengths = [piece.length for piece in _pieces(bill)]
        return _ratio(Length(sum(length.layers for length in lengths), sum(length.widths for length in lengths)))

    return Largest(lambda: [total()], lambda: [*[None] * (len(bill.layers) - 1), total()])


def _ratio(length: Length) -> Any:
    layers, widths = length
    if is_number_array(layers):
        counts = sorted({int(count) for count in layers.values.ravel().tolist()})
        return sum(_ratio(Length(count, widths)) * _is(layers, count) for count in counts)
    return each(lambda value: _rounded(layers, value), widths) if is_number_array(widths) else _rounded(layers, widths)


def _is(layers: Any, count: int) -> Any:
    """1 where a path has so many layers, 0 elsewhere."""
    return each(lambda value: int(value == count), layers)


def _rounded(layers: int, widths: int) -> int:
    return round(layers * math.exp(-widths / (UNIT * layers)) * RATIO_UNIT) if layers else 0


def _pieces(bill: Bill) -> list[Piece]:
    return [piece for scale in scales(bill.graph) for piece in scale.pieces]


def _over_layers(bill: Bill, terms: dict[str, Parts]) -> Sum:
    """A sum over the layers of the bill, from the terms of some nodes by name.

    What belongs to a node that is no layer, where alternatives of a grid meet, is told of the layer before it.
    """
    found: list[Parts] = []
    layers = {layer.node.name for layer in bill}
    for node in bill.graph:
        told = terms.get(node.name, ())
        if node.name in layers:
            found.append(told or ((0, 1),))
        elif told:
            found[-1] += told
    return Sum(range(len(found)), found)
