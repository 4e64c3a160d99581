"""How large a network may become while it is put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from archdsl.exact import is_number_array
from archdsl.ops import Operator, Shape
from archdsl.ops.arguments import MAX_DIMENSION
from archdsl.ops.errors import refuse
from archdsl.spec.yaml import TextLimits

LETTERS = 400
"""Characters of names that a graph may have for each operator that it may have."""


@dataclass(frozen=True)
class Limits:
    """Bounds of reading and elaboration, so that any spec ends in bounded time and memory.

    Attributes:
        nodes: operators in the graph.
        steps: steps that are taken, those whose `when` is false counted too.
        depth: block calls inside each other.
        segment: characters of one name that a spec gives, its values put in.
        name: characters of the full name of an operator, those of the blocks around it included.
        text: what a file may hold.
    """

    nodes: int = 200_000
    steps: int = 1_000_000
    depth: int = 64
    segment: int = 200
    name: int = 1_000
    text: TextLimits = field(default_factory=TextLimits)

    @property
    def letters(self) -> int:
        """Characters of all names in a graph together."""
        return LETTERS * self.nodes


def bounded(shape: Shape, op: Operator) -> Shape:
    """The shape itself.

    Raises:
        ShapeError: a dimension past 2^40: steps that repeat can make numbers of any length.
    """
    for dimension in shape:
        largest = dimension if type(dimension) is int else dimension.hi if is_number_array(dimension) else 0
        if largest > MAX_DIMENSION and (ok := dimension <= MAX_DIMENSION) is not True:
            refuse(ok, f"{op.word} makes a dimension of more than 2^40")
    return shape
