"""How near predicted latencies are: networks of the zoo measured and predicted with the device of a file that `archdsl calibrate` wrote.

archdsl calibrate -o laptop.yaml && python benchmarks/latency.py laptop.yaml
"""

from __future__ import annotations

import argparse

from archdsl.cost.latency.devices import load_device
from archdsl.measure.calibrate.check import check
from archdsl.measure.runtimes import runtime


def main() -> None:
    parser = argparse.ArgumentParser(description="Networks of the zoo, measured and predicted.")
    parser.add_argument("device", help="device file")
    parser.add_argument("specs", nargs="*", help="networks of the zoo; all where none is named")
    given = parser.parse_args()
    device = load_device(given.device)
    word, threads = device.about["runtime"], int(device.about["threads"])
    found = check(device, runtime(word), threads, given.specs or None)
    print(f"{'network':24}{'measured':>12}{'predicted':>12}{'error':>8}   {word}, {threads} threads, batch {device.batch}")
    rows = zip(found.names, found.measured, found.predicted, strict=True)
    for name, measured, predicted in sorted(rows, key=lambda row: row[2] / row[1]):
        print(f"{name:24}{measured * 1e3:9.2f} ms{predicted * 1e3:9.2f} ms{predicted / measured - 1:+8.1%}")
    print(found.quality)


if __name__ == "__main__":
    main()
