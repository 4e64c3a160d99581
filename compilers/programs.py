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
from archdsl.compilers.torch.steady import steady
from archdsl.errors import BackendError

BATCH = 2  # of the example: torch.export takes 1 for a constant


def write(model: Model, path: Path) -> None:
    """Write the program with its weights."""
    traced = program(model)
    with quiet(), steady(path) as file:
        torch.export.save(traced, file)


def read(path: Path) -> Run:
    """The program of a file, as a module."""
    with quiet():
        return torch.export.load(path).module()


def program(model: Model, largest: int | None = None) -> ExportedProgram:
    """The network as a program whose batch may have any size, or any up to the largest."""
    image, shapes = example(model, largest)
    try:
        with quiet(), out_of_place(model.module), torch.no_grad():
            return torch.export.export(model.module, image, dynamic_shapes=shapes)
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"torch.export cannot trace the network: {first_line(error)}") from error


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


def example(model: Model, largest: int | None = None) -> tuple[tuple[Tensor], tuple[dict[int, Dim]]]:
    """An input, and which of its axes may have any size.

    Where there is a largest batch, the example has it: torch chooses kernels of convolutions by the batch that it sees, and what it
    chose for a small one would be a narrower bound.
    """
    image = torch.zeros(largest or BATCH, *model.graph.input.shape)
    return (image,), ({0: Dim("batch", max=largest)},)


def first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


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
