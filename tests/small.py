"""Networks of the zoo at a resolution that costs little time, compiled; and what they do with memory, measured."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import torch
import torch.backends.mkldnn
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import archdsl
from archdsl.compilers.torch import Network
from archdsl.compilers.torch import compile as compile_graph
from archdsl.ir.graph import Graph
from archdsl.net import Net
from archdsl.spec.locate import zoo_names

SHORT: dict[str, dict[str, int]] = {"gpt2": {"length": 12, "vocabulary": 60, "dim": 48, "depth": 2, "heads": 4}}
"""Knobs of networks without a resolution."""

DEEPER = {
    *("resnet34", "resnet56", "resnet101", "resnet110", "p_resnet34a", "p_resnet34b"),
    *("efficientnet_b1", "efficientnet_b2", "efficientnet_b3", "efficientnet_b4"),
}
KINDS = [name for name in zoo_names() if name not in DEEPER]
"""The zoo without those that have more of what a smaller one has: for what costs much and depends on kinds of blocks."""

TINY = """
archdsl: 1
name: Tiny
import: [blocks/mobile]
input: [3, 16, 16]
knobs: {out: 8}
net:
  - {conv3x3: {out: $out, s: 2, nl: hswish}}
  - {bottleneck: {exp: 16, out: $out}}
  - pool
  - {linear: 10}
"""
"""A network that is measured in no time."""


def small(name: str, least: int = 64) -> Net:
    """A network of the zoo at 64x64, or at the lowest resolution that it allows; of one over texts, a short text and few channels."""
    if name in SHORT:
        return archdsl.load(name, **SHORT[name])
    spec = archdsl.load(name).spec
    knob = spec.knobs.get("resolution")
    if knob is None:
        return archdsl.load(name)
    bounds = getattr(knob, "range", None)
    lowest = int(bounds[0]) if bounds else least
    return archdsl.load(name, resolution=max(least, lowest))


def compiled(graph: Graph) -> Network:
    """The network as a module whose large weights are zeros: drawing them takes time, and nothing that is counted depends on them."""
    return compile_graph(replace(graph, init={"conv": "zeros", "linear": "zeros"}))


def by_steps(module: nn.Module) -> AbstractContextManager[None]:
    """Recurrent layers step by step, as PyTorch computes them where no library does it as a whole in buffers of its own."""
    recurrent = any(isinstance(layer, nn.RNNBase) for layer in module.modules())
    return torch.backends.mkldnn.flags(enabled=False) if recurrent else nullcontext()


class LiveTensors(TorchDispatchMode):
    """Bytes of the tensors that live after each operator of a forward pass, among those that operators made."""

    def __init__(self, apart: Iterable[Tensor]):
        super().__init__()
        self.apart = {tensor.untyped_storage()._cdata for tensor in apart}
        self.found: dict[int, tuple[StorageWeakRef, int]] = {}
        self.peak = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.found = {key: (ref, size) for key, (ref, size) in self.found.items() if not ref.expired()}
        for tensor in tree_leaves(out):
            if isinstance(tensor, Tensor) and tensor.untyped_storage()._cdata not in self.apart:
                storage = tensor.untyped_storage()
                self.found[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        self.peak = max(self.peak, sum(size for _, size in self.found.values()))
        return out


def measured_peak(module: nn.Module, *images: Tensor) -> int:
    """Most bytes of activations at once in a forward pass at inference, the images among them."""
    module.eval()
    with torch.no_grad(), by_steps(module), LiveTensors([*module.parameters(), *module.buffers(), *images]) as live:
        module(*images)
    return live.peak + sum(image.untyped_storage().nbytes() for image in images)


def measured_saved(module: nn.Module, *images: Tensor) -> int:
    """Bytes of activations that a forward pass in training mode keeps for the gradients; each tensor's memory once."""
    module.train()
    apart = {tensor.untyped_storage()._cdata for tensor in [*module.parameters(), *module.buffers()]}
    found: dict[int, int] = {}
    kept: list[Tensor] = []  # so that no memory is freed and given out anew

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in apart:
            found[storage._cdata] = storage.nbytes()
            kept.append(tensor)
        return tensor

    with by_steps(module), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module(*images)
    return sum(found.values())
