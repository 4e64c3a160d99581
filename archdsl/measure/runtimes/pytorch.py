"""PyTorch on the processor: the module itself, operator by operator, in either layout of its maps, or compiled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from archdsl.errors import BackendError
from archdsl.measure import drawn
from archdsl.measure.job import DTYPES, FLOAT32, TF32, Configuration, File
from archdsl.measure.runtimes.device import PROCESSOR, Device
from archdsl.measure.runtimes.runtime import MODULE, Runtime, noise
from archdsl.measure.timing import Pass


def loaded(file: File, at: Configuration, device: Device, channels_last: bool) -> tuple[Any, list[Any]]:
    """The module of a file and a batch for it, on a device and in the type of the configuration. Indices keep their type."""
    import torch

    torch.set_num_threads(max(1, at.threads))
    kept = getattr(torch, FLOAT32 if at.dtype == TF32 else at.dtype)
    without_weights = file.path.suffix == drawn.SUFFIX
    # What is unpickled is a file that this program wrote.
    module = drawn.read(file.path, device.place) if without_weights else torch.load(file.path, weights_only=False)
    module = module.eval().to(device.place, kept)
    given = [torch.from_numpy(values).to(device.place) for values in noise(file, at)]
    given = [x.to(kept) if x.is_floating_point() else x for x in given]
    if channels_last:
        from archdsl.compilers.torch import channels_last as layout

        module = layout.lie_channels_last(module)
        given = [layout.channels_last(x) for x in given]
    return module, given


def eager(file: File, at: Configuration, device: Device = PROCESSOR, channels_last: bool = False) -> Pass:
    """A pass operator by operator."""
    import torch

    module, given = loaded(file, at, device, channels_last)

    @torch.inference_mode()
    def run() -> Any:
        return module(*given)

    return run


def compiled(file: File, at: Configuration, device: Device = PROCESSOR, channels_last: bool = False) -> Pass:
    """A pass of what torch.compile makes, in its default mode, for one size of batch."""
    import torch

    module, given = loaded(file, at, device, channels_last)
    made: Pass = partial(torch.compile(module, dynamic=False), *given)

    def run() -> Any:
        with torch.no_grad():
            return made()

    run()  # which compiles
    return run


def _compile(file: File, at: Configuration) -> Pass:
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    find: Callable[[], str] = get_cpp_compiler
    try:
        compiler = shutil.which(find())
    except InvalidCxxCompiler:
        compiler = None
    if compiler is None:
        raise BackendError("torch.compile needs a C++ compiler, and none was found; install g++, or name one in CXX")
    return compiled(file, at)


EAGER = Runtime(
    "eager",
    "PyTorch, operator by operator",
    form=MODULE,
    library="torch",
    extra="torch",
    load=eager,
    stands_for=("python", "pt2"),
    also_reads=(drawn.SUFFIX,),
    dtypes=DTYPES,
)
CHANNELS_LAST = replace(
    EAGER,
    word="channels-last",
    doc="PyTorch eager, channels innermost",
    load=partial(eager, channels_last=True),
    usual=False,
)
# Not usual: it takes a minute and more for a network that was never compiled before.
COMPILE = replace(EAGER, word="compile", doc="torch.compile, which needs a C++ compiler", load=_compile, usual=False)
