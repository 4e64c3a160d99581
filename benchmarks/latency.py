"""How near predicted latencies are: networks of the zoo measured and predicted with the device of a file that `archdsl calibrate` wrote.

archdsl calibrate -o laptop.yaml && python benchmarks/latency.py laptop.yaml
"""

from __future__ import annotations

import argparse

from archdsl.cost.latency.devices import load_device
from archdsl.measure.calibrate.check import check
from archdsl.measure.job import Configuration
from archdsl.spec.locate import zoo_names


def main() -> None:
    parser = argparse.ArgumentParser(description="Networks of the zoo, measured and predicted.")
    parser.add_argument("device", help="device file")
    parser.add_argument("specs", nargs="*", help="networks of the zoo; all where none is named")
    given = parser.parse_args()
    device = load_device(given.device)
    at = Configuration(device.about["runtime"], device.batch, int(device.about["threads"]))
    found = check(device, at, given.specs or zoo_names())
    print(f"{'network':24}{'measured':>12}{'predicted':>12}{'error':>8}   {at}")
    rows = zip(found.names, found.measured, found.predicted, strict=True)
    for name, measured, predicted in sorted(rows, key=lambda row: row[2] / row[1]):
        print(f"{name:24}{measured * 1e3:9.2f} ms{predicted * 1e3:9.2f} ms{predicted / measured - 1:+8.1%}")
    print(found.quality)


if __name__ == "__main__":
    main()
