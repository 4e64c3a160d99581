"""The partial residual structure (Zhao & Wang 2022, Fig. 2b): a share of the channels is learned from, the others pass, both are
concatenated and fused by a transition layer. It takes the place of the addition."""

from __future__ import annotations

from archdsl.spec.model import Block, Body
from archdsl.transform import make
from archdsl.transform.residual import Residual
from archdsl.transform.roles import Roles
from archdsl.transform.shares import learned, passed, scaled
from archdsl.transform.versions import Fuse, Version, condition


def partial(residual: Residual, block: Block, roles: Roles, fuse: Fuse) -> Body:
    """A split in the place of the fork."""
    inside = scaled(residual.learned, block, roles, learned("$split"))
    beside = scaled(residual.shortcut, block, roles, passed("$split"))
    paths = (make.path(inside, "learned"), make.path(beside, "passed"))
    return (make.parallel("split", paths, "concat", shares=("$split", "rest"), mods=condition(residual)),)


PARTIAL = Version(
    "partial",
    "partial",
    {
        "basic": "partial_basic",
        "bottleneck_1x3x1": "partial_bottleneck",
        "bottleneck": "partial_inverted",
        "y_block": "partial_y",
    },
    partial,
    ("split", "transition"),
)
