"""ONNX by torch's exporter (the one that starts from torch.export), read and run by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from archdsl.compilers.export import Model, Run
from archdsl.compilers.programs import example, first_line, program, quiet
from archdsl.errors import BackendError
from archdsl.extras import needed_by

INPUT, OUTPUT = "x", "y"


def write(model: Model, path: Path) -> None:
    """Write the network with its weights; weights beyond 2 GB go beside it as `NAME.onnx.data`, as the format wants it.

    Raises:
        BackendError: a package is missing, or the exporter cannot express the network.
    """
    with needed_by("an export to onnx"):
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    traced = program(model)
    try:
        with quiet(), torch.no_grad():
            made = torch.onnx.export(
                traced,
                dynamo=True,
                dynamic_shapes=example(model)[1],  # for the name of the axis
                input_names=[INPUT],
                output_names=[OUTPUT],
                verbose=False,
            )
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"onnx: torch's exporter cannot express the network: {first_line(error)}") from error
    assert made is not None
    made.save(path)


def read(path: Path) -> Run:
    """A session of ONNX Runtime on the CPU.

    Raises:
        BackendError: it is not installed, or refuses the file.
    """
    with needed_by("an export to onnx"):
        import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise BackendError(f"onnx: ONNX Runtime refuses what was written: {first_line(error)}") from error

    def run(image: Tensor) -> Tensor:
        (output,) = session.run(None, {INPUT: image.numpy()})
        return torch.from_numpy(output)

    return run
