"""Widen what is concatenated by channels of zeros, so that a runtime need not copy it into place.

Runtimes keep maps in blocks of 8 or 16 channels and convolve those. Parts of whole blocks can be concatenated there as they are; others
are brought into the plain layout and back. Convolutions round channels up to whole blocks anyway, so a few zeros cost them nothing.
Parts that are as wide as the whole, with zeros where the others are, can be added, which a convolution does in passing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import Map, dense, is_pointwise, mixes, place, read
from archdsl.compilers.passes.views import is_join
from archdsl.compilers.passes.weights import Array, Lazy, lazy
from archdsl.ir.graph import Node
from archdsl.ops.join import Add

BLOCK = 16
"""Channels of a block: float32 values in a vector of 512 bits."""


def widen_parts(draft: Draft) -> bool:
    """Every concatenation whose parts are made by pointwise convolutions, where that is chosen."""
    changed = False
    for name in list(draft.nodes):
        node = draft[name]
        if not is_join(node) or name in draft.ends:
            continue
        ragged = [part for part in dict.fromkeys(node.inputs) if draft[part].shape[0] % BLOCK]
        options = ["exact"]
        options += ["padded"] if ragged and _followed(draft, node) and all(_can_pad(draft, part) for part in ragged) else []
        options += ["added"] if _can_add(draft, node) else []
        form = draft.choose(Site("widen_parts", "parts", name, tuple(options))) if len(options) > 1 else "exact"
        if form == "padded":
            for part in ragged:
                _pad(draft, part)
            draft.note("widen_parts", f"{name}: {len(ragged)} parts are padded to blocks of {BLOCK} channels")
        elif form == "added":
            _add(draft, node)
            draft.note("widen_parts", f"{name}: a sum of parts as wide as the whole, in place of a concatenation")
        changed |= form != "exact"
    return changed


def _made_by_convolution(draft: Draft, name: str) -> bool:
    node = draft[name]
    return is_pointwise(node) and bool(read(draft, node).op.stride == (1, 1)) and name not in draft.ends


def _followed(draft: Draft, join: Node) -> bool:
    """Whether only convolutions that mix all channels read a concatenation, so that their columns can follow."""
    return all(mixes(draft, draft[reader]) for reader in draft.readers()[join.name])


def _can_pad(draft: Draft, name: str) -> bool:
    """Whether only pointwise convolutions read a part, or concatenations before such."""
    for reader in draft.readers()[name]:
        node = draft[reader]
        if node.inputs.count(name) != 1 or not (is_pointwise(node) or (is_join(node) and _followed(draft, node))):
            return False
        if is_join(node) and reader in draft.ends:
            return False
    return _made_by_convolution(draft, name)


def _can_add(draft: Draft, join: Node) -> bool:
    """Whether there are two parts, which nothing else reads."""
    readers = draft.readers()
    alone = all(readers[part] == [join.name] and _made_by_convolution(draft, part) for part in join.inputs)
    return alone and len(join.inputs) == len(set(join.inputs)) == 2


def _add(draft: Draft, join: Node) -> None:
    """Have each part write its channels where they stand in the whole, and zeros elsewhere."""
    whole, start = join.shape[0], 0
    for part in join.inputs:
        size = draft[part].shape[0]
        _widen(draft, part, start, whole - start - size)
        start += size
    draft.put(join.name, Add(), join.inputs, join)


def _pad(draft: Draft, name: str) -> None:
    """Fill the last block of a part with zeros, and have what reads it pass over them."""
    size = draft[name].shape[0]
    more = -size % BLOCK
    readers = draft.readers()
    places: list[tuple[Node, int]] = []
    for reader in readers[name]:
        node = draft[reader]
        if is_join(node):
            start = sum(draft[source].shape[0] for source in node.inputs[: node.inputs.index(name)])
            places += [(draft[one], start + size) for one in readers[reader]]
        else:
            places.append((node, size))
    maps = [(one, at, read(draft, one)) for one, at in places]
    _widen(draft, name, 0, more)
    for reader in readers[name]:
        if is_join(draft[reader]):
            draft.put(reader, draft[reader].op, draft[reader].inputs, draft[reader])
    for one, at, found in maps:
        place(draft, one.name, found._replace(op=replace(found.op, groups=1), weight=_columns(found, at, more)), one)


def _widen(draft: Draft, name: str, before: int, after: int) -> None:
    """Add channels of zeros to what a convolution makes."""
    conv = read(draft, draft[name])

    def rows() -> Array:
        return np.pad(dense(conv.weight(), conv.op.groups), ((before, after), (0, 0)))[:, :, None, None]

    bias = None if conv.bias is None else _longer(conv.bias, before, after)
    op = replace(conv.op, out=conv.op.out + before + after, groups=1)
    place(draft, name, Map(op, conv.source, lazy(rows), bias), draft[name])


def _longer(bias: Lazy, before: int, after: int) -> Lazy:
    return lazy(lambda: np.pad(bias(), (before, after)))


def _columns(conv: Map, at: int, more: int) -> Lazy:
    """A weight that passes over so many channels from one on."""
    return lazy(lambda: np.insert(dense(conv.weight(), conv.op.groups), [at] * more, 0.0, axis=1)[:, :, None, None])
