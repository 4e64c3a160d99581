"""`--norm NAME`: another normalisation, or other arguments of the one that is there."""

from __future__ import annotations

from archdsl.transform.asked import How
from archdsl.transform.call_changes import change_calls
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form
from archdsl.transform.named import operator, replacing, set_defaults

NORMS = frozenset({"norm", "group_norm", "instance_norm", "layer_norm", "rms_norm"})


def norm(draft: Draft, text: str, how: How) -> None:
    new = operator(text, "--norm", NORMS)
    set_defaults(draft, new)
    if any(node.op.word in NORMS and node.op.word != new.target for node in draft.graph) or not new.args:
        change_calls(draft, replacing(NORMS, new.target), Form(new.target, how.knob), how.where, f"norm but {new.target}")
