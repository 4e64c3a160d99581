"""Weights in large pages are the same weights: values, layout, sharing, copies."""

from __future__ import annotations

import copy
import io
import mmap
import sys

import pytest
import torch
from torch import nn

from archdsl.compilers.torch.channels_last import lie_channels_last
from archdsl.compilers.torch.large_pages import LEAST, PAGE, lie_in_large_pages

ON_LINUX = pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="the system has no large pages on request")


def model() -> nn.Sequential:
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(256, 512, 3), nn.Flatten(), nn.Linear(512, 3000), nn.Linear(3000, 512), nn.Linear(512, 3000))
    made[4].weight = made[2].weight
    return lie_channels_last(made).eval()


def test_values_and_layout_stay() -> None:
    before = model()
    after = lie_in_large_pages(copy.deepcopy(before))
    for (name, old), (_, new) in zip(before.named_parameters(), after.named_parameters(), strict=True):
        assert torch.equal(old, new), name
        assert old.stride() == new.stride()
        assert isinstance(new, nn.Parameter)
        assert new.requires_grad
    assert after[4].weight is after[2].weight
    image = torch.randn(2, 256, 3, 3)
    assert torch.equal(before(image), after(image))


@ON_LINUX
def test_large_weights_begin_a_page() -> None:
    before, after = model(), lie_in_large_pages(model())
    moved = [name for name, weight in after.named_parameters() if weight.data_ptr() % PAGE == 0]
    large = [name for name, weight in before.named_parameters() if weight.nbytes >= LEAST]
    assert moved == large == ["0.weight", "2.weight", "3.weight"]


@ON_LINUX
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_system_is_asked_for_large_pages() -> None:
    """The area of memory that a weight lies in has the flag hg."""
    made = lie_in_large_pages(model())
    address = made[2].weight.data_ptr()
    found = ""
    with open("/proc/self/smaps") as file:
        inside = False
        for line in file:
            first = line.split()[0]
            if not first.endswith(":"):
                begin, _, end = first.partition("-")
                inside = int(begin, 16) <= address < int(end, 16)
            elif inside and first == "VmFlags:":
                found = line
    if not found:
        pytest.skip("the system does not tell")
    assert "hg" in found.split()


def test_copies_and_files() -> None:
    made = lie_in_large_pages(model())
    copied = copy.deepcopy(made)
    with torch.no_grad():
        made[3].weight.add_(1)
    assert not torch.equal(made[3].weight, copied[3].weight)
    file = io.BytesIO()
    torch.save(made.state_dict(), file)
    file.seek(0)
    copied.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(made[3].weight, copied[3].weight)
    assert made.half()[3].weight.dtype is torch.float16
