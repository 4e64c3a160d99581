"""Where a runtime runs, and what it has to be asked for there: all calls of torch that are for CUDA alone stand here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from archdsl.errors import BackendError
from archdsl.measure.job import TF32, Configuration
from archdsl.measure.timing import Clock, Pass, by_host

WARM_UP = 3
"""Passes before a capture, in which libraries choose their kernels and take their workspaces."""


class Device:
    """The processor, and what another device may answer otherwise.

    Attributes:
        place: as torch names it.
        card: whether it is a card of its own, on which the runtime's threads mean nothing.
        wake_seconds: rounds that a process runs before the first one that counts, because the clocks of a card rise under load.
        answers: forms that networks rewritten for it have by rule, by the questions of the passes.
    """

    place = "cpu"
    card = False
    wake_seconds = 0.0
    answers: ClassVar[Mapping[str, str]] = {}

    def lacks(self) -> str:
        """Why nothing can run on it here, as a sentence; empty where it can."""
        return ""

    def prepare(self, at: Configuration) -> None:
        """Make a process ready for a configuration."""

    def clock(self) -> Clock:
        """What times a pass on it."""
        return by_host


class Cuda(Device):
    """The first card that torch sees, of NVIDIA or, in a torch built for ROCm, of AMD."""

    place = "cuda"
    card = True
    wake_seconds = 0.5
    answers: ClassVar[Mapping[str, str]] = {"form": "dense"}  # a grouped convolution takes longer there than one with zeros

    def lacks(self) -> str:
        import torch

        if torch.version.cuda is None and torch.version.hip is None:
            return f"torch {torch.__version__} is built for the processor alone; pytorch.org says how to install one for a card"
        if not torch.cuda.is_available():
            return "torch finds no CUDA device; nvidia-smi tells whether the driver does, and CUDA_VISIBLE_DEVICES may hide it"
        return ""

    def prepare(self, at: Configuration) -> None:
        """What is in float32 is multiplied in float32 too, unless TF32 is what was asked for: torch's default differs by operator."""
        import torch

        torch.backends.cuda.matmul.allow_tf32 = at.dtype == TF32
        torch.backends.cudnn.allow_tf32 = at.dtype == TF32

    def clock(self) -> Clock:
        """Events of the card around a pass, which begins when the card has nothing to do and is over when all of it is."""
        import torch

        cuda: Any = torch.cuda
        begin, end = (cuda.Event(enable_timing=True) for _ in range(2))

        def seconds(run: Pass) -> float:
            torch.cuda.synchronize()
            begin.record()
            run()
            end.record()
            end.synchronize()
            return float(begin.elapsed_time(end)) / 1e3

        return seconds

    def captured(self, run: Pass) -> Pass:
        """A pass as a CUDA graph: its kernels are recorded once, and launched all together from then on.

        Raises:
            BackendError: it does what cannot be recorded, such as waiting for a value.
        """
        import torch

        cuda: Any = torch.cuda
        aside = cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                run()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                kept = run()
        except RuntimeError as error:
            raise not_captured(error) from None

        def replay(held: Pass = run) -> Any:  # a graph knows addresses alone: what lies there must live as long as it does
            graph.replay()
            return kept

        return replay


def not_captured(error: Exception) -> BackendError:
    """The error of a pass that no CUDA graph can hold, with the first line of the reason."""
    why = str(error).strip().splitlines() or [type(error).__name__]
    return BackendError(f"it cannot be captured as a CUDA graph ({why[0]}); cuda runs it operator by operator")


PROCESSOR = Device()
CUDA = Cuda()
