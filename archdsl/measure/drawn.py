"""Networks whose weights do not matter: the graph travels, and what runs it draws the weights, on the device where they are to be.

For many networks that are measured and thrown away this saves writing and reading gigabytes of random values, and most of the time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from archdsl import artifacts
from archdsl.ir.graph import Graph
from archdsl.ir.serialize import dump, load

SUFFIX = ".json"


def write(graph: Graph, path: Path, channels_last: bool) -> None:
    """A graph, and whether its weights are to lie as those of an optimised module. Raises InputError where it cannot be written."""
    artifacts.write(path, json.dumps({"graph": dump(graph), "channels_last": channels_last}))


def read(path: Path, place: str) -> Any:
    """Its module, the weights drawn from torch's global generator.

    Args:
        place: the device, as torch names it.
    """
    import torch

    from archdsl.compilers.torch import compile
    from archdsl.compilers.torch.channels_last import lie_channels_last

    found = json.loads(path.read_text(encoding="utf-8"))
    with torch.device(place):
        module = compile(load(found["graph"]))
    return lie_channels_last(module) if found["channels_last"] else module
