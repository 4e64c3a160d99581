"""torch.export: the network as a program of core operators, which is written as `.pt2` and from which other forms are made."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from archdsl.compilers.export import Model, Run
from archdsl.compilers.failures import failure, first_line
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.steady import steady
from archdsl.errors import BackendError

BATCH = 2  # of the example: torch.export takes 1 for a constant


def write(model: Model, path: Path) -> None:
    """Write the program with its weights."""
    traced = program(model)
    with quiet(), steady(path) as file:
        torch.export.save(traced, file)


def read(path: Path) -> Run:
    """The program of a file, as a module. Raises BackendError where torch's verifier rejects it."""
    with quiet():
        found = torch.export.load(path)
        try:
            found.validate()  # type: ignore[no-untyped-call]
        except Exception as error:  # SpecViolationError and whatever it meets on the way
            raise BackendError(f"pt2: the verifier of torch.export rejects what was written: {first_line(error)}") from error
        module = found.module()
    return lambda *given: in_order(module(*given))


def program(model: Model, largest: int | None = None) -> ExportedProgram:
    """The network as a program whose batch may have any size, or any up to the largest."""
    given, shapes = example(model, largest)
    try:
        with quiet(), out_of_place(model.module), torch.no_grad():
            return torch.export.export(model.module, given, dynamic_shapes=shapes)
    except Exception as error:  # of many kinds, none of them documented
        raise failure("torch.export cannot trace the network", error, model.graph) from error


@contextmanager
def out_of_place(module: nn.Module) -> Iterator[None]:
    """Activations make a tensor of their own while a network is traced.

    Exporters know `hardswish` as one operator; `hardswish_` they take apart, into slower files and in several times the time.
    """
    overwriting = [layer for layer in module.modules() if getattr(layer, "inplace", False) is True]
    try:
        for layer in overwriting:
            layer.inplace = False  # type: ignore[assignment]
        yield
    finally:
        for layer in overwriting:
            layer.inplace = True  # type: ignore[assignment]


def example(model: Model, largest: int | None = None) -> tuple[tuple[Tensor, ...], tuple[dict[int, Dim], ...]]:
    """The inputs, and which of its axes may have any size.

    Where there is a largest batch, the example has it: torch chooses kernels of convolutions by the batch that it sees, and what it
    chose for a small one would be a narrower bound.
    """
    given = tuple([torch.zeros_like(tensor) for tensor in batch_of(model.graph, largest or BATCH)])
    batch = Dim("batch", max=largest)
    return given, ({0: batch},) * len(given)


@contextmanager
def quiet() -> Iterator[None]:
    """What torch says about itself and not about the network (deprecations, a missing torchvision) is not shown."""
    logger = logging.getLogger("torch")
    before = logger.level
    exporter = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = exporter.level
    logger.setLevel(logging.ERROR)
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
        exporter.setLevel(level)
