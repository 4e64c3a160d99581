"""How near predicted latencies are: networks measured and predicted with the devices of files that `archdsl calibrate` wrote.

They are those of the zoo and those in `benchmarks/networks`, small ones as users write them, which no calibration sees either.

archdsl calibrate -o laptop.yaml && python benchmarks/latency.py laptop.yaml --sizes 32,96,320,640
"""

from __future__ import annotations

import argparse
from pathlib import Path

from archdsl.cost.latency.devices import load_device
from archdsl.measure.calibrate.check import Checked, at_sizes, check
from archdsl.measure.calibrate.quality import quality
from archdsl.measure.job import FLOAT32, Configuration
from archdsl.measure.runtimes import runtime_named
from archdsl.spec.locate import zoo_names

OWN = Path(__file__).parent / "networks"
MOST_MACS = 5_000_000_000
NEAR = (0.12, 0.20)


def main() -> None:
    parser = argparse.ArgumentParser(description="Networks measured and predicted.")
    parser.add_argument("devices", nargs="+", help="device files")
    parser.add_argument(
        "--specs", nargs="+", help="names of the zoo, or paths; where none is named the zoo and benchmarks/networks"
    )
    parser.add_argument("--sizes", default="", help="sides of images beside a network's own, as 32,96,320,640")
    given = parser.parse_args()
    sizes = [int(side) for side in given.sizes.split(",") if side]
    networks = at_sizes(given.specs or [*zoo_names(), *sorted(map(str, OWN.glob("*.yaml")))], sizes, MOST_MACS)
    for name in given.devices:
        device = load_device(name)
        about = device.about
        at = runtime_named(about["runtime"]).at(device.batch, int(about.get("threads", 1)), about.get("dtype", FLOAT32))
        report(check(device, at, networks), at)


def report(found: Checked, at: Configuration) -> None:
    """A line for each network, by how far it was missed, and what holds of all and of those of benchmarks/networks."""
    print(f"{'network':32}{'measured':>12}{'predicted':>12}{'error':>8}   {at}")
    rows = list(zip(found.names, found.measured, found.predicted, strict=True))
    for name, measured, predicted in sorted(rows, key=lambda row: row[2] / row[1]):
        print(f"{name.rpartition('/')[2]:32}{measured * 1e3:9.2f} ms{predicted * 1e3:9.2f} ms{predicted / measured - 1:+8.1%}")
    for what, part in (("all", rows), ("benchmarks/networks", [row for row in rows if str(OWN) in row[0]])):
        if part:
            near = [sum(abs(b / a - 1) <= bound for _, a, b in part) / len(part) for bound in NEAR]
            within = ", ".join(f"{share:.0%} within {bound:.0%}" for share, bound in zip(near, NEAR, strict=True))
            print(f"{what}: {quality([row[2] for row in part], [row[1] for row in part])}; {within}")


if __name__ == "__main__":
    main()
