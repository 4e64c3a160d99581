"""Dense convolutions in the place of which something cheaper may stand, and the condition under which a call is one."""

from __future__ import annotations

from archdsl.spec.model import PLAIN, Block, Body, Call, Choice, Constant, Formula, Value
from archdsl.transform import make

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
    return f"{make.text(value)} {test}" if isinstance(value, Formula) else "false"


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


def is_simple(call: Call, block: Block | None) -> bool:
    """Whether a call is a convolution by arguments that can be told apart; one that carries labels is left alone."""
    mods = call.mods
    return call.target == "conv" and not mods.labels and not mods.sources and not mods.share and block is not None
