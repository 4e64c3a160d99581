"""Write `fixtures/names.json`: the layers of models of torchvision and timm, and which layer of the zoo's network each is.

Needs torchvision and timm beside this project, which its tests do not; versions that the fixture was made with: torchvision 0.29.1, timm
1.0.31. `python tests/make_names.py [NAME ...]` makes the models of `MODELS` that are named, or those that the fixture lacks.

A model is filled with random numbers and runs in float64. Its layers are paired with those of the zoo's network by signature in the order
of the calls, the zoo's network takes the numbers over, and both must give the same output. Nothing of `archdsl.compilers.torch.pairing`
is used.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import references
import torch
from torch import Tensor, nn

import archdsl
from archdsl.compilers.torch.batches import in_order

FIXTURE = Path(__file__).parent / "fixtures" / "names.json"
PARTS = ("weight", "bias", "running_mean", "running_var")
TOLERANCE = 1e-8
RESOLUTION = 64

MODELS = {
    "tv.mobilenet_v3_large": "mobilenet_v3",
    "tv.mobilenet_v3_small": "mobilenet_v3_small",
    "tv.regnet_y_400mf": "regnet_y_400mf",
    **{f"{library}.resnet{depth}": f"resnet{depth}" for library in ("tv", "timm") for depth in (18, 34, 50, 101)},
    **{f"{library}.resnext50_32x4d": "resnext50" for library in ("tv", "timm")},
    "tv.deeplabv3_mobilenet_v3_large": "deeplabv3",
    "tv.efficientnet_v2_s": "efficientnet_v2_s",
    "tv.lraspp_mobilenet_v3_large": "lraspp",
    "tv.r3d_18": "r3d_18",
    "timm.convnextv2_atto": "convnextv2_atto",
    "timm.edgenext_x_small": "edgenext_x_small",
    "timm.ghostnetv2_100": "ghostnet_v2",
    "timm.hrnet_w18": "hrnet_w18",
    "timm.maxvit_tiny_tf_224": "maxvit_tiny",
    "timm.mixer_s16_224": "mixer_s16",
    "timm.mobilenetv4_conv_small": "mobilenet_v4_small",
    "timm.mobileone_s0": "mobileone_s0",
    "timm.mobilevit_xs": "mobilevit_xs",
    "timm.poolformer_s12": "poolformer_s12",
    "timm.repvgg_a0": "repvgg_a0",
    "timm.resnet50_gn": "resnet50_gn",
    "timm.swin_tiny_patch4_window7_224": "swin_tiny",
}
"""The spec of the zoo that is the same network. For the models of the fixture that are not here, the fixture says it.

