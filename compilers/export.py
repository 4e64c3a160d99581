"""Exports: a network is written by a back end, read again, run, and compared with the compiled module before the file counts.

A back end is a module with `write(model, path)` and `read(path) -> run`, where `run` takes a batch (N, *input shape) and gives the
output. It reads the file that will be handed over, not what it was written from. `archdsl.compilers.forms` lists all back ends.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping
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

FLOOR, ROUNDINGS = 2e-5, 5
"""What is allowed: a share of the output's size, and so many times what float32 itself is away from float64 in torch.

Runtimes add in another order than torch, so each is about as far from the exact output as torch in float32 is: over the zoo what ONNX
Runtime gives differs by 1 to 2.4 times that distance, from 4e-7 of the output's size (squeezenet) to 6e-5 (resnet50). The floor is for
networks of few layers, where the distance of a few values may happen to be near zero.
"""

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
        tolerance: the largest difference that was allowed.
        largest_difference: of an output value, as a share of the root mean square of the output.
        rounding: the same of the network in float32 from the network in float64.
        seconds: for writing, reading and running.
    """

    files: tuple[Path, ...]
    to: str
    inputs: tuple[tuple[int, ...], ...]
    tolerance: float
    largest_difference: float
    rounding: float
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
    with files(path, new_folders=True) as made:
        chosen.write(model, made)
        inputs, difference = compare(model, chosen.read(made))
        rounding = distance_of_float32(model)
        allowed = FLOOR + ROUNDINGS * rounding
        if not difference <= allowed:
            message = f"{to}: what was written differs from the network by {difference:.1e} of its output's size"
            reason = f"the network in float32 by {rounding:.1e} from itself in float64, so {allowed:.1e} is allowed"
            raise BackendError(f"{message}, and {reason}; nothing was kept")
        names = sorted((file.name for file in made.parent.iterdir()), key=lambda name: name != path.name)
    written = tuple(path.parent / name for name in names)
    return Checked(written, to, inputs, allowed, difference, rounding, time.perf_counter() - began)


def compare(model: Model, run: Run) -> tuple[tuple[tuple[int, ...], ...], float]:
    """Random batches through the module and through what was written: their shapes, and the largest difference (see Checked)."""
    inputs, largest = [], 0.0
    for image in _images(model):
        with torch.no_grad():
            wanted = model.module(image).double()
            came = run(image).double()
        if came.shape != wanted.shape:
            raise BackendError(f"what was written gives {tuple(came.shape)} where the network gives {tuple(wanted.shape)}")
        difference = _apart(came, wanted)
        largest = max(largest, difference) if difference == difference else difference  # not a number is not small
        inputs.append(tuple(image.shape))
        if largest != largest:
            break
    return tuple(inputs), largest


def distance_of_float32(model: Model) -> float:
    """How far the module in float32 is from itself in float64, on the first of the batches that are compared (see Checked).

    Its weights are made longer for that and short again, which gives back the same bits.
    """
    image = next(_images(model))
    with torch.no_grad():
        came = model.module(image).double()
        try:
            wanted = model.module.double()(image.double())
        finally:
            model.module.float()
    return _apart(came, wanted)


def _images(model: Model) -> Iterator[Tensor]:
    """The random batches, one after the other."""
    generator = torch.Generator().manual_seed(0)
    for batch in BATCHES:
        yield torch.randn((batch, *model.graph.input.shape), generator=generator)


def _apart(came: Tensor, wanted: Tensor) -> float:
    """The largest difference of a value, as a share of the root mean square of what is wanted."""
    size = wanted.square().mean().sqrt().clamp_min(torch.finfo(torch.float32).tiny)
    return ((came - wanted).abs().max() / size).item()
