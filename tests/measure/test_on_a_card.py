"""Runtimes of a card for real; skipped where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from rewriting import BLOCKS_IN_A_ROW
from small import TINY
from torch import nn

import archdsl
from archdsl.errors import BackendError
from archdsl.measure import autotune as autotune_module
from archdsl.measure.bench import Asked, bench
from archdsl.measure.job import File, Rounds
from archdsl.measure.process import measure
from archdsl.measure.runtimes import runtime_named
from archdsl.measure.runtimes.device import Cuda
from archdsl.measure.timing import by_host

WORDS = ("cuda", "cuda-graph", "cuda-compile")
pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


class Waits(nn.Module):
    """A network that asks for a value in the middle of its work."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * float(x.sum())


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "tf32"])
@pytest.mark.parametrize("word", WORDS)
def test_through_the_worker(word: str, dtype: str) -> None:
    made = bench([("tiny", archdsl.loads(TINY))], Asked((word,), (2,), rounds=Rounds(5), dtypes=(dtype,)))
    assert made.machine.card is not None
    assert made.machine.card.name == torch.cuda.get_device_name()
    assert made.rows[0].timing.minimum > 0


def test_events_tell_what_the_card_did() -> None:
    """A product of large matrices takes as long by events as by the processor's clock, which the launch alone does not."""
    x = torch.randn(8192, 8192, device="cuda")
    device = Cuda()
    clock = device.clock()

    def work() -> None:
        for _ in range(5):
            torch.mm(x, x)

    def waited() -> None:
        work()
        torch.cuda.synchronize()

    clock(work)
    assert clock(work) == pytest.approx(by_host(waited), rel=0.2)


def test_a_graph_gives_what_the_module_gives() -> None:
    module = archdsl.loads(TINY).module().eval().cuda()
    x = torch.randn(2, 3, 16, 16, device="cuda")

    @torch.inference_mode()
    def run() -> torch.Tensor:
        return module(x)

    replay = Cuda().captured(run)
    x.copy_(torch.randn(2, 3, 16, 16))
    assert torch.equal(replay(), run())


def test_what_waits_is_not_captured() -> None:
    waits, x = Waits(), torch.randn(2, 3, device="cuda")
    with pytest.raises(BackendError, match="it cannot be captured as a CUDA graph"):
        Cuda().captured(lambda: waits(x))


def test_tf32_only_where_it_is_asked_for(tmp_path: Path) -> None:
    for dtype, on_it in (("float32", False), ("tf32", True)):
        Cuda().prepare(runtime_named("cuda").at(dtype=dtype))
        assert torch.backends.cudnn.allow_tf32 == torch.backends.cuda.matmul.allow_tf32 == on_it
    Cuda().prepare(runtime_named("cuda").at())


def test_blocks_are_tuned_for_real(tmp_path: Path) -> None:
    found = autotune_module.autotune(
        archdsl.loads(BLOCKS_IN_A_ROW).graph(), runtime_named("cuda-graph").at(), remembered=tmp_path / "k.json"
    )
    assert all(seconds > 0 for seconds in found.seconds.values())


def test_files_through_a_process(tmp_path: Path) -> None:
    torch.save(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), tmp_path / "net.pt")
    file = File(tmp_path / "net.pt", ((3, 8, 8),))
    found = measure({"a": file, "b": file}, runtime_named("cuda-graph").at(2), Rounds(4))
    assert all(len(timing.seconds) == 4 and timing.loading > 0 for timing in found)
