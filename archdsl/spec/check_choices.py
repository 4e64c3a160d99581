"""The blocks that a knob may be set to, so that the knobs that any of them reads belong to the spec."""

from __future__ import annotations

from archdsl.spec.checking import Checks
from archdsl.spec.model import Block, Call


def reach_choices(checks: Checks) -> None:
    """Reach the blocks that fit where a knob is called that may hold any block. Choices of a knob are reached where it is declared."""
    for name, calls in checks.references.items():
        knob = checks.knobs.get(name)
        if knob is None or knob.type != "block" or knob.choices is not None:
            continue
        for word, block in checks.spec.blocks.items():
            if word not in checks.reached and any(_fits(block, call) for call in calls):
                checks.reached.setdefault(word)


def _fits(block: Block, call: Call) -> bool:
    """Whether a call gives a block what it needs, and nothing that it does not have."""
    given = {*call.args, *(list(block.args)[:1] if call.positional is not None else ())}
    needed = [name for name, parameter in block.args.items() if parameter.default is None]
    return not block.broken and given <= block.args.keys() and given.issuperset(needed)
