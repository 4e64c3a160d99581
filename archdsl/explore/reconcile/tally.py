"""What every combination of one spec's readings explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, product

import numpy as np

from archdsl.cost.comparing.figures import printed_alike
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.room import FREE
from archdsl.explore.grid import cut
from archdsl.explore.grid.axis import Axis, size
from archdsl.explore.grid.box import Box, boxes
from archdsl.explore.grid.chunk import Chunk, chunks
from archdsl.explore.grid.partition import Partition
from archdsl.explore.grid.region import Region
from archdsl.explore.reconcile.figures import belongs, figures_of

MOST = 20_000_000
"""Combinations of readings of one spec; each takes ten bytes."""

FAR = 1 << 40
"""The largest distance from printed figures, in millionths, that is told apart."""


class Tally:
    """What every combination of one spec's readings explains: arrays with an axis for each of all readings, of length 1 for those
    of other specs.

    Attributes:
        explained: how many figures a combination explains.
        distance: how far the counts of the other figures are off, added up, in millionths.
        buildable: whether the network can be built.
    """

    def __init__(self, net: Design, asked: Sequence[Axis], most: int, step: Callable[[int], None] | None):
        """
        Args:
            asked: axes of all specs, the value that a spec has at present first.
            most: how many readings may differ from the first value; other combinations are not counted.
            step: told how many more combinations are counted.

        Raises:
            InputError: there are too many combinations.
        """
        own = [axis for axis in asked if all(belongs(net, name) for name in axis.names)]
        if size(own) > MOST:
            raise InputError(f"{net.name}: {size(own):,} combinations of readings are more than {MOST:,}; leave fewer open")
        self.figures = figures_of(net)
        shape = tuple(len(axis) for axis in own)
        self.explained = np.zeros(shape, dtype=np.uint8)
        self.distance = np.zeros(shape, dtype=np.int64)
        self.buildable = np.zeros(shape, dtype=bool)
        axes: Sequence[Axis] = own
        self.places: np.ndarray | None = None
        if most < len(own):
            axes, self.places = few(own, most)
        whole = boxes(axes) if self.places is None else _cut(boxes(axes))
        for found in Partition(net, whole, tuple(dict.fromkeys(figure.total for figure in self.figures))):
            if isinstance(found, Region):
                for chunk in chunks(found):
                    self._take(chunk)
            if step is not None:
                step(found.box.size)
        full = tuple(len(axis) if axis in own else 1 for axis in asked)
        self.explained = self.explained.reshape(full)
        self.distance = self.distance.reshape(full)
        self.buildable = self.buildable.reshape(full)

    def _take(self, chunk: Chunk) -> None:
        """Put one chunk into its places."""
        lines = chunk.every_line
        places = tuple(c[here] for c, here in zip(chunk.region.box.chosen, chunk.places(lines), strict=True))
        if self.places is not None:
            places = tuple(self.places[:, places[0]])
        self.buildable[places] = True
        for figure in self.figures:
            den = chunk.region.known(figure.total).den
            ours = chunk.column(figure.total)[lines]
            value, unit = figure.reported.value, figure.reported.step
            scale = value.denominator * unit.denominator * 2
            explained = printed_alike(ours * scale, int(value * den * scale), int(unit * den * scale))
            self.explained[places] += explained
            far = np.abs(ours / float(value * den) - 1.0) * 1e6
            self.distance[places] += np.where(explained, 0, np.minimum(far, FAR / 4)).astype(np.int64)


def _cut(whole: Iterable[Box]) -> Iterator[Box]:
    """Boxes along one axis in pieces whose arrays are small."""
    for box in whole:
        for span in cut.pieces(box.shape, FREE):
            yield box.within(span)


def few(axes: Sequence[Axis], most: int) -> tuple[list[Axis], np.ndarray]:
    """One axis of all combinations in which at most so many axes are not at their first value, and the places of each on all axes."""
    found: list[tuple[int, ...]] = []
    for count in range(most + 1):
        for moved in combinations(range(len(axes)), count):
            for values in product(*(range(1, len(axes[number])) for number in moved)):
                places = [0] * len(axes)
                for number, place in zip(moved, values, strict=True):
                    places[number] = place
                found.append(tuple(places))
    points = [tuple(v for axis, place in zip(axes, places, strict=True) for v in axis.points[place]) for places in found]
    names = tuple(name for axis in axes for name in axis.names)
    own = tuple(value for axis in axes for value in axis.points[0])
    return [Axis(names, tuple(points), own)], np.array(found).T
