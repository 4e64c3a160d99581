"""How near predictions are for networks that no calibration sees: those of the zoo, measured and predicted."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.cost.latency.device import Device
from archdsl.design import Design
from archdsl.measure.calibrate.quality import Quality, quality
from archdsl.measure.calibrate.run import Step, measured, predicted
from archdsl.measure.runtimes import Runtime
from archdsl.spec.locate import zoo_names

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


def checked() -> list[str]:
    """Names of the networks."""
    return zoo_names()


def check(device: Device, runtime: Runtime, threads: int, names: list[str] | None = None, step: Step | None = None) -> Checked:
    """Measure networks of the zoo in a runtime and predict them on a device.

    Raises:
        BackendError: the runtime, or what writes its files, is not installed.
    """
    chosen = checked() if names is None else names
    graphs = [Design.load(name).graph() for name in chosen]
    times = measured(graphs, runtime, threads, device.batch, SECONDS, step)
    return Checked(chosen, times, [predicted(graph, device) for graph in graphs])
