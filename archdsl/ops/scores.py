"""What is added to the scores of attention, or taken out of them: relative positions, masks; and keys that several heads share."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product, select
from archdsl.ops.arguments import COUNT, FLAG, NUMBER, PLANE, POSITIVE, WHOLES, arg, optional, word
from archdsl.ops.errors import ArgumentError, RankError, refuse
from archdsl.ops.facts import Dim, Gradient, Kept, Layout, Memory, Reach, keeps_nothing, no_scratch, passes_gradient, sees_place
from archdsl.ops.operator import NoMacs, Operator, SameShape, Shape, operator
from archdsl.ops.shapes import Heads, heads, size


def scores(op: Any, shape: Shape) -> Heads:
    """Scores of attention: (…, heads, tokens, tokens). Raises ShapeError for anything else."""
    found = heads(op, shape)
    if (ok := found[-1] == found[-2]) is not True:
        refuse(ok, f"{op.word} takes scores of heads x tokens x tokens, {size(found)} arrives")
    return found


class _Scores(SameShape):
    memory, layout = Memory.NEW, Layout.PLAIN
    kept, gradient, sees = keeps_nothing, passes_gradient, sees_place
    shared_scratch = True

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return 0


@operator("relative_bias")
class RelativeBias(_Scores):
    """Adds a learned number to every score, one for each head and each offset between two places of a window (Liu et al. 2021).

    As Swin has it the table is (offsets, heads), by `heads_first` it is (heads, rows, columns) as MaxViT has it. By `absolute` offsets
    have no sign, and the table is (heads, places) as LeViT has it (Graham et al. 2021). With `class_token` the first token has no place
    and three numbers of its own for each head, as in BEiT (Bao et al. 2022). With a `stride` the queries are of every so many places, as
    where LeViT halves its map.
    """

    integers = frozenset({"index"})

    window: Any = arg(PLANE, doc="height and width of the window that the tokens come from")
    heads_first: Any = arg(FLAG, False, doc="whether the table is (heads, rows, columns)")
    deviation: Any = arg(POSITIVE, 0.02, doc="standard deviation to begin with")
    absolute: Any = arg(FLAG, False, doc="whether offsets count without their sign")
    class_token: Any = arg(FLAG, False, doc="whether the first token is a class token, which has no place")
    stride: Any = arg(COUNT, 1, doc="places from one query to the next, down and to the right; only with `absolute`")

    @classmethod
    def read(cls, values: dict[str, Any]) -> Operator:
        made = super().read(values)
        assert isinstance(made, RelativeBias)
        if made.heads_first and (made.absolute or made.class_token):
            raise ArgumentError(
                "'heads_first' of relative_bias goes with neither 'absolute' nor 'class_token'", "", "heads_first"
            )
        if made.absolute and made.class_token:
            raise ArgumentError("'absolute' of relative_bias does not go with 'class_token'", "", "absolute")
        if made.stride != 1 and not made.absolute:
            raise ArgumentError("'stride' of relative_bias goes with 'absolute' alone", "", "stride")
        return made

    def shape(self, *inputs: Shape) -> Shape:
        found = scores(self, inputs[0]) if self.stride == 1 else heads(self, inputs[0])
        tokens = product(self.window) + int(self.class_token)
        if (ok := tokens == found[-1]) is not True:
            told = f"a window of {size(self.window)}" + (" with a class token" if self.class_token else "")
            refuse(ok, f"{told} has {tokens} tokens, {found[-1]} arrive", about="window")
        queries = product((extent + self.stride - 1) // self.stride for extent in self.window) + int(self.class_token)
        if (ok := queries == found[-2]) is not True:
            told = f"a window of {size(self.window)}" + (f" by {self.stride}" if self.stride != 1 else "")
            refuse(ok, f"{told} has {queries} queries, {found[-2]} arrive", about="window")
        return found

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        rows, columns = (2 * extent - 1 for extent in self.window)
        count = inputs[0][-3]
        if self.absolute:
            return {"weight": (count, product(self.window))}
        return {"weight": (count, rows, columns) if self.heads_first else (rows * columns + 3 * int(self.class_token), count)}

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        return {"index": (inputs[0][-2] * inputs[0][-1],)}

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """Beside the gradient of the table that of every pair of tokens, once for all windows."""
        return Gradient(passes=True, once=product(output[-3:]))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The numbers of every pair of tokens, once for all windows."""
        return product(output[-3:]) * itemsize


