"""Slices and concatenations of channels as what they are: ranges of other tensors. Used by every pass that moves channels."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from archdsl.compilers.passes.draft import Draft
from archdsl.ir.graph import Node
from archdsl.ops.join import Concat
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import is_map


class View(NamedTuple):
    """The channels from `start` up to, and without, `stop` of a tensor that some node computes."""

    base: str
    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start


def view(draft: Draft, name: str) -> View:
    """What a node of a map gives: a range of another's channels where it is a slice, else all of its own."""
    node = draft[name]
    if isinstance(node.op, Slice) and is_map(node.shape):
        inner = view(draft, node.inputs[0])
        return View(inner.base, inner.start + node.op.start, inner.start + node.op.stop)
    return View(name, 0, node.shape[0])


def node_of(draft: Draft, wanted: View, like: Node, name: str) -> str:
    """The node that gives a view: its base where it is all of it, else a slice of this name, which is made if need be."""
    if wanted.size == draft[wanted.base].shape[0]:
        return wanted.base
    for node in draft.nodes.values():
        if node.inputs == (wanted.base,) and node.op == Slice(start=wanted.start, stop=wanted.stop):
            return node.name
    return draft.put(draft.free(name), Slice(start=wanted.start, stop=wanted.stop), (wanted.base,), like).name


def joined(views: list[View]) -> list[View]:
    """The same channels with neighbours that lie side by side in one tensor taken together."""
    found: list[View] = []
    for part in views:
        last = found[-1] if found else None
        if last and last.base == part.base and last.stop == part.start:
            found[-1] = View(last.base, last.start, part.stop)
        else:
            found.append(part)
    return found


def simplify(draft: Draft) -> bool:
    """Remove slices and concatenations that are other tensors, or ranges of them; whether there were any.

    A slice of a slice, of a whole tensor, or of one part of a concatenation; a concatenation of one tensor, of neighbours, or
    within another.
    """
    changed, again = False, True
    while again:
        again = False
        for name in list(draft.nodes):
            if name in draft.nodes and _maps(draft, name):
                again |= _slice(draft, draft[name]) or _concat(draft, draft[name])
        changed |= again
    return draft.settle() or changed


def shares(draft: Draft, name: str) -> list[tuple[str, View]] | None:
    """The slices that read a map, where nothing else does and they share it out without gaps; in order."""
    readers = draft.readers()[name]
    if not is_map(draft[name].shape) or len(readers) < 2 or name in draft.ends:
        return None
    if not all(isinstance(draft[reader].op, Slice) for reader in readers):
        return None
    parts = sorted(((reader, view(draft, reader)) for reader in readers), key=lambda part: part[1].start)
    ends = [0, *(found.stop for _, found in parts)]
    whole = all(found.start == end for (_, found), end in zip(parts, ends, strict=False))
    return parts if whole and ends[-1] == draft[name].shape[0] else None


def is_join(node: Node) -> bool:
    """Whether a node concatenates maps along their channels."""
    return isinstance(node.op, Concat) and is_map(node.shape) and node.op.along(node.shape) == 0


def _maps(draft: Draft, name: str) -> bool:
    return isinstance(draft[name].op, Slice) or is_join(draft[name])


def _slice(draft: Draft, node: Node) -> bool:
    if not isinstance(node.op, Slice) or not is_map(node.shape):
        return False
    found = view(draft, node.name)
    if found.size == draft[found.base].shape[0]:
        draft.redirect(node.name, found.base)
        return True
    if is_join(draft[found.base]):
        start = 0
        for source in draft[found.base].inputs:
            stop = start + draft[source].shape[0]
            if start <= found.start and found.stop <= stop:
                inside = View(source, found.start - start, found.stop - start)
                draft.redirect(node.name, node_of(draft, inside, node, node.name))
                return True
            start = stop
    if node.inputs != (found.base,):
        draft.nodes[node.name] = replace(node, op=Slice(start=found.start, stop=found.stop), inputs=(found.base,))
        return True
    return False


def _concat(draft: Draft, node: Node) -> bool:
    if not is_join(node):
        return False
    readers = draft.readers()
    inputs: list[str] = []
    for source in node.inputs:
        inner = draft[source]
        inputs += inner.inputs if is_join(inner) and readers[source] == [node.name] and source not in draft.ends else (source,)
    parts = joined([view(draft, source) for source in inputs])
    if parts == [view(draft, source) for source in node.inputs]:
        return False
    sources = tuple(node_of(draft, part, node, f"{node.name}_part") for part in parts)
    if len(sources) == 1:
        draft.redirect(node.name, sources[0])
    else:
        draft.nodes[node.name] = replace(node, inputs=sources)
    return True
