"""An ONNX file as it is read: nodes in order, tensors that are known, inputs with every size, constants worked out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnx.inliner
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator

from archdsl.compilers.failures import first_line
from archdsl.errors import InputError

OPSETS = range(7, 27)
BATCH = 2
"""Where the file takes any. Not 1, which axes without meaning have."""
LARGEST = 2**28
"""Elements of a constant that is worked out."""
FOREIGN = frozenset(
    ["If", "Loop", "Scan", "SequenceMap", "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike"]
)
"""What is no constant though its inputs may be: graphs of their own, and chance."""

Array = NDArray[Any]


class Entry(NamedTuple):
    """An input of the file, its batch among the sizes."""

    name: str
    sizes: tuple[int, ...]
    dtype: int


@dataclass
class File:
    """What a file says.

    Attributes:
        nodes: in the order in which they run.
        tensors: initializers, and what follows from them alone, by name.
        sources: for each of those the initializers that it follows from, apart from whole numbers.
        opset: of ONNX's own operators.
        batch: of the inputs.
    """

    nodes: list[NodeProto]
    tensors: dict[str, Array]
    inputs: list[Entry]
    outputs: list[str]
    opset: int
    batch: int
    producer: str
    sources: dict[str, frozenset[str]] = field(default_factory=dict)

    def drop_unused(self) -> None:
        """Leave out nodes whose outputs nobody reads."""
        read = set(self.outputs)
        kept = []
        for node in reversed(self.nodes):
            if any(name in read for name in node.output):
                kept.append(node)
                read.update(node.input)
        self.nodes = kept[::-1]


def load(path: Path, sizes: Mapping[str, Sequence[int]] | None = None) -> File:
    """The file, read without running anything. Weights may lie beside it, as `external data` of the format.

    Args:
        sizes: of inputs by name, the batch first, where the file leaves them open.

    Raises:
        InputError: it is no ONNX file, ONNX's checker rejects it, or it leaves a size other than the batch open.
    """
    try:
        model = onnx.load(str(path))
    except Exception as error:  # DecodeError of protobuf, and whatever external data brings
        raise InputError(f"{path}: not an ONNX file: {first_line(error)}") from error
    opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    if opset not in OPSETS:
        raise InputError(f"{path}: has operators of ONNX in version {opset}; versions {OPSETS[0]} to {OPSETS[-1]} are read")
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    graph = model.graph
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    inputs = [_entry(value, path, sizes or {}) for value in graph.input if value.name not in tensors]
    if not inputs:
        raise InputError(f"{path}: has no inputs")
    file = File(
        list(graph.node),
        tensors,
        inputs,
        [value.name for value in graph.output],
        opset,
        inputs[0].sizes[0],
        model.producer_name,
        {name: frozenset([name]) for name, tensor in tensors.items() if np.issubdtype(tensor.dtype, np.floating)},
    )
    fold(file)
    return file


def _entry(value: ValueInfoProto, path: Path, sizes: Mapping[str, Sequence[int]]) -> Entry:
    tensor = value.type.tensor_type
    found = [entry.dim_value if entry.HasField("dim_value") else 0 for entry in tensor.shape.dim]
    if given := sizes.get(value.name):
        return Entry(value.name, tuple(given), tensor.elem_type)
    if len(found) < 2:
        raise InputError(f"{path}: the input '{value.name}' has no batch and channels")
    found[0] = found[0] or BATCH
    for axis, (extent, entry) in enumerate(zip(found, tensor.shape.dim, strict=True)):
        if extent == 0:
            which = f"'{entry.dim_param}'" if entry.dim_param else "open"
            raise InputError(f"{path}: axis {axis} of the input '{value.name}' is {which}; its sizes have to be given")
    return Entry(value.name, tuple(found), tensor.elem_type)


def fold(file: File) -> None:
    """Work out what no input changes."""
    file.nodes = [node for node in file.nodes if not folded(file, node)]


def folded(file: File, node: NodeProto) -> bool:
    """Work out a node whose inputs are all known. Gives whether they are."""
    names = [name for name in node.input if name]
    if node.op_type in FOREIGN or node.domain not in ("", "ai.onnx") or any(name not in file.tensors for name in names):
        return False
    given = {name: file.tensors[name] for name in names}
    if node.op_type in ("ConstantOfShape", "Expand", "Tile", "Range") and not _small(node, list(given.values())):
        return False
    for name, value in zip(node.output, evaluated(node, given, file.opset), strict=False):
        file.tensors[name] = np.asarray(value)
        file.sources[name] = frozenset().union(*[file.sources.get(source, frozenset()) for source in names])
    return True


def _small(node: NodeProto, given: list[Array]) -> bool:
    """Whether a result that may be of any size is not beyond reason."""
    if node.op_type == "Range":
        start, stop, step = (float(value) for value in given)
        return step != 0 and abs(stop - start) / abs(step) <= LARGEST
    times = math.prod(int(extent) for extent in given[-1].flatten())
    return abs(times) * (given[0].size if node.op_type == "Tile" else 1) <= LARGEST


def evaluated(node: NodeProto, given: Mapping[str, Array], opset: int) -> list[Array]:
    """What a node gives for these tensors, by ONNX's own reference."""
    entries = [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in given]
    ends = [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in node.output if name]
    graph = helper.make_graph([node], "constant", entries, ends)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    found = iter(ReferenceEvaluator(made).run(None, dict(given)))
    return [next(found) if name else np.empty(0) for name in node.output]


def inferred(
    node: NodeProto, sizes: Iterable[tuple[int, ...]], tensors: Mapping[str, Array], opset: int
) -> list[tuple[int, ...] | None]:
    """Sizes of the outputs of a node by ONNX's shape inference; None for those that it does not tell."""
    entries = []
    node = _plain(node)
    for name, extents in zip([name for name in node.input if name], sizes, strict=False):
        kind = helper.np_dtype_to_tensor_dtype(tensors[name].dtype) if name in tensors else TensorProto.FLOAT
        entries.append(helper.make_tensor_value_info(name, kind, extents))
    known = [numpy_helper.from_array(tensors[name], name) for name in node.input if name in tensors and tensors[name].size < 4096]
    ends = [helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = helper.make_graph([node], "step", entries, ends, known)
    domains = {"": opset, node.domain: opset if node.domain in ("", "ai.onnx") else 1}
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(*domain) for domain in domains.items()])
    try:
        graph = shape_inference.infer_shapes(made, data_prop=True).graph
    except shape_inference.InferenceError:
        return [None for _ in node.output]
    found = {value.name: value.type.tensor_type for value in graph.output}
    return [_told(found.get(name)) for name in node.output]


def _plain(node: NodeProto) -> NodeProto:
    """A node of ONNX's own whose output has the same sizes, for one that stands for a compound (see `onnx_compounds`)."""
    if node.domain not in ("", "ai.onnx") or onnx.defs.has(node.op_type):
        return node
    count, word = (2, "MatMul") if node.op_type == "Linear" else (1, "Identity")
    return helper.make_node(word, node.input[:count], node.output)


def _told(tensor: Any) -> tuple[int, ...] | None:
    if tensor is None or not tensor.HasField("shape"):
        return None
    extents = tuple([entry.dim_value for entry in tensor.shape.dim if entry.HasField("dim_value")])
    return extents if len(extents) == len(tensor.shape.dim) else None


def attributes(node: NodeProto) -> dict[str, Any]:
    """Attributes of a node as Python's numbers, texts and lists."""
    found = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}
