"""Normalisation over groups of channels, over neighbouring channels, and by the size of the whole map."""

from __future__ import annotations

from typing import Any

from archdsl.exact import maximum, product
from archdsl.ops.arguments import COUNT, FLAG, NUMBER, ODD, POSITIVE, arg
from archdsl.ops.errors import RankError, refuse
from archdsl.ops.facts import Gradient, Kept, Layout, Memory, sees_everything, sees_place
from archdsl.ops.operator import Dim, SameShape, Shape, operator
from archdsl.ops.shapes import Map, Sequence, described, size, typed


class MapNorm(SameShape):
    """Base of the norms over maps of any number of places, with the scale and shift of each channel that some learn."""

    memory, layout = Memory.NEW, Layout.PLAIN

    vectors = False

    def shape(self, *inputs: Shape) -> Shape:
        arriving = typed(inputs[0])
        if type(arriving) is not Map and not (self.vectors and len(arriving) == 1):
            hint = "layer_norm and rms_norm take tokens" if isinstance(arriving, Sequence) else ""
            raise RankError(
                f"{self.word} takes a map{' or a vector' if self.vectors else ''}, {described(arriving)} arrives", hint
            )
        return arriving

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][0],)
        found = {"weight": channels, "bias": channels} if getattr(self, "bias", True) else {"weight": channels}
        return found if getattr(self, "affine", True) else {}


@operator("group_norm")
class GroupNorm(MapNorm):
    """Normalisation of each group of channels over all places (Wu & He 2018). One group is a layer norm over everything."""

    sees = sees_everything
    vectors = True

    groups: Any = arg(COUNT, 32, doc="number of groups of channels")
    eps: Any = arg(POSITIVE, 1e-5, doc="added to the variance")
    affine: Any = arg(FLAG, True, doc="whether scale and shift are learned")
    bias: Any = arg(FLAG, True, doc="whether the shift is learned, where the scale is")

    def shape(self, *inputs: Shape) -> Shape:
        arriving = super().shape(*inputs)
        if (ok := arriving[0] % self.groups == 0) is not True:
            refuse(ok, f"{arriving[0]} channels cannot be divided into {self.groups} groups", about="groups")
        return _several(self, arriving, product(arriving) // self.groups, "group")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, plain=True, values=2 * self.groups)  # a mean and an inverse deviation of each

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """Two sums over each channel."""
        return Gradient(values=2 * inputs[0][0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return 2 * self.groups * itemsize


@operator("instance_norm")
class InstanceNorm(MapNorm):
    """Normalisation of each channel of each image over its places (Ulyanov et al. 2016)."""

    sees = sees_everything

    eps: Any = arg(POSITIVE, 1e-5, doc="added to the variance")
    affine: Any = arg(FLAG, False, doc="whether scale and shift are learned")

    def shape(self, *inputs: Shape) -> Shape:
        arriving = super().shape(*inputs)
        return _several(self, arriving, product(arriving[1:]), "channel")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        """A mean and an inverse deviation of each channel; PyTorch repeats the scale for each image."""
        return Kept(input=True, plain=True, values=(3 if self.affine else 2) * inputs[0][0])

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """As of batch normalisation; scale and shift are repeated for each image."""
        return Gradient(values=product(output) + (2 * inputs[0][0] if self.affine else 0))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return (4 if self.affine else 2) * inputs[0][0] * itemsize


@operator("grn")
class GlobalResponseNorm(MapNorm):
    """x + weight * x * r + bias, r the size of a channel over all places by the mean size of all channels (Woo et al. 2023)."""

    sees = sees_everything

    eps: Any = arg(POSITIVE, 1e-6, doc="added to the mean size")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, values=product(output) + 2 * inputs[0][0] + 1, first=product(output))

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What the input gets as a factor, beside what it gets through the sizes."""
        return Gradient(values=product(output) + inputs[0][0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return (product(output) + 2 * inputs[0][0]) * itemsize


@operator("lrn")
class LocalResponseNorm(MapNorm):
    """x / (k + alpha * mean of x^2 over neighbouring channels)^beta (Krizhevsky et al. 2012)."""

    sees = sees_place

    size: Any = arg(ODD, 5, doc="channels that are looked at, the own one in the middle")
    alpha: Any = arg(NUMBER, 1e-4, doc="factor of the mean")
    beta: Any = arg(NUMBER, 0.75, doc="exponent")
    k: Any = arg(NUMBER, 1.0, doc="summand")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {}

    def padded(self, inputs: tuple[Shape, ...]) -> Dim:
        """Elements of the squares with as many channels of zeros on either side as the window reaches."""
        channels, *places = inputs[0]
        return (channels + (self.size - 1)) * product(places)

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, values=2 * product(output) + self.padded(inputs))

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What comes through the quotient, the power and the squares."""
        return Gradient(values=3 * product(output))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The squares, and what is made of them in turn."""
        return maximum(2 * product(output), self.padded(inputs)) * itemsize


def _several(op: MapNorm, shape: Shape, values: Dim, of: str) -> Shape:
    """The shape, where more than one value is normalised at once: one alone would always become 0."""
    if (ok := values > 1) is not True:
        refuse(ok, f"{op.word} needs more than one value in each {of}, {size(shape)} arrives")
    return shape
