"""How near predictions are for networks that no calibration sees: those of the zoo, measured and predicted."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.cost.latency.device import Device
from archdsl.design import Design
from archdsl.measure.calibrate.quality import Quality, quality
from archdsl.measure.calibrate.run import measured, predicted
from archdsl.measure.job import Configuration, Step

SECONDS = 0.35
"""For each network."""


@dataclass(frozen=True)
class Checked:
    """Seconds of every network, measured and predicted."""

    names: list[str]
    measured: list[float]
    predicted: list[float]

    @property
    def quality(self) -> Quality:
        return quality(self.predicted, self.measured)


def check(device: Device, at: Configuration, names: list[str], step: Step | None = None) -> Checked:
    """Measure networks of the zoo in the configuration that a device is of, and predict them on the device.

    Raises:
        InputError: there is no such runtime.
        BackendError: the runtime, or what writes its files, is not installed.
    """
    graphs = [Design.load(name).graph() for name in names]
    times = measured(graphs, at, SECONDS, step)
    return Checked(names, times, [predicted(graph, device) for graph in graphs])
