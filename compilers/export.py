"""Exports: a network is written by a back end, read again, run, and compared with the compiled module before the file counts.

A back end is a module with `write(model, path)` and `read(path) -> run`, where `run` takes a batch (N, *its shape) of each input and
gives the outputs in their order. It reads the file that will be handed over, not what it was written from.
`archdsl.compilers.forms` lists all back ends.
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from archdsl.artifacts import files
from archdsl.compilers.forms import FORMS
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph

BATCHES = (1, 3)
"""Sizes of the batches that are compared: what was written must take any."""

TOLERANCE = 1e-4
"""Largest difference of an output value, as a share of the root mean square of the output."""

Run = Callable[..., tuple[Tensor, ...]]


@dataclass(frozen=True, eq=False)
class Model:
    """What is exported.

    Attributes:
        graph: of the network, whichever rewrites it has been through.
        module: compiled from it, in evaluation mode, with the weights that go into the file.
        heading: text about the network.
        docs: what each block is, by its name in the spec.
    """

    graph: Graph
    module: nn.Module
    heading: str = ""
    docs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """What was written and how it compares.

    Attributes:
        files: that were written, the one that was asked for first.
        inputs: shapes of the random batches that were run.
        differences: for each output, by name, the largest of a value, as a share of the root mean square of the output.
        seconds: for writing, reading and running.
    """

    files: tuple[Path, ...]
    to: str
    inputs: tuple[tuple[int, ...], ...]
    tolerance: float
    differences: dict[str, float]
    seconds: float

    @property
    def largest_difference(self) -> float:
        """That of the output that differs most."""
        return max(self.differences.values())


class Backend(Protocol):
    @staticmethod
    def write(model: Model, path: Path) -> None: ...

    @staticmethod
    def read(path: Path) -> Run: ...


def backend(to: str) -> Backend:
    """The back end of a form, imported now."""
    return cast(Backend, importlib.import_module(FORMS[to].backend))


def export(model: Model, to: str, path: Path) -> Checked:
    """Write a network by a back end. The file appears once it has been read, run and compared; otherwise nothing changes.

    Raises:
        BackendError: a library is missing, the back end cannot express an operator, or what it wrote gives another output.
        InputError: the file cannot be written.
    """
    began = time.perf_counter()
    chosen = backend(to)
    with files(path, new_folders=True) as made:
        chosen.write(model, made)
        inputs, differences = compare(model, chosen.read(made))
        worst = max(differences, key=lambda name: math.inf if math.isnan(differences[name]) else differences[name])
        difference = differences[worst]
        if not difference <= TOLERANCE:
            which = "" if model.graph.returns == "tensor" else f" in its output '{worst}'"
            message = f"{to}: what was written differs from the network{which} by {difference:.1e} of its output's size"
            raise BackendError(f"{message}, {TOLERANCE:.0e} is allowed; nothing was kept")
        names = sorted((file.name for file in made.parent.iterdir()), key=lambda name: name != path.name)
    written = tuple(path.parent / name for name in names)
    return Checked(written, to, inputs, TOLERANCE, differences, time.perf_counter() - began)


def compare(model: Model, run: Run) -> tuple[tuple[tuple[int, ...], ...], dict[str, float]]:
    """Random batches through the module and through what was written: their shapes, and the largest difference of each output (see
    Checked)."""
    generator = torch.Generator().manual_seed(0)
    inputs: list[tuple[int, ...]] = []
    largest = dict.fromkeys(model.graph.outputs, 0.0)
    for batch in BATCHES:
        given = batch_of(model.graph, batch, generator)
        with torch.no_grad():
            wanted = in_order(model.module(*given))
            came = run(*given)
        inputs += [tuple(tensor.shape) for tensor in given]
        if len(came) != len(wanted):
            raise BackendError(f"what was written gives {len(came)} outputs where the network gives {len(wanted)}")
        for name, one, other in zip(largest, came, wanted, strict=True):
            found = _difference(one.double(), other.double())
            largest[name] = found if math.isnan(found) or found > largest[name] else largest[name]  # not a number is not small
        if any(map(math.isnan, largest.values())):
            break
    return tuple(inputs), largest


def _difference(came: Tensor, wanted: Tensor) -> float:
    """The largest difference of a value, as a share of the root mean square of what was wanted."""
    if came.shape != wanted.shape:
        raise BackendError(f"what was written gives {tuple(came.shape)} where the network gives {tuple(wanted.shape)}")
    size = wanted.square().mean().sqrt().clamp_min(torch.finfo(torch.float32).tiny)
    return float(((came - wanted).abs().max() / size).item())
