"""Numerical parity with an independent implementation, proven through fixtures.

A fixture (`fixtures/parity/*.json`) was made from a reference network: its weighted layers were filled with reproducible numbers
in the order in which a forward pass calls them, and the first logits for a reproducible image were written down. The module under
test is filled the same way and has to give the same logits. Layers are paired by kind and shape in calling order, so names do not
matter; a linear layer and a 1x1 convolution on a 1x1 map are the same thing.

archdsl.compilers.torch.pairing pairs layers too, from a state dict. Nothing of it is used here: this is the proof that the order of
calls and the shapes are right, which that module relies on, and it tells kernels, groups and biases apart where that reads shapes alone.

It is for networks whose authors' code is no package, and single precision; `references.py` compares all others.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

FIXTURES = Path(__file__).parent / "fixtures" / "parity"

Weighted = nn.Conv2d | nn.BatchNorm2d | nn.Linear
Signature = tuple[Any, ...]


class Fixture(NamedTuple):
    """What a reference network gave.

    Attributes:
        size: height and width of the image.
        params: number of learned values.
        layers: signatures of the weighted layers, in calling order.
        logits: the first values of the output.
        norm: Euclidean norm of the whole output.
        made_by: what the reference was.
    """

    size: int
    params: int
    layers: list[Signature]
    logits: list[float]
    norm: float
    made_by: str = ""


def read(name: str) -> Fixture:
    """The fixture of a network of the zoo."""
    data = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return Fixture(**{**data, "layers": [tuple(layer) for layer in data["layers"]]})


def difference(module: nn.Module, fixture: Fixture) -> float:
    """Largest difference of a logit from the reference, relative to the root mean square of the output. Overwrites all weights.

    Raises:
        AssertionError: the layers cannot be paired, or the number of learned values differs.
    """
    assert sum(p.numel() for p in module.parameters()) == fixture.params
    image = random_image(fixture.size)
    free = list(enumerate(fixture.layers))
    for layer in layers_in_calling_order(module, image):
        position = next((i for i, (_, wanted) in enumerate(free) if wanted == signature(layer)), None)
        assert position is not None, f"the reference has no further layer {signature(layer)}"
        fill(layer, free.pop(position)[0])
    assert not free, f"{len(free)} layers of the reference have no counterpart, the first is {free[0][1]}"
    with torch.no_grad():
        output = module.eval()(image).flatten().double()
    wanted = torch.tensor(fixture.logits, dtype=torch.double)
    spread = fixture.norm / math.sqrt(output.numel())
    return ((output[: wanted.numel()] - wanted).abs().max() / spread).item()


def random_image(size: int) -> Tensor:
    """The image (1, 3, size, size) that the references saw."""
    return torch.from_numpy(np.random.RandomState(1).standard_normal((1, 3, size, size)).astype("float32"))


def layers_in_calling_order(module: nn.Module, image: Tensor) -> list[Weighted]:
    """The weighted layers in the order of their first call in evaluation mode."""
    called: dict[Weighted, None] = {}
    layers = [m for m in module.modules() if isinstance(m, Weighted)]
    hooks = [layer.register_forward_pre_hook(lambda m, _: called.setdefault(m)) for layer in layers]
    with torch.no_grad():
        module.eval()(image)
    for hook in hooks:
        hook.remove()
    return list(called)


def signature(layer: Weighted) -> Signature:
    """Kind and shape of a layer: what it is paired by."""
    if isinstance(layer, nn.BatchNorm2d):
        return ("norm", layer.num_features)
    kernel = layer.kernel_size if isinstance(layer, nn.Conv2d) else (1, 1)
    groups = layer.groups if isinstance(layer, nn.Conv2d) else 1
    outputs, inputs = layer.weight.shape[:2]
    return ("linear", outputs, inputs * groups, *kernel, groups, layer.bias is not None)


def fill(layer: Weighted, index: int) -> None:
    """Fill a layer as the reference's layer at this position of the calling order was filled."""
    random = np.random.RandomState(1000 + index)
    if isinstance(layer, nn.BatchNorm2d):
        channels = layer.num_features
        _put(layer.weight, random.uniform(0.5, 1.5, channels))
        _put(layer.bias, random.standard_normal(channels) * 0.1)
        _put(layer.running_mean, random.standard_normal(channels) * 0.1)
        _put(layer.running_var, random.uniform(0.5, 1.5, channels))
        return
    shape = tuple(layer.weight.shape)
    _put(layer.weight, random.standard_normal(shape) * math.sqrt(2 / math.prod(shape[1:])))
    if layer.bias is not None:
        _put(layer.bias, random.standard_normal(shape[0]) * 0.1)


def _put(tensor: Any, values: np.ndarray) -> None:
    with torch.no_grad():
        tensor.copy_(torch.from_numpy(values.astype("float32")).reshape(tensor.shape))
