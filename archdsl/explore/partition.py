"""A grid of variants to parts that one graph each stands for.

Numbers are arrays, and one pass of elaboration builds all variants of a box. Where a condition about structure has several answers
in the box, its variants are told apart by the answer, and those of each are built by themselves. Variants that cannot be built are
masked, with the reason: those that a shape rule refuses inside of a box, and boxes in which nothing can be built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from archdsl.cost.comparing.totals import amounts, parts_of_unit
from archdsl.design import Design
from archdsl.errors import ArchdslError, InputError, SpecError
from archdsl.exact import Disagreement, exact
from archdsl.exact.grid_context import GridContext
from archdsl.exact.room import Room, TooLarge
from archdsl.explore.box import Box
from archdsl.explore.total import Total
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.elaborate import Undecided

ROOM = 32_000_000
"""Array elements that may be made while one box is elaborated and costed; more than that, and it is cut in two."""


KEPT = 8_000_000
"""Array elements after which what was kept of earlier boxes is given back."""

MOST_OPERATORS = 20_000
"""The same for operators, however small their arrays."""


@dataclass(frozen=True, eq=False)
class Part:
    """Variants that one graph stands for.

    Numbers mean nothing for combinations that the box does not count, or that cannot be built.

    Attributes:
        values: of all settings and knobs, by name; arrays along the axes of the box where they have several.
        costs: totals by name, those that were asked for.
        masks: conditions that hold for the variants that can be built (an axis for each of the box, of length 1 where it does not
            matter), each with the reason where it does not.
    """

    box: Box
    values: dict[str, Any]
    costs: dict[str, Total]
    masks: tuple[tuple[np.ndarray, str], ...] = ()

    def masked(self) -> Counter[str]:
        """How many variants cannot be built, by the first reason."""
        found: Counter[str] = Counter()
        alive = self.box.size
        counted = np.array(True) if self.box.counted is None else self.box.counted
        for ok, reason in self.masks:
            counted = counted & ok
            left = Box(self.box.axes, self.box.chosen, _whole(counted, self.box)).size
            found[reason] += alive - left
            alive = left
        return +found


@dataclass(frozen=True, eq=False)
class Refused:
    """Variants none of which can be built, and why."""

    box: Box
    reason: str


@dataclass(eq=False)
class Partition:
    """The parts of boxes, one after the other; each is worked out when it is asked for.

    Attributes:
        costs: names of the totals that parts have.
        built: how many boxes were elaborated, those that had to be cut among them.
        known: totals by graph: boxes whose graphs turn out equal are costed once.
    """

    net: Design
    boxes: Iterable[Box]
    costs: tuple[str, ...] = ()
    built: int = field(default=0, init=False)
    known: dict[Any, dict[str, Total]] = field(default_factory=dict, init=False, repr=False)
    spent: int = field(default=0, init=False, repr=False)

    def __iter__(self) -> Iterator[Part | Refused]:
        waiting = list(self.boxes)[::-1]
        while waiting:
            found = self.work(waiting.pop())
            if isinstance(found, list):
                waiting.extend(reversed(found))
            else:
                yield found

    def work(self, box: Box) -> Part | Refused | list[Box]:
        """The part of a box, or the boxes that it has to be cut into."""
        grid = GridContext(box.counted, noting=True)
        self.built += 1
        try:
            with Room(ROOM) as room, grid:
                net = self.net.set(**box.settings())
                net.cost()
                costs = self.totals(net, box, grid)
        except Undecided as error:
            return box.groups(_whole(error.mask, box))
        except Disagreement as error:  # of a cost
            return box.groups(_whole(error.mask, box))
        except TooLarge as error:
            return box.halves(error.knobs)
        except ArchdslError as error:
            return self.failed(box, grid, error)
        except ValueError as error:  # a number that is too long for arrays
            return self.failed(box, grid, InputError(str(error)))
        finally:
            self.forget(ROOM - room.left)
        if costs is None:
            return box.groups(_whole(grid.refusals[0].ok.mask, box))
        once = {(ok.mask.shape, ok.mask.tobytes(), text): (_whole(ok.mask, box), text) for ok, text in grid.refusals}
        return Part(box, {**_exact(net.settings), **net.knobs}, costs, tuple(once.values()))

    def totals(self, net: Design, box: Box, grid: GridContext) -> dict[str, Total] | None:
        """The costs of a graph, of the variants that can be built; None where that is none of the box."""
        counted = box.counted
        for ok, _ in grid.refusals:
            mask = _whole(ok.mask, box)
            counted = mask if counted is None else counted & mask
        if counted is not None and not counted.any():
            return None
        buildable = grid.narrowed(counted)
        found = self.known.setdefault((box.shape, schedule_hash(net.graph()), buildable.key), {})
        with buildable:
            for name in self.costs:
                if name not in found:
                    found[name] = Total(amounts(net, name).parts(), len(box.axes), parts_of_unit(name))
        return found

    def forget(self, spent: int) -> None:
        """Give back what was kept of blocks and operators once it has grown large; the next boxes are opened anew."""
        self.spent += spent
        if self.spent > KEPT or len(self.net.links.operators) > MOST_OPERATORS:
            self.spent = 0
            self.net.links.clear()

    def failed(self, box: Box, grid: GridContext, error: ArchdslError) -> Refused | list[Box]:
        """What follows from a box that cannot be built: nothing in it can, or a cut that leaves what can.

        A condition that fails for some variants lets their meaningless numbers go on, and these may break something later; so the
        box is cut there first. Otherwise a mistake is of the whole box if both its ends have it, and if not it is cut in half.
        """
        if grid.refusals:
            return box.groups(_whole(grid.refusals[0].ok.mask, box))
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


def reason(error: ArchdslError) -> str:
    """Why something cannot be built, in one line."""
    if isinstance(error, SpecError):
        return error.diagnostics[0].message
    return str(error).splitlines()[0]


def _place(error: ArchdslError) -> object:
    """Where a mistake stands; its text, where it stands nowhere."""
    if isinstance(error, SpecError) and (mark := error.diagnostics[0].mark) is not None:
        return mark.source.name, mark.line, mark.column
    return str(error)


def _exact(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: exact(value) if isinstance(value, float) else value for name, value in settings.items()}


def _whole(mask: np.ndarray, box: Box) -> np.ndarray:
    """Answers with an axis for each of the box."""
    return mask.reshape((1,) * (len(box.axes) - mask.ndim) + mask.shape)
