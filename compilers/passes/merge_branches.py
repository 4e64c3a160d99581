"""Merge branches that are added into one convolution: what was trained as several is one for inference.

A convolution, a norm and the map itself are linear in the map that they read, so that their sum is one convolution of it: kernels of
unequal extent padded with zeros, a norm or the map itself a unit impulse in each channel (RepVGG, Ding et al. 2021; MobileOne, Vasu et
al. 2023; ACNet, Ding et al. 2019).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from archdsl.compilers.passes.branches import Branch, branch
from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.fold_norms import fold_norms
from archdsl.compilers.passes.kernels import total
from archdsl.compilers.passes.pointwise import Map, place
from archdsl.compilers.passes.views import view
from archdsl.compilers.passes.weights import names
from archdsl.ir.graph import Node
from archdsl.ops.join import Add


class _Merged(NamedTuple):
    """Branches that are one convolution together, the dearest first, with its multiply-accumulates."""

    branches: tuple[Branch, ...]
    conv: Map
    macs: int


def merge_branches(draft: Draft) -> bool:
    """The branches of every sum, where one convolution needs no more multiply-accumulates than they do; others where that is chosen.

    Norms of what was a sum are folded then.
    """
    changed = False
    made: dict[Any, Map] = {}
    for name in list(draft.nodes):
        if name in draft.nodes and isinstance(draft[name].op, Add):
            changed |= _merge(draft, draft[name], made)
    if changed:
        fold_norms(draft)
    return changed


def _merge(draft: Draft, add: Node, made: dict[Any, Map]) -> bool:
    """One sum; whether any of its branches were merged.

    Args:
        made: what branches have become, so that those which shared weights share what comes of them.
    """
    readers = draft.readers()
    if _is_term(draft, add.name, readers):
        return False
    alike: dict[Any, list[Branch]] = {}
    for term in _terms(draft, add, readers):
        found = branch(draft, term, readers)
        stride = found.conv.op.over(draft[found.conv.source].shape).stride
        alike.setdefault((view(draft, found.conv.source), stride), []).append(found)
    shared_out = [merged for branches in alike.values() for merged in _shared_out(draft, branches)]
    if all(len(merged.branches) == 1 for merged in shared_out):
        return False
    inputs = tuple([_put(draft, merged, made) for merged in shared_out])
    if len(inputs) == 1:
        draft.redirect(add.name, inputs[0])
    else:
        draft.put(add.name, add.op, inputs, add)
    draft.settle()
    return True


def _is_term(draft: Draft, name: str, readers: Mapping[str, Sequence[str]]) -> bool:
    """Whether nothing but a further sum reads a sum: the terms of one are terms of the other then."""
    if len(readers[name]) != 1 or name in draft.ends:
        return False
    (reader,) = readers[name]
    return isinstance(draft[reader].op, Add)


def _terms(draft: Draft, add: Node, readers: Mapping[str, Sequence[str]]) -> list[str]:
    found: list[str] = []
    for source in add.inputs:
        inner = draft[source]
        found += _terms(draft, inner, readers) if isinstance(inner.op, Add) and _is_term(draft, source, readers) else [source]
    return found


def _shared_out(draft: Draft, branches: list[Branch]) -> list[_Merged]:
    """Branches of one map in as few convolutions as need no more multiply-accumulates, or in one where that is chosen."""
    found: list[_Merged] = []
    for each in sorted(branches, key=lambda one: -one.macs):
        best: tuple[int, _Merged, int] | None = None
        for at, merged in enumerate(found):
            larger = _together(draft, (*merged.branches, each))
            if larger and (best is None or larger.macs - merged.macs < best[2]):
                best = at, larger, larger.macs - merged.macs
        if best and best[2] <= each.macs:
            found[best[0]] = best[1]
        else:
            found.append(_Merged((each,), each.conv, each.macs))
    layer = found[0].branches[0].layer
    whole = _together(draft, tuple([each for merged in found for each in merged.branches])) if len(found) > 1 else None
    if layer is None or whole is None:
        return found
    chosen = draft.choose(Site("merge_branches", "branches", layer.name, ("apart", "merged")))
    return [whole] if chosen == "merged" else found


def _together(draft: Draft, branches: tuple[Branch, ...]) -> _Merged | None:
    arriving = draft[branches[0].conv.source].shape
    conv = total([each.conv for each in branches], arriving)
    return _Merged(branches, conv, int(conv.op.macs((arriving,), conv.op.shape(arriving)))) if conv else None


def _put(draft: Draft, merged: _Merged, made: dict[Any, Map]) -> str:
    """Put the convolution in place of that of the dearest branch; the name of what is to be added."""
    layer = merged.branches[0].layer
    if len(merged.branches) == 1 or layer is None:
        return merged.branches[0].term
    source = merged.conv.source
    key = (merged.conv.op, draft[source].shape, *[_key(draft, node) for each in merged.branches for node in (None, *each.nodes)])
    conv = made.setdefault(key, merged.conv)
    place(draft, layer.name, conv._replace(source=source), layer)
    draft.note("merge_branches", f"{layer.name}: {len(merged.branches)} branches as one convolution")
    return layer.name


def _key(draft: Draft, node: Node | None) -> Any:
    """Equal for nodes that compute the same with the same weights; None stands between branches."""
    if node is None:
        return None
    shapes = tuple([draft[source].shape for source in node.inputs])
    return (node.op, *[draft.weights[f"{node.name}.{name}"] for name in names(node.op, shapes)])
