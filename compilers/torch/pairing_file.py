"""Which layer of a file of weights each layer of a network takes, as a file to be read and edited: `conv1: features.0`."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from pathlib import Path

from archdsl.artifacts import write
from archdsl.errors import InputError
from archdsl.spec.locate import read
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Scalar, TextLimits, compose

LIMITS = TextLimits(bytes=2_000_000, depth=4, nodes=100_000)
HEAD = "# layer of the network: layer of the file. Lines that are left out are found by names and shapes.\n"


def read_pairing(path: Path) -> dict[str, str]:
    """The layer of the file by that of the network.

    Raises:
        InputError: the file cannot be read.
        SpecError: it is no mapping of names.
    """
    source, report = read(path, LIMITS), Report()
    root = compose(source, LIMITS)
    if not isinstance(root, Mapping):
        report.error("a pairing is a mapping, as 'conv1: features.0'", root.mark)
        report.stop()
        return {}
    found: dict[str, str] = {}
    for key, node in root.pairs:
        if isinstance(node, Scalar) and node.value is not None:
            found[key.text] = node.text
        else:
            report.error(f"'{key.text}' takes the name of a layer", node.mark)
    report.stop()
    return found


def write_pairing(path: Path, pairs: Pairs[str, str]) -> None:
    """Write a pairing to be edited. Raises InputError where that is not possible."""
    if path.exists():
        raise InputError(f"{path} is there already")
    write(path, HEAD + "".join(f"{ours}: {theirs}\n" for ours, theirs in pairs.items()))
