"""Exports: a network is written by a back end, read again, run, and compared with the compiled module before the file counts.

A back end is a module with `write(model, path)` and `read(path) -> run`, where `run` takes a batch (N, *its shape) of each input and
gives the outputs in their order. It reads the file that will be handed over, not what it was written from.
`archdsl.compilers.forms` lists all back ends.
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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

FLOOR, ROUNDINGS = 2e-5, 5
"""What is allowed: a share of the output's size, and so many times what float32 itself is away from float64 in torch.

Runtimes add in another order than torch, so each is about as far from the exact output as torch in float32 is: over the zoo what ONNX
Runtime gives differs by 1 to 2.4 times that distance, from 4e-7 of the output's size (squeezenet) to 6e-5 (resnet50). The floor is for
networks of few layers, where the distance of a few values may happen to be near zero.
"""

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
        worst: the output that is farthest from what it may differ by.
        tolerance: the largest difference that was allowed of that output.
        differences: for each output, by name, the largest of a value, as a share of the root mean square of the output.
        rounding: of that output in the network in float32 from the network in float64, in the same way.
        seconds: for writing, reading and running.
    """

    files: tuple[Path, ...]
    to: str
    inputs: tuple[tuple[int, ...], ...]
    tolerance: float
    worst: str
    differences: dict[str, float]
    rounding: float
    seconds: float

    @property
    def largest_difference(self) -> float:
        """That of the worst output."""
        return self.differences[self.worst]


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
        found = verified(model, to, chosen.read(made))
        names = sorted((file.name for file in made.parent.iterdir()), key=lambda name: name != path.name)
    return replace(found, files=tuple(path.parent / name for name in names), seconds=time.perf_counter() - began)


def verified(model: Model, to: str, run: Run) -> Checked:
    """What was written, compared with the compiled module; without its files.

    Raises:
        BackendError: it gives another output.
    """
    began = time.perf_counter()
    inputs, differences = compare(model, run)
    roundings = distance_of_float32(model)
    allowed = {name: FLOOR + ROUNDINGS * rounding for name, rounding in roundings.items()}
    shares = {name: differences[name] / allowed[name] for name in allowed}
    worst = max(shares, key=lambda name: math.inf if math.isnan(shares[name]) else shares[name])
    if not shares[worst] <= 1:
        which = "" if model.graph.returns == "tensor" else f" in its output '{worst}'"
        message = f"{to}: what was written differs from the network{which} by {differences[worst]:.1e} of its output's size"
        reason = f"the network in float32 by {roundings[worst]:.1e} from itself in float64, so {allowed[worst]:.1e} is allowed"
        raise BackendError(f"{message}, and {reason}; nothing was kept")
    return Checked((), to, inputs, allowed[worst], worst, differences, roundings[worst], time.perf_counter() - began)


def compare(model: Model, run: Run, sizes: tuple[int, ...] = BATCHES) -> tuple[tuple[tuple[int, ...], ...], dict[str, float]]:
    """Random batches of these sizes through the module and through what was written: their shapes, and the largest difference of each
    output (see Checked)."""
    inputs: list[tuple[int, ...]] = []
    largest = dict.fromkeys(model.graph.outputs, 0.0)
    for given in _batches(model, sizes):
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


def distance_of_float32(model: Model, sizes: tuple[int, ...] = BATCHES) -> dict[str, float]:
    """How far each output of the module in float32 is from the same in float64, on the batches that are compared (see Checked).

    Its weights are made longer for that and short again, which gives back the same bits.
    """
    batches = list(_batches(model, sizes))
    largest = dict.fromkeys(model.graph.outputs, 0.0)
    with torch.no_grad():
        all_came = [in_order(model.module(*given)) for given in batches]
        try:
            module = model.module.double()
            all_wanted = [
                in_order(module(*[tensor.double() if tensor.is_floating_point() else tensor for tensor in given]))
                for given in batches
            ]
        finally:
            model.module.float()
    for came, wanted in zip(all_came, all_wanted, strict=True):
        for name, one, other in zip(largest, came, wanted, strict=True):
            largest[name] = max(largest[name], _difference(one.double(), other))
    return largest


def _batches(model: Model, sizes: tuple[int, ...]) -> Iterator[tuple[Tensor, ...]]:
    """The random batches of all inputs, one after the other."""
    generator = torch.Generator().manual_seed(0)
    for batch in sizes:
        yield batch_of(model.graph, batch, generator)


def _difference(came: Tensor, wanted: Tensor) -> float:
    """The largest difference of a value, as a share of the root mean square of what was wanted."""
    if came.shape != wanted.shape:
        raise BackendError(f"what was written gives {tuple(came.shape)} where the network gives {tuple(wanted.shape)}")
    size = wanted.square().mean().sqrt().clamp_min(torch.finfo(torch.float32).tiny)
    return float(((came - wanted).abs().max() / size).item())
