"""Dense convolutions in the place of which something cheaper may stand, and the condition under which a call is one."""

from __future__ import annotations

from archdsl.spec.model import PLAIN, Block, Body, Call, Choice, Constant, Formula, Value
from archdsl.transform import make
from archdsl.transform.draft import Draft
from archdsl.transform.scaling import place_of

IMAGE = 4
"""A convolution of as many channels or fewer sees the image: it stays dense, as in every network of that kind."""


def truth(value: Value | None, default: int, test: str) -> str:
    """A condition on an argument: `true` or `false` where it is a number, else an expression. `test` as `== 1`."""
    if value is None or (isinstance(value, Constant) and value.value is None):
        value = make.constant(default)
    if isinstance(value, Constant):
        number = value.value
        kind, bound = test.split()
        holds = number == int(bound) if kind == "==" else isinstance(number, int) and number > int(bound)
        return "true" if holds else "false"
    if not isinstance(value, Formula) or (value.bare == "in" and test == "== 1"):
        return "false"  # as many groups as channels is no dense convolution of more than the image
    return f"{make.factor(make.text(value))} {test}"


def together(*conditions: str) -> str:
    """All of some conditions; `false` where one never holds, `true` where all always do."""
    left = [each for each in conditions if each != "true"]
    if "false" in left:
        return "false"
    return " and ".join(left) or "true"


def instead(call: Call, condition: str, new: Body) -> Body | None:
    """A call, or other steps where a condition holds."""
    if condition == "false":
        return None
    if condition == "true":
        return new
    mods = PLAIN
    return (Choice(mark=make.NOWHERE, condition=make.formula(condition), then=new, otherwise=(call,), mods=mods),)


class Convolutions:
    """Which calls are convolutions that may be replaced, and under which condition they see more than the image."""

    def __init__(self, draft: Draft):
        nodes = [node for node in draft.graph if node.op.word == "conv" and node.mark is not None]
        self._image = {place_of(node.mark) for node in nodes if node.mark and draft.graph.input_shapes(node)[0][0] <= IMAGE}

    def is_simple(self, call: Call, block: Block | None) -> bool:
        """Whether a call is a convolution by arguments that can be told apart.

        One that carries labels is left alone; of the net, a row, one that is repeated, and one that sees the image.
        """
        mods = call.mods
        if call.target != "conv" or mods.labels or mods.sources or mods.share:
            return False
        if block is not None:
            return True
        return call.row is None and not mods.repeat and not mods.loop and place_of(call.mark) not in self._image

    def inside(self, block: Block | None) -> str:
        """The condition under which a convolution sees more than the image; of the net it is known."""
        return "true" if block is None else f"$in > {IMAGE}"
