"""Devices, precision and processes, by Lightning Fabric."""

from __future__ import annotations

import logging
import os
import warnings
from typing import TYPE_CHECKING

from archdsl.errors import InputError
from archdsl.extras import needed_by

if TYPE_CHECKING:
    from lightning_fabric import Fabric

DEVICES = ("auto", "cpu", "cuda")
_PRECISION = {"float32": "32-true", "bfloat16": "bf16-mixed", "float16": "16-mixed"}


def make_fabric(device: str, precision: str) -> Fabric:
    """A launched Fabric: one process, or as many as torchrun started.

    Args:
        device: cpu, cuda, or auto for CUDA where it is there.
        precision: as in a recipe.

    Raises:
        InputError: there is no such device, or the precision is none for it.
        BackendError: Lightning Fabric is not installed.
    """
    with needed_by("training", "train"):
        import torch
        from lightning_fabric import Fabric
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch sees no CUDA device here; --device cpu trains on the processor")
    if device == "cpu" and precision == "float16":
        raise InputError("precision: float16 needs CUDA; on a processor take bfloat16 or float32")
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    nodes = int(os.environ.get("WORLD_SIZE", "1")) // processes
    logging.getLogger("lightning_fabric").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fabric = Fabric(
            accelerator=device,
            devices=processes,
            num_nodes=nodes,
            strategy="ddp" if processes * nodes > 1 else "auto",
            precision=_PRECISION[precision],  # type: ignore[arg-type]
        )
        fabric.launch()
    return fabric
