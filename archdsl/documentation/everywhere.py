"""The tables of docs/partial_everywhere.md: what partial and dual-path versions cost, of networks of the zoo and of imported ones.

    python -m archdsl.documentation.everywhere docs/partial_everywhere.md benchmarks/imported

writes them anew between their marks and leaves the rest of the page as it is; a test compares rows with the program. The folder holds
specs that `archdsl import timm:NAME -o benchmarks/imported/NAME.yaml` made.
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
MARKED = re.compile(r"(<!-- generated: (costs|imported) -->\n).*?(<!-- end -->)", re.DOTALL)

PLACE = re.compile(r" \([^()]*:[0-9]+:[0-9]+\)")


class Network(NamedTuple):
    """A network of the zoo, or a spec in the folder of imported ones, and where its versions have their transition layers."""

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
IMPORTED = (
    Network("cs3darknet_focus_s"),
    Network("deit_tiny_patch16_224"),
    Network("dla46x_c"),
    Network("fasternet_t0"),
    Network("inception_next_atto"),
    Network("mobilenetv3_small_050"),
    Network("nf_regnet_b0"),
    Network("regnetx_002", "stage"),
    Network("repvit_m0_9"),
    Network("resnetv2_50"),
    Network("rexnet_100"),
    Network("starnet_s1"),
)


def rows(network: Network, folder: Path | None = None) -> Iterator[str]:
    """The lines of one network: itself, and each version or why there is none.

    Args:
        folder: of the specs of imported networks; the zoo where none is given.
    """
    base = Design.load(network.name if folder is None else folder / f"{network.name}.yaml")
    title = f"`{network.name}`" + (f", `--transition {network.transition}`" if network.transition != "block" else "")
    yield _row(title, base, base)
    for word, values in VERSIONS:
        try:
            made = transform(base, Wanted(values, transition=network.transition, folder=folder)).design
        except InputError as error:
            yield f"| {word} | {_reason(error)} | | | | | |"
        else:
            yield _row(word, made, base)


def _reason(error: Exception) -> str:
    """Why there is no version, in one line, without its place."""
    last = PLACE.sub("", str(error).splitlines()[-1].strip())
    return last.partition(": ")[2] or last


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


def table(networks: tuple[Network, ...], folder: Path | None = None) -> str:
    """The whole table of some networks."""
    head = [f"| {' | '.join(HEAD)} |", f"| {' | '.join(['---', *['---:'] * (len(HEAD) - 1)])} |"]
    return "\n".join([*head, *[line for network in networks for line in rows(network, folder)]])


def page(text: str, folder: Path) -> str:
    """The page with tables that are worked out anew."""
    made = {"costs": table(NETWORKS), "imported": table(IMPORTED, folder)}
    return MARKED.sub(lambda found: f"{found[1]}\n{made[found[2]]}\n\n{found[3]}", text)


if __name__ == "__main__":
    target, imported = map(Path, sys.argv[1:3])
    write(target, page(target.read_text(encoding="utf-8"), imported))
