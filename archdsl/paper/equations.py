"""Equations 2 to 4 of Zhao & Wang 2022, for any split and any kernels. Each builds both sides as graphs and counts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from archdsl.cost.comparing.figures import printed_alike
from archdsl.cost.counting.bill import Bill
from archdsl.errors import InputError, unknown
from archdsl.exact.shown import describe
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.passing import Input
from archdsl.paper.printed import printed
from archdsl.spec.read_reported import parse_size

DATA = "equations.yaml"
MOST_KERNELS, LARGEST_KERNEL, SMALLEST_SHARE = 16, 99, 10_000
EXTENT = 4  # height and width of the maps that are counted; every ratio is free of it


@dataclass(frozen=True)
class Ratio:
    """One number of an equation.

    Attributes:
        what: the kernel of the side that is not the paper's, or the paths of DP-block A.
        reported: as printed; '' for settings that are not the paper's.
    """

    what: str
    reported: str
    computed: Fraction

    @property
    def matches(self) -> bool | None:
        """Whether ours would be printed so; None where nothing is printed."""
        size = parse_size(self.reported) if self.reported else None
        return None if size is None else bool(printed_alike(self.computed, *size))

    def as_dict(self) -> dict[str, Any]:
        computed = {"computed": float(self.computed), "exact": str(self.computed)}
        return {"what": self.what, "reported": self.reported or None, **computed, "matches": self.matches}


@dataclass(frozen=True)
class Settings:
    """What an equation is computed for.

    Attributes:
        split: the share of the channels that the residual learning block sees, above 0 and at most 1.
        kernels: height and width of the depthwise convolution of each path.
    """

    split: Fraction
    kernels: tuple[int, ...]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Settings:
        """The paper's settings with those that are given in their place. Raises InputError for what does not fit."""
        paper = printed(DATA)["settings"]
        for name in given:
            if name not in paper:
                raise InputError("; ".join(unknown("setting", name, paper)))
        split = given.get("split", Fraction(paper["split"]))
        if isinstance(split, bool) or not isinstance(split, (int, Fraction)) or not 0 < split <= 1:
            raise InputError(f"split: expected a share above 0 and at most 1, {describe(split)} came")
        if Fraction(split).denominator > SMALLEST_SHARE:
            raise InputError(f"split: expected a share in whole parts of at most {SMALLEST_SHARE:,}, {describe(split)} came")
        kernels = given.get("kernels", [int(kernel) for kernel in paper["kernels"]])
        few = isinstance(kernels, list) and 0 < len(kernels) <= MOST_KERNELS
        if not few or not all(type(kernel) is int and kernel in range(1, LARGEST_KERNEL + 1, 2) for kernel in kernels):
            wanted = f"a list of 1 to {MOST_KERNELS} odd ints, from 1 to {LARGEST_KERNEL}"
            raise InputError(f"kernels: expected {wanted}, {describe(kernels)} came")
        return cls(Fraction(split), tuple(kernels))


def names() -> list[str]:
    """Names of the equations that are computed."""
    return [name for name in printed(DATA) if name != "settings"]


def title(equation: str) -> str:
    """What an equation is about."""
    return str(printed(DATA)[equation]["title"])


def ratios(equation: str, settings: Settings) -> list[Ratio]:
    """The numbers of an equation, one for each different kernel, those that the paper prints beside them."""
    reported = {row["kernel"]: row["reported"] for row in printed(DATA)[equation]["rows"]}
    as_printed = settings == Settings.read({})
    sides = [
        (str(kernel), f"{kernel}×{kernel}", COMPUTED[equation](kernel, settings)) for kernel in dict.fromkeys(settings.kernels)
    ]
    if equation == "eq3":
        paths = " and ".join(f"{kernel}×{kernel}" for kernel in settings.kernels)
        sides.append(("dual", f"paths of {paths}", _dual_path_for_one(settings)))
    return [Ratio(what, reported[key] if as_printed else "", computed) for key, what, computed in sides]


def residual_over_partial(split: int | Fraction = Fraction(1, 2), kernel: int = 3) -> Fraction:
    """Multiply-accumulates of a residual convolution over those of a partial residual one (Eq. 2): 4 for a split of half.

    The residual learning block sees the share `split` of the channels and gives as many; the others pass. So the ratio is
    1 / split**2.

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

    Every path gets an equal part of the channels and convolves the share `split` of its part: with two paths and a split of half,
    a quarter of all channels.

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
    channels = _channels(kernels, share)
    return Fraction(depthwise_operations(kernel, channels), dual_path_operations(kernels, channels, share))


def _depthwise_for_one(kernel: int, settings: Settings) -> Fraction:
    """Operations of a depthwise convolution for one channel and one place."""
    return Fraction(depthwise_operations(kernel, 1), EXTENT**2)


def _dual_path_for_one(settings: Settings) -> Fraction:
    """Operations of the depthwise convolutions of all paths, for one channel of all and one place."""
    channels = _channels(settings.kernels, settings.split)
    return Fraction(dual_path_operations(settings.kernels, channels, settings.split), channels * EXTENT**2)


COMPUTED: dict[str, Callable[[int, Settings], Fraction]] = {
    "eq2": lambda kernel, settings: residual_over_partial(settings.split, kernel),
    "eq3": _depthwise_for_one,
    "eq4": lambda kernel, settings: depthwise_over_dual_path(kernel, settings.kernels, settings.split),
}
"""By equation: the number for a kernel."""


def _channels(kernels: Sequence[int], share: Fraction) -> int:
    """So many channels that every path sees a whole number of them."""
    return lcm(share.denominator, len(kernels)) * len(kernels)


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
    macs: Any = Bill(Graph("equation", nodes, {OUTPUT: "conv"})).macs
    return int(macs)
