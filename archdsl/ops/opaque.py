"""A step that the language has no operator for: what it is called and what shape it gives is known, what it computes is not."""

from __future__ import annotations

from typing import Any

from archdsl.errors import near_miss
from archdsl.exact import one_answer
from archdsl.exact.partly import Partly
from archdsl.exact.shown import describe
from archdsl.ops.arguments import COUNT, Kind, arg, optional
from archdsl.ops.errors import ArgumentError, ShapeError, refuse
from archdsl.ops.facts import Kept, Layout, Memory, Reach
from archdsl.ops.operator import Dim, Operator, Shape, operator
from archdsl.ops.shapes import KINDS, RANKS, Typed, described, typed

_DIMENSION = COUNT.schema
_SHAPE: dict[str, Any] = {"type": "array", "items": {"anyOf": [_DIMENSION, {"enum": list(KINDS)}]}, "minItems": 1}


class Sizes(tuple[Any, ...]):
    """Sizes that are shown as a list, also where all of them are equal."""


def _text(value: Any) -> str:
    value = one_answer(value)
    if isinstance(value, str) and value.strip():
        return value
    raise ArgumentError(f"expected the name of what the step stands for, {describe(value)} came")


def _listed(value: Any, wanted: str) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    raise ArgumentError(f"expected {wanted}, {describe(value)} came")


def _shape(value: Any) -> tuple[Any, ...]:
    """The sizes of a tensor; before them the word for its kind, where the number of axes does not tell it."""
    items = _listed(value, "a shape as [channels, height, width]")
    word = items.pop(0) if items and isinstance(items[0], str) else None
    if word is not None and word not in KINDS:
        raise ArgumentError(
            f"expected a kind of tensor ({', '.join(KINDS)}) before the sizes, '{word}' came", near_miss(word, [*KINDS])
        )
    sizes = tuple(map(COUNT.convert, items))
    plain = RANKS.get(len(sizes))
    if word is None and plain is None:
        raise ArgumentError(f"has {len(sizes)} sizes, and so many need a kind before them, as in [heads, 4, 49, 49]")
    return Sizes(sizes if word is None or KINDS[word] is plain else (word, *sizes))


def _shapes(value: Any) -> tuple[Any, ...]:
    """A shape for each input; one alone may stand without a list around it."""
    items = _listed(value, "the shape of each input, as [[channels, height, width], [channels]]")
    if not any(isinstance(item, (list, tuple)) for item in items):
        items = [items]
    return Sizes(map(_shape, items))


def _weights(value: Any) -> tuple[Any, ...]:
    items = _listed(value, "the shape of each weight, as [[64, 3], [64]]")
    wanted = "a list of sizes for each weight, as [[64, 3], [64]]"
    return Sizes([Sizes(map(COUNT.convert, _listed(item, wanted))) for item in items])


NAME = Kind("text", _text, {"type": "string"})
SHAPE = Kind("[sizes], or [kind, sizes]", _shape, _SHAPE)
SHAPES = Kind("a shape for each input", _shapes, {"anyOf": [_SHAPE, {"type": "array", "items": _SHAPE, "minItems": 1}]})
WEIGHTS = Kind("a shape for each weight", _weights, {"type": "array", "items": {"type": "array", "items": _DIMENSION}})


@operator("opaque")
class Opaque(Operator):
    """What the language has no operator for: its name and the shape of its output stand for it, its cost is unknown."""

    memory, layout = Memory.NEW, Layout.PLAIN
    joins = opaque = True

    what: Any = arg(NAME, doc="what the step stands for, as others call it: aten.grid_sampler")
    gives: Any = arg(SHAPE, doc="sizes of the output without the batch; a kind before them where their number does not tell it")
    takes: Any = arg(optional(SHAPES), None, doc="sizes of what arrives when the output is of that shape; others are refused")
    learns: Any = arg(
        optional(WEIGHTS), None, doc="shapes of the weights, [] for none; where not given the number of parameters is unknown"
    )

    def shape(self, *inputs: Shape) -> Shape:
        if self.takes is not None:
            self._check(inputs)
        return _typed(self.gives)

    def stands_for(self) -> str:
        """What it is, for refusals."""
        return f"which stands for {self.what}, and nobody knows what that computes"

    def _check(self, inputs: tuple[Shape, ...]) -> None:
        """Refuse what differs from the inputs for which the output is known."""
        wanted = [_typed(shape) for shape in self.takes]
        if len(wanted) != len(inputs):
            raise ShapeError(f"{self.what} takes {len(wanted)} tensors, {len(inputs)} arrive", about="takes")
        for place, (known, arriving) in enumerate(zip(wanted, map(typed, inputs), strict=True), 1):
            which = f"input {place} of {self.what}" if len(wanted) > 1 else self.what
            message = (
                f"what {self.what} gives is known for {described(known)} alone, {described(arriving)} arrives"
                f"{f' as input {place}' if len(wanted) > 1 else ''}"
            )
            hint = f"an opaque step stands for {which} at one size; leave out 'takes' only where 'gives' holds for every size"
            if type(known) is not type(arriving) or len(known) != len(arriving):
                raise ShapeError(message, hint, about="takes")
            for expected, came in zip(known, arriving, strict=True):
                if (ok := expected == came) is not True:
                    refuse(ok, message, hint, about="takes")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """Those that are known."""
        return {f"weight_{place}": shape for place, shape in enumerate(self.learns or ())}

    def params(self, *inputs: Shape) -> Dim:
        return Partly() if self.learns is None else super().params(*inputs)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return Partly()

    def products(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return Partly()

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return Partly()

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(values=Partly())

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        return Reach.UNKNOWN


def _typed(shape: tuple[Any, ...]) -> Typed:
    """A shape as it is kept, with its kind."""
    return KINDS[shape[0]](shape[1:]) if isinstance(shape[0], str) else typed(shape)
