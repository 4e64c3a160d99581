"""Conventions by name: those that are shipped, and files of a user's own."""

from __future__ import annotations

from pathlib import Path

from archdsl.cost.counting.convention import Convention
from archdsl.cost.counting.convention_file import read_convention
from archdsl.cost.named_files import NamedFiles

TOOLS = ("thop", "fvcore", "ptflops", "torchinfo", "torch")
"""The conventions of today's tools, in the order in which they are shown."""

_FILES = NamedFiles("convention", Path(__file__).parent / "conventions", "conventions", read_convention)


def convention_names() -> list[str]:
    """Names of the shipped conventions, sorted."""
    return list(_FILES.names)


def load_convention(target: str | Path, beside: Path | None = None) -> Convention:
    """A convention by the path of its file or by name: one that is shipped, or one in the folder `conventions` beside a spec.

    Args:
        beside: folder of the spec.

    Raises:
        InputError: there is none; names the near miss. Or a file beside the spec has the name of a shipped convention.
        SpecError: mistakes in the file.
    """
    return _FILES.load(target, beside)
