"""PyTorch on a card, channels innermost: operator by operator, as a CUDA graph, or compiled."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from archdsl.errors import BackendError
from archdsl.measure import drawn
from archdsl.measure.job import DTYPES, TF32, Configuration, File
from archdsl.measure.runtimes.device import CUDA, Cuda
from archdsl.measure.runtimes.pytorch import compiled, eager
from archdsl.measure.runtimes.runtime import MODULE, Runtime
from archdsl.measure.timing import Pass

FIRST_LINE = 300  # letters of what torch.compile says when it fails


def _graph(file: File, at: Configuration, device: Cuda) -> Pass:
    return device.captured(eager(file, at, device, channels_last=True))


def _compile(file: File, at: Configuration, device: Cuda) -> Pass:
    try:
        return compiled(file, at, device, channels_last=True)
    except Exception as error:  # of the compiler, of many kinds
        why = " ".join(str(error).split()) or type(error).__name__
        raise BackendError(f"torch.compile failed: {why[:FIRST_LINE]}") from None


def on(device: Cuda) -> tuple[Runtime, Runtime, Runtime]:
    """The runtimes of a card. None is usual: what runs where none is named is the same on every machine."""
    plain = Runtime(
        "cuda",
        "PyTorch on a CUDA device, operator by operator, channels innermost",
        form=MODULE,
        library="torch",
        extra="torch",
        load=partial(eager, device=device, channels_last=True),
        also_reads=(drawn.SUFFIX,),
        usual=False,
        dtypes=(*DTYPES, TF32),
        device=device,
    )
    graph = replace(
        plain, word="cuda-graph", doc="the same, captured as a CUDA graph and replayed", load=partial(_graph, device=device)
    )
    made = replace(plain, word="cuda-compile", doc="torch.compile on a CUDA device", load=partial(_compile, device=device))
    return plain, graph, made


CUDA_EAGER, CUDA_GRAPH, CUDA_COMPILE = on(CUDA)
