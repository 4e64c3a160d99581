"""Drop what does nothing at inference: identities, dropout, stochastic depth, joins of one tensor, slices of slices, and activations
of values that they leave as they are (a ReLU of what is never negative)."""

from __future__ import annotations

from collections import Counter

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.views import simplify
from archdsl.ir.ranges import ranges, unchanged
from archdsl.ops.facts import Memory
from archdsl.ops.readers import Facts

PASSES = Facts("rewriting", __name__, memory="which memory its output lies in")


def drop_identities(draft: Draft) -> bool:
    """Everything that reads such a node reads what it passes on."""
    dropped: Counter[str] = Counter()
    held = ranges(draft.nodes)
    for node in list(draft.nodes.values()):
        if not node.inputs:
            continue
        op = PASSES.of(node)
        left = unchanged(op)
        idle = left is not None and held[node.inputs[0]].within(left)
        if op.memory is Memory.PASSED or (op.neutral and len(node.inputs) == 1) or idle:
            dropped[op.word] += 1
            draft.redirect(node.name, draft[node.name].inputs[0])
    before = len(draft.nodes)
    changed = simplify(draft)
    if views := before - len(draft.nodes):
        dropped["slice or concat"] += views
    if dropped:
        draft.note("drop_identities", "dropped " + ", ".join(f"{count} {word}" for word, count in dropped.items()))
    return changed or bool(dropped)
