"""The machine that something was measured on. Times mean little without it."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from archdsl.measure.card import Card, card
from archdsl.measure.runtimes import RUNTIMES


@dataclass(frozen=True)
class Machine:
    """Where something was measured.

    Attributes:
        processor: name of its model.
        cores: that this process may use, as the system counts them.
        memory_bytes: of the machine; 0 where the system does not say.
        versions: of packages, by name.
        card: that networks ran on; None where it was the processor.
    """

    processor: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    versions: dict[str, str]
    card: Card | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        """The same for a reader."""
        memory = f", {self.memory_bytes / 2**30:.1f} GiB" if self.memory_bytes else ""
        cores = f"{self.cores} core{'s' if self.cores != 1 else ''}"
        packages = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        here = [f"{self.processor}, {cores}{memory}, {self.system}", f"Python {self.python}, {packages}"]
        return [*([str(self.card)] if self.card else []), *here]

    @property
    def runs(self) -> str:
        """What the networks ran on: the card, or the processor."""
        return self.card.name if self.card else self.processor


def machine_of(*runtimes: str) -> Machine:
    """This machine, with its card where one of the runtimes runs on it; torch is imported then."""
    on_card = any(RUNTIMES[word].device.card for word in runtimes)
    return replace(machine(), card=card()) if on_card else machine()


def machine() -> Machine:
    """This machine without its card. Nothing is imported: versions come from what is installed."""
    return Machine(_processor(), cores(), _memory(), platform.platform(), platform.python_version(), _versions())


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system has it
        return os.cpu_count() or 1


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model", "Hardware") and value.strip():
            return value.strip()
    return platform.processor() or platform.machine()


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _versions() -> dict[str, str]:
    """Of archdsl, numpy and the libraries of all runtimes, as far as they are installed."""
    found = {}
    for package in dict.fromkeys(("archdsl", "numpy", *(runtime.library for runtime in RUNTIMES.values()))):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
