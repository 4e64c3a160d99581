"""Reductions, softmax over other axes, norms written out and recurrent layers, as specs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from importer.test_program import CLOSE, filled, given
from modules_with_reductions import FOUND, REFUSED, Calls, Parts, Recurrent, Star
from torch import Tensor, nn

import archdsl
from archdsl.errors import BackendError
from archdsl.importer.imported import imported
from archdsl.importer.program import drafted
from archdsl.importer.tracing import traced
from archdsl.ir.canonical import canonical_hash


@pytest.mark.parametrize("name", FOUND)
def test_a_model_and_its_spec_give_the_same_by_these_operators(name: str) -> None:
    case, words = FOUND[name]
    torch.manual_seed(0)
    model = filled(case.make()).eval()
    draft = drafted(traced(model, given(case)), name)
    found = imported(draft, name, "", False)
    assert found.missing == ()
    graph = archdsl.loads(found.text).graph()
    assert canonical_hash(graph) == canonical_hash(draft.graph)
    assert {node.op.word for node in graph if node.inputs} - {"conv", "linear"} == {*words.split()} - {"conv", "linear"}
    assert sum(p.numel() for p in found.module.parameters()) == sum(p.numel() for p in model.parameters())
    assert archdsl.from_module(model, given(case), tools=False).proof.difference < CLOSE


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_near_and_different_is_opaque(name: str) -> None:
    case, call = REFUSED[name]
    torch.manual_seed(0)
    found = archdsl.from_module(case.make(), given(case), tools=False)
    assert found.found.missing[0].what == call
    assert found.proof.difference is None


def test_a_layer_runs_once_whatever_is_taken_of_it() -> None:
    model = Recurrent(lambda states, ends, memory: torch.cat([states.mean(1), ends[0], ends[1]], 1), bidirectional=True)
    found = archdsl.from_module(model, torch.randn(2, 6, 8), tools=False)
    assert found.holds
    assert [node.op.word for node in found.net.graph()].count("lstm") == 1


def test_parts_of_a_parameter_are_not_shared() -> None:
    found = archdsl.from_module(filled(Parts()), torch.randn(2, 8, 4, 4), tools=False)
    assert not any(node.shared for node in found.net.graph())
    assert found.holds


def test_numbers_that_training_made_are_no_beginnings() -> None:
    model = Star()
    assert "offset" in archdsl.from_module(model, torch.randn(2, 8, 4, 4), tools=False).text
    with torch.no_grad():
        model.shift.fill_(0.0137532)
    assert "0.0137" not in archdsl.from_module(model, torch.randn(2, 8, 4, 4), tools=False).text


@pytest.mark.parametrize("function", [lambda x: x - x.sum(0, keepdim=True), lambda x: x.amax((1, 2, 3))])
def test_what_leaves_no_image_or_no_channels_says_so(function: Callable[[torch.Tensor], torch.Tensor]) -> None:
    with pytest.raises(BackendError, match=r"is a (sum|maximum) over the images of a batch|which has no channels: "):
        archdsl.from_module(Calls(function), torch.randn(2, 4, 5, 6), tools=False)


class Repeated(nn.Module):
    """A mean of each channel, repeated for every place, and added up or averaged again."""

    def __init__(self, mode: str):
        super().__init__()
        self.conv, self.mode = nn.Conv2d(3, 6, 1), mode

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x).mean((2, 3), keepdim=True).expand(-1, -1, 4, 5)
        return x.sum((2, 3)) if self.mode == "sum" else x.mean((2, 3))


def test_sums_of_repeated_values_are_opaque() -> None:
    example = torch.randn(1, 3, 4, 5)
    assert archdsl.from_module(Repeated("sum"), example, tools=False).found.missing
    assert archdsl.from_module(Repeated("mean"), example, tools=False).holds
