"""The partition of a grid into regions: variants that one graph stands for.

Numbers are arrays, and one pass of elaboration builds all variants of a box. Where a condition about structure has several answers
in the box, its variants are grouped by the answer, and each group is built by itself. Variants that cannot be built are set aside
with the reason: those that a shape rule refuses inside a box, and boxes in which nothing can be built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.comparing.totals import amounts, parts_of_unit
from archdsl.design import Design
from archdsl.errors import ArchdslError, InputError, SpecError
from archdsl.exact import Disagreement, exact
from archdsl.exact.grid_context import GridContext
from archdsl.exact.room import Room, TooLarge
from archdsl.explore.grid.box import Box
from archdsl.explore.grid.region import Refused, Region, reason
from archdsl.explore.grid.total import Most, Total, total_of
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.elaborate import Undecided
from archdsl.ir.elaboration.links import Kept

ROOM = 64_000_000
"""Array elements that may be made while one box is elaborated and costed; a box that needs more is cut in two."""

KEPT = 8_000_000
"""Array elements after which what was kept of earlier boxes is freed."""

OVERHEAD = 500
"""Array elements that what belongs to one graph takes the place of, however small its arrays."""

MOST_OPERATORS = 20_000
"""Operators after which the same is done, however small their arrays."""


@dataclass(eq=False)
class Partition:
    """The regions of some boxes, one after the other; each is worked out when it is asked for.

    Attributes:
        costs: names of the totals that regions have.
        largest, wide: variants of the last box that was too large, and the knobs that made it so; others of that size are cut
            before that is found out again.
        known: totals by graph, so that boxes whose graphs turn out equal are costed once; as many as fit.
    """

    net: Design
    boxes: Iterable[Box]
    costs: tuple[str, ...] = ()
    known: Kept[Any, dict[str, Total | Most]] = field(default_factory=lambda: Kept(KEPT), init=False, repr=False)
    spent: int = field(default=0, init=False, repr=False)
    largest: int | None = field(default=None, init=False, repr=False)
    wide: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def __iter__(self) -> Iterator[Region | Refused]:
        for box in self.boxes:  # one at a time: words on many axes make more boxes than memory holds
            waiting = [box]
            while waiting:
                found = self.work(waiting.pop())
                if isinstance(found, list):
                    waiting.extend(reversed(found))
                else:
                    yield found

    def work(self, box: Box) -> Region | Refused | list[Box]:
        """The region of a box, or the boxes that it has to be cut into."""
        if self.largest is not None and box.size >= self.largest:
            return box.halves(self.wide)
        grid = GridContext(box.counted, noting=True, branching=True)
        try:
            with Room(ROOM) as room, grid:
                net = self.net.set(**box.settings())
                net.cost()
                costs = self.totals(net, box, grid)
        except Undecided as error:
            return box.groups(error.mask)
        except Disagreement as error:  # of a cost
            return box.groups(error.mask)
        except TooLarge as error:
            self.largest, self.wide = box.size, error.knobs
            return box.halves(error.knobs)
        except ArchdslError as error:
            return self.failed(box, grid, error)
        except ValueError as error:  # a number that is too long for arrays
            return self.failed(box, grid, InputError(str(error)))
        finally:
            self.forget(ROOM - room.left)
        if costs is None:
            return box.groups(grid.refusals[0].ok.mask)
        once = {(ok.mask.shape, ok.mask.tobytes(), text): (box.with_all_axes(ok.mask), text) for ok, text in grid.refusals}
        return Region(box, {**_exact(net.settings), **net.knobs}, costs, tuple(once.values()))

    def totals(self, net: Design, box: Box, grid: GridContext) -> dict[str, Total | Most] | None:
        """The costs of a graph for the variants that can be built; None where no variant of the box can be."""
        counted = box.counted
        for ok, _ in grid.refusals:
            mask = box.with_all_axes(ok.mask)
            counted = mask if counted is None else counted & mask
        if counted is not None and not counted.any():
            return None
        buildable = grid.narrowed(counted)
        graph = net.graph()
        if graph.branched:  # most boxes have their structures in one graph, so hardly any comes up again
            return self.summed(net, box, buildable)
        place = box.shape, schedule_hash(graph), buildable.key
        found = self.known.get(place)
        if found is not None:
            return found
        found = self.summed(net, box, buildable)
        return self.known.keep(place, found, OVERHEAD + sum(total.elements for total in found.values()))

    def summed(self, net: Design, box: Box, buildable: GridContext) -> dict[str, Total | Most]:
        """The costs of the variants that can be built."""
        with buildable:
            return {name: total_of(amounts(net, name), len(box.axes), parts_of_unit(name)) for name in self.costs}

    def forget(self, spent: int) -> None:
        """Free what was kept of blocks and operators once it has grown large; the next boxes make theirs anew."""
        self.spent += spent
        if self.spent > KEPT or len(self.net.links.operators) > MOST_OPERATORS:
            self.spent = 0
            self.net.links.clear()

    def failed(self, box: Box, grid: GridContext, error: ArchdslError) -> Refused | list[Box]:
        """What follows from an error in a box: nothing in it can be built, or it is cut so that the others can be.

        Where a shape rule refuses some variants, their meaningless numbers go on and may break something later; so the box is first
        cut between these and the others. Otherwise the whole box has the mistake if its first and its last variant have it, and if
        not the box is cut in half.
        """
        if grid.refusals:
            return box.groups(grid.refusals[0].ok.mask)
        if box.size == 1:
            return Refused(box, reason(error))
        ends = [self.alone(box.corner(last)) for last in (False, True)]
        if any(end is None or _place(end) != _place(error) for end in ends):
            return box.halves()
        assert ends[0] is not None
        return Refused(box, reason(ends[0]))

    def alone(self, box: Box) -> ArchdslError | None:
        """Why one variant cannot be built; None where it can."""
        try:
            self.net.set(**box.settings()).graph()
        except ArchdslError as error:
            return error
        except ValueError as error:
            return InputError(str(error))
        return None


def _place(error: ArchdslError) -> object:
    """Where a mistake stands; its text, where it stands nowhere."""
    if isinstance(error, SpecError) and (mark := error.diagnostics[0].mark) is not None:
        return mark.source.name, mark.line, mark.column
    return str(error)


def _exact(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: exact(value) if isinstance(value, float) else value for name, value in settings.items()}
