"""PyTorch: the module itself, operator by operator, in either layout of its maps, or compiled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from archdsl.errors import BackendError
from archdsl.measure.job import Configuration, File
from archdsl.measure.runtimes.runtime import MODULE, Runtime, noise
from archdsl.measure.timing import Pass


def _module(file: File, at: Configuration) -> Any:
    import torch

    torch.set_num_threads(at.threads)
    return torch.load(file.path, weights_only=False).eval()  # a file that this program wrote


def _eager(file: File, at: Configuration, channels_last: bool = False) -> Pass:
    module = _module(file, at)
    import torch

    given = [torch.from_numpy(values) for values in noise(file, at)]
    if channels_last:
        from archdsl.compilers.torch import channels_last as layout

        module = layout.lie_channels_last(module)
        given = [layout.channels_last(x) for x in given]

    @torch.inference_mode()
    def run() -> Any:
        return module(*given)

    return run


def _compile(file: File, at: Configuration) -> Pass:
    module = _module(file, at)
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
    given = [torch.from_numpy(values) for values in noise(file, at)]
    made: Pass = partial(torch.compile(module, dynamic=False), *given)

    def run() -> Any:
        with torch.no_grad():
            return made()

    run()  # which compiles
    return run


EAGER = Runtime(
    "eager",
    "PyTorch, operator by operator",
    form=MODULE,
    library="torch",
    extra="torch",
    load=_eager,
    stands_for=("python", "pt2"),
)
CHANNELS_LAST = replace(
    EAGER,
    word="channels-last",
    doc="PyTorch eager, channels innermost",
    load=partial(_eager, channels_last=True),
    usual=False,
)
# Not usual: it takes a minute and more for a network that was never compiled before.
COMPILE = replace(EAGER, word="compile", doc="torch.compile, which needs a C++ compiler", load=_compile, usual=False)
