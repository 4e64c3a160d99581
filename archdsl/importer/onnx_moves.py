"""What exporters write as several slices, masks and sums, found again as the one thing that it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from onnx import NodeProto

from archdsl.importer.onnx_file import Array, File, attributes
from archdsl.importer.onnx_web import Found, Web, instead, rewrite


def roll(file: File) -> None:
    """The end of an axis put before its beginning; along several axes one after the other."""

    def find(web: Web, node: NodeProto) -> Found:
        parts = [web.maker(name, "Slice") for name in node.input]
        if len(parts) != 2 or any(part is None for part in parts):
            return None
        (first, last), axis = [_bounds(web, part) for part in parts if part is not None], attributes(node)["axis"]
        if first is None or last is None or first[0] != last[0] or last[2] != 0 or first[2] != last[3]:
            return None
        if not first[1] == last[1] == axis:
            return None
        return [instead(node, "Roll", [first[0]], axes=[axis], shifts=[-first[2]], ends=[first[3]])]

    def joined(web: Web, node: NodeProto) -> Found:
        before = web.maker(node.input[0], "Roll")
        if before is None or web.reader(before, "Roll") is not node:
            return None
        more, own = attributes(before), attributes(node)
        both = {name: more[name] + own[name] for name in ("axes", "shifts", "ends")}
        return [instead(node, "Roll", before.input, **both)]

    rewrite(file, ["Concat"], find)
    rewrite(file, ["Roll"], joined)


def _bounds(web: Web, node: NodeProto) -> tuple[str, int, int, int] | None:
    """What a slice along one axis cuts, the axis, its start and its stop."""
    tensors = [web.tensor(name) for name in node.input[1:]]
    if len(tensors) < 3 or any(tensor is None or tensor.size != 1 for tensor in tensors):
        return None
    start, stop, axis, *steps = (int(tensor.flat[0]) for tensor in tensors if tensor is not None)
    return None if steps not in ([], [1]) else (node.input[0], axis, start, stop)


def crop(file: File) -> None:
    """Slices along several axes, one after the other, as one."""

    def find(web: Web, node: NodeProto) -> Found:
        inner = web.maker(node.input[0], "Slice")
        if inner is None or web.reader(inner, "Slice") is not node or len(node.input) < 4 or len(inner.input) < 4:
            return None
        both = [[web.tensor(name) for name in each.input[1:]] for each in (inner, node)]
        if any(tensor is None for tensors in both for tensor in tensors):
            return None
        first, second = (_all(tensors) for tensors in both)
        if set(first[2].tolist()) & set(second[2].tolist()):
            return None
        names = [f"{node.output[0]} {word}" for word in ("starts", "ends", "axes", "steps")]
        for name, one, other in zip(names, first, second, strict=True):
            file.tensors[name] = np.concatenate([one, other])
        return [instead(node, "Slice", [inner.input[0], *names])]

    rewrite(file, ["Slice"], find)


def _all(tensors: Sequence[Array | None]) -> list[Array]:
    """Starts, ends, axes and steps of a slice."""
    found = [np.asarray(tensor).flatten() for tensor in tensors]
    return [*found, np.ones_like(found[0])][:4]


def causal(file: File) -> None:
    """Scores of what comes later taken out."""

    def find(web: Web, node: NodeProto) -> Found:
        flags = web.tensor(node.input[0])
        if flags is None or flags.ndim < 2 or flags.shape[-1] != flags.shape[-2] or flags.size != flags.shape[-1] ** 2:
            return None
        later = np.triu(np.ones(flags.shape[-2:], bool), 1).reshape(flags.shape)
        for scores, filled, wanted in ((node.input[2], node.input[1], later), (node.input[1], node.input[2], ~later)):
            number = web.number(filled)
            if number is not None and number < -1e4 and np.array_equal(flags.astype(bool), wanted):
                return [instead(node, "CausalMask", [scores])]
        return None

    rewrite(file, ["Where"], find)


def sums(file: File) -> None:
    """A sum of several tensors, from the left."""

    def find(web: Web, node: NodeProto) -> Found:
        inner = web.maker(node.input[0], "Add", "Sum")
        if inner is None or web.reader(inner, "Add", "Sum") is not node:
            return None
        terms = [*inner.input, *node.input[1:]]
        return [instead(node, "Sum", terms)] if all(web.tensor(name) is None for name in terms) else None

    for _ in range(_DEPTH):
        count = len(file.nodes)
        rewrite(file, ["Add", "Sum"], find)
        if len(file.nodes) == count:
            break


_DEPTH = 16
"""Of sums that are taken together: each round adds one term at least."""
