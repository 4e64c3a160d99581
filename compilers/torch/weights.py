"""Weights on disk, as safetensors: a header and plain tensors, nothing that runs."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from archdsl.compilers.torch.shared import once
from archdsl.errors import InputError
from archdsl.extras import needed_by


def save_weights(module: nn.Module, path: Path) -> None:
    """Write the state dict of a module. Keys are `<node name>.weight` and so on; a tensor that several layers share is there once.

    Raises:
        BackendError: safetensors is not installed.
        InputError: the file cannot be written.
    """
    with needed_by("writing weights"):
        from safetensors import SafetensorError
        from safetensors.torch import save_file
    try:
        save_file({key: tensor.contiguous() for key, tensor in once(module).items()}, path)
    except SafetensorError as error:  # its word for any error of the operating system
        raise InputError(f"{path.name} cannot be written: {error}") from None
