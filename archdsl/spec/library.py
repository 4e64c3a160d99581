"""The files of blocks that ship."""

from __future__ import annotations

from archdsl.spec.locate import read, zoo
from archdsl.spec.model import File
from archdsl.spec.read_file import read_file
from archdsl.spec.report import Report
from archdsl.spec.yaml import TextLimits

BLOCKS = "blocks"
"""The folder of the zoo that holds files of blocks."""


def files_of_blocks() -> dict[str, File]:
    """The files of blocks of the zoo, by the name that an import gives them."""
    found = {}
    for path in sorted((zoo() / BLOCKS).glob("*.yaml")):
        report = Report()
        file = read_file(read(path, TextLimits()), report)
        report.stop()
        assert file is not None
        found[f"{BLOCKS}/{path.stem}"] = file
    return found
