"""Runtimes: what runs the network of a file. Each imports its library when it loads one."""

from __future__ import annotations

from archdsl.errors import InputError, unknown
from archdsl.measure.runtimes.cuda import CUDA_COMPILE, CUDA_EAGER, CUDA_GRAPH
from archdsl.measure.runtimes.onnx_runtime import ONNX_RUNTIME
from archdsl.measure.runtimes.openvino import OPENVINO
from archdsl.measure.runtimes.pytorch import CHANNELS_LAST, COMPILE, EAGER
from archdsl.measure.runtimes.runtime import Runtime

RUNTIMES: dict[str, Runtime] = {
    found.word: found
    for found in (
        EAGER,
        CHANNELS_LAST,
        COMPILE,
        ONNX_RUNTIME,
        OPENVINO,
        CUDA_EAGER,
        CUDA_GRAPH,
        CUDA_COMPILE,
    )
}
"""All runtimes by the word that asks for them."""


def runtime_named(word: str) -> Runtime:
    """The runtime of this name. Raises InputError where there is none."""
    if word not in RUNTIMES:
        message, hint = unknown("runtime", word, RUNTIMES)
        raise InputError(f"{message}; {hint}")
    return RUNTIMES[word]


def usual() -> list[Runtime]:
    """Runtimes that run where none is named and can be used here, with what writes their files."""
    return [found for found in RUNTIMES.values() if found.usual and not found.lacking(writing=True)]


def runtime_of_export(to: str) -> Runtime | None:
    """The runtime in which a file of an export runs; None where none of these reads it."""
    return next((found for found in RUNTIMES.values() if found.usual and to in (found.form, *found.stands_for)), None)
