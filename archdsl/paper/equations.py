"""Equations 2 to 4 of Zhao & Wang 2022, for any split and any kernels. Each builds both sides as graphs and counts them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from archdsl.cost.counting.bill import Bill
from archdsl.ir.graph import Graph, Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.passing import Input

EXTENT = 4  # height and width of the maps that are counted; every ratio is free of it


def residual_over_partial(split: int | Fraction = Fraction(1, 2), kernel: int = 3) -> Fraction:
    """Multiply-accumulates of a residual convolution over those of a partial residual one (Eq. 2): 4 for a split of half.

    The residual learning block sees the share `split` of the channels and gives as many; the others pass. So the ratio is 1 /
    split**2.

    Args:
        split: above 0, at most 1.
        kernel: height and width of the convolution, odd; the ratio is free of it.

    Raises:
        ValueError: a split that leaves no channel, or is more than all.
    """
    share = Fraction(split)
    if not 0 < share <= 1:
        raise ValueError(f"a split lies above 0 and is at most 1, {split} came")
    channels = share.denominator
    learned = int(channels * share)
    whole = _macs((channels, EXTENT, EXTENT), _conv(channels, kernel))
    partial = _macs((learned, EXTENT, EXTENT), _conv(learned, kernel))
    return Fraction(whole, partial)


def depthwise_operations(kernel: int, channels: int, height: int = EXTENT, width: int = EXTENT) -> int:
    """Operations of a depthwise convolution of all channels as Eq. 3 counts them: 2 for each multiply-accumulate."""
    return 2 * _macs((channels, height, width), _depthwise(channels, kernel))


def dual_path_operations(
    kernels: Sequence[int], channels: int, split: int | Fraction = Fraction(1, 2), height: int = EXTENT, width: int = EXTENT
) -> int:
    """Operations of the depthwise convolutions of DP-block A together (Eq. 3), one path for each kernel.

    The channels are dealt out over the paths evenly, and of its own each path convolves the share `split`: a quarter of all for
    two paths.

    Raises:
        ValueError: a path does not come out at a whole number of channels, at least one.
    """
    each = Fraction(split) * channels / len(kernels)
    if each.denominator != 1 or each < 1:
        raise ValueError(f"{channels} channels over {len(kernels)} paths with a split of {split} give {each} channels for each")
    own = int(each)
    return sum(2 * _macs((own, height, width), _depthwise(own, kernel)) for kernel in kernels)


def depthwise_over_dual_path(kernel: int, kernels: Sequence[int] = (3, 5), split: int | Fraction = Fraction(1, 2)) -> Fraction:
    """A depthwise convolution of all channels over those of the paths of DP-block A together (Eq. 4).

    For kernels 3 and 5: 36/34 = 1.06 against 3x3, 100/34 = 2.94 against 5x5. In general k**2 n / (split * sum of squares) for n
    paths.

    Raises:
        ValueError: no kernels, or a split that is not above 0 and at most 1.
    """
    share = Fraction(split)
    if not kernels or not 0 < share <= 1:
        raise ValueError("at least one kernel is needed, and a split above 0 and at most 1")
    channels = lcm(share.denominator, len(kernels)) * len(kernels)
    return Fraction(depthwise_operations(kernel, channels), dual_path_operations(kernels, channels, share))


def _conv(channels: int, kernel: int, groups: int = 1) -> Operator:
    return Conv2d.read({"out": channels, "kernel": kernel, "groups": groups})


def _depthwise(channels: int, kernel: int) -> Operator:
    return _conv(channels, kernel, groups=channels)


def _macs(shape: Shape, op: Operator) -> int:
    """Multiply-accumulates of a graph of one convolution, by the rules that count every network."""
    nodes: dict[str, Node] = {
        "input": Node("input", Input(shape), (), shape),
        "conv": Node("conv", op, ("input",), op.shape(shape)),
    }
    macs: Any = Bill(Graph("equation", nodes, "conv")).macs
    return int(macs)
