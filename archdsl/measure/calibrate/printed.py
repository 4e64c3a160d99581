"""Devices that a paper prints a few latencies of: `python -m archdsl.measure.calibrate.printed FOLDER` writes their files anew.

Four networks bear no more than two coefficients: one for each multiply-accumulate and one for each value that a layer reads. Of
all pairs these say what every processor does, compute and fetch.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archdsl.artifacts import write
from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import ANY, FEMTOSECONDS, Device
from archdsl.cost.latency.device_file import device_text
from archdsl.cost.latency.predict import latency
from archdsl.design import Design
from archdsl.measure.calibrate.fit import fit
from archdsl.measure.calibrate.quality import quality

SOURCE = "Zhao & Wang 2022, Table 7"
SPECS = ("mobilenet_v3_preprint", "ghostnet", "mobilenet_v2", "dpnet")
UNITS = ("macs", "in")
FREE = ("norm.folded", "pass", "view", "layout", "start")
"""Kinds that take no time."""


@dataclass(frozen=True)
class Printed:
    """A device of a table.

    Attributes:
        seconds: of each of SPECS. The size of the batch is not printed.
    """

    name: str
    machine: str
    seconds: tuple[float, ...]


DEVICES = (
    Printed("ryzen-7-pro-4750u", "AMD Ryzen 7 PRO 4750U", (0.236, 0.213, 0.265, 0.178)),
    Printed("raspberry-pi-3b", "Raspberry Pi 3B", (7.85, 6.67, 8.41, 5.31)),
)


def device(printed: Printed) -> Device:
    """The device that comes nearest to the printed latencies."""
    bills = [Bill(Design.load(spec).graph()) for spec in SPECS]
    free: dict[str, tuple[tuple[str, int], ...]] = dict.fromkeys(FREE, ())
    work = np.array([[latency(bill, Device("", {ANY: ((unit, 1),), **free})).total for unit in UNITS] for bill in bills], float)
    coefficients = fit(work, np.array(printed.seconds), ridge=0.0)
    terms = tuple((unit, round(float(value) * FEMTOSECONDS)) for unit, value in zip(UNITS, coefficients, strict=True))
    made = Device(printed.name, {**free, ANY: terms}, few=len(SPECS))
    times = [latency(bill, made).total / FEMTOSECONDS for bill in bills]
    about = {
        "machine": printed.machine,
        "fit": str(quality(times, printed.seconds)),
        "source": f"{SOURCE}: {', '.join(SPECS)}; runtime and size of the batch are not printed",
    }
    doc = f"Fitted to the {len(SPECS)} latencies that {SOURCE} prints, with {len(UNITS)} coefficients."
    return Device(made.name, made.terms, doc=doc, about=about, few=made.few)


def main(folder: Path) -> None:
    """Write the files of all devices."""
    for printed in DEVICES:
        write(folder / f"{printed.name}.yaml", device_text(device(printed)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
