"""Python source as a back end: the file, and the network that comes out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from archdsl.compilers.export import Model, Run
from archdsl.compilers.source import python_source
from archdsl.compilers.torch.batches import in_order
from archdsl.compilers.torch.checkpoint import load_checkpoint
from archdsl.compilers.torch.weights import save_weights


def write(model: Model, path: Path) -> None:
    """Write the source, and the weights beside it as safetensors."""
    path.write_text(python_source(model.graph, model.heading, model.docs), encoding="utf-8")
    save_weights(model.module, path.with_suffix(".safetensors"))


def read(path: Path) -> Run:
    """The network that the file defines, with the weights beside it."""
    module = network(path.read_text(encoding="utf-8"), str(path))
    load_checkpoint(module, path.with_suffix(".safetensors"))
    module.eval()
    return lambda *given: in_order(module(*given))


def network(text: str, name: str = "<source>") -> nn.Module:
    """A new instance of the last class of a file, which is the network."""
    found: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, name, "exec"), found)
    *_, made = (value for value in found.values() if isinstance(value, type) and value.__module__ == "exported")
    module: nn.Module = made()
    return module
