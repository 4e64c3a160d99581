"""Where in the module tree a call stands, as the names and scopes of nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import fx

from archdsl.ir.graph import Frame

_CONTAINERS = frozenset(["Sequential", "ModuleList", "ModuleDict", "MultiheadAttention"])
_BITS = re.compile(r"_(?=[A-Z][a-z](?:_|$))|(?<=_[A-Z][a-z])_(?=[A-Z](?:_|$))")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Module(NamedTuple):
    """One module around a call.

    Attributes:
        path: dotted, from the root.
        kind: its class, with the package.
    """

    path: str
    kind: str

    @property
    def word(self) -> str:
        """Its class as a word of a spec."""
        return snake(self.kind.rpartition(".")[2])

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer of torch.nn, which becomes a node and no block."""
        package, _, name = self.kind.rpartition(".")
        return package.startswith("torch.nn.modules") and name not in _CONTAINERS and not name.startswith("Transformer")


class Place(NamedTuple):
    """The modules around a call, outermost first; the network itself is none of them."""

    modules: tuple[Module, ...] = ()

    @property
    def layer(self) -> Module | None:
        return self.modules[-1] if self.modules and self.modules[-1].is_layer else None

    @property
    def frames(self) -> tuple[Frame, ...]:
        around = self.modules[:-1] if self.layer else self.modules
        return tuple([Frame(module.path, "block", module.word, None) for module in around])

    def up_to(self, count: int) -> Place:
        """The outermost of the modules that are no layers."""
        return Place(self.modules[:count])

    @property
    def prefix(self) -> str:
        frames = self.frames
        return f"{frames[-1].path}." if frames else ""


def shared(one: tuple[Frame, ...], other: tuple[Frame, ...]) -> int:
    """How many of the outermost scopes are the same."""
    pairs = zip(one, other, strict=False)
    return next((count for count, (a, b) in enumerate(pairs) if a.path != b.path), min(len(one), len(other)))


def snake(name: str) -> str:
    """InvertedResidual as inverted_residual, MBConv as mb_conv, ConvNeXt as convnext, RepViT as repvit."""
    return re.sub(r"\W", "_", _BITS.sub("", _WORDS.sub("_", name)).lower())


def place_of(node: fx.Node) -> Place:
    """The modules around a call; a second call of the same module is told by a number."""
    stack: Mapping[str, tuple[str, Any]] = node.meta.get("nn_module_stack") or {}
    modules = []
    for key, (path, kind) in stack.items():
        if not path:
            continue
        again = key.partition("@")[2]
        modules.append(Module(f"{path}_{int(again) + 1}" if again else path, kind if isinstance(kind, str) else kind.__name__))
    return Place(tuple(modules))
