"""Networks of the zoo as PyTorch modules and as files, imported again: the same network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from small import small

import archdsl
from archdsl.compilers.torch.batches import batch_of
from archdsl.importer.imported import from_file, from_module
from archdsl.ir.canonical import canonical_hash

NETWORKS = [
    "resnet18",
    "mobilenet_v2",
    "mobilenet_v3",
    "shufflenet_v2",
    "dpnet",
    "squeezenet",
    "ghostnet",
    "convnext_tiny",
    "unet",
    "r3d_18",
    "dcgan",
]
BY_FILE = ["resnet18", "shufflenet_v2", "squeezenet"]


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


def test_a_file_that_archdsl_exports_comes_back(tmp_path: Path) -> None:
    net = small("squeezenet")
    path = tmp_path / "net.pt2"
    net.export(path)
    assert canonical_hash(from_file(path).graph) == canonical_hash(net.graph())


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pt2").write_text("hello", encoding="utf-8")
    with pytest.raises(archdsl.InputError, match="cannot be read as a program"):
        from_file(tmp_path / "text.pt2")
    (tmp_path / "net.pth").write_text("hello", encoding="utf-8")
    with pytest.raises(archdsl.InputError, match=r"neither \.onnx nor \.pt2"):
        from_file(tmp_path / "net.pth")
