"""Recurrent layers over sequences: LSTM and GRU, layer upon layer, in one direction or in both."""

from __future__ import annotations

from typing import Any, ClassVar

from archdsl.exact import maximum, minimum, one_answer, product
from archdsl.ops.arguments import COUNT, FLAG, PROBABILITY, Kind, arg, optional, word
from archdsl.ops.errors import refuse
from archdsl.ops.facts import Kept, Layout, Memory, sees_everything
from archdsl.ops.operator import Dim, Operator, Shape, operator
from archdsl.ops.shapes import Sequence, Vector, sequence

LAYERS = Kind(COUNT.name, lambda value: COUNT.convert(one_answer(value)), COUNT.schema)
"""How many layers there are decides which weights there are, so that it needs one answer in a grid."""


class Recurrent(Operator):
    """Base of the recurrent layers. Weights are named as PyTorch names them: `weight_ih_l0`, `bias_hh_l1_reverse`."""

    memory, layout = Memory.NEW, Layout.PLAIN
    sees = sees_everything

    gates: ClassVar[int]
    states: ClassVar[int]

    out: Any
    layers: Any
    bidirectional: Any
    bias: Any
    dropout: Any
    returns: Any

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def handed_on(self) -> Dim:
        """Channels of the state that the next step and the next layer see, in one direction."""
        return self.out

    def shape(self, *inputs: Shape) -> Shape:
        arriving = sequence(self, inputs[0])
        channels = self.directions * self.handed_on
        if self.returns == "sequence":
            return arriving.with_channels(channels)
        return Vector((channels,)) if len(arriving) == 2 else Sequence((arriving[0], channels))

    def arriving(self, channels: Dim) -> list[Dim]:
        """Channels that each layer reads."""
        return [channels, *[self.directions * self.handed_on] * (self.layers - 1)]

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        rows = self.gates * self.out
        found: dict[str, Shape] = {}
        for layer, channels in enumerate(self.arriving(inputs[0][-1])):
            for direction in ("", "_reverse")[: self.directions]:
                end = f"l{layer}{direction}"
                found |= {f"weight_ih_{end}": (rows, channels), f"weight_hh_{end}": (rows, self.handed_on)}
                if self.bias:
                    found |= {f"bias_ih_{end}": (rows,), f"bias_hh_{end}": (rows,)}
                found |= self.further(end)
        return found

    def further(self, end: str) -> dict[str, Shape]:
        """What a layer learns besides, in one direction."""
        return {}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        """Every matrix once for each token."""
        weights = self.weights(*inputs)
        return self.tokens(inputs) * sum(product(shape) for name, shape in weights.items() if name.startswith("weight"))

    def tokens(self, inputs: tuple[Shape, ...]) -> Dim:
        """Tokens that arrive, of all groups, each of which is gone through by itself."""
        return product(inputs[0][:-1])

    def steps(self, inputs: tuple[Shape, ...]) -> Dim:
        """Elements of the states of all layers and directions, over all tokens."""
        return self.tokens(inputs) * self.layers * self.directions * self.out

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        """What comes into each layer, and seven states for each of its steps, as PyTorch's own steps do; oneDNN and cuDNN keep workspaces.

        Of several images or groups the input is turned, so that tokens come first, and is kept so for each direction. The last layer has
        the gates of all tokens while it puts together what it hands on.
        """
        tokens = self.tokens(inputs)
        between = sum(self.arriving(inputs[0][-1])[1:])
        dropped = 2 if self.dropout > 0 else 1  # what came before dropping is not kept, which of it was dropped is
        each = 7 * self.steps(inputs) + self.projected(inputs) + dropped * tokens * between
        gates = (self.gates * self.out + self.handed_on) * tokens
        if len(inputs[0]) == 3:
            return Kept(values=each + self.directions * product(inputs[0]), meanwhile=gates)
        return Kept(input=True, copies=self.directions, values=each, meanwhile=gates)

    def projected(self, inputs: tuple[Shape, ...]) -> Dim:
        """Elements of the projected states over all tokens, where there are such."""
        return 0

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """As PyTorch's own steps need it; oneDNN and cuDNN have buffers of their own.

        A layer holds the gates of all tokens from what comes in, beside them what it handed on at each token, and puts that together.
        Memory of the states before the first token and of those that earlier layers ended with stays taken. Of groups the input is
        turned, tokens first; how long that copy lives differs with the sizes, so that their peak is right to a seventh.
        """
        groups, tokens, ways = product(inputs[0][:-2]), inputs[0][-2], self.directions
        state = self.handed_on + (self.states - 1) * self.out
        ends = 3 * self.layers * ways * state + tokens * ways * self.handed_on
        before = self.layers * ways * state
        peaks = [ends, before + self.within(tokens)]
        if self.layers > 1:
            earlier = (self.layers - 1) * ways * state + tokens * ways * self.handed_on
            peaks.append(before + earlier + self.within(tokens))
        turned = product(inputs[0]) if len(inputs[0]) == 3 else 0
        return (groups * maximum(*peaks) + turned - product(output)) * itemsize

    def within(self, tokens: Dim) -> Dim:
        """Most elements at once in one layer: in its last step, and where what it handed on is put together."""
        gates, sequence, carried = self.gates * self.out * tokens, tokens * self.handed_on, (self.states - 1) * self.out
        step = sequence - self.handed_on + minimum(tokens - 1, 1) * carried + (self.gates + 2 + self.states - 1) * self.out
        if not self.bidirectional:
            return gates + maximum(step, 2 * sequence + carried)
        backward = 2 * sequence + carried + step
        joined = 6 * sequence + 2 * carried
        return maximum(gates + backward, gates + joined, 2 * gates + 2 * sequence + carried)


