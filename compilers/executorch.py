"""ExecuTorch: a `.pte` program for devices, its operators lowered to XNNPACK where that has them, made from torch.export's program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from archdsl.compilers.export import Model, Run
from archdsl.compilers.failures import failure, first_line
from archdsl.compilers.programs import program, quiet
from archdsl.errors import BackendError
from archdsl.extras import needed_by

LARGEST_BATCH = 64
"""ExecuTorch plans memory before it runs, so the batch needs a bound."""


def write(model: Model, path: Path) -> None:
    """Write the program with its weights.

    Raises:
        BackendError: the package is missing, or ExecuTorch cannot express the network.
    """
    with needed_by("an export to executorch", "executorch"), quiet(), _mute():
        from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
        from executorch.exir import to_edge_transform_and_lower
    traced = program(model, LARGEST_BATCH)
    try:
        with quiet():
            lowered = to_edge_transform_and_lower(traced, partitioner=[XnnpackPartitioner()])
            made = lowered.to_executorch().buffer
    except Exception as error:  # of many kinds, none of them documented
        raise failure("executorch cannot express the network", error, model.graph, traced) from error
    path.write_bytes(made)


def read(path: Path) -> Run:
    """The program, loaded into the runtime that the package brings.

    Raises:
        BackendError: it refuses the file.
    """
    try:
        with quiet(), _mute():
            from executorch.runtime import Runtime

            loaded = Runtime.get().load_program(path)
            forward = loaded.load_method("forward")
    except Exception as error:
        raise BackendError(f"executorch refuses what was written: {first_line(error)}") from error
    if forward is None:
        raise BackendError("executorch: the program that was written has no forward pass")

    owner = loaded, forward  # a method reads the memory of its program

    def run(*given: Tensor) -> tuple[Tensor, ...]:
        image = given[0]
        if len(image) > LARGEST_BATCH:
            raise BackendError(f"executorch: what was written takes batches of at most {LARGEST_BATCH}, {len(image)} came")
        with _mute():
            outputs = owner[1].execute(list(given))
        return tuple([torch.as_tensor(output).clone() for output in outputs])  # the next run writes over it

    return run


@contextmanager
def _mute() -> Iterator[None]:
    """What libraries write to standard error about the machine and not about the network is not shown."""
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
