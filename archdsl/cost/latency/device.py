"""Devices: how long each kind of layer takes in a runtime on a machine, as data.

A device is a YAML file: what was measured and how well it fits, and under `femtoseconds` the time of each kind of layer (see
`archdsl.cost.latency.layer_kinds`) as whole numbers of femtoseconds for each unit of work (see `archdsl.cost.latency.work`).

    device: laptop
    runtime: onnxruntime
    threads: 2
    batch: 1
    block: 16                                             # channels that go through the processor together
    fit: {networks: 400, median error: 4.1%, rank correlation: 0.99}
    femtoseconds:
      conv.pointwise: {kernel: 2_400_000_000, macs: 9_100}
      layer: {kernel: 1_000_000_000, out: 250_000}        # what is not named otherwise

One file is one runtime at one number of threads and one size of batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from archdsl.errors import InputError, near_miss

FOLDER = Path(__file__).parent / "devices"
SUFFIX = ".yaml"
FEMTOSECONDS = 10**15
"""In a second."""
ANY = "layer"
"""The kind of what is not named otherwise."""

Terms = tuple[tuple[str, int], ...]
"""Units of work and the femtoseconds of each."""


@dataclass(frozen=True, eq=False)
class Device:
    """A runtime on a machine.

    Attributes:
        terms: by kind.
        block: channels that go through the processor together, which channel counts are rounded up to.
        batch: images of one pass. Latencies are of the whole batch.
        about: what else the file says of machine, versions, date and fit, in its order.
        few: number of measurements, where they are so few that the figures are no more than a sketch; otherwise 0.
    """

    name: str
    terms: dict[str, Terms] = field(repr=False)
    block: int = 1
    batch: int = 1
    doc: str = field(default="", repr=False)
    about: dict[str, str] = field(default_factory=dict, repr=False)
    few: int = 0

    def of(self, kind: str) -> Terms | None:
        """The terms of a kind, or of the most special kind above it; None where the device says nothing of it."""
        return self._found(kind)

    @cached_property
    def _found(self) -> _Lookup:
        return _Lookup(self.terms)

    @property
    def heading(self) -> str:
        """The device in one line."""
        parts = [self.about.get(key, "") for key in ("machine", "runtime")]
        threads = self.about.get("threads", "")
        parts += [f"{threads} thread{'s' if threads != '1' else ''}"] if threads else []
        parts += [f"batch {self.batch}"] if "batch" in self.about else []
        return ", ".join(filter(None, parts))

    def trust(self) -> list[str]:
        """How far its predictions can be trusted, in lines for people."""
        lines = [f"fitted to {self.few} measurements: no more than a sketch of the device"] if self.few else []
        lines += [f"{key}: {self.about[key]}" for key in ("fit", "held out", "source") if key in self.about]
        return lines

    def as_dict(self) -> dict[str, object]:
        """What it says about itself, for JSON."""
        return {"few": self.few, "about": dict(self.about)}


class _Lookup:
    """Kinds that were looked up, each once."""

    def __init__(self, terms: dict[str, Terms]):
        self.terms = terms
        self.known: dict[str, Terms | None] = {}

    def __call__(self, kind: str) -> Terms | None:
        if kind not in self.known:
            name = kind
            while name not in self.terms and "." in name:
                name = name.rpartition(".")[0]
            self.known[kind] = self.terms.get(name, self.terms.get(ANY))
        return self.known[kind]


def device_names() -> list[str]:
    """Names of the shipped devices, sorted."""
    return sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}"))


def load_device(target: str | Path, beside: Path | None = None) -> Device:
    """A device by the path of its file or by name.

    A name is that of a shipped device; or of a file in the working folder, in its folder `devices`, or in `devices` beside a spec.

    Args:
        beside: folder of the spec.

    Raises:
        InputError: there is none; names the near miss. Or a file has the name of a shipped device.
        SpecError: mistakes in the file.
    """
    from archdsl.cost.latency.device_file import read_device

    name = str(target)
    plain = "/" not in name and "\\" not in name and name not in ("", ".", "..") and not name.endswith((SUFFIX, ".yml"))
    if not plain:
        path = Path(target)
        if not path.is_file():
            raise InputError(_missing(name, [path.stem for path in _files(beside)], "no such file: "))
        return read_device(path)
    own = next((path for path in _files(beside) if path.stem == name), None)
    if name in _shipped():
        if own is not None and own.parent.name == "devices":
            raise InputError(f"{own}: '{name}' is the name of a shipped device; give the file another, or its path")
        return _load_shipped(name)
    if own is None:
        raise InputError(_missing(name, [path.stem for path in _files(beside)], "no device "))
    return read_device(own)


def _missing(name: str, own: list[str], what: str) -> str:
    known = [*_shipped(), *own]
    hint = near_miss(Path(name).stem, known) or f"shipped: {', '.join(_shipped())}; `archdsl calibrate -o NAME.yaml` makes one"
    return f"{what}'{name}'; {hint}"


@lru_cache
def _shipped() -> tuple[str, ...]:
    return tuple(device_names())


@lru_cache
def _load_shipped(name: str) -> Device:
    from archdsl.cost.latency.device_file import read_device

    return read_device(FOLDER / f"{name}{SUFFIX}")


def _files(beside: Path | None) -> Iterator[Path]:
    """Files that may be devices: those of folders `devices`, then those of the working folder."""
    folders = [*([beside / "devices"] if beside else []), Path("devices"), Path()]
    for folder in folders:
        if folder.is_dir():
            yield from sorted(folder.glob(f"*{SUFFIX}"))
