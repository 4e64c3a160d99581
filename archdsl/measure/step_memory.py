"""Memory of training steps, measured: what PyTorch's allocator hands out on a device, at its peak."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch._C._autograd import DeviceType
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile

from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.ir.graph import Graph
from archdsl.ops.shapes import channel_axis

WEIGHT_DECAY = 1e-5

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": partial(torch.optim.SGD, lr=1e-3, weight_decay=WEIGHT_DECAY),
    "sgd_momentum": partial(torch.optim.SGD, lr=1e-3, momentum=0.9, weight_decay=WEIGHT_DECAY),
    "adamw": partial(torch.optim.AdamW, lr=1e-4, weight_decay=WEIGHT_DECAY),
}
"""By the names that the prediction knows them by."""

KERNELS = ("aten::convolution", "aten::upsample")
"""How the names of operators begin whose workspaces are left out."""

CHANGE = "[memory]"
"""What the profiler calls memory that comes or goes."""

ROUNDED = 0.02
"""Share by which what a card's allocator gives may be more than what was asked for: it gives whole blocks."""

TRIES = 3
"""How often a step is run until the changes add up to what is there afterwards: the profiler loses some now and then."""


class Step:
    """A training step of a network, on a batch of random images with random targets.

    The loss is the cross-entropy over the channels of the output, at every place or token; of several outputs it is the sum.
    """

    def __init__(self, module: nn.Module, graph: Graph, batch: int, optimizer: str, foreach: bool = False, device: str = "cpu"):
        self.module = module.to(device).train()
        self.images = [given.to(device) for given in batch_of(graph, batch)]
        outputs = [graph[name].shape for name in graph.outputs.values()]
        self.axes = [1 + channel_axis(shape) for shape in outputs]
        self.targets = []
        for shape, axis in zip(outputs, self.axes, strict=True):
            places = [extent for index, extent in enumerate((batch, *shape)) if index != axis]
            self.targets.append(torch.randint(shape[axis - 1], tuple(places), device=device))
        self.optimizer = OPTIMIZERS[optimizer](list(module.parameters()), foreach=foreach)

    @property
    def bytes(self) -> int:
        """Bytes of what is there between two steps: the network, gradients, the optimizer's state, the batch; each tensor's memory once."""
        weights = list(self.module.parameters())
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        state = [value for values in self.optimizer.state.values() for value in values.values() if isinstance(value, Tensor)]
        there = [*weights, *self.module.buffers(), *self.images, *self.targets, *gradients, *state]
        return sum({tensor.untyped_storage()._cdata: tensor.untyped_storage().nbytes() for tensor in there}.values())

    def __call__(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        outputs = in_order(self.module(*self.images))
        self._loss(outputs).backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()

    def _loss(self, outputs: tuple[Tensor, ...]) -> Tensor:
        losses = []
        for output, target, axis in zip(outputs, self.targets, self.axes, strict=True):
            tokens = axis > 1 and axis == output.dim() - 1
            rows = (output.flatten(0, -2), target.flatten()) if tokens else (output, target)
            losses.append(functional.cross_entropy(*rows))
        return sum(losses[1:], losses[0])


def measured_step(
    module: nn.Module,
    graph: Graph,
    batch: int,
    optimizer: str = "sgd_momentum",
    foreach: bool = False,
    device: str = "cpu",
) -> int:
    """The most bytes that are handed out at once in two training steps: the first makes the optimizer's state, the second finds it.

    What convolutions and interpolation take for themselves and give back before they return (unfolded maps, reordered weights) is left
    out, because it depends on the library that computes them.

    Args:
        device: cpu or cuda. On a card a step goes before them, because libraries take memory in it that they keep.

    Raises:
        RuntimeError: the profiler lost events each time.
    """
    step = Step(module, graph, batch, optimizer, foreach, device)
    of_card = device != "cpu"
    if of_card:
        step()
    for _ in range(TRIES):
        before = step.bytes
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
            step()
            step()
        events = [
            (event.name(), event.start_ns(), event.duration_ns(), event.nbytes())
            for event in found.profiler.kineto_results.events()
            if event.name() != CHANGE or (event.device_type() != DeviceType.CPU) == of_card
        ]
        after = before + sum(size for name, _, _, size in events if name == CHANGE)
        if abs(after - step.bytes) <= (ROUNDED * step.bytes if of_card else 0):
            return before + _most(events)
    raise RuntimeError(f"PyTorch's profiler lost events of memory in {TRIES} tries")


def _most(events: list[tuple[str, int, int, int]]) -> int:
    """The largest sum of changes from the first on, without the workspaces of kernels.

    Args:
        events: the name, beginning, duration and bytes of each.
    """
    kernels = sorted((start, start + duration) for name, start, duration, _ in events if name.startswith(KERNELS))
    changes = sorted(((start, size) for name, start, _, size in events if name == CHANGE), key=lambda change: change[0])
    now = most = 0
    for lasting in _lasting(changes, kernels):
        now += lasting
        most = max(most, now)
    return most


def _lasting(changes: list[tuple[int, int]], kernels: list[tuple[int, int]]) -> Iterator[int]:
    """Bytes that come and go, without what comes and goes inside one kernel."""
    inside: list[int] = []
    end = -1.0
    waiting: Iterator[tuple[float, float]] = iter([*kernels, (math.inf, math.inf)])
    begin, until = next(waiting)
    for at, size in changes:
        if at > end:
            yield from inside
            inside = []
        while at > until:
            begin, until = next(waiting)
        if at < begin:
            yield size
            continue
        end = until
        if size < 0 and -size in inside:
            del inside[len(inside) - 1 - inside[::-1].index(-size)]
        else:
            inside.append(size)
    yield from inside
