"""Two networks aligned: rows with rows, within rows the parts that blocks name, within parts layers with layers.

A row is what a table prints as one (`archdsl.cost.counting.lines`), in networks without tables an outermost block or step. Rows
are counterparts by what they are, their arguments, shapes and names (`likeness`), in the order of both networks (`matching`); what
stands elsewhere and is otherwise equal has moved.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from typing import Any, Generic, TypeVar

from archdsl.cost.comparing.likeness import Traits, content, likeness, of_layer, of_line, of_part, place
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.counting.lines import Line, lines

T = TypeVar("T", Line, Layer)
M = TypeVar("M")


@dataclass(frozen=True)
class Counterparts(Generic[T]):
    """A part of the first network beside its counterpart in the second; None where there is none."""

    before: T | None
    after: T | None

    def difference(self, cost: str) -> int:
        """Of `params` or `macs`, after less before."""
        first, second = (getattr(part, cost) if part is not None else 0 for part in (self.before, self.after))
        return int(second - first)


@dataclass(frozen=True)
class Pair(Counterparts[Layer]):
    """A layer beside its counterpart."""

    @property
    def kind(self) -> str:
        """added, removed, changed, or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if content(self.before) == content(self.after) else "changed"

    @property
    def name(self) -> str:
        layer = self.after or self.before
        assert layer is not None
        return layer.node.name


@dataclass(frozen=True)
class RowPair(Counterparts[Line]):
    """A row beside its counterpart.

    Attributes:
        layers: all layers of both, in order.
        moved: whether other counterparts stand between the two.
    """

    layers: tuple[Pair, ...] = ()
    moved: bool = False

    @property
    def kind(self) -> str:
        """added, removed, moved, changed, or same: layer by layer the same, however the spec spells it."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if any(pair.kind != "same" for pair in self.layers):
            return "changed"
        return "moved" if self.moved else "same"

    @property
    def line(self) -> Line:
        """The row of the second network; of the first where it is only there."""
        line = self.after or self.before
        assert line is not None
        return line


def align(before: Bill, after: Bill) -> list[RowPair]:
    """Every row of both networks, in order, with every layer; counterparts stand together. In both directions the same."""
    first, second = lines(before), lines(after)
    if _equal(before.layers, after.layers):
        second = _cut_like(first, second)
    rows = [
        RowPair(a, b, _layers(a.layers if a else [], b.layers if b else [])) for a, b in _counterparts(first, second, of_line)
    ]
    return _with_moves(rows)


def _cut_like(first: list[Line], second: list[Line]) -> list[Line]:
    """Rows of layers that are all the same, cut where those of the first network are: the two are spelled differently."""
    layers = [(line, layer) for line in second for layer in line.layers]
    found: list[Line] = []
    start = 0
    for line in first:
        mine = layers[start : start + len(line.layers)]
        start += len(line.layers)
        found.append(replace(mine[0][0], input=line.input, output=line.output, layers=[layer for _, layer in mine]))
    return found


def _layers(first: list[Layer], second: list[Layer]) -> tuple[Pair, ...]:
    """The layers of two rows, aligned within the innermost blocks that they lie in."""
    if not first or not second or _equal(first, second):
        return tuple([Pair(a, b) for a, b in zip_longest(first, second)])
    found: list[Pair] = []
    parts = [[list(part) for _, part in groupby(side, place)] for side in (first, second)]
    for a, b in _counterparts(*parts, of_part):
        if a is None or b is None or _equal(a, b):
            found += [Pair(x, y) for x, y in zip_longest(a or (), b or ())]
        else:
            found += [Pair(x, y) for x, y in _counterparts(a, b, of_layer)]
    return tuple(found)


def _counterparts(first: list[M], second: list[M], traits: Callable[[M], Traits]) -> Iterator[tuple[M | None, M | None]]:
    """All members in order: what is only in the first, then what is only in the second, then what stands beside each other."""
    from archdsl.cost.comparing.matching import matched  # with NumPy, which nothing else here needs

    start = 0, 0
    for a, b in [*matched([*map(traits, first)], [*map(traits, second)], likeness), (len(first), len(second))]:
        yield from ((member, None) for member in first[start[0] : a])
        yield from ((None, member) for member in second[start[1] : b])
        if a < len(first):
            yield first[a], second[b]
        start = a + 1, b + 1


def _with_moves(rows: list[RowPair]) -> list[RowPair]:
    """The same, with rows that are only in the first and stand elsewhere in the second beside their counterparts there."""
    gone: dict[Any, deque[int]] = defaultdict(deque)
    for number, row in enumerate(rows):
        if row.before is not None and row.after is None:
            gone[_contents(row.before.layers)].append(number)
    moved: set[int] = set()
    for number, row in enumerate(rows):
        if row.after is not None and row.before is None and gone[key := _contents(row.after.layers)]:
            from_there = gone[key].popleft()
            before = rows[from_there].before
            assert before is not None
            rows[number] = RowPair(before, row.after, _layers(before.layers, row.after.layers), moved=True)
            moved.add(from_there)
    return [row for number, row in enumerate(rows) if number not in moved]


def _equal(first: list[Layer], second: list[Layer]) -> bool:
    """Whether the layers of two parts are the same one by one."""
    return len(first) == len(second) and _contents(first) == _contents(second)


def _contents(layers: list[Layer]) -> tuple[Any, ...]:
    return tuple(map(content, layers))
