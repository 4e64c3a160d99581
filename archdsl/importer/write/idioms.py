"""Runs of operators that every reader takes for one thing: a convolution with its norm and activation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.convolution import Conv2d
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm
from archdsl.ops.pool import AdaptivePool
from archdsl.ops.rearrange import Flatten

if TYPE_CHECKING:
    from archdsl.importer.write.region import Region


def idiom(nodes: list[Node]) -> int:
    """How many of these operators, the first among them, are one idiom; 0 where it begins none."""
    return _match(nodes)[1]


def _match(nodes: list[Node]) -> tuple[str, int]:
    ops = [node.op for node in nodes[:3]]
    if not ops:
        return "", 0
    if isinstance(ops[0], Conv2d):
        if len(ops) > 1 and isinstance(ops[1], BatchNorm) and ops[1].affine:
            plain = (
                not ops[0].bias
                and ops[0].padding == "same"
                and set(ops[0].dilation) == {1} == {len(set(ops[0].kernel)), len(set(ops[0].stride))}
            )
            activated = len(ops) > 2 and _plain_activation(ops[2])
            return ("conv_norm" if plain else "conv_bn"), 2 + activated
        if len(ops) > 1 and ops[0].bias and _plain_activation(ops[1]):
            return f"conv_{ops[1].word}", 2
    if isinstance(ops[0], AdaptivePool) and not ops[0].arguments() and len(ops) > 1 and isinstance(ops[1], Flatten):
        return "pool", 2
    if isinstance(ops[0], Linear) and ops[0].bias and len(ops) > 1 and _plain_activation(ops[1]):
        return f"linear_{ops[1].word}", 2
    if isinstance(ops[0], BatchNorm) and len(ops) > 2 and _plain_activation(ops[1]) and isinstance(ops[2], Conv2d):
        return "norm_conv", 3
    return "", 0


def is_activated_norm(items: Sequence[object]) -> bool:
    """Whether these are a batch norm and an activation, which belong to the convolution before them or after them."""
    ops = [item.op for item in items if isinstance(item, Node)]
    return len(ops) == len(items) == 2 and isinstance(ops[0], BatchNorm) and isinstance(ops[1], Activation)


def _plain_activation(op: object) -> bool:
    return isinstance(op, Activation) and not op.arguments()


MOBILE = frozenset(
    [
        "bottleneck",
        "classifier",
        "conv1x1",
        "conv3x3",
        "conv_norm",
        "fc",
        "gate",
        "path",
        "pool",
        "recalibrate",
        "separable",
        "squeeze_excite",
    ]
)
"""Names of the blocks of blocks/mobile. A network with a scope of one of these names cannot import the file."""

OFTEN = 3
"""Times that an idiom has to occur before it is worth a block."""


def mark_idioms(root: Region, graph: Graph, readers: dict[str, list[str]]) -> None:
    """Make regions of the idioms among the operators of every region, where there are several of a kind."""
    found: list[tuple[Region, int, int, str]] = []
    shared = {name for node in graph if node.shared for name in (node.name, node.shared)}
    within = {name: readers[name][0] for name in readers if len(readers[name]) == 1 and name not in graph.ends}
    for region in root.regions():
        at = 0 if region.known is None else len(region.items)
        while at < len(region.items):
            chain = _chain(region, at, within, shared)
            word, length = _match(chain)
            if (
                word == "norm_conv"
                and length == 3
                and _match(chain[2:] + _chain(region, at + 3, within, shared))[0] == "conv_norm"
            ):
                length = 0  # the convolution goes with the norm after it
            if length:
                found.append((region, at, length, word))
            at += length or 1
    often: dict[str, Counter[Region]] = {}
    for region, _, _, word in found:
        often.setdefault(word, Counter())[region] += 1
    imports = "conv_norm" in often and _is_worth_a_block("conv_norm", often["conv_norm"])
    if not imports or any(region.word in MOBILE and region.known is None for region in root.regions()):
        often.pop("pool", None)
    for region, at, length, word in reversed(found):
        if word in often and _is_worth_a_block(word, often[word]):
            region.items[at : at + length] = [type(region)(word, region.items[at : at + length], is_idiom=True)]


def _is_worth_a_block(word: str, places: Counter[Region]) -> bool:
    """Whether an idiom occurs often, and not only once in each scope of one kind."""
    holders = {region.word for region in places}
    if word == "pool":
        return True
    return places.total() >= OFTEN and (word == "conv_norm" or max(places.values()) > 1 or len(holders) > 1)


def _chain(region: Region, at: int, within: dict[str, str], shared: set[str]) -> list[Node]:
    """Operators from a place on, each of which alone reads the one before, and nothing else.

    Args:
        within: the reader of each tensor that has one and is no output.
        shared: names of those that share weights, which others have to see.
    """
    found: list[Node] = []
    for item in region.items[at : at + 3]:
        if not isinstance(item, Node) or item.name in shared:
            break
        if found and (item.inputs != (found[-1].name,) or within.get(found[-1].name) != item.name):
            break
        found.append(item)
    return found
