"""OpenVINO's IR: an `.xml` with the operators and a `.bin` with the weights beside it, made from torch.export's program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from archdsl.compilers.export import Model, Run
from archdsl.compilers.openvino_library import library
from archdsl.compilers.programs import first_line, program, quiet
from archdsl.errors import BackendError, InputError
from archdsl.extras import needed_by

WHOLE = {"INFERENCE_PRECISION_HINT": "f32"}
"""A processor that offers half precision is not asked for it while outputs are compared."""


def write(model: Model, path: Path) -> None:
    """Write both files. Weights stay float32, which OpenVINO would otherwise halve.

    Raises:
        BackendError: the package is missing, or OpenVINO cannot express the network.
    """
    openvino = _library()
    traced = program(model)
    try:
        with quiet():
            made = openvino.convert_model(traced)
            made.reshape(openvino.PartialShape([-1, *model.graph.input.shape]))  # or height and width would be open too
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"openvino cannot express the network: {first_line(error)}") from error
    try:
        openvino.save_model(made, path, compress_to_fp16=False)
    except RuntimeError as error:  # its word for any error of the operating system, without the reason
        raise InputError(f"{path.name} cannot be written, perhaps because the disk is full: {error}") from None


def read(path: Path) -> Run:
    """The network of the files, compiled for the CPU."""
    compiled = _library().Core().compile_model(path, "CPU", WHOLE)

    def run(image: Tensor) -> Tensor:
        return torch.from_numpy(compiled([image.numpy()])[0])

    return run


def _library() -> Any:
    """Raises BackendError where it is not installed."""
    with needed_by("an export to openvino"):
        return library()
