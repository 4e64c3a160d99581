"""ONNX by torch's exporter (the one that starts from torch.export), checked by ONNX, read and run by ONNX Runtime."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from archdsl.compilers.export import Model, Run
from archdsl.compilers.failures import failure, first_line
from archdsl.compilers.names import input_names, output_names
from archdsl.compilers.onnx_pools import settle_pools
from archdsl.compilers.programs import example, program, quiet
from archdsl.errors import BackendError
from archdsl.extras import needed_by
from archdsl.ir.graph import Graph

KEPT = frozenset(["namespace", "pkg.torch.onnx.class_hierarchy", "pkg.torch.onnx.name_scopes"])
"""What an ONNX node says of where it came from: the modules around it."""


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
                input_names=input_names(model.graph),
                output_names=output_names(model.graph),
                verbose=False,
            )
    except Exception as error:  # of many kinds, none of them documented
        raise failure("onnx: torch's exporter cannot express the network", error, model.graph, traced) from error
    assert made is not None
    settle_pools(made.model)
    _forget(made.model)
    made.save(path)
    check(path, model.graph)


def _forget(model: Any) -> None:
    """Leave out what the exporter notes of how the program was traced: lines of files of this machine. Names of modules stay."""
    for node in model.graph.all_nodes():
        for key in [key for key in node.metadata_props if key not in KEPT]:
            del node.metadata_props[key]


def check(path: Path, graph: Graph) -> None:
    """ONNX's own checker, with every shape inferred anew.

    Raises:
        BackendError: it rejects the file; names the layer, where the message tells of one.
    """
    from onnx.checker import ValidationError, check_model
    from onnx.shape_inference import InferenceError

    try:
        check_model(str(path), full_check=True)
    except (ValidationError, InferenceError) as error:
        raise BackendError(
            f"onnx: ONNX's checker rejects what was written{_layer(str(error), path, graph)}: {_reason(error)}"
        ) from error


def _layer(message: str, path: Path, graph: Graph) -> str:
    """The layer of the first node that a message of the checker names, with its operator and line."""
    import onnx

    found = re.search(r"node name: ([^)\s]+)", message)
    for node in onnx.load(str(path), load_external_data=False).graph.node if found else ():
        if found is not None and node.name == found[1]:
            scopes = next((entry.value for entry in node.metadata_props if entry.key == "pkg.torch.onnx.name_scopes"), "")
            for layer in graph:
                if f"'{layer.name}'" in scopes:
                    line = f", line {layer.mark.line + 1}" if layer.mark else ""
                    return f" for {layer.op.word} of the layer '{layer.name}'{line}"
    return ""


def _reason(error: Exception) -> str:
    """The last sentence of a message, which names the cause."""
    return " ".join(re.split(r"\[\w+Error\] ", str(error).strip())[-1].split())


def read(path: Path) -> Run:
    """A session of ONNX Runtime on the CPU.

    Raises:
        BackendError: it is not installed, or refuses the file.
    """
    with needed_by("an export to onnx"):
        import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # no time is measured, and others may be at work
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise BackendError(f"onnx: ONNX Runtime refuses what was written: {first_line(error)}") from error

    names = [arriving.name for arriving in session.get_inputs()]

    def run(*given: Tensor) -> tuple[Tensor, ...]:
        found = session.run(None, {name: tensor.numpy() for name, tensor in zip(names, given, strict=True)})
        return tuple([torch.from_numpy(output) for output in found])

    return run
