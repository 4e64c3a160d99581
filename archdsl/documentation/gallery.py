"""The gallery of the documentation: every kind of picture with the command that makes it.

    python -m archdsl.documentation.gallery docs

runs the commands and writes `docs/gallery.md` and the pictures in `docs/gallery/`. A test compares both with what the commands make.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archdsl.artifacts import write
from archdsl.cli.main import run
from archdsl.errors import ArchdslError

PAGE = "gallery.md"
FOLDER = "gallery"


class Entry(NamedTuple):
    """One command and the pictures that it leaves, each with what it shows."""

    command: str
    pictures: dict[str, str]


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "The figures of the paper": (
        Entry(
            "archdsl figures --to svg -o .",
            {
                "fig2.svg": "Fig. 2: the residual structure (a), and the partial residual structure (b).",
                "fig3.svg": "Fig. 3: a transition layer in each partial block (a), and one for several (b).",
                "fig2a.svg": "Fig. 2(a): the residual structure. All channels are learned from, and added to what came in.",
                "fig2b.svg": "Fig. 2(b): the partial residual structure. Half of the channels is learned from, the other half passes.",
                "fig3a.svg": "Fig. 3(a): each partial block has its own transition layer.",
                "fig3b.svg": "Fig. 3(b): several partial blocks share one transition layer.",
                "fig4.svg": "Fig. 4: DP-block A. Two paths of partial structure, one for each kernel.",
                "fig5.svg": "Fig. 5: DP-block B. Two paths without a shortcut.",
            },
        ),
        Entry(
            "archdsl figures fig4 --caption --set kernels=[3,5,7] --set C=96 --to svg -o edited",
            {"edited/fig4.svg": "The same block with a third path, for 96 channels, and its caption."},
        ),
    ),
    "Networks and their parts": (
        Entry("archdsl render dpnet", {"dpnet.svg": "DP-Net, a row for each block, as Table 1 of the paper."}),
        Entry(
            "archdsl render dpnet --titles -o dpnet_titles.svg",
            {"dpnet_titles.svg": "The same with the names that the paper prints."},
        ),
        Entry("archdsl render dpnet --row 5", {"dpnet_row5.svg": "Row 5 of the table, with its numbers."}),
        Entry(
            "archdsl render dpnet --block dp_a_3 --rankdir LR -o dpnet_lr.svg",
            {"dpnet_lr.svg": "One call of DP-block A, with squeeze and excitation, from left to right."},
        ),
        Entry(
            "archdsl render resnet18 --depth 2", {"resnet18.svg": "ResNet-18 with its blocks open; equal repeats are drawn once."}
        ),
    ),
    "Cost": (
        Entry("archdsl render dpnet --heat macs", {"dpnet_macs.svg": "Where DP-Net multiplies."}),
        Entry(
            "archdsl render mobilenet_v3 --heat params", {"mobilenet_v3_params.svg": "Where the parameters of MobileNetV3 are."}
        ),
        Entry(
            "archdsl render resnet50 --heat memory",
            {"resnet50_memory.svg": "How full memory is while each block of ResNet-50 runs."},
        ),
        Entry(
            "archdsl render dpnet --peak --block dp_b_1",
            {"dpnet_dp_b_1_peak.svg": "Which tensors are in memory when it is fullest."},
        ),
    ),
    "Differences": (
        Entry(
            "archdsl diff mobilenet_v3 dpnet --render",
            {"mobilenet_v3_dpnet.svg": "MobileNetV3 and DP-Net, counterparts at one height."},
        ),
        Entry(
            "archdsl diff p_resnet18a p_resnet18b --render --depth 2",
            {
                "p_resnet18a_p_resnet18b.svg": "P-ResNet18 A and B, blocks open: where the transition layers are, Figs. 3(a) and 3(b)."
            },
        ),
    ),
}


def made() -> dict[str, bytes]:
    """The page and its pictures by their path below the documentation.

    Raises:
        ArchdslError: a command fails or leaves other files than it should.
    """
    found: dict[str, bytes] = {PAGE: page().encode()}
    with tempfile.TemporaryDirectory() as work, contextlib.chdir(work):
        for entry in _entries():
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                code = run(shlex.split(entry.command)[1:])
            missing = [file for file in entry.pictures if not os.path.isfile(file)]
            if code or missing:
                raise ArchdslError(f"{entry.command}: ends with {code}, and without {', '.join(missing) or 'a mistake'}")
            found.update({f"{FOLDER}/{file}": Path(file).read_bytes() for file in entry.pictures})
    return found


def page() -> str:
    """The page in Markdown."""
    lines = ["# Gallery", "", "Every picture is made by the command above it, from specs of the zoo."]
    lines += ["`python -m archdsl.documentation.gallery docs` writes this page and its pictures."]
    for title, entries in SECTIONS.items():
        lines += ["", f"## {title}"]
        for entry in entries:
            lines += ["", "```sh", entry.command, "```"]
            for file, caption in entry.pictures.items():
                lines += ["", f"**{caption}**", "", f"![{caption}]({FOLDER}/{file})"]
    return "\n".join([*lines, ""])


def _entries() -> Iterator[Entry]:
    for entries in SECTIONS.values():
        yield from entries


def main(target: Path) -> None:
    """Write page and pictures."""
    found = made()
    for name, content in found.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)
    for path in (target / FOLDER).rglob("*"):
        if path.is_file() and path.relative_to(target).as_posix() not in found:
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m archdsl.documentation.gallery docs")
    try:
        main(Path(sys.argv[1]))
    except ArchdslError as error:
        sys.exit(str(error))
