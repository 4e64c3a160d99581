"""A graph in every back end that computes: torch, rewritten for inference, Python source, ONNX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from archdsl.compilers.export import Model
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.optimized import optimized, weights_of
from archdsl.compilers.source import python_source
from archdsl.compilers.source.export import network as source_network
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.checkpoint import load_checkpoint
from archdsl.compilers.torch.settle import settle
from archdsl.compilers.torch.weights import save_weights
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import Memory
from archdsl.ir.graph import Graph


def settled(graph: Graph) -> tuple[torch.nn.Module, tuple[torch.Tensor, ...], tuple[torch.Tensor, ...]]:
    """A module in float64 with statistics of its own, images, and what it gives."""
    torch.manual_seed(0)
    module = compile(graph)
    settle(module, graph)
    module.double().eval()
    images = tuple([image.double() for image in batch_of(graph, 2)])
    with torch.no_grad():
        return module, images, in_order(module(*images))


def check_everywhere(graph: Graph, folder: Path) -> None:
    """Parameters as they are counted, and outputs as torch gives them in float64; ONNX has float32."""
    module, images, expected = settled(graph)
    assert sum(p.numel() for p in module.parameters()) == Bill(graph).params == Memory(graph).weights_bytes // 4
    rewritten, _ = optimized(Model(graph, module))
    torch.testing.assert_close(in_order(rewritten.module(*images)), expected, rtol=1e-9, atol=1e-9)
    source = source_network(python_source(graph))
    save_weights(module, folder / "weights.safetensors")
    load_checkpoint(source.double(), folder / "weights.safetensors")
    assert sum(p.numel() for p in source.parameters()) == Bill(graph).params
    torch.testing.assert_close(in_order(source.eval()(*images)), expected, rtol=1e-9, atol=1e-9)
    weights = {
        key: value.astype(np.float32) if value.dtype == np.float64 else value for key, value in weights_of(graph, module).items()
    }
    session = onnxruntime.InferenceSession(onnx_model(graph, weights).SerializeToString())
    given = {argument.name: image.float().numpy() for argument, image in zip(session.get_inputs(), images, strict=True)}
    for found, wanted in zip(session.run(None, given), expected, strict=True):
        torch.testing.assert_close(torch.from_numpy(found).double(), wanted, rtol=1e-3, atol=1e-3)
