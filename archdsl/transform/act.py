"""`--act NAME`: another activation in the place of every one that is no gate."""

from __future__ import annotations

from archdsl.ops import OPERATORS
from archdsl.ops.activation import Activation
from archdsl.transform.asked import How
from archdsl.transform.call_changes import change_calls
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form
from archdsl.transform.named import operator, replacing, set_defaults, set_knobs

GATES = frozenset({"sigmoid", "hsigmoid", "tanh", "softplus", "softsign", "logsigmoid", "hardtanh", "glu", "swiglu"})
"""Activations that weigh something, or bound it: these stay."""
ACTIVATIONS = frozenset(word for word, kind in OPERATORS.items() if issubclass(kind, Activation)) - GATES


def act(draft: Draft, text: str, how: How) -> None:
    new = operator(text, "--act", ACTIVATIONS)
    set_defaults(draft, new)
    knobs = set_knobs(draft, ACTIVATIONS, new.target) if how.where.everywhere else []
    if knobs and not _others(draft, new.target):
        return
    change_calls(draft, replacing(ACTIVATIONS, new.target), Form(new.target, how.knob), how.where, f"activation but {new.target}")


def _others(draft: Draft, new: str) -> bool:
    return any(node.op.word in ACTIVATIONS and node.op.word != new for node in draft.graph)
