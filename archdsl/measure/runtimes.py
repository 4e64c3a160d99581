"""Runtimes: what runs the network of a file. Each imports its library when it loads one.

`load(path, shape, threads)` gives a function that runs one forward pass on a fixed random batch of that shape, (N, ...). A process runs
one runtime with one number of threads.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from archdsl.errors import BackendError, InputError, unknown
from archdsl.measure.timing import Pass

Load = Callable[[Path, tuple[int, ...], int], Pass]

MODULE = "module"
"""The form of a torch module that was saved whole, beside those of `archdsl.compilers.export.BACKENDS`."""


@dataclass(frozen=True)
class Runtime:
    """A way to run a network.

    Attributes:
        form: that a network is written in for it: `module`, or the word of an export back end.
        suffixes: of files that it reads, the one of its form first.
        packages: that it needs, as they are imported; `writers` are those that write its form.
        extra: of archdsl that brings all of them.
        usual: whether it runs where no runtime is named.
    """

    word: str
    doc: str
    load: Load
    form: str
    suffixes: tuple[str, ...]
    packages: tuple[str, ...]
    writers: tuple[str, ...]
    extra: str
    usual: bool = True

    def lacking(self, writing: bool = False) -> list[str]:
        """Packages that are not installed. Nothing is imported.

        Args:
            writing: those that write its form count too.
        """
        needed = (*self.packages, *(self.writers if writing else ()))
        return [package for package in dict.fromkeys(needed) if find_spec(package) is None]

    def require(self, writing: bool = False) -> None:
        """Raise BackendError where a package is not installed."""
        lacking = self.lacking(writing)
        if lacking:
            raise BackendError(
                f"the runtime {self.word} needs packages that are not installed ({', '.join(lacking)}): "
                f"pip install 'archdsl[{self.extra}]'"
            )


def runtime(word: str) -> Runtime:
    """The runtime of this name. Raises InputError where there is none."""
    if word not in RUNTIMES:
        message, hint = unknown("runtime", word, RUNTIMES)
        raise InputError(f"{message}; {hint}")
    return RUNTIMES[word]


def usual() -> list[Runtime]:
    """Runtimes that can be used here, with what writes their files."""
    return [found for found in RUNTIMES.values() if found.usual and not found.lacking(writing=True)]


def noise(shape: tuple[int, ...]) -> Any:
    """A batch of random values, float32, the same for every call."""
    import numpy as np

    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def _module(path: Path, threads: int) -> Any:
    import torch

    torch.set_num_threads(threads)
    return torch.load(path, weights_only=False).eval()  # a file that this program wrote


def _eager(path: Path, shape: tuple[int, ...], threads: int, channels_last: bool = False) -> Pass:
    module = _module(path, threads)
    import torch

    image = torch.from_numpy(noise(shape))
    if channels_last:
        module = module.to(memory_format=torch.channels_last)
        image = image.contiguous(memory_format=torch.channels_last)

    @torch.inference_mode()
    def run() -> Any:
        return module(image)

    return run


def _compile(path: Path, shape: tuple[int, ...], threads: int) -> Pass:
    module = _module(path, threads)
    import torch
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    find: Callable[[], str] = get_cpp_compiler
    try:
        compiler = shutil.which(find())
    except InvalidCxxCompiler:
        compiler = None
    if compiler is None:
        raise BackendError("torch.compile needs a C++ compiler, and none was found; install g++, or name one in CXX")
    image = torch.from_numpy(noise(shape))
    made: Pass = partial(torch.compile(module, dynamic=False), image)

    def run() -> Any:
        with torch.no_grad():
            return made()

    run()  # which compiles
    return run


def _onnxruntime(path: Path, shape: tuple[int, ...], threads: int) -> Pass:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads of one session would go on spinning for work while the next side runs.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.add_free_dimension_override_by_name("batch", shape[0])  # as OpenVINO is told the shape too
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (arriving,) = session.get_inputs()
    return partial(session.run, None, {arriving.name: noise(shape)})


def _openvino(path: Path, shape: tuple[int, ...], threads: int) -> Pass:
    from archdsl.compilers.openvino_library import library

    openvino = library()
    core = openvino.Core()
    model = core.read_model(path)
    taken = model.input().get_partial_shape()
    if not taken.compatible(openvino.PartialShape(list(shape))):  # reshape would change the network
        raise BackendError(f"its input is {taken}, not {list(shape)}")
    model.reshape(list(shape))
    hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(model, "CPU", hints).create_infer_request()
    request.set_input_tensor(openvino.Tensor(noise(shape)))
    return partial(request.infer, share_outputs=True)


_TORCH: dict[str, Any] = {"form": MODULE, "suffixes": (".pt",), "packages": ("torch",), "writers": (), "extra": "torch"}

RUNTIMES: dict[str, Runtime] = {
    found.word: found
    for found in (
        Runtime("eager", "PyTorch, operator by operator", _eager, **_TORCH),
        Runtime("channels-last", "PyTorch eager, channels innermost", partial(_eager, channels_last=True), usual=False, **_TORCH),
        # A minute and more for a network that was never compiled before.
        Runtime("compile", "torch.compile, which needs a C++ compiler", _compile, usual=False, **_TORCH),
        Runtime(
            "onnxruntime",
            "ONNX Runtime",
            _onnxruntime,
            form="onnx",
            suffixes=(".onnx",),
            packages=("onnxruntime",),
            writers=("torch", "onnx", "onnxscript"),
            extra="onnx",
        ),
        Runtime(
            "openvino",
            "OpenVINO",
            _openvino,
            form="openvino",
            suffixes=(".xml", ".onnx"),
            packages=("openvino",),
            writers=("torch",),
            extra="openvino",
        ),
    )
}
"""All runtimes by the word that asks for them."""
