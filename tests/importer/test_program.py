"""Models of PyTorch as specs: each idiom and each trap as a small module, compared with its spec in double precision."""

from __future__ import annotations

import pytest
import torch
from modules_to_import import MODELS, WORDS, Case, Residual, Squeeze, Unsaid
from torch import Tensor, nn
from torch.nn import functional

import archdsl
from archdsl.compilers.torch.batches import in_order
from archdsl.cost.tables.summary import unknown
from archdsl.errors import BackendError
from archdsl.importer.imported import imported
from archdsl.importer.lower.layers import number
from archdsl.importer.program import drafted
from archdsl.importer.proof import prove
from archdsl.importer.tracing import traced
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph

CLOSE = 1e-10


def filled(model: nn.Module) -> nn.Module:
    """The model with statistics and scales that a wrong pairing of weights would show."""
    generator = torch.Generator().manual_seed(1)
    for tensor in [*model.parameters(), *model.buffers()]:
        if tensor.is_floating_point():
            tensor.data = torch.rand(tensor.shape, generator=generator) * 0.5 + 0.25 * (tensor.dim() < 2)
    return model


def given(case: Case, batch: int = 2) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    return tuple(
        torch.randint(0, 10, (batch, *size[1:])) if size[0] == "ids" else torch.randn(batch, *size) for size in case.inputs
    )


def words(graph: Graph) -> set[str]:
    return {node.op.word for node in graph}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_and_its_spec_give_the_same(name: str) -> None:
    case = MODELS[name]
    torch.manual_seed(0)
    model = filled(case.make()).eval()
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    draft = drafted(traced(model, given(case)), name)
    found = imported(draft, name, "", False)
    assert found.missing == ()
    assert canonical_hash(archdsl.loads(found.text).graph()) == canonical_hash(draft.graph)
    xs = given(case, 3)
    double = tuple(x.double() if x.is_floating_point() else x for x in xs)
    module = found.module.double()
    with torch.no_grad():
        came, wanted = in_order(module(*double)), in_order(model.double()(*double))
    assert [tuple(tensor.shape) for tensor in came] == [tuple(tensor.shape) for tensor in wanted]
    for one, other in zip(came, wanted, strict=True):
        assert float((one - other).abs().max()) <= CLOSE * float(other.abs().max())
    assert sum(p.numel() for p in module.parameters()) == sum(p.numel() for p in model.parameters())
    assert all(torch.equal(model.float().state_dict()[key], tensor) for key, tensor in before.items())


@pytest.mark.parametrize("name", WORDS)
def test_idioms_are_named_for_what_they_are(name: str) -> None:
    case = MODELS[name]
    found = archdsl.from_module(case.make(), given(case), tools=False)
    there = words(found.net.graph())
    assert WORDS[name].present <= there, there
    assert not WORDS[name].absent & there, there


def test_what_the_language_lacks_is_opaque_and_its_cost_unknown() -> None:
    found = archdsl.from_module(Unsaid(), torch.randn(1, 4, 8, 8), tools=False)
    assert [step.what for step in found.found.missing] == ["aten.grid_sampler"]
    assert "opaque" in found.text
    cost = found.net.cost().as_dict()
    assert cost["unknown"]
    assert any("opaque" in note and "grid_sampler" in note for note in found.notes())
    assert found.proof.difference is None
    with pytest.raises(BackendError, match="opaque"):
        _ = found.found.module


def test_training_stays_as_it_was() -> None:
    model = Residual().train()
    archdsl.from_module(model, torch.randn(1, 8, 8, 8), tools=False)
    assert model.training
    assert all(module.training for module in model.modules())
    assert next(model.parameters()).dtype == torch.float32


