"""How alike two parts of networks are: rows, blocks or layers that may be counterparts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from archdsl.cost.counting.layer import Layer
from archdsl.cost.counting.lines import Line
from archdsl.ops.activation import Activation
from archdsl.ops.norm import FoldableNorm, LayerNorm
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.passing import Passing
from archdsl.ops.pool import AdaptivePool, Pool
from archdsl.ops.shapes import channel_axis

SAME = 200
"""Of equal parts. More than anything that changed: of a chain of rows one is added rather than all changed."""
_SAME_LAYERS = 190
_WORD, _INSIDE, _ARGUMENTS, _INPUT, _OUTPUT, _NAME = 40, 20, 20, 16, 21, 18  # what agrees counts so much, 135 in all
_LEAST = 25  # what has no more in common is no counterpart

_FAMILIES: tuple[tuple[type[Operator], ...], ...] = ((Activation,), (Pool, AdaptivePool), (FoldableNorm, LayerNorm), (Passing,))
_COUNTED = re.compile(r"_\d+\Z")  # what the elaborator adds where a name would stand twice
_BLOCK = "block"


class Traits(NamedTuple):
    """What tells a part from others. Texts, as arguments and shapes of grids have no hash.

    Attributes:
        word: the block or operator.
        family: what it may stand for: blocks for blocks, pools for pools.
        learns: whether it has weights.
        names: the parts of its name, without what only counts.
        inside: its layers, wholly.
    """

    word: str
    family: str
    learns: bool
    names: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...]
    input: tuple[str, ...]
    output: tuple[str, ...]
    inside: tuple[tuple[str, ...], ...]


def of_line(line: Line) -> Traits:
    """The traits of a row."""
    return _traits(line.layers, line.name, (line.operator, line.args) if line.block else None)


def of_part(layers: list[Layer]) -> Traits:
    """The traits of neighbours in the innermost block that they lie in."""
    if len(layers) == 1:
        return of_layer(layers[0])
    first = layers[0].node
    call = next((frame for frame in reversed(first.scope) if frame.kind == "block"), None)
    return _traits(layers, place(layers[0]), (call.block, dict(call.args)) if call else None)


def of_layer(layer: Layer) -> Traits:
    """The traits of a layer."""
    return _traits([layer], layer.node.name, None)


def place(layer: Layer) -> str:
    """The name of what a layer lies in."""
    return layer.node.name.rpartition(".")[0]


def content(layer: Layer) -> tuple[str, ...]:
    """All that a layer is by itself, whatever it is called, and whether its weights are its own."""
    return layer.node.op.word, repr(layer.node.op), repr(layer.inputs), repr(layer.output), "shared" if layer.node.shared else ""


def _traits(layers: list[Layer], name: str, block: tuple[str, dict[str, Any]] | None) -> Traits:
    """`block`: word and arguments of the block that the layers are; those of the first layer otherwise."""
    op = layers[0].node.op
    word, given = block or (op.word, op.arguments())
    return Traits(
        word,
        _BLOCK if block else _family(op),
        any(layer.node.op.weights(*layer.inputs) for layer in layers),
        tuple([_COUNTED.sub("", part) for part in name.split(".")]),
        tuple(sorted((key, repr(value)) for key, value in given.items() if value is not None)),
        _text(layers[0].inputs[0]),
        _text(layers[-1].output),
        tuple(map(content, layers)),
    )


def likeness(a: Traits, b: Traits) -> int:
    """How much speaks for two parts being counterparts; 0 where they cannot be."""
    if a == b:
        return SAME
    names = _share(a.names, b.names, _NAME)
    if a.inside == b.inside:
        return _SAME_LAYERS + names // 2
    if a.word != b.word and not _may_replace(a, b):
        return 0
    words = [[layer[0] for layer in side.inside] for side in (a, b)]
    found = names + _share(words[0], words[1], _INSIDE)
    found += _WORD * (a.word == b.word)
    found += _share(a.arguments, b.arguments, _ARGUMENTS) if a.arguments or b.arguments else _ARGUMENTS * (a.word == b.word)
    found += _shapes(a.input, b.input, _INPUT) + _shapes(a.output, b.output, _OUTPUT)
    return max(found - _LEAST, 0)


def _may_replace(a: Traits, b: Traits) -> bool:
    """Whether a part may stand in the place of one with another word."""
    if _BLOCK in (a.family, b.family):
        return a.learns == b.learns
    return a.family == b.family


def _family(op: Operator) -> str:
    return next((group[0].__name__ for group in _FAMILIES if isinstance(op, group)), op.word)


def _text(shape: Shape) -> tuple[str, ...]:
    """The channels first."""
    axis = channel_axis(shape)
    return tuple(map(repr, (shape[axis], *shape[:axis], *shape[axis + 1 :])))


def _share(a: Iterable[object], b: Iterable[object], most: int) -> int:
    """The members in both of those in either (Jaccard 1901), as a part of `most`."""
    first, second = Counter(a), Counter(b)
    either = (first | second).total()
    return most * (first & second).total() // either if either else 0


def _shapes(a: tuple[str, ...], b: tuple[str, ...], most: int) -> int:
    """Half for places, which tell the stage of a network; a quarter for channels."""
    if a == b:
        return most
    if len(a) != len(b):
        return 0
    return most // 2 * (a[1:] == b[1:] != ()) + most // 4 * (a[0] == b[0])
