"""OpenVINO on the processor, in float32, with the hint for latency."""

from __future__ import annotations

from functools import partial

from archdsl.compilers.openvino_library import library
from archdsl.errors import BackendError
from archdsl.measure.job import Configuration, File
from archdsl.measure.runtimes.runtime import Runtime, noise
from archdsl.measure.timing import Pass


def _load(file: File, at: Configuration) -> Pass:
    openvino = library()
    core = openvino.Core()
    model = core.read_model(file.path)
    shapes = {}
    for port, inner in zip(model.inputs, file.shapes, strict=True):
        shape, taken = [at.batch, *inner], port.get_partial_shape()
        if not taken.compatible(openvino.PartialShape(shape)):  # reshape would change the network
            raise BackendError(f"its input is {taken}, not {shape}")
        shapes[port] = openvino.PartialShape(shape)
    model.reshape(shapes)
    hints = {"INFERENCE_NUM_THREADS": at.threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(model, "CPU", hints).create_infer_request()
    for index, values in enumerate(noise(file, at)):
        request.set_input_tensor(index, openvino.Tensor(values))
    return partial(request.infer, share_outputs=True)


OPENVINO = Runtime(
    "openvino",
    "OpenVINO",
    form="openvino",
    library="openvino",
    extra="openvino",
    load=_load,
    writers=("torch",),
    also_reads=(".onnx",),
)
