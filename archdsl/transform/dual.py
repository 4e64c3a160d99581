"""Dual paths (Zhao & Wang 2022, Fig. 5): what is learned is shared out over paths, each with a kernel of its own; they are concatenated
and fused by a transition layer. The shortcut stays."""

from __future__ import annotations

from typing import Any

from archdsl.spec.model import Block, Body, Call, Parallel, Stage
from archdsl.spec.walk import parts
from archdsl.transform import make
from archdsl.transform.residual import Residual
from archdsl.transform.roles import KERNEL, Roles, calls
from archdsl.transform.shares import Scale, dealt, even, opened, scaled
from archdsl.transform.versions import AT_BLOCK, Fuse, Version, condition

COUNT = "len($kernels)"
LOOP = (("k", make.formula("$kernels")),)


def dual(residual: Residual, block: Block, roles: Roles, fuse: Fuse) -> Body:
    """The fork, with paths in the place of what was learned."""
    body = with_kernel(residual.learned, block, roles)
    inside = scaled(body, block, roles, share(body), "$k")
    paths = make.parallel("split", (make.path(inside),), "concat", loop=LOOP)
    fused = (paths, fuse(AT_BLOCK))
    beside = make.path(residual.shortcut, "shortcut")
    return (make.parallel("fork", (make.path(fused, "learned"), beside), "add", mods=condition(residual)),)


def with_kernel(body: Body, block: Block, roles: Roles) -> Body:
    """What is learned, with its convolutions in sight: a block that hides its kernel is opened."""
    hides = all(KERNEL not in roles.of(call.target, block).values() for call in calls(body))
    return opened(body, block, roles) if hides else body


def share(body: Body) -> Scale:
    """The part of a path; where rounds inside have an `$i` of their own, an even one."""
    return even(COUNT) if _has_rounds(body) else dealt(COUNT)


def _has_rounds(body: Body) -> bool:
    return any(_repeats(part) for part in parts(body))


def _repeats(part: Any) -> bool:
    if not isinstance(part, (Call, Stage, Parallel)):
        return False
    return bool(part.mods.loop or part.mods.repeat or (isinstance(part, Parallel) and part.loop))


DUAL = Version(
    "dual",
    "dual-path",
    {"bottleneck_1x3x1": "dual_bottleneck", "bottleneck": "dual_inverted", "y_block": "dual_y"},
    dual,
    ("kernels", "transition"),
)
