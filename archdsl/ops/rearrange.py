"""Operators that move values about and compute nothing: slices, shuffles, shifts."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, ODD, WHOLE, arg
from archdsl.ops.axes import any_map
from archdsl.ops.errors import refuse
from archdsl.ops.facts import Layout, Memory, Window, keeps_nothing, no_scratch, sees_everything, sees_place
from archdsl.ops.operator import Dim, SameShape, Shape, View, operator
from archdsl.ops.shapes import Vector, feature_map, typed


@operator("slice")
class Slice(View):
    """Channels from `start` up to, and without, `stop`."""

    sees = sees_place

    start: Any = arg(WHOLE, doc="first channel, counted from 0")
    stop: Any = arg(COUNT, doc="channel after the last")

    def shape(self, *inputs: Shape) -> Shape:
        arriving = typed(inputs[0])
        channels = arriving[arriving.channel_axis]
        if (ok := (self.start < self.stop) & (self.stop <= channels)) is not True:
            refuse(ok, f"a slice from {self.start} to {self.stop} does not lie within {channels} channels")
        return arriving.with_channels(self.stop - self.start)


@operator("shuffle")
class Shuffle(SameShape):
    """Channel shuffle (Zhang et al. 2018): channels are dealt out over the groups in turn."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch, sees = keeps_nothing, no_scratch, sees_place
    keeps_scale = True

    groups: Any = arg(COUNT, doc="number of groups")

    def shape(self, *inputs: Shape) -> Shape:
        channels = any_map(self, inputs[0])[0]
        if (ok := channels % self.groups == 0) is not True:
            refuse(ok, f"{channels} channels cannot be shuffled in {self.groups} groups", about="groups")
        return inputs[0]


@operator("shift")
class Shift(SameShape):
    """Shift (Wu et al. 2018): the channels fall into kernel x kernel groups, each moved by its own offset; what comes in is zero.

    The channels are shared out evenly and in order over the offsets, row by row; those left over stay in the middle.
    """

    memory, layout = Memory.NEW, Layout.PLAIN
    kept = keeps_nothing
    keeps_scale = True

    kernel: Any = arg(ODD, 3, doc="width of the square of offsets")
    dilation: Any = arg(COUNT, 1, doc="length of one step")

    def shape(self, *inputs: Shape) -> Shape:
        feature_map(self, inputs[0])
        return inputs[0]

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """Each group that moves, before all are joined; the middle one stays, and so do channels that are left over."""
        channels, height, width = inputs[0]
        groups = self.kernel * self.kernel
        return (groups - 1) * (channels // groups) * height * width * itemsize

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        return Window((self.kernel, self.kernel), (1, 1), "same", (self.dilation, self.dilation))


@operator("flatten")
class Flatten(View):
    """A map as one vector."""

    sees = sees_everything

    def shape(self, *inputs: Shape) -> Shape:
        return Vector((product(inputs[0]),))
