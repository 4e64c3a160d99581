"""How near predictions are for networks that no calibration sees: those of the zoo or of files, measured and predicted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import Device
from archdsl.design import Design
from archdsl.errors import InputError, SpecError
from archdsl.ir.graph import Graph
from archdsl.measure.calibrate.quality import Quality, quality
from archdsl.measure.calibrate.run import measured, predicted
from archdsl.measure.job import Configuration, Step

SECONDS = 0.35
"""For each network."""
MOST_MACS = 10_000_000_000
"""Multiply-accumulates past which a network takes minutes to be measured."""
SIZE = "resolution"
"""The knob that networks of images say their size by."""


@dataclass(frozen=True)
class Checked:
    """Seconds of every network, measured and predicted."""

    names: list[str]
    measured: list[float]
    predicted: list[float]

    @property
    def quality(self) -> Quality:
        return quality(self.predicted, self.measured)


def at_sizes(names: Iterable[str], sizes: Sequence[int] = (), most: int = MOST_MACS) -> dict[str, Graph]:
    """Networks as they are, and at other sizes of the image where they have a knob for it and take the size: `resnet18@96`.

    Args:
        names: of the zoo, or paths.
        most: multiply-accumulates past which a network is left out.
    """
    found: dict[str, Graph] = {}
    for name in names:
        net = Design.load(name)
        found[name] = net.graph()
        for size in sizes if SIZE in net.knobs else ():
            if size != net.knobs[SIZE]:
                try:
                    found[f"{name}@{size}"] = net.set(**{SIZE: size}).graph()
                except (InputError, SpecError):  # the network is not made for it
                    continue
    return {name: graph for name, graph in found.items() if Bill(graph).macs <= most}


def check(device: Device, at: Configuration, networks: dict[str, Graph], step: Step | None = None) -> Checked:
    """Measure networks in the configuration that a device is of, and predict them on the device.

    Raises:
        InputError: there is no such runtime.
        BackendError: the runtime, or what writes its files, is not installed.
    """
    graphs = list(networks.values())
    times = measured(graphs, at, SECONDS, step)
    return Checked(list(networks), times, [predicted(graph, device) for graph in graphs])
