"""What every proxy measures on: a network with fresh weights and a batch of random images, both from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from archdsl.errors import BackendError
from archdsl.extras import needed_by

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archdsl.compilers.torch import Network
    from archdsl.design import Design


@contextmanager
def fresh(net: Design, seed: int) -> Iterator[Network]:
    """The compiled network with weights drawn from the seed, in training mode, without what is random in training.

    Inside the `with` block torch computes on one thread, so that a score is the same on every machine, and draws from the seed;
    afterwards its generator and threads are as before. Dropout and stochastic depth let everything pass: a proxy would measure
    what they happen to drop.

    Raises:
        BackendError: torch is not installed, or the network cannot be compiled.
    """
    with needed_by("a proxy"):
        import torch
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = net.module()
            _silence(module)
            yield module
    finally:
        torch.set_num_threads(threads)


def images(net: Design, count: int) -> tuple[Tensor, ...]:
    """For every input a batch (count, *its shape) of independent standard normal numbers from torch's generator."""
    from archdsl.compilers.torch.batches import batch_of

    return batch_of(net.graph(), count)


def logits(returned: Any, proxy: str) -> Tensor:
    """The network's first output, if it is one vector for every image. Raises BackendError otherwise."""
    from archdsl.compilers.torch.batches import in_order

    output = in_order(returned)[0]
    if output.ndim != 2:
        shape = "×".join(map(str, output.shape[1:]))
        raise BackendError(f"{proxy} needs a network that ends in a vector of classes; this one ends in {shape}")
    return output


def weighted(module: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    """Its convolutions and linear layers."""
    from torch import nn

    return [layer for layer in module.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]


def _silence(module: nn.Module) -> None:
    from torch import nn

    from archdsl.compilers.torch.tokens import DropPath

    for layer in module.modules():
        if isinstance(layer, (nn.Dropout, DropPath)):
            layer.eval()
