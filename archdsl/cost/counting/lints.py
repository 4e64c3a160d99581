"""What is legal but often a mistake: notes on a network's graph that `archdsl check` prints.

A note never fails a check. Each kind comes once, with how often and where first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from archdsl.ir.graph import Graph, Node
from archdsl.ir.verify import dead
from archdsl.ops.activation import Activation
from archdsl.ops.attention import OverAxis
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Concat
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm
from archdsl.ops.passing import Dropout, Identity
from archdsl.ops.pool import AdaptivePool
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import is_map
from archdsl.ops.window import Sliding

LANES = 8  # channels that vector units and tensor cores take at once
COLOURS = (1, 3, 4)  # channels of an image


@dataclass(frozen=True)
class Note:
    """One kind of note, and the nodes that it is about."""

    lint: str
    text: str
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        first = self.nodes[0]
        place = f" at {first.mark}" if first.mark else ""
        more = f", and {len(self.nodes) - 1} more" if len(self.nodes) > 1 else ""
        return f"note: {self.text}: {first.name}{place}{more} [{self.lint}]"

    def as_dict(self) -> dict[str, Any]:
        return {"lint": self.lint, "message": self.text, "nodes": [node.name for node in self.nodes]}


def lint(graph: Graph) -> list[Note]:
    """All notes on a graph; none on a grid of networks."""
    if any(type(d) is not int for node in graph for d in node.shape):
        return []
    readers = graph.readers()
    found = [(name, text, tuple(find(graph, readers))) for name, (text, find) in LINTS.items()]
    return [Note(name, text, nodes) for name, text, nodes in found if nodes]


Readers = dict[str, list[str]]


def _narrow(graph: Graph, readers: Readers) -> Iterator[Node]:
    ends = graph.ends
    return (n for n in graph if isinstance(n.op, Conv2d) and n.op.out % LANES and n.name not in ends)


def _unmixed(graph: Graph, readers: Readers) -> Iterator[Node]:
    """Joined channels that the next split takes apart as they are, so that the paths never exchange anything.

    Norms, activations and further concats in between mix nothing. Each node is looked at once, the last first.
    """
    passing = (BatchNorm, Activation, Concat, Identity, Dropout)
    cut: dict[str, bool] = {}  # whether a split takes the tensor apart
    for node in reversed(graph.nodes.values()):
        following = [graph[name] for name in readers[node.name]]
        cut[node.name] = any(isinstance(n.op, Slice) or (isinstance(n.op, passing) and cut[n.name]) for n in following)
    return (node for node in graph if isinstance(node.op, Concat) and cut[node.name])


def _dead(graph: Graph, readers: Readers) -> Iterator[Node]:
    return (node for node in dead(graph) if not readers[node.name])


def _double_norm(graph: Graph, readers: Readers) -> Iterator[Node]:
    return (n for n in graph if isinstance(n.op, BatchNorm) and isinstance(graph[n.inputs[0]].op, BatchNorm))


def _thin_gate(graph: Graph, readers: Readers) -> Iterator[Node]:
    """A single hidden channel after a global pooling."""
    ends = graph.ends
    for node in graph:
        if isinstance(node.op, (Conv2d, Linear)) and node.op.out == 1 and node.name not in ends:
            before = graph[node.inputs[0]]
            if isinstance(before.op, AdaptivePool):
                yield node


def _dropped(graph: Graph, readers: Readers) -> Iterator[Node]:
    """Pixels that no window covers: a stride past the window, or a rest at the end."""
    for node in graph:
        if not isinstance(node.op, Sliding):
            continue
        window = node.op.over(graph.input_shapes(node)[0])
        axes = zip(window.kernel, window.stride, window.dilation, window.pads, strict=True)
        places = zip(graph.input_shapes(node)[0][1:], node.shape[1:], axes, strict=True)
        if any(_leaves_out(arriving, made, *axis) for arriving, made, axis in places):
            yield node


def _leaves_out(arriving: int, made: int, kernel: int, stride: int, dilation: int, padding: int) -> bool:
    extent = dilation * (kernel - 1) + 1
    return stride > extent or (made - 1) * stride + extent - padding < arriving


def _biased(graph: Graph, readers: Readers) -> Iterator[Node]:
    """Layers whose bias the norm after them takes off again, where nothing else reads them."""
    ends = graph.ends
    for node in graph:
        if isinstance(node.op, (Conv2d, Linear)) and node.op.bias:
            after = [graph[name] for name in readers[node.name]]
            if after and node.name not in ends and all(isinstance(reader.op, BatchNorm) for reader in after):
                yield node


def _channels_last(graph: Graph, readers: Readers) -> Iterator[Node]:
    """An input that reads as height, width and three colours."""
    for node in graph.inputs:
        if is_map(node.shape) and node.shape[2] in COLOURS and min(node.shape[:2]) > max(COLOURS):
            yield node


def _softmax_of_maps(graph: Graph, readers: Readers) -> Iterator[Node]:
    """A softmax over the width of a map."""
    return (node for node in graph if isinstance(node.op, OverAxis) and node.op.over == "last" and is_map(node.shape, None))


def _opaque(graph: Graph, readers: Readers) -> Iterator[Node]:
    """Steps that the language has no operator for."""
    return iter(graph.opaque)


LINTS: dict[str, tuple[str, Callable[[Graph, Readers], Iterator[Node]]]] = {
    "channels-of-8": (f"output channels that are no multiple of {LANES}, which vector units take at once", _narrow),
    "unmixed-concat": ("a concat that is split again before any layer mixes its channels", _unmixed),
    "dead-branch": ("an output that nothing reads", _dead),
    "double-norm": ("a norm directly after a norm", _double_norm),
    "thin-gate": ("a squeeze to one hidden channel", _thin_gate),
    "bias-before-norm": ("a bias that the norm after it takes off again", _biased),
    "channels-last": ("an input whose channels seem to come last; [channels, height, width] is meant", _channels_last),
    "softmax-of-map": ("a softmax over the width of a map", _softmax_of_maps),
    "opaque": ("an opaque step: its cost is unknown, and it cannot be compiled", _opaque),
    "dropped-pixels": ("a stride that leaves pixels unread", _dropped),
}
