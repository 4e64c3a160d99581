"""From a network to the file that a runtime reads: exported with its weights and compared, or quickly with random weights.

Both ways give a file of the runtime's own form where it has a back end, and say by name what cannot be written.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl import artifacts
from archdsl.compilers.forms import FORMS
from archdsl.errors import BackendError, InputError
from archdsl.extras import missing
from archdsl.ir.graph import Graph
from archdsl.ir.indices import indices_below
from archdsl.measure import drawn
from archdsl.measure.job import File
from archdsl.measure.runtimes.runtime import MODULE, Runtime

if TYPE_CHECKING:
    from archdsl.compilers.export import Model


def write_model(model: Model, runtime: Runtime, folder: Path) -> File:
    """The file of a network with its weights. What a back end wrote has been run and compared with the module.

    Runtimes of one form share a file: a form that is in the folder already is not written again.

    Raises:
        BackendError: a package is missing, the form cannot express the network, or what was written gives another output.
        InputError: the file cannot be written.
    """
    runtime.require(writing=True)
    path = folder / ("network" + runtime.suffix)
    if not path.exists():
        if runtime.form == MODULE:
            _save(model.module, path)
        else:
            from archdsl.compilers.export import export

            export(model, runtime.form, path)
    return file_of(path, model.graph)


INT8 = ("onnx", "onnxruntime")
"""Packages that write networks in int8."""


def reads_int8(runtime: Runtime) -> bool:
    """Whether a runtime runs networks in int8: they are written as ONNX."""
    return FORMS["onnx"].suffix in runtime.suffixes


def require_int8() -> None:
    """Raise BackendError where a package that writes networks in int8 is not installed. Nothing is imported."""
    lacking = [package for package in INT8 if find_spec(package) is None]
    if lacking:
        raise missing("int8", lacking, "onnx")


def write_int8(model: Model, runtime: Runtime, folder: Path) -> File:
    """The file of a network in int8, calibrated on noise: how long it takes does not depend on its scales.

    In float32 it has been compared with the module. Runtimes share a file, as in `write_model`.

    Raises:
        BackendError: a package is missing, the network cannot be quantised, or in int8 it cannot be run or is not finite.
        InputError: the file cannot be written.
    """
    path = folder / ("int8" + FORMS["onnx"].suffix)
    if not path.exists():
        from archdsl.compilers.int8 import Samples, export_int8
        from archdsl.compilers.int8.samples import noise

        batches = noise(model.graph)
        export_int8(model, "onnx", path, Samples("noise", batches, iter([(batches[0], None)])))
    return file_of(path, model.graph)


def write_graph(graph: Graph, runtime: Runtime, stem: Path, channels_last: bool = False) -> File:
    """The file of a graph with random weights, for many small networks that are measured and thrown away. Nothing is run to check it.

    Args:
        stem: path of the file without its ending.
        channels_last: whether the weights of a module are to lie as those of an optimised one.

    Raises:
        BackendError: a package is missing, the runtime reads neither modules nor ONNX files, or an operator has no rule.
        InputError: the graph is a grid of networks, or the file cannot be written.
    """
    runtime.require()
    if runtime.form == MODULE:
        path = _named(stem, drawn.SUFFIX)
        drawn.write(graph, path, channels_last)
        return file_of(path, graph)
    if FORMS["onnx"].suffix not in runtime.suffixes:
        raise BackendError(
            f"networks with random weights are written as modules and ONNX files, which {runtime.word} does not read"
        )
    from archdsl.compilers.onnx_direct import onnx_model

    path = _named(stem, FORMS["onnx"].suffix)
    artifacts.write(path, onnx_model(graph).SerializeToString())
    return file_of(path, graph)


def file_of(path: Path, graph: Graph) -> File:
    """A file that was made of a graph."""
    shapes = tuple([tuple(node.shape) for node in graph.inputs])
    return File(path, shapes, tuple([indices_below(graph, node) for node in graph.inputs]))


def _named(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)


def _save(module: Any, path: Path) -> None:
    """A module as a whole, as torch pickles it."""
    import torch

    from archdsl.compilers.torch.steady import steady

    try:
        with steady(path) as file:
            torch.save(module, file)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
