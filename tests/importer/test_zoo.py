"""Networks of the zoo as PyTorch modules and as files, imported again: the same network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from small import small
from torch import nn

import archdsl
from archdsl.compilers import onnx
from archdsl.compilers.export import Model
from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.drop_identities import drop_identities
from archdsl.compilers.passes.fold_norms import fold_norms
from archdsl.compilers.torch.batches import batch_of
from archdsl.importer.imported import from_file, from_module
from archdsl.importer.proof import prove
from archdsl.ir.canonical import canonical_hash

NETWORKS = [
    "convnextv2_atto",
    "dpnet",
    "ghostnet",
    "lraspp",
    "m5",
    "mixer_s16",
    "mobilenet_v2",
    "p_resnet18a",
    "pointnet",
    "repvgg_a0",
    "resnet20",
    "squeezenet",
]
"""One of each way in which a network could come back otherwise. benchmarks/round_trips.py goes through the whole zoo."""
BY_FILE = ["mixer_s16", "shufflenet_v2"]
BY_ONNX = ["resnet20", "squeezenet"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_module_of_the_zoo_is_the_network_that_it_was(name: str) -> None:
    net = small(name)
    graph = net.graph()
    found = from_module(net.module(), batch_of(graph, 2, torch.Generator().manual_seed(0)))
    assert found.missing == ()
    assert canonical_hash(found.graph) == canonical_hash(graph)


@pytest.mark.parametrize("name", BY_FILE)
def test_a_program_in_a_file_is_the_network_that_it_was(name: str, tmp_path: Path) -> None:
    net = small(name)
    module = net.module().eval()
    path = tmp_path / f"{name}.pt2"
    torch.export.save(torch.export.export(module, batch_of(net.graph(), 2, torch.Generator().manual_seed(0))), path)
    found = from_file(path)
    assert canonical_hash(found.graph) == canonical_hash(net.graph())
    given = batch_of(net.graph(), 2, torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.allclose(found.module(*given), module(*given), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", BY_ONNX)
def test_an_onnx_file_is_the_network_with_its_norms_folded(name: str, tmp_path: Path) -> None:
    net = small(name)
    graph, module = net.graph(), net.module().eval()
    with torch.no_grad():
        for tensor_name, tensor in module.state_dict().items():
            if tensor_name.endswith(("bias", "running_mean", "running_var")):
                tensor.uniform_(0.5, 1)  # biases that are zero are left out by the exporter
    path = tmp_path / f"{name}.onnx"
    onnx.write(Model(graph, module), path)
    found = from_file(path)
    folded = optimize(graph, passes=(drop_identities, fold_norms)).graph
    assert canonical_hash(found.graph) == canonical_hash(folded)
    assert prove(found).holds


def test_a_file_that_archdsl_exports_comes_back(tmp_path: Path) -> None:
    net = small("squeezenet")
    path = tmp_path / "net.pt2"
    net.export(path)
    assert canonical_hash(from_file(path).graph) == canonical_hash(net.graph())


class Counting(nn.Module):
    """Asks for the size of its batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x.reshape(x.shape[0] * 2, 4, 8, 8).reshape(x.shape[0], 8, 8, 8))


def test_a_program_for_any_batch_may_ask_for_its_size(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    given, batch = torch.randn(2, 8, 8, 8), torch.export.Dim("batch")
    torch.export.save(torch.export.export(Counting(), (given,), dynamic_shapes=({0: batch},)), path)
    found = from_file(path)
    assert found.missing == ()
    assert prove(found).holds


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pt2").write_text("hello", encoding="utf-8")
    with pytest.raises(archdsl.InputError, match="cannot be read as a program"):
        from_file(tmp_path / "text.pt2")
    (tmp_path / "net.pth").write_text("hello", encoding="utf-8")
    with pytest.raises(archdsl.InputError, match=r"neither \.onnx nor \.pt2"):
        from_file(tmp_path / "net.pth")