timm's mobilenetv3 is not among them: its norms add 1e-5 to the variance where the zoo's, as torchvision's, add 1e-3. Nor is torchvision's
inception_v3: two paths of its blocks begin with the same shapes, and only the order of the file tells which is which.
"""


def make(name: str, spec: str) -> dict[str, Any]:
    """One entry of the fixture.

    Raises:
        AssertionError: the two are not the same network.
    """
    torch.manual_seed(0)
    settings = references.read(spec).settings if spec in references.names() else {"resolution": RESOLUTION}
    theirs, net = _reference(name).eval().double(), archdsl.load(spec, **settings)
    ours = net.module().eval().double()
    fill(theirs)
    image = torch.randn(2, *net.graph().input.shape, dtype=torch.float64)
    pairs = pair(called(ours, image), called(theirs, image))
    copy(ours, theirs, pairs)
    with torch.no_grad():
        wanted, came = in_order(theirs(image)), in_order(ours(image))
    difference = max(((x - y).abs().max() / x.square().mean().sqrt()).item() for x, y in zip(wanted, came, strict=True))
    assert difference < TOLERANCE, f"{name} and {spec} differ by {difference:.1e}"
    layers = [[layer, signature(tensors)] for layer, tensors in groups(theirs).items()]
    return {"spec": spec, "layers": layers, "pairs": pairs}


def _reference(name: str) -> nn.Module:
    library, _, model = name.partition(".")
    if library == "tv":
        from torchvision import models

        segmentation = {"weights_backbone": None} if model in models.list_models(models.segmentation) else {}
        return models.get_model(model, weights=None, **segmentation)
    import timm

    return timm.create_model(model, pretrained=False)


def fill(module: nn.Module) -> None:
    """Random numbers for everything that is learned or kept, in sizes that neither vanish nor explode."""
    for name, tensor in module.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5)
        elif name.endswith(("running_mean", "bias")):
            tensor.normal_(0, 0.1)
        elif tensor.dim() > 1:
            tensor.normal_(0, tensor[0].numel() ** -0.5)
        elif tensor.is_floating_point():
            tensor.uniform_(0.5, 1.5)


def groups(module: nn.Module) -> dict[str, dict[str, Tensor]]:
    """The tensors of each layer, in the order of definition; one that torch.nn has no name for is a layer by itself."""
    found: dict[str, dict[str, Tensor]] = {}
    for key, tensor in module.state_dict().items():
        layer, _, part = key.rpartition(".")
        if part in PARTS:
            found.setdefault(layer, {})[part] = tensor
        elif part != "num_batches_tracked":
            found[key] = {"weight": tensor}
    return found


def signature(tensors: dict[str, Tensor]) -> str:
    """Parts and shapes, axes of length 1 left out: a linear layer and a 1x1 convolution are the same."""
    shapes = {part: [length for length in tensor.shape if length > 1] for part, tensor in tensors.items()}
    return " ".join(f"{part}:{'x'.join(map(str, shapes[part]))}" for part in sorted(shapes))


def called(module: nn.Module, image: Tensor) -> dict[str, str]:
    """The signature of each layer, in the order of the first calls of the modules that hold them.

    Those whose modules are read and never called (tables of biases) come last, in the order of definition.
    """
    layers = groups(module)
    order: dict[str, None] = {}

    def note(holder: str) -> Callable[..., None]:
        own = [layer for layer in layers if layer == holder or (layer not in modules and layer.rpartition(".")[0] == holder)]
        return lambda *_: order.update(dict.fromkeys(own))

    modules = dict(module.named_modules())
    hooks = [inner.register_forward_pre_hook(note(name)) for name, inner in modules.items()]
    with torch.no_grad():
        module(image)
    for hook in hooks:
        hook.remove()
    return {layer: signature(layers[layer]) for layer in {**order, **layers}}


def pair(ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """The k-th layer of a signature with the k-th of the same signature."""
    free: dict[str, list[str]] = {}
    for layer, shapes in theirs.items():
        free.setdefault(shapes, []).append(layer)
    pairs = {layer: free[shapes].pop(0) for layer, shapes in ours.items()}
    assert not any(free.values()), f"left over: {free}"
    return pairs


def copy(ours: nn.Module, theirs: nn.Module, pairs: dict[str, str]) -> None:
    """Their numbers in our module."""
    own, other = groups(ours), groups(theirs)
    for layer, source in pairs.items():
        for part, tensor in own[layer].items():
            tensor.copy_(other[source][part].reshape(tensor.shape))


def main(names: list[str]) -> None:
    """Make the entries that are named, or all that the fixture lacks, and write them into it."""
    known = json.loads(FIXTURE.read_text(encoding="utf-8"))
    specs = {**{name: entry["spec"] for name, entry in known.items()}, **MODELS}
    for name in names or [name for name in MODELS if name not in known]:
        known[name] = make(name, specs[name])
        print(f"{name}: {len(known[name]['layers'])} layers", flush=True)
        lines = [f"{json.dumps(model)}: {json.dumps(entry, separators=(',', ':'))}" for model, entry in known.items()]
        FIXTURE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
