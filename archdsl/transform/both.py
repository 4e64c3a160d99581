"""Dual paths with a partial residual structure in each (Zhao & Wang 2022, Fig. 4): the DP-blocks."""

from __future__ import annotations

from archdsl.spec.model import Block, Body
from archdsl.transform import make
from archdsl.transform.dual import LOOP, share, with_kernel
from archdsl.transform.residual import Residual
from archdsl.transform.roles import Roles
from archdsl.transform.shares import learned, passed, scaled
from archdsl.transform.versions import Fuse, Version, condition


def both(residual: Residual, block: Block, roles: Roles, fuse: Fuse) -> Body:
    """Paths, in each of which a share is learned from and the rest passes."""
    body = with_kernel(residual.learned, block, roles)
    part = share(body)
    inside = scaled(body, block, roles, lambda whole: learned("$split")(part(whole)), "$k")
    beside = scaled(residual.shortcut, block, roles, lambda whole: passed("$split")(part(whole)))
    paths = (make.path(inside, "learned"), make.path(beside, "passed"))
    each = make.parallel("split", paths, "concat", shares=("$split", "rest"))
    return (make.parallel("split", (make.path((each,)),), "concat", loop=LOOP, mods=condition(residual)),)


BOTH = Version("dp", "partial dual-path", {"bottleneck": "dp_inverted"}, both, ("split", "kernels", "transition"))
