"""A device: how long each kind of layer takes in a runtime on a machine. One runtime, one number of threads, one size of batch."""

from __future__ import annotations

from dataclasses import dataclass, field

FEMTOSECONDS = 10**15
"""In a second."""
ANY = "layer"
"""The kind of every layer that a device has no own time for."""

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
    _known: dict[str, Terms | None] = field(default_factory=dict, init=False, repr=False)  # kinds that were looked up

    def of(self, kind: str) -> Terms | None:
        """The terms of a kind, or of the most special kind above it; None where the device says nothing of it."""
        if kind not in self._known:
            name = kind
            while name not in self.terms and "." in name:
                name = name.rpartition(".")[0]
            self._known[kind] = self.terms.get(name, self.terms.get(ANY))
        return self._known[kind]

    def measured(self, kind: str) -> bool:
        """Whether it has a time of a kind, or of one above it, that is not the one for every layer."""
        return self.of(kind) is not self.terms.get(ANY)

    @property
    def tells_apart(self) -> bool:
        """Whether it has times of its own for layers that compute, so that one without is an exception."""
        return any(kind.partition(".")[0] in ("conv", "linear") for kind in self.terms)

    @property
    def heading(self) -> str:
        """The device in one line."""
        parts = [self.about.get(key, "") for key in ("machine", "runtime")]
        threads = self.about.get("threads", "")
        parts += [f"{threads} thread{'s' if threads != '1' else ''}"] if threads else []
        parts += [f"batch {self.batch}"] if "batch" in self.about else []
        parts += [self.about["dtype"]] if "dtype" in self.about else []
        return ", ".join(filter(None, parts))

    def trust(self) -> list[str]:
        """How far its predictions can be trusted, in lines for people."""
        lines = [f"fitted to {self.few} measurements: no more than a sketch of the device"] if self.few else []
        lines += [f"{key}: {self.about[key]}" for key in ("fit", "held out", "source") if key in self.about]
        return lines

    def as_dict(self) -> dict[str, object]:
        """What it says about itself, for JSON."""
        return {"few": self.few, "about": dict(self.about)}
