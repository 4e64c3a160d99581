"""Where in the module tree a node of ONNX stands, from what its exporter noted: scopes, names of nodes, names of weights."""

from __future__ import annotations

import ast
import re
from collections import Counter

from onnx import NodeProto

from archdsl.importer.onnx_file import File
from archdsl.importer.place import Module, Place

LAYERS = "torch.nn.modules"
SCOPES, CLASSES = "pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy"
DOTTED = re.compile(r"[A-Za-z_]\w*(\.\w+)+")
NUMBERED = re.compile(r"_?\d+$")
MOVING = frozenset(["Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Cast", "Shape", "Expand", "Concat"])
"""What changes no value, and so makes no block of a layer in which it stands beside one other node."""


class Places:
    """The places of all nodes of a file."""

    def __init__(self, file: File):
        self._file = file
        found = {id(node): self._said(node) for node in file.nodes}
        self._paths = {key: path for key, (path, _) in found.items()}
        self._kinds = {path: kind for _, kinds in found.values() for path, kind in kinds.items()}
        paths = set(filter(None, self._paths.values()))
        self._holders = {path[:cut] for path in paths for cut in range(len(path)) if path[cut] == "."}
        self._steps = Counter(self._paths[id(node)] for node in file.nodes if node.op_type not in MOVING)

    def of(self, node: NodeProto) -> Place:
        """The modules around a node, outermost first."""
        path = self._paths.get(id(node), "")
        if not path:
            return Place()
        parts = path.split(".")
        modules = []
        for count in range(1, len(parts) + 1):
            inner = ".".join(parts[:count])
            last = count == len(parts)
            modules.append(Module(inner, self._layer(node, inner) if last else self._kind(inner)))
        return Place(tuple(modules))

    def _layer(self, node: NodeProto, path: str) -> str:
        """The class of the innermost module; where nobody says it, one that does a single thing is a layer."""
        if path in self._kinds:
            return self._kinds[path]
        if path not in self._holders and self._steps[path] == 1:
            return f"{LAYERS}.{node.op_type}"
        return self._kind(path)

    def _kind(self, path: str) -> str:
        """The class of a module, or the last word of its path."""
        if path in self._kinds:
            return self._kinds[path]
        words = [NUMBERED.sub("", part) for part in path.split(".")]
        return next((word for word in reversed(words) if word), "block")

    def _said(self, node: NodeProto) -> tuple[str, dict[str, str]]:
        """The path of the innermost module, and the classes of those around it as far as they are known."""
        owner = self._owner(node)
        notes = {entry.key: entry.value for entry in node.metadata_props}
        if SCOPES in notes and CLASSES in notes:
            scopes, classes = (ast.literal_eval(notes[key]) for key in (SCOPES, CLASSES))
            kinds = {
                path: _known(kind)
                for path, kind in zip(scopes[:-1], classes[:-1], strict=False)
                if path and "<locals>" not in kind
            }
            path = next((path for path in reversed(scopes[:-1]) if path in kinds), "")
            if owner and owner != path and (not path or kinds[path].startswith(f"{LAYERS}.batchnorm")):
                return owner, {
                    key: kind for key, kind in kinds.items() if key != path
                }  # a norm that was folded into the layer before
            return path, kinds
        if self._file.producer == "archdsl":
            path = node.name.partition("/")[0]
            return path, {path: f"{LAYERS}.Layer"}
        if node.name.startswith("/"):
            return _path(node.name), {}
        return owner, {}

    def _owner(self, node: NodeProto) -> str:
        """The module that owns the weights of a node."""
        for name in node.input:
            sources = self._file.sources.get(name, frozenset())
            if len(sources) == 1 and DOTTED.fullmatch(source := next(iter(sources))) and "::" not in source:
                return source.rpartition(".")[0]
        return ""


def _known(kind: str) -> str:
    """A class as `place` takes it; archdsl's own layers are layers."""
    return f"{LAYERS}.{kind.rpartition('.')[2]}" if kind.startswith("archdsl.compilers.") else kind


def _path(name: str) -> str:
    """The path in `/layer1/layer1.0/conv1/Conv`, as torch's old exporter names nodes: a part may begin with the part before it."""
    before, full = "", ""
    for part in name.strip("/").split("/")[:-1]:
        if before and part.startswith(f"{before}."):
            full += part[len(before) :]
        else:
            full = f"{full}.{part}" if full else part
        before = part
    return full
