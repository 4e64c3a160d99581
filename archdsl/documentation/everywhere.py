"""The table of docs/partial_everywhere.md: what partial and dual-path versions of networks of the zoo cost.

    python -m archdsl.documentation.everywhere docs/partial_everywhere.md

writes it anew between its marks and leaves the rest of the page as it is; a test compares rows with the program.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archdsl.artifacts import write
from archdsl.cost.comparing.totals import total
from archdsl.cost.words import duration
from archdsl.design import Design
from archdsl.errors import ArchdslError, InputError
from archdsl.exact.shown import shown
from archdsl.transform.asked import Wanted
from archdsl.transform.run import transform

DEVICE = "ryzen-7-pro-4750u"
COUNTS = ("params", "macs", "peak")
VERSIONS = (("partial", {"partial": "1/2"}), ("dual", {"dual": "3,5"}), ("both", {"both": ""}))
HEAD = ("network", "parameters", "MACs", "peak, bytes", "latency", "MACs", "latency")
MARKED = re.compile(r"(<!-- generated: costs -->\n).*?(<!-- end -->)", re.DOTALL)


class Network(NamedTuple):
    """A network of the zoo, and where its versions have their transition layers."""

    name: str
    transition: str = "block"


NETWORKS = (
    Network("resnet18"),
    Network("resnet20"),
    Network("resnet50", "stage"),
    Network("resnet101", "stage"),
    Network("resnext50", "stage"),
    Network("csp_resnet50"),
    Network("regnet_y_400mf", "stage"),
    Network("hrnet_w18"),
    Network("mobilenet_v2"),
    Network("mobilenet_v3"),
    Network("mobilenet_v3_small"),
    Network("mobilenet_v4_small"),
    Network("mnasnet"),
    Network("efficientnet_b0"),
    Network("efficientnet_b4"),
    Network("efficientnet_v2_s"),
    Network("ghostnet"),
    Network("ghostnet_v2"),
    Network("shufflenet_v1"),
    Network("shiftnet"),
    Network("xception"),
    Network("convnext_tiny"),
    Network("convnextv2_atto"),
    Network("poolformer_s12"),
    Network("mixer_s16"),
    Network("vit_small"),
    Network("swin_tiny"),
    Network("mobilevit_xs"),
    Network("edgenext_x_small"),
    Network("maxvit_tiny"),
    Network("gpt2"),
    Network("r3d_18"),
    Network("yolov5n"),
    Network("yolov8n"),
    Network("deeplabv3"),
    Network("fpn_resnet18"),
)


def rows(network: Network) -> Iterator[str]:
    """The lines of one network: itself, and each version or why there is none."""
    base = Design.load(network.name)
    title = f"`{network.name}`" + (f", `--transition {network.transition}`" if network.transition != "block" else "")
    yield _row(title, base, base)
    for word, values in VERSIONS:
        try:
            made = transform(base, Wanted(values, transition=network.transition)).design
        except InputError as error:
            yield f"| {word} | {_reason(error)} | | | | | |"
        else:
            yield _row(word, made, base)


def _reason(error: Exception) -> str:
    """Why there is no version, in one line."""
    last = str(error).splitlines()[-1].strip()
    return last.partition("): ")[2] or last


def _row(title: str, design: Design, base: Design) -> str:
    counts = [shown(total(design, cost)) for cost in COUNTS]
    cells = [title, *counts, _latency(design), _change("macs", design, base), _change(f"latency.{DEVICE}", design, base)]
    return f"| {' | '.join(cells)} |"


def _latency(design: Design) -> str:
    try:
        return duration(total(design, f"latency.{DEVICE}"))
    except ArchdslError:
        return "unknown"


def _change(cost: str, design: Design, base: Design) -> str:
    """The change of a cost in per cent; nothing for the network itself."""
    if design is base:
        return ""
    try:
        before, after = total(base, cost), total(design, cost)
    except ArchdslError:
        return ""
    return f"{float(after) / float(before) - 1:+.0%}"


def table() -> str:
    """The whole table."""
    head = [f"| {' | '.join(HEAD)} |", f"| {' | '.join(['---', *['---:'] * (len(HEAD) - 1)])} |"]
    return "\n".join([*head, *[line for network in NETWORKS for line in rows(network)]])


def page(text: str) -> str:
    """The page with a table that is worked out anew."""
    made = table()
    return MARKED.sub(lambda found: f"{found[1]}\n{made}\n\n{found[2]}", text)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write(target, page(target.read_text(encoding="utf-8")))
