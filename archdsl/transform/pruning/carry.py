"""Weights carried over into a narrower network: of the channels of each layer those whose weights have the largest norms."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from archdsl.errors import InputError
from archdsl.extras import needed_by
from archdsl.ir.graph import Graph, Node
from archdsl.transform.pruning.channels import MAKERS, Channels, is_depthwise, shuffled

Weights = dict[str, Any]
"""NumPy arrays by the name of the weight."""


def read_weights(path: Path, graph: Graph) -> Weights:
    """The weights of a file, which must be those of the network.

    Raises:
        InputError: the file cannot be read, or lacks a weight.
        BackendError: safetensors is not installed.
    """
    with needed_by("weights"):
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    try:
        found: Weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path} cannot be read as safetensors: {error}") from None
    for node in graph:
        for name, shape in _tensors(node, graph).items():
            if f"{node.name}.{name}" not in found:
                raise InputError(f"{path} has no {node.name}.{name}; the weights are of another network")
            if tuple(found[f"{node.name}.{name}"].shape) != tuple(shape):
                raise InputError(f"{path}: {node.name}.{name} is of another shape; the weights are of another network")
    return found


def write_weights(weights: Weights, path: Path) -> None:
    from safetensors.numpy import save_file

    save_file(weights, path)


def _tensors(node: Node, graph: Graph) -> dict[str, tuple[Any, ...]]:
    if node.shared:
        return {}
    shapes = graph.input_shapes(node)
    return {**node.op.weights(*shapes), **node.op.buffers(*shapes)}


def norms(weights: Weights, graph: Graph, channels: Channels) -> dict[int, float]:
    """The norm of the weights that make each channel, over the mean of its layer, summed over what is one with it. By atom."""
    import numpy as np

    found: dict[int, float] = defaultdict(float)
    for node in graph:
        if node.op.word in MAKERS and node.inputs and not is_depthwise(node, graph):
            weight = weights[f"{node.owner}.weight"].astype(np.float64)
            each = np.sqrt((weight.reshape(len(weight), -1) ** 2).sum(1))
            mean = each.mean() or 1.0
            for atom, norm in zip(channels.of[node.name], each / mean, strict=True):
                found[channels.same(atom)] += float(norm)
    return found


def carried(weights: Weights, before: Graph, after: Graph, channels: Channels, scores: dict[int, float]) -> Weights:
    """The weights of the narrower network.

    Raises:
        InputError: its layers do not correspond to those of the network as it was.
    """
    kept = kept_channels(before, after, channels, scores)
    made: Weights = {}
    for node in after:
        old = before.nodes[node.name]
        for name, shape in _tensors(node, after).items():
            given = weights[f"{node.name}.{name}"]
            made[f"{node.name}.{name}"] = _cut(given, shape, (old, before), (channels, kept))
        counter = f"{node.name}.num_batches_tracked"
        if counter in weights:
            made[counter] = weights[counter]
    return made


def kept_channels(before: Graph, after: Graph, channels: Channels, scores: dict[int, float]) -> dict[int, bool]:
    """For every channel whether it stays: as many of each layer as the narrower network has, those with the largest norms."""
    if list(before.nodes) != list(after.nodes):
        raise InputError("the narrower network has other layers, so that its weights cannot be carried over")
    kept: dict[int, bool] = {}
    for node in after:
        atoms = [channels.same(atom) for atom in channels.of[node.name]]
        count = node.shape[0] if len(node.shape) > 1 else node.shape[-1]
        if node.op.word in MAKERS:
            open_ = [atom for atom in dict.fromkeys(atoms) if atom not in kept]
            wanted = count - sum(kept.get(atom, False) for atom in atoms)
            ranked = sorted(open_, key=lambda atom: -scores.get(atom, 0.0))
            kept.update({atom: place < wanted for place, atom in enumerate(ranked)})
        if sum(kept[atom] for atom in atoms) != count or not _fits(node, before, channels, kept):
            raise InputError(
                f"{node.name}: the channels that stay are not those of the layers before it; take --by uniform without weights"
            )
    return kept


def _fits(node: Node, before: Graph, channels: Channels, kept: dict[int, bool]) -> bool:
    """Whether what takes channels by their place, as a slice or a shuffle, takes those of the narrower network that it took before."""
    if node.op.word not in ("slice", "shuffle"):
        return True

    def left(name: str) -> list[int]:
        return [channels.same(atom) for atom in channels.of[name] if kept[channels.same(atom)]]

    arriving = left(before.nodes[node.name].inputs[0])
    if node.op.word == "shuffle":
        return shuffled(arriving, node) == left(node.name)
    start = getattr(node.op, "start", 0) or 0
    return arriving[start : start + len(left(node.name))] == left(node.name)


def _cut(given: Any, shape: tuple[Any, ...], node: tuple[Node, Graph], found: tuple[Channels, dict[int, bool]]) -> Any:
    """A tensor with the rows and columns of channels that stay."""
    import numpy as np

    (old, graph), (channels, kept) = node, found

    def places(name: str) -> Any:
        return np.array([place for place, atom in enumerate(channels.of[name]) if kept[channels.same(atom)]])

    made = given
    rows, columns = places(old.name), places(old.inputs[0])
    if made.shape[0] == len(channels.of[old.name]):
        made = made[rows]
    if made.ndim > 1 and old.op.word in MAKERS and not is_depthwise(old, graph):
        made = made[:, columns]
    if tuple(made.shape) != tuple(shape):
        raise InputError(f"{old.name}: its weights cannot be cut to {'x'.join(map(str, shape))}")
    return np.ascontiguousarray(made)