@operator("lstm")
class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997), with two biases for each gate, as in PyTorch."""

    gates, states = 4, 2

    out: Any = arg(COUNT, doc="channels of the state, in each direction")
    layers: Any = arg(LAYERS, 1, doc="layers, one upon the other")
    bidirectional: Any = arg(
        FLAG, False, doc="whether a second state runs from the last token to the first; the two are put side by side"
    )
    projection: Any = arg(optional(COUNT), None, doc="channels that the state is projected to (Sak et al. 2014)")
    bias: Any = arg(FLAG, True, doc="whether biases are added")
    dropout: Any = arg(PROBABILITY, 0.0, doc="share that is dropped between layers while training")
    returns: Any = arg(
        word("sequence", "last"), "sequence", doc="the states at all tokens, or the last one of each direction as a vector"
    )

    @property
    def handed_on(self) -> Dim:
        return self.out if self.projection is None else self.projection

    def shape(self, *inputs: Shape) -> Shape:
        if self.projection is not None and (ok := self.projection < self.out) is not True:
            refuse(
                ok,
                f"lstm projects to fewer channels than its state has; {self.projection} of {self.out} came",
                about="projection",
            )
        return super().shape(*inputs)

    def further(self, end: str) -> dict[str, Shape]:
        return {} if self.projection is None else {f"weight_hr_{end}": (self.projection, self.out)}

    def projected(self, inputs: tuple[Shape, ...]) -> Dim:
        return 0 if self.projection is None else self.tokens(inputs) * self.layers * self.directions * self.projection


@operator("gru")
class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), the reset gate behind the product with the state, as in PyTorch."""

    gates, states = 3, 1

    out: Any = arg(COUNT, doc="channels of the state, in each direction")
    layers: Any = arg(LAYERS, 1, doc="layers, one upon the other")
    bidirectional: Any = arg(
        FLAG, False, doc="whether a second state runs from the last token to the first; the two are put side by side"
    )
    bias: Any = arg(FLAG, True, doc="whether biases are added")
    dropout: Any = arg(PROBABILITY, 0.0, doc="share that is dropped between layers while training")
    returns: Any = arg(
        word("sequence", "last"), "sequence", doc="the states at all tokens, or the last one of each direction as a vector"
    )
