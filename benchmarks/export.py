"""Every network of the zoo exported to every form: seconds to write, read and check, and the difference that the check found.

`python benchmarks/export.py [NETWORK...] [--to FORM...] [--save FILE]` runs each export in a process of its own, with what is imported
meanwhile in its time, as `archdsl export` does. `--save` adds each result to a file as a line of JSON, and skips those that it holds
already, so that the zoo can be run in pieces; `--minutes` ends a piece.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from archdsl.compilers.forms import FORMS
from archdsl.spec.locate import zoo_names

GOAL = 30.0
"""Seconds that an export may take."""

KIBIBYTE = 1024
RUN = """
import resource, sys
from archdsl.cli.main import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


class Result(NamedTuple):
    """One export.

    Attributes:
        seconds: of the whole process.
        difference: see `archdsl.compilers.export.Checked`; None where the export failed.
        mebibytes: largest resident memory.
        error: what it said where it failed.
    """

    network: str
    to: str
    seconds: float
    difference: float | None
    mebibytes: int
    error: str = ""


def run(network: str, to: str) -> Result:
    """Export in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"net{FORMS[to].suffix}"
        began = time.perf_counter()
        command = [sys.executable, "-c", RUN, "export", network, "--to", to, "-o", str(file), "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = time.perf_counter() - began
    *said, memory = done.stderr.strip().splitlines()
    mebibytes = int(memory) // KIBIBYTE
    if done.returncode:
        return Result(network, to, seconds, None, mebibytes, said[-1] if said else f"exit code {done.returncode}")
    return Result(network, to, seconds, json.loads(done.stdout)["largest_difference"], mebibytes)


def results(networks: list[str], forms: list[str], saved: Path | None, minutes: float) -> Iterator[Result]:
    """Those that a file holds, and those that the time suffices for."""
    until = time.monotonic() + 60 * minutes
    lines = saved.read_text().splitlines() if saved and saved.exists() else []
    known = {(found.network, found.to): found for found in (Result(**json.loads(line)) for line in lines)}
    for network in networks:
        for to in forms:
            if (network, to) in known:
                yield known[network, to]
            elif time.monotonic() < until:
                found = run(network, to)
                if saved:
                    with saved.open("a") as file:
                        file.write(json.dumps(found._asdict()) + "\n")
                yield found


def table(found: list[Result], forms: list[str]) -> Table:
    """Seconds by network and form, and what was worst."""
    made = Table(box=None)
    for heading in ("network", *forms, "largest difference", "MiB"):
        made.add_column(heading, justify="left" if heading == "network" else "right")
    for network in dict.fromkeys(result.network for result in found):
        mine = {result.to: result for result in found if result.network == network}
        seconds = [f"{mine[to].seconds:.1f}" + ("!" if mine[to].error else "") if to in mine else "-" for to in forms]
        largest = max((result.difference for result in mine.values() if result.difference is not None), default=0.0)
        made.add_row(network, *seconds, f"{largest:.1e}", str(max(result.mebibytes for result in mine.values())))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--to", nargs="+", choices=list(FORMS), default=list(FORMS))
    parser.add_argument("--save", type=Path)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    asked = parser.parse_args()
    found = list(results(asked.networks or zoo_names(), asked.to, asked.save, asked.minutes))
    console = Console(width=120)
    console.print(table(found, asked.to))
    for to in asked.to:
        mine = [result for result in found if result.to == to]
        if mine:
            worst = max(mine, key=lambda result: result.seconds)
            middle = statistics.median(result.seconds for result in mine)
            console.print(f"{to}: {len(mine)} networks, median {middle:.1f} s, worst {worst.network} {worst.seconds:.1f} s")
    for result in found:
        if result.error:
            console.print(f"{result.network} to {result.to} failed: {result.error}", soft_wrap=True)
    over = [f"{result.network} to {result.to} {result.seconds:.1f} s" for result in found if result.seconds > GOAL]
    console.print(f"over {GOAL:.0f} s: {', '.join(over) or 'none'}", soft_wrap=True)


if __name__ == "__main__":
    main()
