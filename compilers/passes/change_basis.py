"""Carry what passes a block as a plain shortcut: change the basis of the map after the transition layer.

A block that learns from some channels and passes the others gives y = T_q q + T_p p + b: q is projected from what was learned, p are
the k channels that pass, and T = [T_q, T_p] is the transition, a 1x1 convolution. Where only convolutions read y, they can as well
read y' = B y, with B's inverse in their weights, for any invertible B. One that takes the columns of T_p to multiples of unit
vectors makes y' = B T_q q + [0; s p]: concatenation and transition are gone, and what is left is an inverted residual whose shortcut
covers the channels that pass. B's inverse has the columns of T_p, brought to length 1 by s, and beside them an orthonormal basis of
what is orthogonal to them, the last columns of Q in the QR decomposition of T_p.

A block whose result is split again stays as it is: both shares would have to come out apart, which needs the inverse of a square
part of T_p, and such inverses cost more digits than float32 has to spare.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import Map, after, dense, is_pointwise, place, read
from archdsl.compilers.passes.views import View, is_join, simplify, view
from archdsl.compilers.passes.weights import Array, Lazy, lazy
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add

MOST_CONDITION = 100
"""Condition number of B from which a block stays as it is. That of random weights is below 10."""


class Block(NamedTuple):
    """A transition after a concatenation of what was projected and what passes.

    Attributes:
        project: the layer that makes q, which nothing else reads.
        passes: the channels that pass.
        columns: of the transition that read q, and those that read p.
    """

    transition: Node
    project: Node
    passes: View
    columns: tuple[slice, slice]


class Basis(NamedTuple):
    """B and its inverse, each (C, C), and the factor of each channel that passes, (k,)."""

    forth: Lazy
    back: Lazy
    scale: Lazy


def change_basis(draft: Draft) -> bool:
    """Every such block whose result nothing but pointwise convolutions read."""
    changed = False
    for name in list(draft.nodes):
        block = _block(draft, draft[name]) if name in draft.nodes else None
        if block is None or name in draft.ends:
            continue
        readers = [draft[reader] for reader in draft.readers()[name]]
        if not all(map(is_pointwise, readers)):
            continue
        if draft.choose(Site("change_basis", "basis", name, ("kept", "changed"))) == "kept":
            continue
        basis = _basis(draft, block)
        if draft.weighted and np.linalg.cond(basis.forth()) > MOST_CONDITION:
            draft.note("change_basis", f"{name}: kept, a change of basis would lose too many digits")
            continue
        for reader in readers:
            _absorb(draft, reader, name, basis.back)
        _change(draft, block, basis)
        changed = True
        draft.note("change_basis", f"{name}: part of {block.project.name}; what passes is a shortcut")
    return simplify(draft) or changed


def _block(draft: Draft, node: Node) -> Block | None:
    """A node as the transition of a block, if it is one."""
    if not is_pointwise(node):
        return None
    op, join = read(draft, node).op, draft[node.inputs[0]]
    readers = draft.readers()
    if op.stride != (1, 1) or op.groups != 1 or not is_join(join) or len(join.inputs) != 2 or readers[join.name] != [node.name]:
        return None
    views = [view(draft, source) for source in join.inputs]
    columns = (slice(views[0].size), slice(views[0].size, None))
    for learned, passing in ((0, 1), (1, 0)):
        project = draft[views[learned].base]
        alone = readers[project.name] == [join.name] and views[learned].size == project.shape[0]
        if alone and is_pointwise(project) and draft[views[passing].base].shape == node.shape:
            return Block(node, project, views[passing], (columns[learned], columns[passing]))
    return None


def _basis(draft: Draft, block: Block) -> Basis:
    """The basis in which what passes lies in the channels from which it comes."""
    weight = read(draft, block.transition).weight
    inside = slice(block.passes.start, block.passes.stop)
    met = lazy(lambda: weight()[:, block.columns[1], 0, 0])
    scale = lazy(lambda: np.linalg.norm(met(), axis=0))

    def back() -> Array:
        whole = np.zeros((len(met()), len(met())))
        others = np.ones(len(whole), bool)
        others[inside] = False
        whole[:, inside] = met() / scale()
        whole[:, others] = np.linalg.qr(met(), mode="complete")[0][:, met().shape[1] :]
        return whole

    inverse = lazy(back)
    return Basis(lazy(lambda: np.linalg.inv(inverse())), inverse, scale)


def _change(draft: Draft, block: Block, basis: Basis) -> None:
    """Put a projection to the new basis and the shortcut in place of projection, concatenation and transition."""
    node = block.transition
    transition = read(draft, node)
    learned = Map(transition.op, "", lazy(lambda: transition.weight()[:, block.columns[0]]), transition.bias)
    forth = Map(transition.op, "", lazy(lambda: basis.forth()[:, :, None, None]), None)
    projected = after(forth, after(learned, read(draft, block.project)))
    name = draft.free(f"{node.name}_projection")
    place(draft, name, projected, node)
    shortcut = draft.free(f"{node.name}_shortcut")
    channels = node.shape[0]
    draft.put(shortcut, Conv2d.read({"out": channels, "groups": channels}), (block.passes.base,), node)
    draft.weights[f"{shortcut}.weight"] = _mask(basis.scale, block.passes, channels)
    total = draft.free(f"{node.name}_sum")
    draft.put(total, Add(), (name, shortcut), node)
    draft.redirect(node.name, total)
    draft.settle()


def _absorb(draft: Draft, reader: Node, result: str, back: Lazy) -> None:
    """Have a convolution of the old map read the new one."""
    conv = read(draft, reader)
    weight = lazy(lambda: (dense(conv.weight(), conv.op.groups) @ back())[:, :, None, None])
    place(draft, reader.name, Map(replace(conv.op, groups=1), result, weight, conv.bias), reader)


def _mask(scale: Lazy, passes: View, channels: int) -> Lazy:
    """A factor for every channel: zero but for what passes."""

    def weight() -> Array:
        made = np.zeros((channels, 1, 1, 1))
        made[passes.start : passes.stop, 0, 0, 0] = scale()
        return made

    return lazy(weight)
