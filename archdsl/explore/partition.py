"""A grid of variants to parts that one graph each stands for.

Numbers are arrays, and one pass of elaboration builds all variants of a box. Where a condition about structure has several answers
in the box, its variants are told apart by the answer, and those of each are built by themselves. Variants that cannot be built are
masked, with the reason: those that a shape rule refuses inside of a box, and boxes in which nothing can be built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from archdsl.errors import ArchdslError, SpecError
from archdsl.exact.decision import COUNTED
from archdsl.exact.room import Room, TooLarge
from archdsl.explore.box import Box
from archdsl.ir.elaborate import Undecided
from archdsl.net import Net
from archdsl.ops.operator import MASKS, Masks

ROOM = 32_000_000
"""Array elements that may be made while one box is elaborated and costed; more than that, and it is cut in two."""


@dataclass(frozen=True, eq=False)
class Part:
    """Variants that one graph stands for.

    Attributes:
        net: a grid of networks, elaborated. Its numbers mean nothing for combinations that the box does not count.
        masks: conditions that hold for the variants that can be built (an axis for each of the box, of length 1 where it does not
            matter), each with the reason where it does not.
    """

    box: Box
    net: Net
    masks: tuple[tuple[np.ndarray, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Refused:
    """Variants none of which can be built, and why."""

    box: Box
    reason: str


@dataclass(eq=False)
class Partition:
    """The parts of boxes, one after the other; each is worked out when it is asked for."""

    net: Net
    boxes: Iterable[Box]
    built: int = field(default=0, init=False)

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
        masks: Masks = []
        tokens = MASKS.set(masks), COUNTED.set(box.counted)
        self.built += 1
        try:
            with Room(ROOM):
                net = self.net.set(**box.settings())
                net.cost()
        except Undecided as error:
            return box.groups(_whole(error.mask, box))
        except TooLarge as error:
            return box.halves(error.knobs)
        except ArchdslError as error:
            return self.failed(box, masks, error)
        finally:
            MASKS.reset(tokens[0])
            COUNTED.reset(tokens[1])
        once = {(ok.mask.shape, ok.mask.tobytes(), text): (_whole(ok.mask, box), text) for ok, text in masks}
        return Part(box, net, tuple(once.values()))

    def failed(self, box: Box, masks: Masks, error: ArchdslError) -> Refused | list[Box]:
        """What follows from a box that cannot be built: nothing in it can, or a cut that leaves what can.

        A condition that fails for some variants lets their meaningless numbers go on, and these may break something later; so the
        box is cut there first. Otherwise a mistake is of the whole box if both its ends have it, and if not it is cut in half.
        """
        if masks:
            return box.groups(_whole(masks[0][0].mask, box))
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


def _whole(mask: np.ndarray, box: Box) -> np.ndarray:
    """Answers with an axis for each of the box."""
    return mask.reshape((1,) * (len(box.axes) - mask.ndim) + mask.shape)
