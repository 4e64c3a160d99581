"""Whether a step fits into memory, told before it is tried; and the largest batch that does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.cost.memory.batches import largest_batch
from archdsl.cost.memory.training import training
from archdsl.errors import InputError
from archdsl.ir.graph import Graph
from archdsl.train.recipe import Recipe

if TYPE_CHECKING:
    from archdsl.train.run import Asked

SPARE = 0.1
"""Share of what is free that is left for kernels' workspaces, the test and everything else."""
MOST = 1_000_000
"""Images of a batch that are asked for at most."""


def needed(graph: Graph, recipe: Recipe, images: int, cuda: bool) -> int:
    """Bytes of a step for the images that one process takes at once, in float32, with the average of the weights if there is one."""
    found = training(graph, images, _optimizer(recipe), foreach=cuda)
    return int(found.peak_bytes) + (int(found.weights + found.buffers) if recipe.ema else 0)


def free(device: Any) -> int | None:
    """Bytes that a process can still have on a device; None where the system does not say."""
    if device.type == "cuda":
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    line = next((line for line in text.splitlines() if line.startswith("MemAvailable:")), "")
    return int(line.split()[1]) * 1024 if line else None


def check(graph: Graph, asked: Asked, images: int, device: Any) -> None:
    """Raise InputError where a step of so many images in one process does not fit; names the largest batch that does."""
    there = free(device)
    if there is None or graph.opaque or needed(graph, asked.recipe, images, device.type == "cuda") <= there:
        return
    most = largest(graph, asked.recipe, device, 1)
    want = needed(graph, asked.recipe, images, device.type == "cuda")
    hint = f"the largest that fits is {most:,}; --batch auto takes it" if most else "not even one image fits"
    raise InputError(f"a step of {images:,} images needs {_gib(want)}, and {_gib(there)} are free; {hint}")


def largest(graph: Graph, recipe: Recipe, device: Any, processes: int) -> int:
    """The largest batch that fits with something to spare, over all processes of this machine; 0 where none does.

    Raises:
        InputError: it is not known: the system does not say what is free, or the network has opaque steps.
    """
    there = free(device)
    if there is None:
        raise InputError("--batch auto: this system does not say how much memory is free")
    room = int(there * (1 - SPARE)) // (processes if device.type == "cpu" else 1)
    if recipe.ema:
        found = training(graph, 1, _optimizer(recipe))
        room -= int(found.weights + found.buffers)
    part = min(largest_batch(graph, _optimizer(recipe), "float32", room, device.type == "cuda"), MOST)
    return part * processes * recipe.accumulate


def with_largest(graph: Graph, asked: Asked, device: Any, processes: int, images: int) -> Asked:
    """The same run with the largest batch that fits.

    Args:
        images: of the training split, which a batch is not larger than.

    Raises:
        InputError: not even one image fits.
    """
    pieces = processes * asked.recipe.accumulate
    most = min(largest(graph, asked.recipe, device, processes), images // pieces * pieces)
    if not most:
        raise InputError("--batch auto: not even one image fits into what is free")
    return replace(asked, recipe=asked.recipe.changed({"batch": most}))


def _optimizer(recipe: Recipe) -> str:
    if recipe.optimizer == "adamw":
        return "adamw"
    return "sgd_momentum" if recipe.momentum else "sgd"


def _gib(count: int) -> str:
    return f"{count / 2**30:.2f} GiB"
