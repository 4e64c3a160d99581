"""Images of a set for a network in int8: some of the training split decide scales, some of the test split judge what comes of it.

They are presented as in evaluation: at the size that the network takes, normalised, without crops and mirrors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.train.data.sets import DataSet, Held, Split
from archdsl.train.feed import Feed, Look, Share

if TYPE_CHECKING:
    from archdsl.compilers.int8 import Samples
    from archdsl.ir.graph import Graph

CALIBRATION, TEST = 256, 2000
"""Images of each part, where nothing else is asked for."""

BATCH, SEED = 32, 0


def calibration(net: Design, data: DataSet, images: int = CALIBRATION, tests: int = TEST) -> Samples:
    """Images drawn from both splits, the same each time; all of a split that has fewer.

    Raises:
        InputError: the network does not take one image, or not of this set.
    """
    from archdsl.compilers.int8 import Samples

    graph = net.graph()
    _check(net.name, graph, data)
    unlabelled = "" if _classifies(graph, data) else f"{net.name} does not end in one vector of the {len(data.classes)} classes"
    fitted = [(values.numpy(),) for values, _ in _feed(graph, data, data.train, images).testing(BATCH)]
    tested = _feed(graph, data, data.test, tests)

    def test() -> Iterator[tuple[tuple[Any, ...], Any]]:
        for values, labels in tested.testing(BATCH):
            yield (values.numpy(),), None if unlabelled else labels.numpy()

    return Samples(data.title, fitted, test(), unlabelled)


def _check(name: str, graph: Graph, data: DataSet) -> None:
    if len(graph.inputs) != 1 or len(graph.input.shape) != 3:
        raise InputError(f"{name} does not take one image, which is what there is to calibrate it on")
    channels = graph.input.shape[0]
    if channels != data.channels and data.channels != 1:
        raise InputError(f"{name} takes {channels} channels, the images of {data.title} have {data.channels}")


def _classifies(graph: Graph, data: DataSet) -> bool:
    ends = [graph[name].shape for name in graph.outputs.values()]
    return len(ends) == 1 and len(ends[0]) == 1 and ends[0][0] == len(data.classes)


def _feed(graph: Graph, data: DataSet, split: Split, count: int) -> Feed:
    """Some images of a split, in its order."""
    import numpy as np
    from torch import device

    numbers = np.sort(np.random.default_rng(SEED).permutation(len(split.labels))[:count])
    channels, height, width = graph.input.shape
    look = Look((channels, height, width), 0.0, False, BATCH)
    if isinstance(split, Held):  # the others need not be brought to size
        return Feed(data, Held(split.pixels[numbers], split.labels[numbers]), look, device("cpu"), Share())
    return Feed(data, split, look, device("cpu"), Share(), numbers)
