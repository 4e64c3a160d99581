"""An ONNX file as what runs it, for comparing: by ONNX's own reference in double precision, and by ONNX Runtime in single precision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.inliner
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from torch import Tensor
from torch.nn import functional

from archdsl.importer.original import NEAR_FOR_ROUNDED, Original, Run

ONE_BY_ONE = frozenset(
    ["Resize", "Upsample", "LSTM", "GRU", "RNN", "LRN", "RoiAlign", "GridSample", "AveragePool", "ConvTranspose", "Scan", "Loop"]
)
"""What the reference works out value by value, in minutes for a network; files with these are left to ONNX Runtime."""


class Conv(OpRun):
    """The convolution of the reference by torch, which takes milliseconds where that takes seconds."""

    op_domain = ""

    def _run(self, x, w, b=None, **more):  # type: ignore[no-untyped-def]
        ones = [1] * (x.ndim - 2)
        given = _padded(x, more, 0.0)
        work = (functional.conv1d, functional.conv2d, functional.conv3d)[x.ndim - 3]
        bias = None if b is None else _as(b, given)
        stride, dilation = (tuple(more[name] or ones) for name in ("strides", "dilations"))
        return (work(given, _as(w, given), bias, stride, 0, dilation, more["group"] or 1).numpy(),)


class MaxPool(OpRun):
    """The same for the largest values of windows."""

    op_domain = ""

    def _run(self, x, **more):  # type: ignore[no-untyped-def]
        if more["ceil_mode"] or len(self.onnx_node.output) > 1:
            raise NotImplementedError("windows that are cut off, and indices")
        ones = [1] * (x.ndim - 2)
        work = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)[x.ndim - 3]
        given = _padded(x, more, -np.inf)
        return (work(given, more["kernel_shape"], more["strides"] or ones, 0, more["dilations"] or ones).numpy(),)


class HardSigmoid(OpRun):
    """With the fraction that its slope was before it was rounded to single precision, which deep networks would show."""

    op_domain = ""

    def _run(self, x, alpha=None, beta=None):  # type: ignore[no-untyped-def]
        slope, offset = 0.2 if alpha is None else _unrounded(float(alpha)), 0.5 if beta is None else float(beta)
        return (np.clip(x * slope + offset, 0, 1),)


class HardSwish(OpRun):
    """The same, weighing what it takes."""

    op_domain = ""

    def _run(self, x):  # type: ignore[no-untyped-def]
        return (x * np.clip(x / 6 + 0.5, 0, 1),)


MADE_ANEW: list[type[OpRun]] = [Conv, MaxPool, HardSigmoid, HardSwish]
"""What is worked out here and not by the reference."""


def _unrounded(number: float) -> float:
    """The fraction of a small denominator that is this number in single precision; the number itself where there is none."""
    fraction = Fraction(number).limit_denominator(1000)
    return float(fraction) if np.float32(float(fraction)) == np.float32(number) else number


def _padded(x: NDArray[Any], more: Mapping[str, Any], filled: float) -> Tensor:
    if more["auto_pad"] not in (None, "NOTSET", "VALID"):
        raise NotImplementedError("padding that follows from sizes")
    places = x.ndim - 2
    ends = list(more["pads"] or [0] * 2 * places)
    sides = [amount for axis in range(places - 1, -1, -1) for amount in (ends[axis], ends[places + axis])]
    return functional.pad(torch.from_numpy(np.array(x)), sides, value=filled)


def _as(array: NDArray[Any], like: Tensor) -> Tensor:
    return torch.from_numpy(np.array(array)).to(like.dtype)


def originals(path: Path, batch: int) -> tuple[Original, ...]:
    """Ways to run a file, the most exact one first.

    Args:
        batch: that it is called with.
    """
    return (
        Original(_by_reference(path), "float64", NEAR_FOR_ROUNDED, batch),
        Original(_by_runtime(path), "float32, by ONNX Runtime", None, batch),
    )


def _by_reference(path: Path) -> Run:
    def run(*given: Tensor) -> tuple[Tensor, ...]:
        model = onnx.load(str(path))
        if model.functions:
            model = onnx.inliner.inline_local_functions(model)
        if slow := sorted({node.op_type for node in model.graph.node} & ONE_BY_ONE):
            raise NotImplementedError(f"{slow[0]}, value by value")
        evaluator = ReferenceEvaluator(_lengthened(model), new_ops=MADE_ANEW)
        found = evaluator.run(None, dict(_named(model, given)))
        return tuple([torch.from_numpy(np.array(output)) for output in found])

    return run


def _by_runtime(path: Path) -> Run:
    def run(*given: Tensor) -> tuple[Tensor, ...]:
        from archdsl.compilers.onnx import read

        model = onnx.load(str(path), load_external_data=False)
        return read(path)(*[torch.from_numpy(array) for _, array in _named(model, given)])

    return run


def _named(model: ModelProto, given: Sequence[Tensor]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Batches by the names of inputs. Raises ValueError for sizes that the file does not take."""
    known = {tensor.name for tensor in model.graph.initializer}
    entries = [entry for entry in model.graph.input if entry.name not in known]
    for entry, tensor in zip(entries, given, strict=True):
        kind = entry.type.tensor_type
        sizes = [dim.dim_value if dim.HasField("dim_value") else None for dim in kind.shape.dim]
        if any(wanted and wanted != there for wanted, there in zip(sizes, tensor.shape, strict=True)):
            raise ValueError(f"the input '{entry.name}' has other sizes")
        whole = not tensor.is_floating_point()
        yield entry.name, tensor.numpy().astype(helper.tensor_dtype_to_np_dtype(kind.elem_type)) if whole else tensor.numpy()


def _lengthened(model: ModelProto) -> ModelProto:
    """The model with numbers of double precision in place of those of single precision."""
    made = ModelProto()
    made.CopyFrom(model)
    for tensor in made.graph.initializer:
        _lengthen(tensor)
    for node in made.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                _lengthen(attribute.t)
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
    del made.graph.value_info[:]
    for entry in (*made.graph.input, *made.graph.output):
        if entry.type.tensor_type.elem_type == TensorProto.FLOAT:
            entry.type.tensor_type.elem_type = TensorProto.DOUBLE
    return made


def _lengthen(tensor: TensorProto) -> None:
    if tensor.data_type == TensorProto.FLOAT:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))