@operator("relative_mlp")
class RelativeMlp(_Scores):
    """Adds a number to every score that two linear layers, a ReLU between them, give each head for an offset in a window (Liu et al. 2022).

    The layers take how far a query stands below its key and to the right of it, on a logarithmic scale, and they are worked out once for a
    whole batch. As Swin V2 has it an offset x is a share of the largest one and becomes log2(1 + 8 |x|) / 3 with its sign; in `places` it
    counts places and becomes ln(1 + |x|). With `most` a sigmoid times that comes last.
    """

    integers = frozenset({"index"})

    window: Any = arg(PLANE, doc="height and width of the window that the tokens come from")
    hidden: Any = arg(COUNT, 512, doc="channels between the two layers")
    offsets: Any = arg(
        word("shares", "places"), "shares", doc="what offsets are: shares of the largest one, or numbers of places"
    )
    most: Any = arg(
        optional(POSITIVE), None, doc="what a sigmoid that comes last is multiplied by, 16 in Swin V2; none where not given"
    )
    bias: Any = arg(FLAG, False, doc="whether the second layer adds a bias")

    def shape(self, *inputs: Shape) -> Shape:
        found = scores(self, inputs[0])
        tokens = product(self.window)
        if (ok := tokens == found[-1]) is not True:
            refuse(ok, f"a window of {size(self.window)} has {tokens} tokens, {found[-1]} arrive", about="window")
        return found

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        heads = inputs[0][-3]
        found: dict[str, Shape] = {
            "hidden_weight": (self.hidden, 2),
            "hidden_bias": (self.hidden,),
            "weight": (heads, self.hidden),
        }
        return {**found, "bias": (heads,)} if self.bias else found

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        return {"table": (self.apart, 2), "index": (inputs[0][-2] * inputs[0][-1],)}

    @property
    def apart(self) -> Dim:
        """How many offsets there are."""
        return product(2 * extent - 1 for extent in self.window)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return self.apart * self.hidden * (2 + output[-3])

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(once=self.apart * self.hidden + (0 if self.most is None else self.apart * output[-3]))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """What the layers give for each offset, or the numbers of every pair of tokens, once for all windows."""
        layers, bias = self.apart * (2 * self.hidden + output[-3]), product(output[-3:])
        return select(layers > bias, layers, bias) * itemsize


@operator("window_mask")
class WindowMask(_Scores):
    """Adds a large negative number to scores between tokens that only the roll of the map has brought together (Liu et al. 2021)."""

    map: Any = arg(PLANE, doc="height and width of the map that was cut into windows")
    window: Any = arg(PLANE, doc="height and width of a window")
    shifts: Any = arg(WHOLES, doc="how far the map was rolled up and to the left")
    value: Any = arg(NUMBER, -100.0, doc="what is added")

    def shape(self, *inputs: Shape) -> Shape:
        found = scores(self, inputs[0])
        if len(found) != 4:
            raise RankError(f"window_mask takes windows x heads x tokens x tokens, {size(found)} arrives")
        for shift, extent in zip(self.shifts, self.window, strict=True):
            if (ok := shift < extent) is not True:
                refuse(ok, f"a shift of {shift} must be less than the window, {extent}", about="shifts")
        windows = (self.map[0] // self.window[0]) * (self.map[1] // self.window[1])
        for there, wanted, what in ((found[0], windows, "windows"), (found[-1], product(self.window), "tokens in each")):
            if (ok := there == wanted) is not True:
                parts = f"windows of {size(self.window)} in a map of {size(self.map)}"
                refuse(ok, f"{parts} are {wanted} {what}, {there} arrive", about="map" if what == "windows" else "window")
        return found

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        groups, _, tokens, others = inputs[0]
        return {"mask": (groups, 1, tokens, others)}


@operator("causal_mask")
class CausalMask(_Scores):
    """Takes out the scores of tokens that come later: none looks ahead."""

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient()

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """Which score is taken out, a byte each, once for all heads."""
        return output[-1] * output[-1]

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(flags=output[-1] * output[-1])

    def shape(self, *inputs: Shape) -> Shape:
        return scores(self, inputs[0])


@operator("repeat_heads")
class RepeatHeads(NoMacs):
    """Each head several times in a row, so that groups of queries share keys and values (Ainslie et al. 2023)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    keeps_scale = True

    times: Any = arg(COUNT, doc="how often each head stands there")

    def shape(self, *inputs: Shape) -> Shape:
        return heads(self, inputs[0]).with_axis(-3, inputs[0][-3] * self.times)

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        return Reach.PLACE
