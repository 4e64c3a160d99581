"""The card that runtimes run on: what it is, and how quick its clocks were while it was measured.

Both come from NVML, the library of NVIDIA's driver that nvidia-smi asks too: reading it disturbs nothing and needs no package. On
other cards their name is all that is known.
"""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from archdsl.measure.job import Step

LIBRARIES = ("libnvidia-ml.so.1", "nvml.dll")
SM_CLOCK = 1  # nvmlClockType_t
TEXT = 96  # NVML_DEVICE_NAME_V2_BUFFER_SIZE, the longest of the texts that are read
OFTEN = 0.2
"""Seconds between two looks at the clocks."""


@dataclass(frozen=True)
class Card:
    """A card, and the libraries that torch runs it with.

    Attributes:
        memory_bytes: of the card; 0 where its driver does not say.
        driver, cuda, cudnn: versions, empty where they are not known.
        most_mhz: the highest clock of its multiprocessors; 0 where its driver does not say.
    """

    name: str
    memory_bytes: int = 0
    driver: str = ""
    cuda: str = ""
    cudnn: str = ""
    most_mhz: int = 0

    def __str__(self) -> str:
        memory = [f"{self.memory_bytes / 2**30:.1f} GiB"] if self.memory_bytes else []
        versions = [("driver", self.driver), ("CUDA", self.cuda), ("cuDNN", self.cudnn)]
        clocks = [f"at most {self.most_mhz:,} MHz"] if self.most_mhz else []
        return ", ".join([self.name, *memory, *clocks, *(f"{name} {version}" for name, version in versions if version)])


@cache
def card() -> Card | None:
    """The first card that torch sees; None where it sees none. Imports torch."""
    import torch

    if not torch.cuda.is_available():
        return None
    there, driver = torch.cuda.get_device_properties(0), _Driver.open()
    library: Any = torch.backends.cudnn
    return Card(
        there.name,
        int(there.total_memory),
        driver.version() if driver else "",
        torch.version.cuda or "",
        _dotted((library.is_available() and library.version()) or 0),
        driver.most_mhz() if driver else 0,
    )


def _dotted(cudnn: int) -> str:
    """The version of cuDNN as people write it: 8902 is 8.9.2, 91300 is 9.13.0."""
    if not cudnn:
        return ""
    major, rest = divmod(cudnn, 10_000 if cudnn >= 90_000 else 1_000)
    return f"{major}.{rest // 100}.{rest % 100}"


class Clocks:
    """Looks at the clock of a card whenever a measurement says that it goes on: `step` is handed to what measures."""

    def __init__(self, step: Step | None = None, driver: _Driver | None = None):
        self.driver = driver or _Driver.open()
        self.told = step
        self.seen: list[int] = []
        self._looked = 0.0

    def step(self, count: int) -> None:
        """Note the clock, and tell who was to be told."""
        if self.driver is not None and time.perf_counter() - self._looked >= OFTEN:
            self.seen += [mhz for mhz in [self.driver.mhz()] if mhz]
            self._looked = time.perf_counter()
        if self.told:
            self.told(count)

    @property
    def range(self) -> tuple[int, int] | None:
        """The lowest and the highest in MHz that was seen; None where the driver does not say."""
        return (min(self.seen), max(self.seen)) if self.seen else None

    def __str__(self) -> str:
        if self.range is None:
            return ""
        low, high = self.range
        return f"{low:,} MHz" if low == high else f"{low:,} to {high:,} MHz"


class _Driver:
    """A card as NVML sees it. What it does not tell is 0 or empty."""

    def __init__(self, library: Any):
        self.library = library
        self.handle = ctypes.c_void_p()

    @classmethod
    def open(cls) -> _Driver | None:
        """The card that CUDA takes first where cards are counted as the driver does; None without a driver of NVIDIA."""
        for name in LIBRARIES:
            try:
                return cls.of(ctypes.CDLL(name))
            except OSError:
                continue
        return None

    @classmethod
    def of(cls, library: Any) -> _Driver | None:
        """The same of a library that is loaded."""
        found = cls(library)
        if library.nvmlInit_v2():
            return None
        first = os.environ.get("CUDA_VISIBLE_DEVICES", "").partition(",")[0].strip()
        if first.startswith("GPU-"):
            failed = library.nvmlDeviceGetHandleByUUID(first.encode(), ctypes.byref(found.handle))
        else:
            index = int(first) if first.isdecimal() else 0
            failed = library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(found.handle))
        return None if failed else found

    def version(self) -> str:
        text = ctypes.create_string_buffer(TEXT)
        failed = self.library.nvmlSystemGetDriverVersion(text, ctypes.c_uint(TEXT))
        return "" if failed else text.value.decode(errors="replace")

    def mhz(self) -> int:
        """The clock of the multiprocessors now."""
        return self._clock(self.library.nvmlDeviceGetClockInfo)

    def most_mhz(self) -> int:
        """The highest that it can have."""
        return self._clock(self.library.nvmlDeviceGetMaxClockInfo)

    def _clock(self, ask: Any) -> int:
        found = ctypes.c_uint()
        failed = ask(self.handle, ctypes.c_uint(SM_CLOCK), ctypes.byref(found))
        return 0 if failed else found.value
