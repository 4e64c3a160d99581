"""An ONNX file, node by node, into the graph of a network. Nothing of it is executed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnx import NodeProto, TensorProto

from archdsl.errors import BackendError
from archdsl.importer.draft import Draft, NotSaid, Returned
from archdsl.importer.onnx_compounds import COMPOUNDS
from archdsl.importer.onnx_file import Array, Entry, File, attributes, folded, inferred, load
from archdsl.importer.onnx_operators import OPERATORS, Call
from archdsl.importer.onnx_places import Places
from archdsl.importer.opaque import stand_in
from archdsl.importer.place import Place
from archdsl.importer.settle import finish
from archdsl.importer.values import Const, Operand, Value
from archdsl.ir.graph import OUTPUT
from archdsl.ops.shapes import Ids, Map, Typed, Vector
from archdsl.ops.shapes import Sequence as Tokens

UNNAMED = re.compile(r"(val_|onnx::|/|_?\d|.*constant|tensor_|float\d+ |int\d+ )", re.IGNORECASE)
"""Names that exporters give to constants of the program; parameters and buffers have names of their own."""

OVER_PLACES = frozenset(
    ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization", "InstanceNormalization", "GroupNormalization"]
)
"""What takes an input of two axes, apart from the batch, for channels and places along one axis and not for tokens."""


def drafted(path: Path, title: str, sizes: Mapping[str, Sequence[int]] | None = None) -> Draft:
    """The network of a file. What the language lacks is an opaque step.

    Args:
        sizes: of inputs by name, the batch first, where the file leaves them open.

    Raises:
        InputError: the file cannot be read, see `onnx_file.load`.
        BackendError: a node gives what no tensor of the language can be.
    """
    file = load(path, sizes)
    for compound in COMPOUNDS:
        compound(file)
        file.drop_unused()
    return _Reading(file, title).draft


class _Reading:
    """One walk over a file."""

    def __init__(self, file: File, title: str):
        self.file = file
        self.draft = Draft(title, file.batch)
        self.found: dict[str, Any] = {}
        for entry in file.inputs:
            name = "input" if len(file.inputs) == 1 else _plain(entry.name)
            self.found[entry.name] = self.draft.input(name, _kind(entry, self._over_places(entry.name)))
        places = Places(file)
        for node in file.nodes:
            self.draft.place = places.of(node)
            self._node(node)
        self._returned()

    def _over_places(self, name: str) -> bool:
        """Whether what reads an input works on channels and places."""
        return any(name in node.input and node.op_type in OVER_PLACES for node in self.file.nodes)

    def _node(self, node: NodeProto) -> None:
        """Turn a node into nodes of the graph, or into tensors that are known."""
        if self._measured(node) or folded(self.file, node):
            return
        known = set(self.draft.graph.nodes)
        try:
            made = self._lowered(node)
        except NotSaid as missing:
            self.draft.forget(known)
            made = self._opaque(node, str(missing))
        given = made if isinstance(made, list) else [made]  # a value is a tuple itself
        self._check(node, given)
        for name, value in zip(node.output, given, strict=False):
            if name:
                self.found[name] = value

    def _lowered(self, node: NodeProto) -> Any:
        lower = OPERATORS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        if lower is None:
            raise NotSaid("no operator does that")
        operands = [self._operand(name) if name else None for name in node.input]
        return lower(self.draft, Call(node.op_type, operands, attributes(node), self.file.opset, len(node.output)))

    def _operand(self, name: str) -> Operand:
        if name in self.found:
            found: Operand = self.found[name]
            return found
        return self._const(name)

    def _const(self, name: str) -> Const:
        array = self.file.tensors[name]
        sources = list(self.file.sources.get(name, ()))
        source = sources[0] if len(sources) == 1 else ""
        origin = _tensor(self.file.tensors[source]) if source else None
        floating = np.issubdtype(array.dtype, np.floating)
        learned = bool(floating and (array.size > 1 or (source and not UNNAMED.match(source))))
        return Const(_tensor(array), "" if _is_even(array) else source, learned, origin)

    def _measured(self, node: NodeProto) -> bool:
        """Sizes are known: what asks for those of a tensor gets numbers."""
        if node.op_type not in ("Shape", "Size") or not isinstance(self.found.get(node.input[0]), Value):
            return False
        sizes = self.found[node.input[0]].sizes
        more = attributes(node)
        wanted = sizes[more.get("start", 0) : more.get("end")]
        made = np.array(wanted if node.op_type == "Shape" else np.prod(sizes), dtype=np.int64)
        self.file.tensors[node.output[0]] = made
        return True

    def _opaque(self, node: NodeProto, why: str) -> list[Value | None]:
        """A step for each output that somebody may read."""
        operands = [(name, self._operand(name)) for name in node.input if name]
        sizes = inferred(node, [operand.sizes for _, operand in operands], self.file.tensors, self.file.opset)
        made: list[Value | None] = []
        for place, (name, extents) in enumerate(zip(node.output, sizes, strict=True)):
            what = f"onnx.{_word(node)}" + (f"[{place}]" if place else "")
            if name and extents is None:
                raise BackendError(f"{what} ('{node.name}') gives nobody knows what: {why}")
            made.append(stand_in(self.draft, what, [operand for _, operand in operands], extents or (), why) if name else None)
        return made

    def _check(self, node: NodeProto, given: Sequence[Any]) -> None:
        """The number of elements is the one that the node gives; shapes are checked where views end."""
        for value in given:
            if isinstance(value, Value) and any(extent < 1 for extent in value.sizes):
                raise BackendError(f"onnx: '{node.name}' ({_word(node)}) gives nothing: {value.sizes}")

    def _returned(self) -> None:
        self.draft.place = Place()
        given = {name: self.found.get(name) for name in self.file.outputs}
        values = {name: value for name, value in given.items() if isinstance(value, Value)}
        if not values:
            raise BackendError("onnx: no output depends on an input")
        places = tuple([place for place, name in enumerate(given) if name in values])
        self.draft.returned = Returned(places, tuple([name for name in given if name not in values]))
        if len(values) == 1:
            finish(self.draft, {OUTPUT: next(iter(values.values()))}, "tensor")
        else:
            finish(self.draft, {_plain(name): value for name, value in values.items()}, "dict")


def _tensor(array: Array) -> torch.Tensor:
    native = array.astype(array.dtype.newbyteorder("="))
    return torch.from_numpy(np.array(native, order="C", copy=True))


def _is_even(array: Array) -> bool:
    """Whether all elements are equal. Exporters hold equal tensors once, so such a one that is read twice need not be shared."""
    return bool(array.size and (array == array.flat[0]).all())


def _word(node: NodeProto) -> str:
    return node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"


def _plain(name: str) -> str:
    """A name as a spec takes it."""
    found = re.sub(r"\W+", "_", name).strip("_")
    return found if found[:1].isalpha() else f"value_{found}"


def _kind(entry: Entry, over_places: bool) -> Typed:
    """The kind of an input, from its number of axes, whether it holds whole numbers, and what reads it."""
    shape = entry.sizes[1:]
    if entry.dtype in (TensorProto.INT64, TensorProto.INT32):
        return Ids(shape)
    if len(shape) == 2 and over_places:
        return Map(shape)
    return {1: Vector, 2: Tokens}.get(len(shape), Map)(shape)
