"""Weights on disk, as safetensors: a header and plain tensors, nothing that runs."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from archdsl.errors import BackendError


def save_weights(module: nn.Module, path: Path) -> None:
    """Write the state dict of a module. Keys are `<node name>.weight` and so on.

    Raises:
        BackendError: safetensors is not installed.
    """
    try:
        from safetensors.torch import save_file
    except ImportError:
        raise BackendError("weights are written as safetensors, which is not installed: pip install 'archdsl[torch]'") from None
    save_file({key: tensor.contiguous() for key, tensor in module.state_dict().items()}, path)