class Branches(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if float(x.sum()) > 0 else -x


def test_what_cannot_be_traced_says_why() -> None:
    with pytest.raises(BackendError, match=r"torch\.export cannot trace the model"):
        archdsl.from_module(Branches(), torch.randn(1, 4, 8, 8))


class Heads(nn.Module):
    """A head that only training runs."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = nn.Linear(4, 3), nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return torch.cat([self.used(x), self.unused(x)], 1)
        return self.used(x)


def test_weights_that_nothing_reads_are_named() -> None:
    found = archdsl.from_module(Heads(), torch.randn(1, 4), tools=False)
    assert set(found.found.left_out) == {"unused.weight", "unused.bias"}
    assert found.holds
    assert any("25 parameters are read by no output" in note for note in found.notes())


def test_a_spec_that_computes_something_else_is_found_out() -> None:
    model = Residual()
    found = archdsl.from_module(model, torch.randn(1, 8, 8, 8), tools=False)
    assert found.holds
    with torch.no_grad():
        next(model.parameters()).mul_(1.5)
    assert not prove(found.found).holds


def test_an_import_prints_its_proof() -> None:
    found = archdsl.from_module(Residual(), torch.randn(1, 8, 8, 8), name="small", tools=False)
    assert repr(found) == str(found)
    assert "outputs in float64" in str(found)
    assert "small, against the original" in str(found)
    assert "tensor(" not in str(found)


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1, "1/10"),
        (0.1 / 17, "1/170"),
        (float(torch.linspace(0, 0.1, 18)[7]), "7/170"),
        (float(torch.tensor(1e-6)), "1/1000000"),
        (0.044715, "8943/200000"),
        (0.1 * 3, "3/10"),
        (7, "7"),
    ],
)
def test_numbers_are_what_somebody_typed(value: float, exact: str) -> None:
    assert str(number(value)) == exact


class Spectrum(nn.Module):
    """One tensor in, one out, and no operator for it."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(torch.cumsum(x, 1))


def test_an_opaque_step_of_one_tensor_is_written() -> None:
    found = archdsl.from_module(Spectrum(), torch.randn(1, 4, 8, 8), tools=False)
    assert [step.what for step in found.found.missing] == ["aten.cumsum"]
    assert canonical_hash(archdsl.loads(found.text).graph()) == canonical_hash(found.found.graph)


class TwoSpectra(nn.Module):
    """Two calls that no operator does, the larger one last."""

    def forward(self, x: Tensor) -> Tensor:
        small = torch.cumsum(functional.max_pool2d(x, 2), 1)
        return torch.cumprod(functional.interpolate(functional.relu(small), scale_factor=2), 1)


def test_opaque_steps_are_told_by_size() -> None:
    found = archdsl.from_module(TwoSpectra(), torch.randn(1, 4, 8, 8), tools=False)
    assert [(step.what, step.elements) for step in found.found.missing] == [("aten.cumprod", 512), ("aten.cumsum", 128)]
    first, second = (note for note in found.notes() if note.startswith("opaque"))
    assert "stands for aten.cumprod, 512 elements: no operator" in first
    assert "stands for aten.cumsum, 128 elements: no operator" in second
    assert [step["elements"] for step in found.as_dict()["opaque"]] == [512, 128]
    listed = "\n".join(str(line) for line in unknown(found.net.cost()))
    assert 0 < listed.index("aten.cumprod") < listed.index("aten.cumsum")


class Attends(nn.Module):
    """Attention of torch.nn, which takes one call of its own in evaluation mode where nobody forbids it."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.attend = nn.LayerNorm(16), nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        return x + self.attend(y, y, y, need_weights=False)[0]


def test_attention_in_one_call_is_counted_as_what_it_computes() -> None:
    found = archdsl.from_module(Attends(), torch.randn(1, 6, 16))
    wanted = 2 * (4 * 6 * 16 * 16 + 2 * 6 * 6 * 16)
    assert found.counts["torch"] == (wanted, wanted)
    assert torch.backends.mha.get_fastpath_enabled()


def test_tools_that_count_otherwise_are_shown_and_no_failure() -> None:
    found = archdsl.from_module(Squeeze(), torch.randn(1, 8, 8, 8))
    there = {row["what"]: row for row in found.as_dict()["proof"]}
    assert there["torch"]["verdict"] == "equal"
    assert there["thop"]["original"] != there["thop"]["spec"]
    assert there["thop"]["verdict"] == "counted otherwise"
    assert found.holds
    assert any("tools see modules" in note for note in found.notes())
