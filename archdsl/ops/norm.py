"""Normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import FLAG, POSITIVE, SHARE, arg
from archdsl.ops.facts import Gradient, Kept, Layout, Memory, no_scratch, sees_place
from archdsl.ops.operator import Dim, SameShape, Shape, operator
from archdsl.ops.shapes import Sequence, channel_axis, is_map, typed


class FoldableNorm(SameShape):
    """Base of the norms that are a factor and a summand for each channel at inference, which the layer before can take in."""

    def affine_form(self, tensors: Mapping[str, Any]) -> tuple[Any, Any]:
        """Factor and summand of each channel.

        Args:
            tensors: weights and buffers by name, arrays of floats.
        """
        raise NotImplementedError


@operator("norm")
class BatchNorm(FoldableNorm):
    """Batch normalisation over the channels (Ioffe & Szegedy 2015)."""

    memory, layout = Memory.NEW, Layout.FOLLOWS
    scratch, sees = no_scratch, sees_place
    overwritable = True
    counters = 1

    eps: Any = arg(POSITIVE, 1e-5, doc="added to the variance")
    momentum: Any = arg(SHARE, 0.1, doc="share of the new batch in the running statistics")
    affine: Any = arg(FLAG, True, doc="whether scale and shift are learned")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][channel_axis(inputs[0])],)
        return {"weight": channels, "bias": channels} if self.affine else {}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][channel_axis(inputs[0])],)
        return {"running_mean": channels, "running_var": channels}

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, once=2 * inputs[0][channel_axis(inputs[0])])  # mean and inverse deviation of the batch

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """PyTorch makes memory for the gradient twice on a CPU, and drops the first; not where tokens are turned for it."""
        return Gradient(values=0 if isinstance(typed(output), Sequence) else product(output))

    def affine_form(self, tensors: Mapping[str, Any]) -> tuple[Any, Any]:
        """gamma (x - mean) / sqrt(variance + eps) + beta, with running statistics."""
        factor = 1 / (tensors["running_var"] + self.eps) ** 0.5
        if self.affine:
            factor = tensors["weight"] * factor
        summand = -tensors["running_mean"] * factor
        return factor, summand + tensors["bias"] if self.affine else summand


@operator("layer_norm")
class LayerNorm(SameShape):
    """Layer normalisation over the channels of each token, or of each place of a map (Ba et al. 2016)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    sees = sees_place

    eps: Any = arg(POSITIVE, 1e-5, doc="added to the variance")
    affine: Any = arg(FLAG, True, doc="whether scale and shift are learned")
    bias: Any = arg(FLAG, True, doc="whether the shift is learned, where the scale is")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][channel_axis(inputs[0])],)
        found = {"weight": channels, "bias": channels} if self.bias else {"weight": channels}
        return found if self.affine else {}

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, values=_of_rows(output))

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """Of a map the gradient of the output is brought into the order of tokens, as a copy."""
        return Gradient(values=product(output) if is_map(output, None) else 0)

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return _of_rows(output) * itemsize


@operator("rms_norm")
class RMSNorm(SameShape):
    """Division by the root mean square over the channels of each token, or of each place of a map (Zhang & Sennrich 2019)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    sees = sees_place

    eps: Any = arg(POSITIVE, 1e-6, doc="added to the mean square")
    affine: Any = arg(FLAG, True, doc="whether a scale is learned")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (inputs[0][channel_axis(inputs[0])],)} if self.affine else {}

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        """The inverse root of each row; with a scale, what was not scaled yet too, which is all that the scale needs."""
        even = product(output) if self.affine else 0
        return Kept(input=True, values=_of_rows(output) // 2 + even, first=even)

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What comes through the scale, the root and the square."""
        rows = _of_rows(output) // 2
        return Gradient(values=(2 if self.affine else 3) * product(output) - rows)

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The squares or what was not scaled yet, and the mean of each row. Rows that lie side by side are worked on without a copy."""
        rows = _of_rows(output) // 2
        copied = self.affine or is_map(output, None)
        return (product(output) + rows if copied else 2 * rows) * itemsize


def _of_rows(output: Shape) -> Dim:
    """Elements of a mean and an inverse deviation for each token or place."""
    return 2 * product(output) // output[channel_axis(output)]
