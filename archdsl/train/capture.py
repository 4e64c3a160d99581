"""Capturing a network on CUDA, where networks of many small operators are bound by how fast Python can launch them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.errors import InputError

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from archdsl.train.run import Asked

CAPTURES = ("auto", "none", "graph", "compile")


def captured(module: Any, shape: tuple[int, ...], asked: Asked, fabric: Fabric) -> Any:
    """The network with its forward and backward passes captured: as CUDA graphs, or by torch.compile. Elsewhere it is left as it is.

    Args:
        shape: of a batch, (images, channels, height, width).

    Raises:
        InputError: capturing was asked for where it cannot be done.
    """
    kind = asked.capture
    cuda, alone = fabric.device.type == "cuda", fabric.world_size == 1
    plain = (
        asked.recipe.precision == "float32" and not asked.recipe.ema
    )  # a copy of a captured network would run the network itself
    if kind == "auto":
        kind = "graph" if cuda and alone and plain else "none"
    if kind == "none":
        return module
    if kind == "compile":
        module.compile(mode="max-autotune-no-cudagraphs" if cuda else None)
        return module
    if not (cuda and alone and plain):
        raise InputError("--capture graph is for one process on CUDA in float32, without ema")
    return _graphed(module, shape, fabric, asked.recipe.channels_last)


def _graphed(module: Any, shape: tuple[int, ...], fabric: Fabric, channels_last: bool) -> Any:
    """Its training passes as CUDA graphs. Statistics that the warm-up moved are put back; in evaluation mode the network runs as it is."""
    import torch

    kept = {name: value.clone() for name, value in module.state_dict().items()}
    sample = torch.randn(shape, device=fabric.device)
    if channels_last:
        sample = sample.contiguous(memory_format=torch.channels_last)
    module.train()
    made = torch.cuda.make_graphed_callables(module, (sample,))
    module.load_state_dict(kept)
    return made
