"""ONNX Runtime on the processor."""

from __future__ import annotations

from functools import partial

from archdsl.measure.job import Configuration, File
from archdsl.measure.runtimes.runtime import Runtime, noise
from archdsl.measure.timing import Pass


def _load(file: File, at: Configuration) -> Pass:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = at.threads
    options.inter_op_num_threads = 1
    # Threads of one session would go on spinning for work while the next side runs.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.add_free_dimension_override_by_name("batch", at.batch)  # as OpenVINO is told the shape too
    session = onnxruntime.InferenceSession(str(file.path), options, providers=["CPUExecutionProvider"])
    names = [arriving.name for arriving in session.get_inputs()]
    return partial(session.run, None, dict(zip(names, noise(file, at), strict=True)))


ONNX_RUNTIME = Runtime(
    "onnxruntime",
    "ONNX Runtime",
    form="onnx",
    library="onnxruntime",
    extra="onnx",
    load=_load,
    writers=("torch", "onnx", "onnxscript"),
)
