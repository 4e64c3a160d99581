"""Calls that write into tensors, outputs that are none of the network's, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl
from archdsl.cli.main import run
from archdsl.errors import BackendError
from archdsl.importer.imported import Imported
from archdsl.importer.program import drafted
from archdsl.importer.proof import prove
from archdsl.importer.tracing import traced

Forward = Callable[["Model", Tensor], Any]


class Model(nn.Module):
    """A convolution, and what a test does with it."""

    def __init__(self, forward: Forward):
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Dropout(0.3)
        self.register_buffer("table", torch.arange(1.0, 5.0).view(1, 4, 1, 1))
        self.gain = nn.Parameter(torch.rand(1, 4, 1, 1))
        self.does = forward

    def forward(self, x: Tensor) -> Any:
        return self.does(self, x)


def imported(forward: Forward) -> archdsl.ImportedNet:
    torch.manual_seed(0)
    return archdsl.from_module(Model(forward), torch.randn(1, 3, 6, 6), tools=False)


def _part_of_channels(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y[:, :2].add_(1)
    return y


def _middle(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y[:, 1:3].relu_()
    return y * 2


def _one_channel(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y[:, 1] *= 3
    return y


def _rows(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y[:, :, 2:4].mul_(0.5)
    return y


def _by_another_name(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    flat = y.flatten(2)
    y.mul_(2)
    return flat


def _through_a_view(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y.view(y.shape[0], 4, -1).relu_()
    return y


def _of_a_view_of_a_view(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y[:, :3][:, 1:].mul_(3)
    return y


def _through_dropout(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    m.drop(y).mul_(2)
    return y


def _read_again(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    z = y.sigmoid()
    functional.relu_(y)
    return y + z


def _both_names(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    z = y.add_(3)
    return y * functional.relu6(z)


def _with_norm(m: Model, x: Tensor) -> Tensor:
    y = m.drop(m.norm(m.conv(x)))
    y[:, :2].add_(1)
    return y


def _into_weights(m: Model, x: Tensor) -> Tensor:
    weight = m.conv.weight.clone()
    weight[0].mul_(2)
    return functional.conv2d(x, weight)


def _into_what_follows_from_weights(m: Model, x: Tensor) -> Tensor:
    gain = m.gain * 2
    y = m.conv(x) * gain
    gain.add_(1)
    return y * gain


def _exchanged(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    y[:, :] = x[:, :1] + torch.zeros_like(y)
    return y


WRITES = [
    _part_of_channels,
    _middle,
    _one_channel,
    _rows,
    _by_another_name,
    _through_a_view,
    _of_a_view_of_a_view,
    _through_dropout,
    _read_again,
    _both_names,
    _with_norm,
    _into_weights,
    _into_what_follows_from_weights,
]


@pytest.mark.parametrize("forward", WRITES, ids=lambda forward: forward.__name__.strip("_"))
def test_what_is_written_is_what_is_read_afterwards(forward: Forward) -> None:
    found = imported(forward)
    assert found.found.missing == ()
    assert found.proof.holds, f"{found}\n{found.text}"


@pytest.mark.parametrize("forward", [*WRITES, _exchanged], ids=lambda forward: forward.__name__.strip("_"))
def test_an_opaque_step_reads_what_was_written(forward: Forward) -> None:
    """Nothing can be run then, so the network before the step is looked at."""
    torch.manual_seed(0)
    model = Model(lambda m, x: forward(m, x).cumsum(1)).eval()
    draft = drafted(traced(model, (torch.randn(2, 3, 6, 6),)), "opaque")
    (last,) = [node for node in draft.graph if node.op.word == "opaque" and "cumsum" in node.op.what]
    before = drafted(traced(Model(forward).eval(), (torch.randn(2, 3, 6, 6),)), "before")
    (output,) = before.graph.outputs.values()
    assert draft.graph[last.inputs[0]].op.word == before.graph[output].op.word
    assert len(draft.graph) >= len(before.graph)


def test_dropout_is_kept_where_tensors_are_made_new() -> None:
    (drop,) = [node for node in imported(_with_norm).net.graph() if node.op.word == "dropout"]
    assert float(drop.op.rate) == pytest.approx(0.3)


def test_a_mask_that_is_written_is_opaque_and_not_lost() -> None:
    def zeroed(m: Model, x: Tensor) -> Tensor:
        y = m.conv(x).clone()
        y[y < 0] = 0
        return y

    found = imported(zeroed)
    assert "aten.index_put_" in [step.what for step in found.found.missing]
    assert not found.holds
    assert not found.differs


CONSTANT: dict[str, tuple[Forward, tuple[str, ...]]] = {
    "a buffer": (lambda m, x: (m.conv(x), m.table), ("output_2",)),
    "first": (lambda m, x: (m.table * 2, m.conv(x)), ("output_1",)),
    "None": (lambda m, x: (None, m.conv(x)), ("output_1",)),
    "by name": (lambda m, x: {"table": m.table, "y": m.conv(x), "z": m.conv(x).relu()}, ("table",)),
    "inside": (lambda m, x: (m.conv(x), [m.table, m.conv(x) * 2]), ("output_2",)),
}


@pytest.mark.parametrize("case", CONSTANT)
def test_outputs_that_no_input_changes_are_named(case: str) -> None:
    forward, names = CONSTANT[case]
    found = imported(forward)
    assert found.found.returned.left_out == names
    assert found.holds
    assert any("no input changes these outputs" in note and names[0] in note for note in found.notes())
    assert found.as_dict()["outputs_left_out"] == list(names)


def test_names_of_outputs_stay_with_those_that_are_left() -> None:
    assert set(imported(CONSTANT["by name"][0]).net.graph().outputs) == {"y", "z"}


def test_outputs_are_compared_with_those_in_their_place() -> None:
    """Of three outputs the second is left out; were the first two compared, nobody would see that the last is wrong."""
    found = imported(lambda m, x: (m.conv(x), m.table, m.conv(x).relu()))
    assert found.holds
    with torch.no_grad():
        next(weight for name, weight in found.found.weights.items() if name.endswith("bias")).add_(1.5)
    assert prove(_again(found.found)).differs


def _again(found: Imported) -> Imported:
    """The same import, with what was worked out from its weights forgotten."""
    return Imported(**{name: getattr(found, name) for name in found.__dataclass_fields__})


def test_a_model_of_constants_is_refused() -> None:
    with pytest.raises(BackendError, match="no output of the model follows from an input"):
        imported(lambda m, x: m.table * 2)


def test_pieces_without_channels_are_nothing() -> None:
    found = imported(lambda m, x: torch.cat([*m.conv(x).split([4, 0], 1), m.conv(x)[:, :0]], 1))
    assert found.holds


def test_one_image_of_a_batch_is_refused_with_its_place() -> None:
    with pytest.raises(BackendError, match="cannot be said, not even as an opaque step"):
        imported(lambda m, x: m.conv(x)[0])


def test_the_command_fails_for_what_differs_and_not_for_opaque_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "their_models.py").write_text(
        "import torch\n"
        "class Opaque(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return x.cumsum(1)\n"
        "class Other(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return x.relu() if torch.compiler.is_exporting() else x.tanh()\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert run(["import", "their_models:Opaque", "--input", "1x3x6x6", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["holds"] is False
    assert run(["import", "their_models:Other", "--input", "1x3x6x6", "--json"]) == 3
