"""OpenVINO's IR: an `.xml` with the operators and a `.bin` with the weights beside it, made from torch.export's program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from archdsl.compilers.export import Model, Run
from archdsl.compilers.failures import failure, first_line
from archdsl.compilers.names import input_names, output_names
from archdsl.compilers.openvino_library import library
from archdsl.compilers.programs import program, quiet
from archdsl.compilers.torch.rule import Layer
from archdsl.compilers.torch.rules import RULES
from archdsl.errors import BackendError, InputError
from archdsl.extras import needed_by
from archdsl.ir.graph import Graph

WHOLE = {"INFERENCE_PRECISION_HINT": "f32"}
"""A processor that offers half precision is not asked for it while outputs are compared."""


def write(model: Model, path: Path) -> None:
    """Write both files. Weights stay float32, which OpenVINO would otherwise halve.

    Raises:
        BackendError: the package is missing, or OpenVINO cannot express the network.
    """
    save(converted(model), path)


def converted(model: Model) -> Any:
    """The network as OpenVINO's model, for any batch. Raises BackendError as `write` does."""
    openvino = _library()
    _check_pools(openvino, model)
    traced = program(model)
    try:
        with quiet():
            made = openvino.convert_model(traced)
            _name(made, model.graph)
            shapes = [openvino.PartialShape([-1, *node.shape]) for node in model.graph.inputs]
            made.reshape(dict(zip(made.inputs, shapes, strict=True)))  # or height and width would be open too
    except Exception as error:  # of many kinds, none of them documented
        raise failure("openvino cannot express the network", error, model.graph, traced) from error
    return made


def save(made: Any, path: Path) -> None:
    """Both files. Raises InputError where they cannot be written."""
    try:
        _library().save_model(made, path, compress_to_fp16=False)
    except RuntimeError as error:  # its word for any error of the operating system, without the reason
        raise InputError(f"{path.name} cannot be written, perhaps because the disk is full: {error}") from None


def _check_pools(openvino: Any, model: Model) -> None:
    """Try every pooling with `ceil` alone, so that one which OpenVINO takes for another is named.

    Where the last window begins in the padding, or hangs over it, its versions count and average otherwise than PyTorch.

    Raises:
        BackendError: one gives something else.
    """
    tried: set[tuple[Any, ...]] = set()
    for node in model.graph:
        (shape, *_) = model.graph.input_shapes(node) or ((),)
        if not getattr(node.op, "ceil", False) or (node.op, shape) in tried:
            continue
        tried.add((node.op, shape))
        rule = RULES.find(type(node.op))
        assert isinstance(rule, Layer)
        pool, image = rule.make(node.op, (shape,), False), torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))
        try:
            with quiet():
                made = openvino.compile_model(openvino.convert_model(pool, example_input=image), "CPU", WHOLE)
                came = torch.from_numpy(made([image.numpy()])[0])
            wrong = came.shape != (wanted := pool(image)).shape or not torch.allclose(came, wanted, atol=1e-5)
            reason = "gives something else for it"
        except Exception as error:  # of many kinds, none of them documented
            wrong, reason = True, f"refuses it: {first_line(error)}"
        if wrong:
            place = f" ({node.mark})" if node.mark is not None else ""
            raise BackendError(f"openvino cannot express the {node.op.word} with 'ceil' '{node.name}'{place}: openvino {reason}")


def read(path: Path) -> Run:
    """The network of the files, its shapes inferred anew, compiled for the CPU. Raises BackendError where OpenVINO refuses them."""
    core = _library().Core()
    try:
        found = core.read_model(path)
        found.validate_nodes_and_infer_types()
    except RuntimeError as error:
        raise BackendError(f"openvino refuses what was written: {first_line(error)}") from error
    compiled = core.compile_model(found, "CPU", WHOLE)

    def run(*given: Tensor) -> tuple[Tensor, ...]:
        found = compiled([tensor.numpy() for tensor in given])
        return tuple([torch.from_numpy(found[index]) for index in range(len(compiled.outputs))])

    return run


def _name(made: Any, graph: Graph) -> None:
    """Inputs and outputs have the names of the spec."""
    if len(made.inputs) != len(graph.inputs) or len(made.outputs) != len(graph.outputs):
        raise BackendError("openvino takes inputs or outputs for one that are several")
    for port, name in [*zip(made.inputs, input_names(graph), strict=True), *zip(made.outputs, output_names(graph), strict=True)]:
        port.get_tensor().add_names({name})


def _library() -> Any:
    """Raises BackendError where it is not installed."""
    with needed_by("an export to openvino"):
        return library()
