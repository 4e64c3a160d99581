"""What a layer answers to an image: its feature maps, by a forward pass that stops there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx

from archdsl.compilers.torch.network import NODE, Network
from archdsl.errors import BackendError, InputError, unknown
from archdsl.extras import needed_by
from archdsl.ir.graph import Graph, Node
from archdsl.ops.join import Add, Concat
from archdsl.ops.shapes import is_map

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pixels of ImageNet by channel, values from 0 to 1: what networks that were trained on it expect (torchvision, timm)."""


def read_image(path: Path, shape: tuple[int, ...]) -> Tensor:
    """An image as the batch (1, *shape) that a network takes: resized to cover it, its middle cut out, normalised as for ImageNet.

    Raises:
        InputError: the file cannot be read as an image, or the network takes no images.
        BackendError: pillow is not installed.
    """
    if not is_map(shape) or shape[0] not in (1, 3):
        raise InputError(f"the network takes {'×'.join(map(str, shape))}, which is no image of one or three channels")
    with needed_by("reading an image"):
        from PIL import Image, ImageOps, UnidentifiedImageError
    channels, height, width = shape
    try:
        with Image.open(path) as file:
            turned = ImageOps.exif_transpose(file)
            image = ImageOps.fit(turned.convert("RGB" if channels == 3 else "L"), (width, height), Image.Resampling.BICUBIC)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except UnidentifiedImageError:
        raise InputError(f"{path} cannot be read as an image: PNG, JPEG and what else pillow knows was expected") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} cannot be read as an image: {error}") from None
    pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255).reshape(height, width, channels).permute(2, 0, 1)
    if channels == 3:
        pixels = (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)
    else:
        pixels = (pixels - sum(MEAN) / 3) / (sum(DEVIATION) / 3)
    return pixels.unsqueeze(0)


def first_residual(graph: Graph) -> str:
    """The node at the end of the first residual block, as in Fig. 1 of the paper; without one, of the first block with feature maps.

    A block is residual where it adds paths up, or joins what it learned to what it passes on, whole or a share of it (the paper's
    partial residual). Its end is the last of its tensors that something outside reads.

    Raises:
        InputError: no layer gives feature maps.
    """
    readers = graph.readers()
    for node in graph:
        if isinstance(node.op, (Add, Concat)) and is_map(node.shape) and (block := _block_around(node, graph)):
            inside = {n.name for n in block}
            before = {name for n in block for name in n.inputs if name not in inside}
            if isinstance(node.op, Add) or any(_passed_on(name, graph) in before for name in node.inputs):
                ends = [n.name for n in block if any(r not in inside for r in readers[n.name]) or n.name in graph.ends]
                return ends[-1] if ends else node.name
    maps = [node for node in graph if is_map(node.shape) and node.inputs]
    if not maps:
        raise InputError(f"{graph.name} has no layer with feature maps")
    first = maps[0].scope[0].path if maps[0].scope else ""
    return [node for node in maps if not first or node.name.startswith(f"{first}.")][-1 if first else 0].name


def _passed_on(name: str, graph: Graph) -> str:
    """What a tensor is a share of, or itself: splits are passed through."""
    while graph[name].op.word == "slice":
        name = graph[name].inputs[0]
    return name


def _block_around(node: Node, graph: Graph) -> list[Node]:
    """The nodes of the outermost block around a node, in their order."""
    for depth, frame in enumerate(node.scope):
        if frame.kind == "block":
            return [n for n in graph if len(n.scope) > depth and n.scope[depth] == frame]
    return []


def layer_named(graph: Graph, name: str) -> str:
    """The node that a user means: its name, or a block call, whose last node with feature maps is taken.

    Raises:
        InputError: there is none; names the near miss or lists the layers.
    """
    if name in graph.nodes:
        node = graph[name]
        if not is_map(node.shape):
            raise InputError(f"'{name}' gives {'×'.join(map(str, node.shape))}, which are no feature maps")
        return name
    inside = [node.name for node in graph if is_map(node.shape) and any(frame.path == name for frame in node.scope)]
    if inside:
        return inside[-1]
    blocks = dict.fromkeys(frame.path for node in graph if is_map(node.shape) for frame in node.scope if frame.path)
    message, hint = unknown("layer", name, [*blocks, *(node.name for node in graph if is_map(node.shape))])
    raise InputError(f"{graph.name}: {message}; {hint}")


def feature_maps(graph: Graph, module: Network, image: Tensor, layer: str) -> NDArray[np.float32]:
    """The maps (C, H, W) that a node gives for one image (1, *input), in evaluation mode. Leaves the mode of the module alone.

    Raises:
        BackendError: the forward pass failed; names the node.
    """
    training = module.training
    stopped = _Stop(module.eval(), layer, graph)
    try:
        with torch.no_grad():
            stopped.run(image.to(next(module.parameters(), image)))
    except _Reached:
        pass
    finally:
        module.train(training)
    assert stopped.maps is not None
    return stopped.maps


class _Reached(Exception):
    """The layer was run."""


class _Stop(fx.Interpreter):
    """Runs the network up to a layer and keeps a copy of its tensor: a later operator may overwrite it in place."""

    def __init__(self, module: Network, layer: str, source: Graph):
        super().__init__(module)
        self.extra_traceback = False
        self.layer = layer
        self.source = source
        self.last = [n for n in module.graph.nodes if n.meta.get(NODE) == layer][-1]
        self.maps: NDArray[np.float32] | None = None

    def run_node(self, n: fx.Node) -> Any:
        try:
            value = super().run_node(n)
        except Exception as error:
            raise BackendError(f"torch: '{n.meta.get(NODE, n.name)}' failed: {error}") from error
        if n is self.last:
            self.maps = value[0].float().cpu().numpy().copy()
            raise _Reached
        return value
