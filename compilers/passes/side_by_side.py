"""Several operators as one that makes the channels of all, one after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.siblings import Group, Member
from archdsl.compilers.passes.views import View, node_of, view
from archdsl.compilers.passes.weights import Array, Lazy, lazy, stacked, zeros
from archdsl.ir.graph import Frame, Node
from archdsl.ops.convolution import Conv2d


def merge(draft: Draft, group: Group) -> str:
    """Put one operator in place of a group; its name. What read a member reads a slice of the new one."""
    nodes = [member.node for member in group.members]
    name = draft.free(_name([node.name for node in nodes]))
    like = replace(nodes[0], scope=_scope(nodes), row=None)
    base = group.members[0].reads.base
    whole = View(base, min(m.reads.start for m in group.members), max(m.reads.stop for m in group.members))
    if group.kind == "pointwise":
        _pointwise(draft, group, whole, name, like)
    elif group.kind == "depthwise":
        _depthwise(draft, group, whole, name, like)
    else:
        _alike(draft, group, whole, name, like)
    stops = list(accumulate(member.node.shape[0] for member in group.members))
    for member, stop in zip(group.members, stops, strict=True):
        part = View(name, stop - member.node.shape[0], stop)
        old = member.node.name
        draft.redirect(old, node_of(draft, part, like, f"{old}_part"))
    return name


def _alike(draft: Draft, group: Group, whole: View, name: str, like: Node) -> None:
    bases = [view(draft, source).base for source in like.inputs]
    inputs = [node_of(draft, whole._replace(base=base), like, f"{name}_input") for base in bases]
    draft.put(name, like.op, tuple(inputs), like)


def _depthwise(draft: Draft, group: Group, whole: View, name: str, like: Node) -> None:
    ops = [_conv(member) for member in group.members]
    kernel = (max(op.kernel[0] for op in ops), max(op.kernel[1] for op in ops))
    channels = whole.size
    bias = any(op.bias for op in ops)
    op = replace(ops[0], out=channels, groups=channels, kernel=kernel, padding="same", bias=bias)
    weights = [_padded(draft.weight(member.node.name), kernel) for member in group.members]
    draft.put(name, op, (node_of(draft, whole, like, f"{name}_input"),), like)
    draft.weights[f"{name}.weight"] = stacked(weights)
    if bias:
        draft.weights[f"{name}.bias"] = _biases(draft, group)


def _pointwise(draft: Draft, group: Group, whole: View, name: str, like: Node) -> None:
    ops = [_conv(member) for member in group.members]
    count = len(ops)
    base = draft[whole.base].shape
    alike = group.adjacent and len({(m.reads.size, op.out) for m, op in zip(group.members, ops, strict=True)}) == 1
    options = ["grouped"] if alike and base[1:] != (1, 1) else []
    options += ["dense"] + (["whole"] if group.adjacent and whole.size < base[0] else [])
    if whole.size == base[0] < sum(op.out for op in ops):
        options.reverse()  # runtimes lose more by the groups of an expansion than its zeros cost
    form = draft.choose(Site("merge_paths", "form", name, tuple(options)))
    if form == "whole":
        whole = View(whole.base, 0, base[0])
    bias = any(op.bias for op in ops)
    op = replace(ops[0], out=sum(op.out for op in ops), bias=bias, groups=count if form == "grouped" else 1)
    draft.put(name, op, (node_of(draft, whole, like, f"{name}_input"),), like)
    weights = [draft.weight(member.node.name) for member in group.members]
    starts = [member.reads.start - whole.start for member in group.members]
    draft.weights[f"{name}.weight"] = stacked(weights) if form == "grouped" else _block(weights, starts, whole.size)
    if bias:
        draft.weights[f"{name}.bias"] = _biases(draft, group)


def _block(weights: list[Lazy], starts: list[int], width: int) -> Lazy:
    """Rows of every layer in the columns that it reads, zeros elsewhere."""

    def make() -> Array:
        rows = []
        for weight, start in zip(weights, starts, strict=True):
            block = np.zeros((weight().shape[0], width, 1, 1))
            block[:, start : start + weight().shape[1]] = weight()
            rows.append(block)
        return np.concatenate(rows)

    return lazy(make)


def _padded(weight: Lazy, kernel: tuple[int, int]) -> Lazy:
    """A kernel of odd extent with zeros around it."""

    def make() -> Array:
        found = weight()
        down, right = ((large - small) // 2 for large, small in zip(kernel, found.shape[2:], strict=True))
        return np.pad(found, ((0, 0), (0, 0), (down, down), (right, right)))

    return lazy(make)


def _biases(draft: Draft, group: Group) -> Lazy:
    parts = [
        draft.weight(member.node.name, "bias") if _conv(member).bias else zeros(_conv(member).out) for member in group.members
    ]
    return stacked(parts)


def _conv(member: Member) -> Conv2d:
    assert isinstance(member.node.op, Conv2d)
    return member.node.op


def _name(names: list[str]) -> str:
    """One name of several: parts that differ stand side by side, `dp_a_1.k3_k5.expand.conv`."""
    split = [name.split(".") for name in names]
    if len({len(parts) for parts in split}) > 1:
        return f"{names[0]}_merged"
    return ".".join("_".join(dict.fromkeys(parts)) for parts in zip(*split, strict=True))


def _scope(nodes: list[Node]) -> tuple[Frame, ...]:
    """The blocks that all of them came from; where they came from paths of one kind, those paths as one."""
    common: list[Frame] = []
    for frames in zip(*(node.scope for node in nodes), strict=False):
        if any(frame != frames[0] for frame in frames[1:]):
            if len({(frame.kind, frame.path.count(".")) for frame in frames}) > 1:
                break
            blocks = dict.fromkeys(frame.block for frame in frames)
            common.append(Frame(_name([frame.path for frame in frames]), frames[0].kind, "_".join(blocks), frames[0].mark))
        else:
            common.append(frames[0])
    return tuple(common)
