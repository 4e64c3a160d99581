"""The table of transformations, in the order in which they are applied, whatever the order of the options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.errors import InputError
from archdsl.spec.scalars import resolve
from archdsl.transform.act import act
from archdsl.transform.asked import How
from archdsl.transform.both import BOTH
from archdsl.transform.depthwise import depthwise
from archdsl.transform.draft import Draft
from archdsl.transform.dual import DUAL
from archdsl.transform.ghost import ghost
from archdsl.transform.grouped import groups
from archdsl.transform.norm import norm
from archdsl.transform.partial import PARTIAL
from archdsl.transform.se import se
from archdsl.transform.versions import Asked, Version
from archdsl.transform.versions import apply as apply_version
from archdsl.transform.width import width


@dataclass(frozen=True)
class Transformation:
    """One transformation.

    Attributes:
        word: of its option.
        takes: what its value is, for help; nothing for an option without one.
        optional: the value where the option stands alone; None where it must be given.
        doc: what it does, for help.
        apply: does it.
    """

    word: str
    takes: str
    optional: str | None
    doc: str
    apply: Callable[[Draft, str, How], None]


def _version(version: Version) -> Callable[[Draft, str, How], None]:
    def run(draft: Draft, text: str, how: How) -> None:
        settings: list[tuple[str, Any]] = []
        for piece in filter(None, text.split(";")):
            settings.append(
                _share(piece) if "split" in version.knobs and len(settings) == 0 and version is not DUAL else _kernels(piece)
            )
        settings += [("transition", how.transition)] if how.transition else []
        apply_version(draft, version, Asked(how.where, how.knob, tuple(settings)))

    return run


def _share(text: str) -> tuple[str, Any]:
    share = resolve(text)
    if not isinstance(share, (int, Fraction)) or isinstance(share, bool) or not 0 < share < 1:
        raise InputError(f"--partial takes the share that is learned from, between 0 and 1, '{text}' came")
    return "split", share


def _kernels(text: str) -> tuple[str, Any]:
    kernels = [resolve(piece.strip()) for piece in text.split(",")]
    if len(kernels) < 2 or not all(type(kernel) is int and kernel > 0 for kernel in kernels):
        raise InputError(f"--dual takes the kernel of each path, as 3,5; '{text}' came")
    return "kernels", kernels


TRANSFORMATIONS = (
    Transformation("se", "", "", "Squeeze and excitation in every residual block.", se),
    Transformation(
        "partial", "SHARE", "1/2", "Learn from a share of the channels beside each shortcut; the rest passes.", _version(PARTIAL)
    ),
    Transformation(
        "dual", "KERNELS", "3,5", "Learn by several paths beside each shortcut, each with its kernel.", _version(DUAL)
    ),
    Transformation("both", "", "", "Several paths, in each of which a share of the channels passes.", _version(BOTH)),
    Transformation("depthwise", "", "", "Dense 3x3 convolutions become depthwise separable.", depthwise),
    Transformation("groups", "N", None, "Dense convolutions over places become grouped.", groups),
    Transformation("ghost", "", "", "Half of the channels of dense convolutions come from cheap depthwise ones.", ghost),
    Transformation("act", "NAME", None, "Another activation, as silu or 'leaky_relu: 0.2'.", act),
    Transformation("norm", "NAME", None, "Another normalisation, as 'group_norm: 32'.", norm),
    Transformation("width", "FACTOR", None, "Scale all channels but those of the classes.", width),
)
