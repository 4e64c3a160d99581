"""What a search minimises and maximises: exact costs, and objectives that are measured, all in one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from archdsl.cost.comparing.totals import LATENCY, cost_names, of_file, total
from archdsl.errors import InputError, unknown
from archdsl.exact.partly import is_partly
from archdsl.explore.accuracy import Accuracy
from archdsl.explore.proxies import grad_norm, naswot, synflow, zen_score

if TYPE_CHECKING:
    from archdsl.design import Design

Sense = Literal["minimize", "maximize"]


class Objective(Protocol):
    """Something that can be measured of a network. Instances travel to other processes, so they hold plain data only.

    Attributes:
        name: as the command line says it.
        direction: which way is better, where the command line does not say.
        unit: of the value, "" for none.
    """

    @property
    def name(self) -> str: ...

    @property
    def direction(self) -> Sense: ...

    @property
    def unit(self) -> str: ...

    def measure(self, net: Design, seed: int) -> float:
        """The value for one network: the same for equal networks and seeds.

        Raises:
            BackendError: a library is missing, or the network cannot be measured.
        """


@dataclass(frozen=True)
class Cost:
    """An exact cost, known without building a module."""

    name: str
    unit: str = ""
    direction: Sense = "minimize"

    def measure(self, net: Design, seed: int) -> float:
        found = total(net, self.name)
        if is_partly(found):
            raise InputError(f"{self.name} is not known: the network has opaque steps, and nothing can be searched by it")
        return float(found)


PROXIES: tuple[Objective, ...] = (
    grad_norm.GradNorm(),
    synflow.SynFlow(),
    naswot.NasWot(),
    zen_score.ZenScore(),
)
"""Scores of a network that was not trained."""

MEASURED: tuple[Objective, ...] = (*PROXIES, Accuracy())
"""Objectives that need a module and time."""

LATER = {
    "latency": "say of which device it is to be predicted: latency.DEVICE",
}
"""Objectives that are known by name only, and what is missing."""


def objectives() -> dict[str, Objective]:
    """Every objective by name."""
    return {objective.name: objective for objective in (*MEASURED, *map(_cost, cost_names()))}


def _cost(name: str) -> Objective:
    unit = "bytes" if name in ("weights", "state", "peak", "moved") else "s" if name.startswith(LATENCY) else ""
    return Cost(name, unit, "maximize" if name == "entropy" else "minimize")


@dataclass(frozen=True)
class Aim:
    """An objective and its direction."""

    objective: Objective
    direction: Sense

    @property
    def name(self) -> str:
        return self.objective.name

    @property
    def free(self) -> bool:
        """Whether it is known without measuring."""
        return isinstance(self.objective, Cost)

    def __str__(self) -> str:
        return f"{self.direction} {self.name}"


def choose(
    usual: Iterable[str], minimize: Iterable[str], maximize: Iterable[str], *, accuracy: Accuracy | None = None
) -> list[Aim]:
    """The aims of a command line, in the order measured, minimised, maximised.

    Args:
        usual: objectives that go in their own direction.
        accuracy: how networks are trained, where their accuracy is asked for; the usual way if not given.

    Raises:
        InputError: an unknown objective, one that cannot be measured yet, one in both directions, or none at all.
    """
    known = objectives()
    if accuracy is not None:
        known[accuracy.name] = accuracy
    asked: list[tuple[str, Sense | None]] = [
        *((name, None) for name in usual),
        *((name, "minimize") for name in minimize),
        *((name, "maximize") for name in maximize),
    ]
    aims: dict[str, Aim] = {}
    for name, direction in asked:
        if name in LATER and name not in known:
            raise InputError(f"the objective '{name}' cannot be measured: {LATER[name]}; there are {_listed(MEASURED)}")
        if name not in known and of_file(name):
            known[name] = _cost(name)
        if name not in known:
            raise InputError("; ".join(filter(None, unknown("objective", name, [*known, *LATER]))))
        if name in aims and direction not in (None, aims[name].direction):
            raise InputError(f"{name} cannot be minimised and maximised at once")
        aims[name] = Aim(known[name], direction or known[name].direction)
    if not aims:
        raise InputError(f"no objective; give --objective with {_listed(MEASURED)}, or --minimize with any cost")
    return list(aims.values())


def _listed(found: Sequence[Objective]) -> str:
    *names, last = [objective.name for objective in found]
    return f"{', '.join(names)} and {last}"
