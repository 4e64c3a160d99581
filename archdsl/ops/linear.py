"""Fully connected layer."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, FLAG, arg
from archdsl.ops.errors import RankError
from archdsl.ops.facts import Layout, Memory, Reach, keeps_input, no_scratch
from archdsl.ops.operator import Dim, Operator, Shape, operator
from archdsl.ops.shapes import Ids, Map, described, typed


@operator("linear")
class Linear(Operator):
    """Matrix product over the channels of a vector, or of every token."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch = keeps_input, no_scratch
    overwritable = takes_norm = True

    out: Any = arg(COUNT, doc="output channels")
    bias: Any = arg(FLAG, True, doc="whether a bias is added")

    def shape(self, *inputs: Shape) -> Shape:
        arriving = typed(inputs[0])
        if isinstance(arriving, Map):
            hint = "put flatten before it, or use conv with kernel 1"
            raise RankError(f"linear takes a vector or tokens, {described(arriving)} arrives", hint)
        if isinstance(arriving, Ids):
            raise RankError(f"linear takes a vector or tokens, {described(arriving)} arrive", "put embedding before it")
        return arriving.with_channels(self.out)

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        weight = (self.out, inputs[0][-1])
        return {"weight": weight, "bias": (self.out,)} if self.bias else {"weight": weight}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return product(output) * inputs[0][-1]

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        return Reach.EVERYTHING if len(output) == 1 else Reach.PLACE
