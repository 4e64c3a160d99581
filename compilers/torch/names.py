"""From the name of a node to its place in the module tree.

A name is kept as it is wherever PyTorch can hold it. What cannot be part of a Python name becomes `_`, and a part that is a
keyword or that every module already has (`forward`, `training`, `type`) gets a `_` at its end; numbers stay, as in nn.Sequential.
"""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable
from itertools import combinations

from torch import fx, nn

from archdsl.errors import BackendError
from archdsl.ir.graph import Graph

RESERVED = frozenset(dir(fx.GraphModule(nn.Module(), fx.Graph())))


NEEDED = frozenset(["self", "i", "torch", "nn", "functional", "range", "type"])
"""Names that a forward pass needs otherwise."""


def module_paths(names: Iterable[str]) -> dict[str, str]:
    """The dotted path of each node that becomes a submodule.

    Raises:
        BackendError: two names give one path, or a name is the beginning of another's; names both.
    """
    paths: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name in names:
        path = ".".join(attribute(part) for part in name.split("."))
        if path in owners:
            raise BackendError(f"torch: the nodes '{owners[path]}' and '{name}' both become the submodule '{path}'; rename one")
        paths[name], owners[path] = path, name
    for path, name in owners.items():
        for cut in [i for i, c in enumerate(path) if c == "."]:
            if path[:cut] in owners:
                message = f"torch: the node '{owners[path[:cut]]}' is an operator and cannot hold the node '{name}'; rename one"
                raise BackendError(message)
    return paths


def class_name(name: str) -> str:
    """A class name for a network: P-ResNet18A becomes PResNet18A."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", name) if ("_" + c).isidentifier())
    if not kept.isidentifier():
        kept = f"Net{kept}"
    return f"{kept}_" if keyword.iskeyword(kept) else kept


def value_name(name: str) -> str:
    """What the forward pass calls the tensor of a node. fx takes care of keywords and of names that are taken, not of its `self`."""
    written = name.replace(".", "_")
    return "self_" if written == "self" else written


def argument_names(graph: Graph) -> dict[str, str]:
    """What the forward pass calls each input: `x` where the spec gives one shape and no name.

    Raises:
        BackendError: two names become one.
    """
    names = {node.name: attribute(node.name) for node in graph.inputs}
    if list(names) == ["input"]:
        return {"input": "x"}
    names = {name: local(name) for name in names}
    for first, second in combinations(names, 2):
        if names[first] == names[second]:
            raise BackendError(
                f"torch: the inputs '{first}' and '{second}' both become the argument '{names[first]}'; rename one"
            )
    return names


def local(name: str) -> str:
    """A name as a variable of a forward pass."""
    written = attribute(name)
    return f"{written}_" if written in NEEDED else written


def attribute(part: str) -> str:
    """One part of a name as an attribute of a module."""
    kept = "".join(c if ("_" + c).isidentifier() else "_" for c in unicodedata.normalize("NFKC", part)) or "_"
    return f"{kept}_" if keyword.iskeyword(kept) or kept in RESERVED else kept
