"""What every combination of one spec's readings explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from archdsl.cost.comparing.figures import printed_alike
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.grid.axis import Axis, size
from archdsl.explore.grid.box import boxes
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

    def __init__(self, net: Design, axes: Sequence[Axis], most: int, step: Callable[[int], None] | None):
        """
        Args:
            axes: of all specs, the value that a spec has at present first.
            most: how many readings may differ from the first value; other combinations are not counted.
            step: told how many more combinations are counted.

        Raises:
            InputError: there are too many combinations.
        """
        own = [axis for axis in axes if all(belongs(net, name) for name in axis.names)]
        if size(own) > MOST:
            raise InputError(f"{net.name}: {size(own):,} combinations of readings are more than {MOST:,}; leave fewer open")
        self.figures = figures_of(net)
        shape = tuple(len(axis) for axis in own)
        self.explained = np.zeros(shape, dtype=np.uint8)
        self.distance = np.zeros(shape, dtype=np.int64)
        self.buildable = np.zeros(shape, dtype=bool)
        few = (box for box in boxes(own) if sum(int(places[0] > 0) for places in box.chosen) <= most)
        for found in Partition(net, few, tuple(dict.fromkeys(figure.total for figure in self.figures))):
            if isinstance(found, Region):
                for chunk in chunks(found):
                    self._take(chunk)
            if step is not None:
                step(found.box.size)
        full = tuple(len(axis) if axis in own else 1 for axis in axes)
        self.explained = self.explained.reshape(full)
        self.distance = self.distance.reshape(full)
        self.buildable = self.buildable.reshape(full)

    def _take(self, chunk: Chunk) -> None:
        """Put one chunk into its places."""
        lines = chunk.every_line
        places = tuple(c[here] for c, here in zip(chunk.region.box.chosen, chunk.places(lines), strict=True))
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
