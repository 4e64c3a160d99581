"""Exports: a network is written by a back end, read again, run, and compared with the compiled module before the file counts.

A back end is a module with `write(model, path)` and `read(path) -> run`, where `run` takes a batch (N, *input shape) and gives the
output. It reads the file that will be handed over, not what it was written from. `archdsl.compilers.forms` lists all back ends.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from archdsl.artifacts import files
from archdsl.compilers.forms import FORMS
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph

BATCHES = (1, 3)
"""Sizes of the batches that are compared: what was written must take any."""

TOLERANCE = 1e-4
"""Largest difference of an output value, as a share of the root mean square of the output."""

Run = Callable[[Tensor], Tensor]


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
        largest_difference: of an output value, as a share of the root mean square of the output.
        seconds: for writing, reading and running.
    """

    files: tuple[Path, ...]
    to: str
    inputs: tuple[tuple[int, ...], ...]
    tolerance: float
    largest_difference: float
    seconds: float


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
    with files(path) as made:
        chosen.write(model, made)
        inputs, difference = compare(model, chosen.read(made))
        if not difference <= TOLERANCE:
            message = f"{to}: what was written differs from the network by {difference:.1e} of its output's size"
            raise BackendError(f"{message}, {TOLERANCE:.0e} is allowed; nothing was kept")
        names = sorted((file.name for file in made.parent.iterdir()), key=lambda name: name != path.name)
    written = tuple(path.parent / name for name in names)
    return Checked(written, to, inputs, TOLERANCE, difference, time.perf_counter() - began)


def compare(model: Model, run: Run) -> tuple[tuple[tuple[int, ...], ...], float]:
    """Random batches through the module and through what was written: their shapes, and the largest difference (see Checked)."""
    generator = torch.Generator().manual_seed(0)
    inputs, largest = [], 0.0
    for batch in BATCHES:
        image = torch.randn((batch, *model.graph.input.shape), generator=generator)
        with torch.no_grad():
            wanted = model.module(image).double()
            came = run(image).double()
        if came.shape != wanted.shape:
            raise BackendError(f"what was written gives {tuple(came.shape)} where the network gives {tuple(wanted.shape)}")
        size = wanted.square().mean().sqrt().clamp_min(torch.finfo(torch.float32).tiny)
        difference = ((came - wanted).abs().max() / size).item()
        largest = max(largest, difference) if difference == difference else difference  # not a number is not small
        inputs.append(tuple(image.shape))
        if largest != largest:
            break
    return tuple(inputs), largest
